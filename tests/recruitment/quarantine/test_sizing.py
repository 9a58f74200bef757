"""Beds for a stated risk: against a simulation, against simple cases reckoned by hand, and by properties."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.quarantine.sizing import NOTHING, SERVED, Risk, alone, batch, demand_of, erlang_b_beds, play, pooled

EXERCISE = Risk(outbreaks_per_month=0.05, contact_share=0.1, unevenness=0.8, shortest_stay=14, longest_stay=21)
ZONE = [80, 120, 150, 300, 300, 450, 800, 1200, 2500, 6500]

risks = st.builds(
    Risk,
    outbreaks_per_month=st.floats(0.01, 1),
    contact_share=st.floats(0.02, 0.5),
    unevenness=st.sampled_from([0, 0.5, 0.8, 1.2]),
    shortest_stay=st.integers(1, 14),
    longest_stay=st.integers(14, 28),
)
factories = st.lists(st.integers(0, 900), min_size=1, max_size=6)


@pytest.mark.parametrize("workers", [[300], ZONE], ids=["alone", "pooled"])
@pytest.mark.parametrize("risk", [EXERCISE, EXERCISE.in_a_wave(8), replace(EXERCISE, unevenness=0)], ids=["quiet", "wave", "equal batches"])
def test_a_simulation_finds_the_promised_share_of_bed_nights_and_of_outbreaks_served(workers, risk):
    beds = pooled(workers, risk)
    nights = 4_000_000 if len(workers) == 1 else 1_000_000
    served = play(workers, risk, beds=beds.serving[0.95], nights=nights, random=np.random.default_rng(1)).served
    housed = play(workers, risk, beds=beds.everybody, nights=nights, random=np.random.default_rng(2)).housed_whole
    exact = demand_of(workers, risk).served_shares[beds.serving[0.95]]
    assert served == pytest.approx(exact, abs=0.02) and exact >= 0.95
    assert housed == pytest.approx(0.99, abs=0.01)


def test_one_factory_with_equal_batches_is_reckoned_by_hand():
    """0.0288 outbreaks under way: of the wanted nights e^-m (1 - e^-m) / m … fall into a first batch, the rest into a second."""
    risk = replace(EXERCISE, unevenness=0)
    mean = 0.05 / (365 / 12) * 17.5
    first_batch = (1 - np.exp(-mean)) / mean
    assert demand_of([300], risk).served_shares[30] == pytest.approx(first_batch, abs=1e-9)
    assert pooled([300], risk).serving[0.95] == np.ceil(30 * 0.95 / first_batch)


def test_sharing_beds_saves_most_of_them_and_people_one_by_one_would_be_too_few():
    each, shared = alone(ZONE, EXERCISE), pooled(ZONE, EXERCISE)
    assert shared.mean == pytest.approx(each.mean)
    assert shared.serving[0.95] < each.serving[0.95] / 2
    assert erlang_b_beds(ZONE, EXERCISE, lost=0.05) < shared.serving[0.95] / 4


def test_the_mean_is_outbreaks_under_way_times_their_contacts():
    assert demand_of(ZONE, EXERCISE).mean == pytest.approx(0.05 / (365 / 12) * 17.5 * 0.1 * sum(ZONE), rel=0.001)


@pytest.mark.parametrize("workers", [[], [0], [0, 0]])
def test_no_people_need_no_beds(workers):
    assert pooled(workers, EXERCISE) == alone(workers, EXERCISE) == NOTHING


@pytest.mark.parametrize("risk", [replace(EXERCISE, outbreaks_per_month=0), replace(EXERCISE, contact_share=0)])
def test_no_risk_needs_no_beds(risk):
    assert pooled(ZONE, risk) == NOTHING


@given(workers=st.integers(1, 5000), risk=risks)
def test_a_batch_is_a_distribution_over_the_factorys_own_people(workers, risk):
    sizes = batch(workers, risk)
    assert len(sizes) == workers + 1
    assert sizes.min() >= 0 and sizes.sum() == pytest.approx(1)


@given(workers=factories, risk=risks)
def test_more_is_never_served_by_fewer_beds_and_sharing_never_needs_more(workers, risk):
    shared, each = pooled(workers, risk), alone(workers, risk)
    assert [shared.serving[share] for share in SERVED] == sorted(shared.serving.values())
    assert all(shared.serving[share] <= each.serving[share] for share in SERVED)
    served = demand_of(workers, risk).served_shares
    for share, beds in shared.serving.items():
        assert served[beds] >= share - 1e-6 and (beds == 0 or served[beds - 1] < share)


@given(workers=factories, risk=risks, times=st.floats(1, 20))
def test_a_wave_never_needs_fewer_beds(workers, risk, times):
    quiet, wave = pooled(workers, risk), pooled(workers, risk.in_a_wave(times))
    assert wave.everybody >= quiet.everybody and wave.mean >= quiet.mean - 1e-6
