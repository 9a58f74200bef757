"""What a checkpoint takes along: exact, and small whatever happens."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from recruitment.travel.revocations import ROW_BYTES, CodeRow, code_hash, code_rows, pack, revocations

DAY = dt.date(2026, 11, 24)
LIVE = 10_000


@pytest.mark.parametrize("share", [0.01, 0.5, 1])
@pytest.mark.parametrize("spread", [1, 10])  # a live pass among so many numbers
def test_ten_thousand_live_passes_take_less_than_twenty_kilobytes_however_many_are_revoked(share, spread):
    last = LIVE * spread
    revoked = random.Random(1).sample(range(1, last + 1), int(last * share))
    assert len(pack(revocations(first=1, last=last, revoked=revoked).bits)) <= 20_000


@given(some.integers(1, 10**9), some.integers(0, 500), some.data())
def test_exactly_the_revoked_are_on_the_list(first, extra, data):
    last = first + extra
    revoked = data.draw(some.sets(some.integers(first, last)))
    listed = revocations(first=first, last=last, revoked=revoked)
    assert {number for number in range(first - 9, last + 10) if listed.is_revoked(number)} == revoked


@pytest.mark.parametrize(("first", "last", "revoked"), [(5, 9, [4]), (5, 9, [10]), (1, 3_000_000, [])])
def test_a_list_that_would_be_wrong_or_huge_is_not_made(first, last, revoked):
    with pytest.raises(ValueError, match=r"outside|many"):
        revocations(first=first, last=last, revoked=revoked)


def test_a_row_stands_for_a_code_its_days_and_its_destination():
    rows = [CodeRow(7, "ABCD1234", DAY - dt.timedelta(days=2), DAY + dt.timedelta(days=9), 258)]
    table = code_rows(rows, first=6, last=8, day=DAY)
    assert len(table) == 3 * ROW_BYTES
    assert table[ROW_BYTES : 2 * ROW_BYTES] == code_hash("ABCD1234") + bytes([0, 9, 1, 2])
    assert not any(table[:ROW_BYTES]) and not any(table[2 * ROW_BYTES :])
