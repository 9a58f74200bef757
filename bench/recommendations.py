"""Prices for many people and openings: how long a refresh takes, and how many places the lists would fill.

    python -m bench.recommendations

A refresh here is what happens between reading and writing: every person is scored with every opening of his or her own and near
occupations, the feasible lists are kept, and the prices found, from nothing. Reading rows and writing prices is the database's.

Everybody then applies to the first three of a list. Openings keep the best applicants they have places for, and whoever is
turned away asks the next (Gale and Shapley). Places filled are a share of the most that any assignment fills (a maximum flow);
the sum of the scores is a share of a bound that no assignment exceeds (the dual linear programme's value at the prices), so that
it is at least as good as shown.
"""

import datetime as dt
import heapq
import json
import resource
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from search.feasible import Layout, Lists, OpeningArrays, PeopleArrays, feasible_lists
from search.prices import Prices, prices_for, standing
from search.scoring import CandidateFacts, OpeningFacts

TODAY = dt.date(2026, 11, 24)
OCCUPATIONS = list(range(1, 61))
WANTED = [1 / rank for rank in OCCUPATIONS]  # how often an occupation is met: few are common
RELATED = {o: frozenset(near for near in (o - 1, o + 1) if near in OCCUPATIONS and min(o, near) % 3) for o in OCCUPATIONS}
SKILLS, ZONES, APPLICATIONS = range(36), range(1, 8), 3
SHIFTS = [["day"], ["day", "office"], ["day", "night", "rotating"], ["rotating", "day"], ["office"]]
WISHES = [None, 7_000_000, 8_000_000, 8_500_000, 9_000_000, 10_000_000, 12_000_000]
EVERYTHING = 10**6  # longer than any list, and more points than any score


@dataclass(frozen=True)
class Province:
    openings: OpeningArrays
    places: np.ndarray
    people: PeopleArrays


def make_province(people: int, openings: int, *, seed: int = 2021) -> Province:
    """As many places as people, a few large openings among many small ones."""
    random = Random(seed)
    facts = {key: _opening(random) for key in range(openings)}
    layout = Layout.of(facts.values())
    sizes = np.array([random.lognormvariate(0, 1) for _number in range(openings)])
    places = np.maximum(1, np.round(sizes * people / sizes.sum())).astype(int)
    parts = [
        PeopleArrays.of({key: _person(random) for key in range(start, min(start + 5_000, people))}, layout, RELATED)
        for start in range(0, people, 5_000)
    ]
    return Province(OpeningArrays.of(facts, layout), places, PeopleArrays.joined(parts))


def _opening(random: Random) -> OpeningFacts:
    occupation = random.choices(OCCUPATIONS, WANTED)[0]
    return OpeningFacts(
        occupation=occupation,
        related_occupations=RELATED[occupation],
        skills=frozenset(random.sample(SKILLS, random.choice([0, 1, 2]))),
        experience_months=random.choice([0, 0, 0, 6, 12]),
        wage_top=random.choice([None, *range(6_000_000, 13_000_000, 500_000)]),
        zone=random.choice(ZONES),
        shift=random.choice(["day", "night", "rotating", "rotating", "office"]),
        has_dormitory=random.random() < 0.5,
        starts_on=TODAY + dt.timedelta(days=random.randint(0, 30)),
    )


def _person(random: Random) -> CandidateFacts:
    return CandidateFacts(
        experience={random.choices(OCCUPATIONS, WANTED)[0]: random.choice([0, 0, 3, 6, 12, 24, 60]) for _trade in range(random.choice([1, 1, 2]))},
        skills=frozenset(random.sample(SKILLS, random.choice([0, 1, 2]))),
        wage_wanted=random.choice(WISHES),
        zones=frozenset(random.sample(ZONES, 2)) if random.random() < 0.4 else frozenset(),
        shifts=frozenset(random.choice(SHIFTS)),
        needs_dormitory=random.random() < 0.6,
        ready_on=TODAY + dt.timedelta(days=random.choice([0, 0, 0, 3, 7, 14, 30])) if random.random() < 0.9 else None,
    )


def refresh(province: Province) -> Prices:
    return prices_for(feasible_lists(province.people, province.openings), province.places)


def applications(province: Province, prices: np.ndarray | None) -> Lists:
    """What everybody applies to, the first first: the top of the list by score less price, or by score alone."""
    lists = feasible_lists(province.people, province.openings)
    persons, lengths = lists.persons(), np.diff(lists.starts)
    by = lists.scores if prices is None else standing(lists.scores, prices[lists.openings], persons, lists.openings)
    order = np.lexsort((lists.openings, -by, persons))
    kept = order[np.arange(len(order)) - np.repeat(lists.starts[:-1], lengths) < APPLICATIONS]
    return Lists(np.cumsum([0, *np.minimum(lengths, APPLICATIONS)]), lists.openings[kept], lists.scores[kept])


