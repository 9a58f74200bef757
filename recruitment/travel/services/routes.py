"""Whether routes run on a day and which share of the seats may be sold: the route's own decision, else the rule of its area level."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.places.models import AreaLevel, Province
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Route, RouteRule, RouteState
from recruitment.travel.models.routes import Running


@dataclass(frozen=True)
class Decision:
    """`area_level` None where the route has a decision of its own, or nothing at all is decided: then it runs in full."""

    running: str = Running.OPEN
    seat_percent: int = 100
    document: str = ""
    document_on: dt.date | None = None
    since: dt.date | None = None
    area_level: int | None = None

    @property
    def runs(self) -> bool:
        return self.running != Running.CLOSED and self.seat_percent > 0


def decisions_on(routes: Collection[Route], *, on: dt.date) -> dict[int, Decision]:
    """By route, in a fixed number of queries. The higher level of origin and destination counts."""
    own = RouteState.objects.filter(route__in=routes).in_force(on)
    rules = RouteRule.objects.in_force(on)
    levels = _levels({route.origin_id for route in routes}, on) if rules else {}
    home = _home_level(on) if rules else 0
    found = {}
    for route in routes:
        state = own.get(route.pk)
        level = max(levels.get(route.origin_id, 0), home)
        if state and (state.until is None or state.until >= on):
            found[route.pk] = Decision(state.running, state.seat_percent, state.document, state.document_on, state.since)
        elif rule := rules.get(level):
            found[route.pk] = Decision(rule.running, rule.seat_percent, rule.document, rule.document_on, rule.since, level)
        else:
            found[route.pk] = Decision()
    return found


def decision_on(route: Route, *, on: dt.date) -> Decision:
    return decisions_on([route], on=on)[route.pk]


class SameDay(Refusal):
    """The route has another decision from the same day on. Carries `state`."""

    field = "since"

    def for_people(self) -> str:
        return _("Tuyến này đã có quyết định từ ngày %(day)s (%(document)s). Hãy chọn ngày khác.") % {
            "day": f"{self.facts['state'].since:%d/%m/%Y}",
            "document": self.facts["state"].document,
        }


@transaction.atomic
def decide_route(
    *, route: Route, running: str, seat_percent: int, since: dt.date, until: dt.date | None, document: str, document_on: dt.date, by: User
) -> RouteState:
    """Write down what a document says about one route from a day on; rows are only ever added. The same again changes nothing.

    Trips follow by departures.apply_decisions. Raises SameDay.
    """
    Route.objects.select_for_update(of=("self",), no_key=True).get(pk=route.pk)
    said = {"running": running, "seat_percent": seat_percent, "until": until, "document": document, "document_on": document_on}
    state, is_new = RouteState.objects.get_or_create(route=route, since=since, defaults=said | {"entered_by": by})
    if not is_new and any(getattr(state, name) != value for name, value in said.items()):
        raise SameDay(state=state)
    return state


def _levels(provinces: Collection[int], on: dt.date) -> dict[int, int]:
    """The level in force of each whole province that has one."""
    rows = AreaLevel.objects.filter(province__in=provinces, commune=None).in_force(on)
    levels: dict[int, int] = {}
    for province, level in rows.values_list("province_id", "level"):
        levels.setdefault(province, level)
    return levels


def _home_level(on: dt.date) -> int:
    return next(iter(_levels([Province.objects.home(on).pk], on).values()), 0)
