"""What the schedule does for many people: one with whom something unforeseen happens holds up nobody else."""

import logging
from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)


def one_by_one(acts: Iterable[Callable[[], object]]) -> int:
    """Do all of them, each in a transaction of its own; how many did something. Then the first failure is raised: the task counts as failed."""
    done, failures = 0, []
    for act in acts:
        try:
            done += int(bool(act()))
        except Exception as failure:
            logger.exception("One act of the schedule failed; the others go on.")
            failures.append(failure)
    if failures:
        raise failures[0]
    return done
