"""From the first line of a draft to an advertisement that people can find, pause and find again."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Enterprise, Factory
from recruitment.openings import requirements
from recruitment.openings.models import Opening, ShuttleStop, WordingOverride
from recruitment.openings.wording import phrase_key
from recruitment.shared.refusals import Conflict, Refusal
from search.outbox import request_index

STEPS: dict[int, list[str]] = {
    1: ["factory", "occupation", "title", "description"],
    2: ["headcount", "shift", "hours_per_day", "hours_per_week", "overtime_hours_per_week", "rest_day", "starts_on", "closes_on"],
    3: [
        "base_wage",
        "allowances",
        "has_dormitory",
        "dormitory_fee",
        "dormitory_distance_km",
        "dormitory_people_per_room",
        "dormitory_months",
        "meals",
        "shuttle_stops",
    ],
    4: ["experience_months", "skills"],
}
EDITABLE = frozenset(field for fields in STEPS.values() for field in fields)
RELATED = frozenset({"skills", "shuttle_stops"})


class CannotPublish(Refusal):
    """Carries `obstacles`: every refusal at once, each with its own `field`, so that nobody mends one to meet the next."""

    def for_people(self) -> str:
        return " ".join(obstacle.for_people() for obstacle in self.facts["obstacles"])


class EditedMeanwhile(Conflict):
    """Somebody saved the opening after the page was opened. Carries `opening` as it is now."""

    def for_people(self) -> str:
        opening = self.facts["opening"]
        return _("%(person)s đã sửa tin này lúc %(time)s, sau khi bạn mở trang.") % {
            "person": opening.changed_by or opening.created_by,
            "time": timezone.localtime(opening.changed_at).strftime("%H:%M %d/%m/%Y"),
        }


class NotEditable(Refusal):
    """A closed opening stays as it ended. Carries `opening`."""

    def for_people(self) -> str:
        return _("Tin đã đóng nên không sửa được. Hãy đăng lại thành tin mới.")


class Suspended(Refusal):
    """An outbreak at the factory stopped what the opening hires for. Carries `opening`."""

    def for_people(self) -> str:
        return _("Tin tạm dừng vì chỗ làm này đang bị khóa do dịch. Khi mở khóa, tin tự đăng lại.")


class FewerThanPromised(Refusal):
    """Carries `promised`: the places held and filled already."""

    field = "headcount"

    def for_people(self) -> str:
        return _("Đã nhận và giữ chỗ cho %(promised)s người: số lượng không thể ít hơn.") % {"promised": self.facts["promised"]}


@transaction.atomic
def draft(*, factory: Factory, by: User, on: dt.date, fields: Mapping[str, Any], key: str | None = None) -> Opening:
    """Start a draft. `key` makes repeating harmless: the same key at the same factory gives the same draft, unchanged."""
    if key is not None:
        opening, is_new = Opening.objects.get_or_create(factory=factory, import_key=key, defaults={"title": fields["title"], "created_by": by})
        if not is_new:
            return opening
    else:
        opening = Opening.objects.create(factory=factory, title=fields["title"], created_by=by)
    return save_step(opening=opening, fields=fields, seen=None, by=by, on=on)


@transaction.atomic
def save_step(*, opening: Opening, fields: Mapping[str, Any], seen: dt.datetime | None, by: User, on: dt.date) -> Opening:
    """Keep some of an opening's fields, named as in STEPS (`skills` are rows, `shuttle_stops` as models.Stop).

    `seen` is `changed_at` as the person last saw it; None overwrites whatever is there. A published opening must still be
    lawful afterwards. Raises EditedMeanwhile, NotEditable, FewerThanPromised, or CannotPublish for a published one.
    """
    if unknown := fields.keys() - EDITABLE:
        raise ValueError(f"not fields of an opening that people edit: {sorted(unknown)}")
    now = locked(opening)
    if now.status == Opening.Status.CLOSED:
        raise NotEditable(opening=now)
    if seen is not None and now.changed_at != seen:
        raise EditedMeanwhile(opening=now)
    if fields.get("headcount", now.headcount) < now.held + now.accepted:
        raise FewerThanPromised(promised=now.held + now.accepted)
    own = [field for field in fields if field not in RELATED]
    for field in own:
        setattr(now, field, fields[field])
    set_income(now)
    now.changed_by = by
    if now.status == Opening.Status.PUBLISHED:
        _refuse_if_any([*requirements.content_obstacles(now, on=on), *requirements.wording_obstacles(now, kept=set())])
    now.save(update_fields=[*own, "wage_min", "wage_max", "changed_by", "changed_at"])
    _save_related(now, fields)
    request_index("opening", [now.pk])
    return now


@transaction.atomic
def publish(*, opening: Opening, by: User, on: dt.date, overrides: Mapping[str, str] | None = None) -> Opening:
    """Show a draft, or a paused opening again, to everybody. Publishing a published one changes nothing.

    `overrides` gives the reason for keeping a flagged phrase, by the phrase; the department reads them.
    Raises CannotPublish with every obstacle, Suspended while an outbreak stops it, or NotEditable if it has been closed.
    """
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(factories=opening.factory_id)  # it counts its published openings
    now = locked(opening)
    if now.status == Opening.Status.PUBLISHED:
        return now
    if now.status == Opening.Status.CLOSED:
        raise NotEditable(opening=now)
    if now.suspended_at:
        raise Suspended(opening=now)
    reasons = {phrase_key(phrase): reason.strip() for phrase, reason in (overrides or {}).items() if reason.strip()}
    _refuse_if_any(
        [
            *requirements.content_obstacles(now, on=on),
            *requirements.date_obstacles(now, on=on),
            *requirements.wording_obstacles(now, kept=set(reasons)),
            *requirements.employer_obstacles(now),
        ]
    )
    _keep_phrases(now, reasons, by=by)
    moment = timezone.now()
    now.publish()
    now.published_at = now.published_at or moment
    now.confirmed_at = moment
    now.changed_by = by
    now.save(update_fields=["status", "published_at", "confirmed_at", "changed_by", "changed_at"])
    request_index("opening", [now.pk])
    return now


@transaction.atomic
def pause(*, opening: Opening, by: User, on: dt.date) -> Opening:
    """Take no applications for now; promises stand. Pausing a paused one changes nothing. Conflict if it isn't published."""
    now = locked(opening)
    if now.status == Opening.Status.PAUSED:
        return now
    if now.status != Opening.Status.PUBLISHED:
        raise Conflict(opening=now)
    now.pause()
    now.changed_by = by
    now.save(update_fields=["status", "changed_by", "changed_at"])
    request_index("opening", [now.pk])
    return now


