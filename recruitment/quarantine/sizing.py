"""How many backup beds a risk asks for: pure, from the sizes of factories and a stated risk of outbreaks.

Outbreaks of a factory arrive as a Poisson process; each sends a batch of contacts to quarantine at once, for the same days. The
beds wanted on a night are then compound Poisson: a Poisson number of outbreaks under way, each with its batch. Its distribution
comes from the batches' transform by FFT. Formulas that let people arrive one by one (Erlang-B) ignore the batches and are
several times too low.

No published figure exists for these risks: all of them are parameters of dated data, never constants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log, log2, sqrt

import numpy as np

DAYS_PER_MONTH = 365 / 12
SERVED = (0.90, 0.95, 0.99)  # shares of bed-nights that are offered for choice
HOUSED_WHOLE = 0.99  # "nobody turned away": the part of outbreaks that find every bed they need
SMALLEST_GRID = 64


@dataclass(frozen=True)
class Risk:
    """What is assumed of outbreaks.

    `outbreaks_per_month`: of one factory. `contact_share`: part of its workers sent to quarantine by an outbreak, on average.
    `unevenness`: how much batches differ, as standard deviation over mean; 0 makes every outbreak the same.
    Stays last from `shortest_stay` to `longest_stay` nights, each length equally likely.
    """

    outbreaks_per_month: float
    contact_share: float
    unevenness: float
    shortest_stay: int
    longest_stay: int

    @property
    def nights(self) -> float:
        return (self.shortest_stay + self.longest_stay) / 2

    @property
    def under_way(self) -> float:
        """Outbreaks of one factory under way on a night, on average."""
        return self.outbreaks_per_month / DAYS_PER_MONTH * self.nights

    def in_a_wave(self, times: float) -> "Risk":
        """Every factory at once has outbreaks `times` as often, as when the whole province is struck."""
        return Risk(self.outbreaks_per_month * times, self.contact_share, self.unevenness, self.shortest_stay, self.longest_stay)


@dataclass(frozen=True)
class Demand:
    """Beds wanted on a night: `nightly[n]` is the probability of n; `with_another[n]` of n once one more outbreak has begun."""

    nightly: np.ndarray
    with_another: np.ndarray

    @cached_property
    def mean(self) -> float:
        return float(np.arange(len(self.nightly)) @ self.nightly)

    @cached_property
    def served_shares(self) -> np.ndarray:
        """`served_shares[c]`: the part of all wanted bed-nights that find one of c beds, E[min(X, c)] / E[X]."""
        if not self.mean:
            return np.ones(len(self.nightly))
        beyond = 1 - np.cumsum(self.nightly)  # P(X > n)
        return np.concatenate([[0.0], np.cumsum(beyond)[:-1]]) / self.mean

    def beds_serving(self, share: float) -> int:
        """The fewest beds with which that part of all wanted bed-nights is served."""
        return int(np.searchsorted(self.served_shares, share - 1e-9))

    def beds_turning_nobody_away(self) -> int:
        """The fewest beds with which 99 of 100 outbreaks find a bed for everybody: Poisson arrivals see what a night sees."""
        return int(np.searchsorted(np.cumsum(self.with_another), HOUSED_WHOLE - 1e-9))


@dataclass(frozen=True)
class Beds:
    """`serving[share]` beds serve that part of bed-nights; `everybody` turn nobody away; `mean` are wanted on an average night."""

    serving: dict[float, int]
    everybody: int
    mean: float

    def __add__(self, other: "Beds") -> "Beds":
        return Beds(
            {share: beds + other.serving[share] for share, beds in self.serving.items()}, self.everybody + other.everybody, self.mean + other.mean
        )


NOTHING = Beds(dict.fromkeys(SERVED, 0), 0, 0.0)


def pooled(workers: Sequence[int], risk: Risk) -> Beds:
    """Beds that these factories need when they share them. `workers`: people of each factory."""
    demand = demand_of(workers, risk)
    return Beds({share: demand.beds_serving(share) for share in SERVED}, demand.beds_turning_nobody_away(), demand.mean)


def alone(workers: Sequence[int], risk: Risk) -> Beds:
    """Beds that they need in all when each keeps its own."""
    each = {people: pooled([people], risk) for people in set(workers)}
    return sum((each[people] for people in workers), start=NOTHING)


def demand_of(workers: Sequence[int], risk: Risk) -> Demand:
    """The distribution of beds wanted on a night by all these factories together, outbreaks independent of each other."""
    struck = [people for people in workers if people > 0 and risk.contact_share > 0]
    if not struck or not risk.under_way:
        return Demand(np.array([1.0]), np.array([1.0]))
    batches = [batch(people, risk) for people in struck]
    size = _grid(batches, risk)
    transforms = np.zeros(size // 2 + 1, dtype=complex)
    for sizes in batches:
        transforms += np.fft.rfft(sizes, size)
    night = np.exp(risk.under_way * (transforms - len(batches)))
    another = night * transforms / len(batches)
    return Demand(_probabilities(night, size), _probabilities(another, size))


def batch(workers: int, risk: Risk) -> np.ndarray:
    """How many contacts one outbreak sends: `[n]` is the probability of n, never more than the factory has people.

    Negative binomial about the mean share, so that a few outbreaks are large; a spread too narrow for that becomes one fixed size, rounded up.
    """
    mean = min(workers * risk.contact_share, float(workers))
    variance = (risk.unevenness * mean) ** 2
    if variance <= mean:
        return np.bincount([ceil(mean)], minlength=workers + 1).astype(float)
    shape, chance = mean**2 / (variance - mean), mean / variance
    n = np.arange(workers)
    logs = shape * log(chance) + np.concatenate([[0.0], np.cumsum(np.log((n[:-1] + shape) / (n[:-1] + 1) * (1 - chance)))])
    sizes = np.exp(logs)
    return np.append(sizes, max(0.0, 1 - sizes.sum()))  # whatever exceeds the workforce is the whole of it


def erlang_b_beds(workers: Sequence[int], risk: Risk, *, lost: float) -> int:
    """Beds by the formula for people who arrive one by one, for comparison: it ignores that outbreaks send batches."""
    load = sum(people * risk.contact_share for people in workers) * risk.under_way
    blocked, beds = 1.0, 0
    while blocked > lost:
        beds += 1
        blocked = load * blocked / (beds + load * blocked)
    return beds


def _grid(batches: Sequence[np.ndarray], risk: Risk) -> int:
    """A power of two beyond which the demand is as good as impossible: FFT wraps around what lies beyond."""
    numbers = [np.arange(len(sizes)) for sizes in batches]
    mean = risk.under_way * sum(float(n @ sizes) for n, sizes in zip(numbers, batches, strict=True))
    variance = risk.under_way * sum(float((n * n) @ sizes) for n, sizes in zip(numbers, batches, strict=True))
    largest = max(int(np.searchsorted(np.cumsum(sizes), 1 - 1e-9)) for sizes in batches)
    return 2 ** ceil(log2(max(SMALLEST_GRID, mean + 8 * sqrt(variance) + 3 * largest + 1)))


def _probabilities(transform: np.ndarray, size: int) -> np.ndarray:
    found = np.clip(np.fft.irfft(transform, size), 0, None)
    return found / found.sum()


@dataclass(frozen=True)
class Played:
    """What happened in a simulation: the part of wanted bed-nights served, and of outbreaks housed whole."""

    served: float
    housed_whole: float


def play(workers: Sequence[int], risk: Risk, *, beds: int, nights: int, random: np.random.Generator) -> Played:
    """Outbreaks drawn one by one and counted night by night with so many beds: the check of the formulas above."""
    first, sizes, stays = (np.concatenate(drawn) for drawn in zip(*(_outbreaks(people, risk, nights, random) for people in workers), strict=True))
    changes = np.zeros(nights + risk.longest_stay + 1)
    np.add.at(changes, first, sizes)
    np.add.at(changes, first + stays, -sizes)
    wanted = np.cumsum(changes)
    settled = wanted[risk.longest_stay : nights]  # the first nights still miss outbreaks from before
    return Played(served=float(np.minimum(settled, beds).sum() / settled.sum()), housed_whole=float((wanted[first] <= beds).mean()))


def _outbreaks(people: int, risk: Risk, nights: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First night, contacts and nights of each outbreak of one factory."""
    begun = random.poisson(risk.outbreaks_per_month / DAYS_PER_MONTH * nights)
    stays = random.integers(risk.shortest_stay, risk.longest_stay + 1, begun)
    return random.integers(0, nights, begun), random.choice(people + 1, begun, p=batch(people, risk)), stays
