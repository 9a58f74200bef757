"""Certificates with something wrong in them: seeded, at each layer."""

import zlib
from random import Random

import base45

from tests.factories.certificates import wrap
from tests.recruitment.health.certificates.vectors import Vector

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def mutation(vector: Vector, random: Random) -> str:
    """Never the vector itself: letters of the text, bits of the compressed bytes, or bits of what is inside them."""
    while (mutated := random.choice([_letters, _compressed_bits, _inner_bits])(vector.text, random)) == vector.text:
        pass
    return mutated


def _letters(text: str, random: Random) -> str:
    place, other = random.randrange(len(text)), random.randrange(len(text))
    letter = random.choice(ALPHABET)
    return random.choice(
        [
            text[:place] + letter + text[place + 1 :],
            text[:place] + letter + text[place:],
            text[:place] + text[place + 1 :],
            text[:place],
            text[:place] + text[other] + text[place + 1 :],
            text[place:] + text[:place],
        ]
    )


def _compressed_bits(text: str, random: Random) -> str:
    return "HC1:" + base45.b45encode(_flipped(_compressed(text), random)).decode()


def _inner_bits(text: str, random: Random) -> str:
    """Of a vector that holds nothing inside, its letters."""
    try:
        return wrap(_flipped(zlib.decompress(_compressed(text)), random))
    except zlib.error:
        return _letters(text, random)


def _flipped(data: bytes, random: Random) -> bytes:
    changed = bytearray(data or b"\0")
    for bit in random.sample(range(len(changed) * 8), random.choice([1, 1, 1, 2, 8])):
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _compressed(text: str) -> bytes:
    try:
        return base45.b45decode(text[4:].encode())
    except ValueError:
        return text.encode()