@transaction.atomic
def suspend(*, opening: Opening, by: User, on: dt.date) -> Opening:
    """Pause a published opening that an outbreak stops: its factory can't publish it again before it is resumed.

    Suspending one again changes nothing. Conflict if it isn't published.
    """
    now = locked(opening)
    if now.suspended_at:
        return now
    now = pause(opening=now, by=by, on=on)
    now.suspended_at = timezone.now()
    now.save(update_fields=["suspended_at"])
    return now


@transaction.atomic
def resume(*, opening: Opening, by: User, on: dt.date) -> Opening:
    """Let a suspended opening be published again, and publish it if the rules of the day still allow; else it stays paused.

    Nothing changes for one that isn't suspended.
    """
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(factories=opening.factory_id)
    now = locked(opening)
    if not now.suspended_at:
        return now
    now.suspended_at = None
    now.save(update_fields=["suspended_at"])
    if now.status != Opening.Status.PAUSED:
        return now
    try:
        with transaction.atomic():
            return publish(opening=now, by=by, on=on)
    except CannotPublish:
        return locked(now)


def locked(opening: Opening) -> Opening:
    """The opening as it is now, its row locked until the transaction ends."""
    rows = Opening.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("factory__enterprise", "factory__zone", "changed_by", "created_by").get(pk=opening.pk)


def set_income(opening: Opening) -> None:
    """Estimate the month from its parts; a wage known only as a range (an imported one) stays."""
    income = opening.income()
    if income is not None:
        opening.wage_min, opening.wage_max = income.wage_min, income.wage_max


def _save_related(opening: Opening, fields: Mapping[str, Any]) -> None:
    if "skills" in fields:
        opening.skills.set(fields["skills"])
    if "shuttle_stops" in fields:
        opening.shuttle_stops.all().delete()
        ShuttleStop.objects.bulk_create([ShuttleStop(opening=opening, **stop._asdict()) for stop in fields["shuttle_stops"]])


def _keep_phrases(opening: Opening, reasons: Mapping[str, str], *, by: User) -> None:
    """One row for each phrase that stands in the text and is kept with a reason, the first reason counting."""
    flagged = {phrase_key(finding.phrase): finding for _field, finding in requirements.findings(opening) if finding.may_be_kept}
    for phrase in sorted(flagged.keys() & reasons.keys()):
        WordingOverride.objects.get_or_create(
            opening=opening,
            phrase=phrase,
            defaults={"article": flagged[phrase].article, "reason": reasons[phrase], "by": by},
        )


def _refuse_if_any(obstacles: Iterable[Refusal]) -> None:
    found = list(obstacles)
    if found:
        raise CannotPublish(obstacles=found)