def _parts(people: PeopleArrays, size: int = 2_000) -> Iterator[PeopleArrays]:
    for first in range(0, len(people), size):
        rows = slice(first, first + size)
        of_these = (people.trades[:, 0] >= first) & (people.trades[:, 0] < first + size)
        trades = people.trades[of_these] - np.array([first, 0, 0, 0], np.int32)
        yield PeopleArrays(people.keys[rows], people.points[rows], people.wage_wanted[rows], people.ready_on[rows], trades)


def accepted(asked: Lists, places: Sequence[int]) -> tuple[int, float]:
    """Places filled and the sum of the scores, when every opening keeps its best applicants."""
    kept: list[list[tuple[float, int]]] = [[] for _opening in places]
    openings, scores, ends = asked.openings.tolist(), asked.scores.tolist(), asked.starts[1:].tolist()
    turn = asked.starts[:-1].tolist()
    looking = list(range(len(turn)))
    while looking:
        person = looking.pop()
        if turn[person] == ends[person]:
            continue
        pair = (scores[turn[person]], person)
        applicants = kept[openings[turn[person]]]
        turn[person] += 1
        if len(applicants) < places[openings[turn[person] - 1]]:
            heapq.heappush(applicants, pair)
        else:
            looking.append(heapq.heappushpop(applicants, pair)[1])
    return sum(map(len, kept)), sum(score for applicants in kept for score, _person in applicants)


def most_filled(province: Province) -> int:
    """The most places that any assignment fills, people going to their own and near occupations: a maximum flow.

    People with the same occupations are one node, so the graph stays small; paths are those of Edmonds and Karp.
    """
    trades = np.split(province.people.trades[:, 1], np.flatnonzero(np.diff(province.people.trades[:, 0])) + 1)
    without = Counter(frozenset(occupations.tolist()) for occupations in trades)  # people without work, by occupations
    free = np.bincount(province.openings.occupation, weights=province.places, minlength=OCCUPATIONS[-1] + 1).astype(int).tolist()
    working: dict[tuple[frozenset[int], int], int] = Counter()
    filled = 0
    while path := _path(without, working, free):
        many = min(
            without[path[0][0]], free[path[-1][1]], *(working[group, place] for (group, _to), (_from, place) in zip(path[1:], path, strict=False))
        )
        for step, (group, occupation) in enumerate(path):
            working[group, occupation] += many
            if step:
                working[group, path[step - 1][1]] -= many
        without[path[0][0]] -= many
        free[path[-1][1]] -= many
        filled += many
    return filled


def _path(without, working, free) -> list[tuple[frozenset[int], int]]:
    """The shortest way from people without work to a free place: (group, occupation it moves into), each making room for the one before."""
    reached: dict[int, tuple[frozenset[int], int | None]] = {}
    queue: deque[int] = deque()
    for group, people in without.items():
        for occupation in group if people else ():
            if occupation not in reached:
                reached[occupation] = (group, None)
                queue.append(occupation)
    while queue:
        occupation = queue.popleft()
        if free[occupation]:
            path = []
            at: int | None = occupation
            while at is not None:
                group, before = reached[at]
                path.append((group, at))
                at = before
            return path[::-1]
        for (group, place), people in working.items():
            for further in group if people and place == occupation else ():
                if further not in reached:
                    reached[further] = (group, occupation)
                    queue.append(further)
    return []


def highest_total(province: Province, prices: np.ndarray) -> float:
    """No assignment scores more (weak duality): whatever the prices, places at their price and each person's best gain above it."""
    gains = 0.0
    for part in _parts(province.people):
        lists = feasible_lists(part, province.openings, length=EVERYTHING, bound=EVERYTHING)
        gain = lists.scores - prices[lists.openings]
        gains += float(np.maximum(0, np.maximum.reduceat(gain, lists.starts[:-1][np.diff(lists.starts) > 0])).sum())
    return gains + float((province.places * prices).sum())


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def figures() -> dict:
    """`recommend_…_s`: seconds of one refresh from nothing, the better of two; `fill_…`, `score_20k`: shares of the optimum; `by_score_alone_…`: without prices."""
    found: dict = {}
    for name, people, openings in (("20k", 20_000, 400), ("100k", 100_000, 5_000)):
        province = make_province(people, openings)
        seconds = []
        for _again in range(2):
            begun = time.perf_counter()
            prices = refresh(province)
            seconds.append(time.perf_counter() - begun)
        found[f"recommend_{name}_s"] = round(min(seconds), 2)
        found[f"recommend_{name}_peak_mb"] = round(peak_mb())
        found[f"recommend_{name}_rounds"] = prices.rounds
        most, places = most_filled(province), province.places.tolist()
        filled, total = accepted(applications(province, prices.points), places)
        found[f"fill_{name}"] = round(filled / most, 4)
        found[f"by_score_alone_fill_{name}"] = round(accepted(applications(province, None), places)[0] / most, 4)
        if name == "20k":  # at 100k the lists leave out too much for the bound to be near
            found["score_20k"] = round(total / highest_total(province, prices.points), 4)
    return found


if __name__ == "__main__":
    print(json.dumps(figures()))
