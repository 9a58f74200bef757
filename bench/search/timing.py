"""Times of several ways to do one thing, taken in turn, so that whatever else the machine does falls on all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

AT_A_TURN = 4  # so that none pays for the processor's cache that another has filled


@dataclass(frozen=True)
class Times:
    """Milliseconds."""

    p50: float
    p95: float

    def __str__(self):
        return f"p50 {self.p50:.2f} ms, p95 {self.p95:.2f} ms"


def times_of(milliseconds: list[float]) -> Times:
    ordered = sorted(milliseconds)
    return Times(statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))])


def in_turn(actions: Mapping[str, Callable[[int], object]], *, rounds: int) -> dict[str, Times]:
    """Each action is given the number of the call. One round beforehand warms up and isn't counted."""
    taken: dict[str, list[float]] = {name: [] for name in actions}
    gc.collect()
    gc.freeze()  # the generated data is no business of the collector's
    for number in range(-1, rounds):
        for name, action in actions.items():
            for repeat in range(AT_A_TURN):
                begun = time.perf_counter()
                action(max(number, 0) * AT_A_TURN + repeat)
                if number >= 0:
                    taken[name].append((time.perf_counter() - begun) * 1000)
    gc.unfreeze()
    return {name: times_of(found) for name, found in taken.items()}
