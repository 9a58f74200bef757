"""Django made to fail, in tests, where it would quietly do what only looks right."""

import random
import sys

from django.db.models import QuerySet

shuffler = random.Random()
fetch_all = QuerySet._fetch_all
select_for_update = QuerySet.select_for_update


class UnboundedLock(Exception):
    """`select_for_update` without `of=` locks every joined table's row too, in an order nobody wrote down."""


def fetch_all_in_any_order(queryset) -> None:
    """Rows without an explicit order come shuffled, so that a test can't depend on how PostgreSQL happened to store them."""
    fresh = queryset._result_cache is None
    fetch_all(queryset)
    if fresh and not queryset.ordered and not queryset.query.is_sliced:
        shuffler.shuffle(queryset._result_cache)


def select_for_update_of(queryset, *arguments, **options):
    caller = sys._getframe(1).f_globals["__name__"]
    if not options.get("of") and caller.startswith(("recruitment.", "search.")):
        raise UnboundedLock(f'{caller}: pass of=("self",) to select_for_update')
    return select_for_update(queryset, *arguments, **options)


def install() -> None:
    QuerySet._fetch_all = fetch_all_in_any_order
    QuerySet.select_for_update = select_for_update_of
