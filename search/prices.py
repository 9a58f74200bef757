"""Prices that spread people over openings, by Sinkhorn's iterations, and each person's order of openings under them.

Pure. Ranking by score alone sends everybody to the same few openings. A price lowers what too many would choose, in points of the
score, until each opening is chosen by about as many as it has places; what nobody crowds into costs nothing. With the temperature
EPSILON the choices are soft: people whose scores are equal are spread, each by a seed of his or her own.

Entropic optimal transport (Cuturi, "Sinkhorn Distances", 2013) with places as upper bounds and "no opening" as a way out; cooled
from a higher temperature and over-relaxed (Thibault et al., 2021), which here needs a quarter of the plain rounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from search.feasible import Lists
from search.scoring import WEIGHTS

FULL_SCORE = sum(weight for rule, weight in WEIGHTS.items() if rule not in ("skill", "related_occupation"))
EPSILON = 0.02  # of a full score
TEMPERATURE = EPSILON * FULL_SCORE  # points
COOLING = ((8, 20), (4, 20), (2, 20))  # times the temperature, for so many rounds
MOST_ROUNDS = 400  # cooling included
RELAXATION = 1.8
IMBALANCE = 0.01  # share of all places: when no more people than this choose too much or too little, the prices are found
PATIENCE, BARELY = 10, 0.02  # so are they when this many rounds lessened that by less than this share: nobody has elsewhere to go
SMALLEST = np.float32(1e-30)


@dataclass(frozen=True)
class Prices:
    """`points` by opening; after `rounds`, so many people choose more than there are places, or less than a price would have it."""

    points: np.ndarray
    rounds: int
    imbalance: float  # as a share of all places


def prices_for(lists: Lists, places: np.ndarray, *, before: np.ndarray | None = None) -> Prices:
    """The prices at which each opening is chosen by about as many as it has places (at least 1, a number by opening).

    In each round everybody is spread over his or her list by score less price, then what more people would choose than it has
    places becomes dearer, and anything else cheaper. `before` are the last prices: a good place to start from.
    """
    if not len(lists.openings):
        return Prices(np.zeros(len(places), np.float32), 0, 0.0)
    market = _Market(lists, places)
    done, imbalance = 0, 1.0
    prices = np.zeros(len(places), np.float32) if before is None else before.astype(np.float32)
    for temperature, most in _stages(warm=before is not None):
        market.warm_to(temperature, prices)
        seen: list[float] = []
        while len(seen) < most and not _settled(seen):
            chosen = market.chosen()
            seen.append(market.imbalance(chosen))
            if seen[-1] > IMBALANCE:
                market.reprice(chosen)
        prices, done, imbalance = market.prices(), done + len(seen), seen[-1]
    return Prices(prices, done, imbalance)


def standing(scores: np.ndarray, prices: np.ndarray, people: np.ndarray, openings: np.ndarray) -> np.ndarray:
    """What lists are ordered by, highest first: score less price, and a difference of the person's own where these are about equal.

    `people` and `openings` are the keys that the difference hangs on: it stays the same from one visit to the next. Its distribution
    (Gumbel's, at TEMPERATURE) makes the first of everybody's lists agree with the plan that the prices come from.
    """
    return scores - prices + TEMPERATURE * _gumbel(people, openings)


class _Market:
    """The pairs twice, by person and by opening, so that every sum of a round runs over neighbours."""

    def __init__(self, lists: Lists, places: np.ndarray):
        self.starts = lists.starts[:-1][np.diff(lists.starts) > 0]
        self.openings = lists.openings
        self.best = np.maximum.reduceat(lists.scores, self.starts)
        lengths = np.diff(np.append(self.starts, len(self.openings)))
        self.behind = lists.scores - np.repeat(self.best, lengths)
        self.order = np.argsort(self.openings, kind="stable")
        self.persons = np.repeat(np.arange(len(self.starts)), lengths)[self.order]
        counts = np.bincount(self.openings, minlength=len(places))
        self.listed = np.flatnonzero(counts)
        self.opening_starts = (np.cumsum(counts) - counts)[self.listed]
        self.places = places[self.listed].astype(np.float32)
        self.buffer = np.empty(len(self.openings), np.float32)

    def warm_to(self, temperature: float, prices: np.ndarray) -> None:
        self.temperature = temperature
        self.weights = np.exp(self.behind / np.float32(temperature))
        self.weights_by_opening = self.weights[self.order]
        self.way_out = np.exp(-self.best / temperature)
        self.discount = np.exp(-prices / np.float32(temperature))

    def chosen(self) -> np.ndarray:
        """How many people choose each listed opening at its price."""
        np.take(self.discount, self.openings, out=self.buffer, mode="clip")
        np.multiply(self.buffer, self.weights, out=self.buffer)
        share = 1 / (self.way_out + np.add.reduceat(self.buffer, self.starts))
        np.take(share, self.persons, out=self.buffer, mode="clip")
        np.multiply(self.buffer, self.weights_by_opening, out=self.buffer)
        return np.maximum(self.discount[self.listed] * np.add.reduceat(self.buffer, self.opening_starts), SMALLEST)

    def imbalance(self, chosen: np.ndarray) -> float:
        """People too many anywhere, and too few where there is a price, as a share of all places."""
        beyond = chosen - self.places
        beyond[self.discount[self.listed] == 1] = np.maximum(0, beyond[self.discount[self.listed] == 1])
        return float(np.abs(beyond).sum() / self.places.sum())

    def reprice(self, chosen: np.ndarray) -> None:
        """Dearer where too many choose, cheaper where too few do, never below nothing."""
        now = self.discount[self.listed]
        self.discount[self.listed] = np.clip(now * (self.places / chosen) ** RELAXATION, SMALLEST, 1)

    def prices(self) -> np.ndarray:
        return -self.temperature * np.log(self.discount)


def _settled(seen: list[float]) -> bool:
    return bool(seen) and (seen[-1] <= IMBALANCE or (len(seen) > PATIENCE and seen[-1] > seen[-1 - PATIENCE] * (1 - BARELY)))


def _stages(*, warm: bool) -> Iterator[tuple[float, int]]:
    """Temperature and most rounds of each stage."""
    cooling = () if warm else COOLING
    for times, rounds in cooling:
        yield times * TEMPERATURE, rounds
    yield TEMPERATURE, MOST_ROUNDS - sum(rounds for _times, rounds in cooling)


def _gumbel(people: np.ndarray, openings: np.ndarray) -> np.ndarray:
    """From the two keys by SplitMix64's finaliser (Steele, Lea and Flood, 2014)."""
    mixed = people.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + openings.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    uniform = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54
    return -np.log(-np.log(uniform))
