"""Figures of a site as its own system reads and writes them: with a version, so that nobody overwrites unseen changes, and once only."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import ApiKey, User
from recruitment.quarantine.models import CapacityRequest, JournalEntry, Site
from recruitment.quarantine.services.capacity import PromisedMore, change_capacity, confirm_figures
from recruitment.quarantine.services.freshness import freshness, limits
from recruitment.quarantine.services.ledger import NoCapacity
from recruitment.shared.refusals import Conflict, Refusal

DAY = dt.timedelta(days=1)
NIGHTS_ANSWERED = 14
DONE, REFUSED = "done", "refused"


@dataclass(frozen=True)
class Period:
    """`capacity` beds on every night from `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    capacity: int


@dataclass(frozen=True)
class Answer:
    """`outcome` is DONE or REFUSED; `version` the one of the figures afterwards; `body` what is told."""

    outcome: str
    version: str
    body: dict


class FiguresChanged(Conflict):
    """The figures aren't those that were seen. Carries `site` and `version`, the one of now."""

    def for_people(self) -> str:
        return _("Số liệu của %(site)s đã thay đổi từ lần đọc trước. Hãy đọc lại rồi gửi.") % {"site": self.facts["site"]}


class KeyUsedOtherwise(Refusal):
    """The same idempotency key came with another request. Carries `key`."""

    def for_people(self) -> str:
        return _("Idempotency-Key này đã dùng cho một yêu cầu khác. Hãy dùng khóa mới.")


def figures_of(site: Site, *, first: dt.date, nights: int, now: dt.datetime, on: dt.date) -> dict:
    """The site's figures by night, and how old they are: what the API shows. Nights that the ledger does not have are left out."""
    policy = limits(on)
    confirmed = site.figures_confirmed_at
    rows = site.nights.with_usable().between(first, first + nights * DAY).order_by("night")
    return {
        "site": site.pk,
        "code": site.code,
        "name": site.name,
        "figures_confirmed_at": confirmed.isoformat() if confirmed else None,
        "age_minutes": int((now - confirmed).total_seconds() // 60) if confirmed else None,
        "state": freshness(site, policy=policy, now=now),
        "warned_after_hours": policy.warn_after_hours,
        "not_offered_after_hours": policy.stale_after_hours,
        "nights": [
            {"night": row.night.isoformat(), "capacity": row.capacity, "reserved": row.reserved, "occupied": row.occupied, "usable": row.usable}
            for row in rows
        ],
    }


def version_of(site: Site) -> str:
    """Another one after every change of the site's ledger and every confirmation of its figures.

    Changes of one site queue at its row before they write the journal, so the latest entry tells them apart.
    """
    last = JournalEntry.objects.filter(site=site).order_by("-at", "-pk").values_list("pk", flat=True).first()
    confirmed = Site.objects.values_list("figures_confirmed_at", flat=True).get(pk=site.pk)
    return hashlib.sha256(f"{site.pk} {last} {confirmed and confirmed.isoformat()}".encode()).hexdigest()[:24]


@transaction.atomic
def update_capacity_once(
    *,
    site: Site,
    periods: Sequence[Period],
    key: str,
    seen: Collection[str] | None,
    by: User,
    api_key: ApiKey | None = None,
    now: dt.datetime,
    on: dt.date,
) -> Answer:
    """Set the capacity of these periods, all of them or none; with no period the figures are confirmed as they stand.

    `seen` are the versions that the caller knows (None: any). The same `key` of the same person, or of the same program (`api_key`), gives the first
    answer again for a day, whatever has happened since; what is refused because beds are promised is an answer too. Raises FiguresChanged, and
    KeyUsedOtherwise for another request under the key; then nothing is kept, and the key can be used again.
    """
    kept_as = _of_the_program(api_key, key) if api_key else key
    CapacityRequest.objects.forgotten(now).filter(user=by, key=kept_as).delete()
    fingerprint = _fingerprint(site, periods)
    try:
        with transaction.atomic():
            request = CapacityRequest.objects.create(user=by, key=kept_as, fingerprint=fingerprint, made_at=now)
    except IntegrityError:  # made before, or by a parallel call that has just committed
        request = CapacityRequest.objects.get(user=by, key=kept_as)
        if request.fingerprint != fingerprint:
            raise KeyUsedOtherwise(key=key) from None
        return Answer(**request.answer)
    Site.objects.select_for_update(of=("self",), no_key=True).get(pk=site.pk)
    if seen is not None and (version := version_of(site)) not in seen:
        raise FiguresChanged(site=site, version=version)
    outcome, body = _change(site, periods, by=by, api_key=api_key, on=on)
    if outcome == DONE:
        site.refresh_from_db()
        first = min((period.first for period in periods), default=on)
        body = figures_of(site, first=first, nights=NIGHTS_ANSWERED, now=timezone.now(), on=on)
    request.answer = {"outcome": outcome, "version": version_of(site), "body": body}
    request.save(update_fields=["answer"])
    return Answer(**request.answer)


def forget_requests(*, now: dt.datetime) -> int:
    """Drop answers that nobody may ask for any more; how many."""
    dropped, _by_model = CapacityRequest.objects.forgotten(now).delete()
    return dropped


def _change(site: Site, periods: Sequence[Period], *, by: User, api_key: ApiKey | None, on: dt.date) -> tuple[str, dict]:
    try:
        with transaction.atomic():
            for period in sorted(periods, key=lambda period: period.first):
                change_capacity(site=site, first=period.first, until=period.last + DAY, capacity=period.capacity, by=by, api_key=api_key, on=on)
            if not periods:
                confirm_figures(site=site, by=by, api_key=api_key, on=on)
    except PromisedMore as refusal:
        facts = {name: refusal.facts[name] for name in ("promised", "asked", "holders")}
        return REFUSED, {"detail": refusal.for_people(), "night": refusal.facts["night"].isoformat(), **facts}
    except NoCapacity as refusal:
        return REFUSED, {"detail": refusal.for_people(), "night": refusal.facts["nights"][0].isoformat(), "promised": 0, "asked": 0, "holders": []}
    return DONE, {}


def _of_the_program(api_key: ApiKey, key: str) -> str:
    """Programs of one person don't know each other's idempotency keys."""
    return hashlib.sha256(f"{api_key.pk} {key}".encode()).hexdigest()


def _fingerprint(site: Site, periods: Sequence[Period]) -> str:
    asked = [site.pk, [[period.first.isoformat(), period.last.isoformat(), period.capacity] for period in periods]]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
