"""Kilometres between places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.places.distances import distance_km

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def test_hanoi_to_ho_chi_minh_city_is_about_eleven_hundred_and_forty_kilometres():
    assert distance_km(21.0278, 105.8342, 10.7769, 106.7009) == pytest.approx(1144, abs=5)


def test_yen_binh_to_song_cong_is_a_short_ride():
    assert distance_km(21.415, 105.894, 21.495, 105.869) == pytest.approx(9.3, abs=0.2)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_there_and_back_are_equally_far_and_never_more_than_half_round_the_earth(north, east, other_north, other_east):
    there = distance_km(north, east, other_north, other_east)
    assert there == pytest.approx(distance_km(other_north, other_east, north, east), abs=1e-6)
    assert 0 <= there <= 20_016


@given(LATITUDES, LONGITUDES)
def test_a_place_is_no_distance_from_itself(north, east):
    assert distance_km(north, east, north, east) == 0
