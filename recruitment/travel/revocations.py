"""What a checkpoint takes along to judge passes without a network: which are revoked, and which codes are theirs. Pure.

Pass numbers are dense, so a list of the revoked is a row of bits, one for each number from the oldest live pass on: exact, no false alarm,
1.25 KB for 10,000 passes before compression and never more, however many are revoked.
"""

import base64
import datetime as dt
import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

HASH_BYTES = 4  # of a code: among 10,000 live passes a made-up code meets one once in 430,000 tries
ROW_BYTES = 8
MOST_DAYS = 255
MOST_NUMBERS = 2_000_000  # between the oldest live pass and the newest; the bits of more would take 250 KB


@dataclass(frozen=True)
class Revocations:
    """`bits`: number `first` + i is revoked if bit i (lowest first) is set; what lies outside `first`…`last` isn't known here."""

    first: int
    last: int
    bits: bytes

    def is_revoked(self, number: int) -> bool:
        position = number - self.first
        return self.first <= number <= self.last and bool(self.bits[position // 8] >> position % 8 & 1)


def revocations(*, first: int, last: int, revoked: Iterable[int]) -> Revocations:
    """Raises ValueError for a number outside, or for more numbers than MOST_NUMBERS."""
    if last - first >= MOST_NUMBERS:
        raise ValueError("too many numbers")
    bits = bytearray((last - first) // 8 + 1)
    for number in revoked:
        if not first <= number <= last:
            raise ValueError(f"{number} is outside")
        bits[(number - first) // 8] |= 1 << (number - first) % 8
    return Revocations(first, last, bytes(bits))


def pack(data: bytes) -> str:
    """zlib, base64: what a browser opens with DecompressionStream("deflate")."""
    return base64.b64encode(zlib.compress(data, 9)).decode()


@dataclass(frozen=True)
class CodeRow:
    """What a typed code stands for. `destination`: a place in the list that goes with the rows."""

    number: int
    code: str
    valid_from: dt.date
    valid_until: dt.date
    destination: int


def code_rows(rows: Iterable[CodeRow], *, first: int, last: int, day: dt.date) -> bytes:
    """Eight bytes for each number from `first` to `last`: four of the code's SHA-256, the days from `day` until it begins and ends
    (0 to 255; begun is 0), two of the destination. All zeros where no code counts."""
    table = bytearray((last - first + 1) * ROW_BYTES)
    for row in rows:
        place = (row.number - first) * ROW_BYTES
        begins, ends = (min(MOST_DAYS, max(0, (date - day).days)) for date in (row.valid_from, row.valid_until))
        table[place : place + ROW_BYTES] = code_hash(row.code) + bytes([begins, ends]) + row.destination.to_bytes(2)
    return bytes(table)


def code_hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()[:HASH_BYTES]
