"""From a certificate's content to the facts that the record keeps (see models.HealthEvent)."""

import datetime as dt

from recruitment.health.certificates.content import Content, Recovery, Test, Vaccination
from recruitment.health.certificates.problems import Problem, Unreadable
from recruitment.health.vaccines import PRODUCTS, completes_course

VIETNAM = dt.timezone(dt.timedelta(hours=7))
EARLIEST = dt.date(2019, 12, 1)  # the first cases; people in trials were vaccinated in the first half of 2020


def facts_of(content: Content, at: dt.datetime) -> dict:
    """A HealthEvent's facts. Raises Unreadable (IMPLAUSIBLE): in the future, before birth, before there was anything to certify, or
    a recovery before the infection.

    A dose ends the course by the maker's label, as when it is told by hand; the series that the certificate names decides only for
    a product we don't know. So "1/1" of a two-dose vaccine, given after an infection, is one dose: the recovery counts by itself.
    """
    entry = content.entry
    if isinstance(entry, Vaccination):
        vaccine = PRODUCTS.get(entry.product, "")
        full = completes_course(vaccine, entry.number) if vaccine else entry.number >= entry.series
        _check(content, entry.on, at)
        return {"kind": "dose", "on": entry.on.isoformat(), "number": entry.number, "full_course": full, "vaccine": vaccine}
    if isinstance(entry, Test):
        sampled_at = entry.sampled_at.astimezone(VIETNAM)
        _check(content, sampled_at.date(), at)
        if sampled_at > at:
            raise Unreadable(Problem.IMPLAUSIBLE, "sampled in the future")
        result = "positive" if entry.positive else "negative"
        return {"kind": "test", "on": sampled_at.date().isoformat(), "at": sampled_at.isoformat(), "method": entry.method, "result": result}
    return _recovery(content, entry, at)


def _recovery(content: Content, entry: Recovery, at: dt.datetime) -> dict:
    """Recovered on the first day from which the certificate holds; that day may still be ahead."""
    _check(content, entry.first_positive_on, at)
    if not entry.first_positive_on <= entry.valid_from <= entry.valid_until:
        raise Unreadable(Problem.IMPLAUSIBLE, "recovery before infection")
    return {"kind": "recovery", "on": entry.valid_from.isoformat()}


def _check(content: Content, on: dt.date, at: dt.datetime) -> None:
    if not EARLIEST <= on <= at.astimezone(VIETNAM).date():
        raise Unreadable(Problem.IMPLAUSIBLE, "in the future, or too long ago")
    if on.isoformat()[: len(content.holder.born)] < content.holder.born:
        raise Unreadable(Problem.IMPLAUSIBLE, "before birth")
