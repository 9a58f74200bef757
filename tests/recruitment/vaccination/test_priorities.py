"""Doses that are short go in the stated order: never more than there are, never to a lower group before a higher one has all it needs."""

from hypothesis import given
from hypothesis import strategies as st

from recruitment.vaccination.priorities import GroupNeed, Share, share_doses

NEEDS = st.lists(
    st.builds(GroupNeed, group=st.sampled_from("abc"), people=st.integers(0, 10_000), doses=st.integers(0, 30_000)), min_size=1, max_size=5
)
STOCK = st.integers(-1_000, 100_000)


def test_the_first_group_is_served_before_the_second_and_the_shortfall_is_named():
    needs = [GroupNeed("zones", people=100, doses=50), GroupNeed("transport", people=40, doses=0), GroupNeed("residents", people=10, doses=0)]
    assert share_doses(needs, stock=200) == [Share("zones", 150, 150), Share("transport", 80, 50), Share("residents", 20, 0)]
    assert [share.missing for share in share_doses(needs, stock=200)] == [0, 30, 20]


@given(NEEDS, STOCK)
def test_no_more_than_the_stock_and_no_more_than_needed_is_suggested(needs, stock):
    shares = share_doses(needs, stock=stock)
    assert sum(share.suggested for share in shares) <= max(0, stock)
    assert all(0 <= share.suggested <= share.needed for share in shares)


@given(NEEDS, STOCK)
def test_a_lower_group_gets_nothing_before_every_higher_one_has_all(needs, stock):
    shares = share_doses(needs, stock=stock)
    for place, share in enumerate(shares):
        if share.suggested:
            assert all(higher.missing == 0 for higher in shares[:place])


@given(NEEDS, STOCK)
def test_no_dose_stays_in_stock_while_somebody_needs_it(needs, stock):
    shares = share_doses(needs, stock=stock)
    left = max(0, stock) - sum(share.suggested for share in shares)
    assert left == 0 or all(share.missing == 0 for share in shares)


@given(NEEDS, st.integers(0, 50_000), st.integers(0, 50_000))
def test_more_doses_take_nothing_from_anybody(needs, stock, more):
    pairs = zip(share_doses(needs, stock=stock), share_doses(needs, stock=stock + more), strict=True)
    assert all(after.suggested >= before.suggested for before, after in pairs)
