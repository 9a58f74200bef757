"""Beds for persons: booked before arrival, taken on admission, given back on release or cancellation."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.places.distances import distance_km
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import JournalEntry, Site, SiteNight, Stay
from recruitment.quarantine.services.freshness import sites_with_fresh_figures
from recruitment.quarantine.services.ledger import NoCapacity, move
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

SEARCHED_DAYS = 30


class AlreadyHasABed(Refusal):
    """The person holds another bed on one of these nights. Carries `worker`."""

    def for_people(self) -> str:
        return _("Người này đã có giường ở một khu cách ly trong những đêm đó. Hãy hủy giường cũ trước.")


class NoEntryBed(Refusal):
    """No site near the zone has a bed on all these nights. Carries `zone`, `arrives_on`, `days`, `next_date` (None within 30 days)."""

    def for_people(self) -> str:
        until = self.facts["arrives_on"] + dt.timedelta(days=self.facts["days"])
        dates = {"first": f"{self.facts['arrives_on']:%d/%m/%Y}", "until": f"{until:%d/%m/%Y}"}
        if next_date := self.facts["next_date"]:
            return _("Không còn giường cách ly từ %(first)s đến %(until)s. Ngày gần nhất còn giường: %(next)s.") % {**dates, "next": f"{next_date:%d/%m/%Y}"}
        return _("Không còn giường cách ly từ %(first)s đến %(until)s, và cả trong 30 ngày sau đó. Hãy nhờ sở mở thêm chỗ.") % dates


class WrongMoment(Refusal):
    """The stay is not in the state that the act needs. Carries `stay`."""

    def for_people(self) -> str:
        return _("Lượt cách ly này đang ở trạng thái “%(status)s”. Hãy tải lại trang.") % {"status": self.facts["stay"].get_status_display()}


@transaction.atomic
def book_entry_bed(*, worker: Worker, zone: IndustrialZone, arrives_on: dt.date, days: int, by: User, on: dt.date) -> Stay:
    """A bed for `days` nights from `arrives_on` at the nearest site with fresh figures and room.

    Raises NoEntryBed, which carries the next possible date, or AlreadyHasABed.
    """
    leaves_on = arrives_on + dt.timedelta(days=days)
    for site in _nearest_first(sites_with_fresh_figures(on=on), zone):
        if _has_room(site, arrives_on, leaves_on):
            try:
                return book_bed(worker=worker, site=site, arrives_on=arrives_on, leaves_on=leaves_on, by=by)
            except NoCapacity:
                continue  # somebody was quicker; the next site may still have room
    raise NoEntryBed(zone=zone, arrives_on=arrives_on, days=days, next_date=_next_date(zone, arrives_on, days, on))


@transaction.atomic
def book_bed(*, worker: Worker, site: Site, arrives_on: dt.date, leaves_on: dt.date, by: User | None) -> Stay:
    """A bed at this site. Raises NoCapacity or AlreadyHasABed."""
    try:
        with transaction.atomic():
            stay = Stay.objects.create(worker=worker, site=site, arrives_on=arrives_on, leaves_on=leaves_on)
    except IntegrityError as error:
        if "one_bed_per_person_and_night" in str(error):
            raise AlreadyHasABed(worker=worker) from error
        raise
    move(site=site, first=arrives_on, until=leaves_on, change=JournalEntry.Change.BOOK, occupied=1, stay=stay, by=by)
    return stay


@transaction.atomic
def admit(*, stay: Stay, by: User, on: dt.date) -> Stay:
    """The person has arrived. Repeating it changes nothing. Arriving early or too late raises WrongMoment."""
    stay = _locked(stay)
    if stay.status == Stay.Status.ADMITTED:
        return stay
    if stay.status != Stay.Status.BOOKED or not stay.arrives_on <= on < stay.leaves_on:
        raise WrongMoment(stay=stay)
    stay.status, stay.admitted_at = Stay.Status.ADMITTED, timezone.now()
    stay.save(update_fields=["status", "admitted_at"])
    JournalEntry.objects.create(site=stay.site, first=on, until=stay.leaves_on, change=JournalEntry.Change.ADMIT, stay=stay, by=by)
    return stay


@transaction.atomic
def release(*, stay: Stay, by: User, on: dt.date) -> Stay:
    """The person leaves; the nights from `on` are free again. Repeating it changes nothing."""
    stay = _locked(stay)
    if stay.status == Stay.Status.RELEASED:
        return stay
    if stay.status != Stay.Status.ADMITTED:
        raise WrongMoment(stay=stay)
    _free(stay, JournalEntry.Change.RELEASE, by=by, on=on)
    stay.status, stay.ended_at = Stay.Status.RELEASED, timezone.now()
    stay.save(update_fields=["status", "ended_at"])
    return stay


@transaction.atomic
def cancel_stay(*, stay: Stay, by: User | None, on: dt.date) -> Stay:
    """Give a bed back before or after arrival. Repeating it changes nothing."""
    stay = _locked(stay)
    if stay.status in (Stay.Status.CANCELLED, Stay.Status.RELEASED):
        return stay
    _free(stay, JournalEntry.Change.CANCEL, by=by, on=on)
    stay.status, stay.ended_at = Stay.Status.CANCELLED, timezone.now()
    stay.save(update_fields=["status", "ended_at"])
    return stay


def _locked(stay: Stay) -> Stay:
    return Stay.objects.select_for_update(of=("self",), no_key=True).select_related("site", "worker__user").get(pk=stay.pk)


def _free(stay: Stay, change: str, *, by: User | None, on: dt.date) -> None:
    """Nights gone by stay counted; the ones to come are given back."""
    first = min(max(on, stay.arrives_on), stay.leaves_on)
    move(site=stay.site, first=first, until=stay.leaves_on, change=change, occupied=-1, stay=stay, by=by)


def _nearest_first(sites: list[Site], zone: IndustrialZone) -> list[Site]:
    return sorted(sites, key=lambda site: (distance_km(site.latitude, site.longitude, zone.latitude, zone.longitude), site.pk))


def _has_room(site: Site, first: dt.date, until: dt.date) -> bool:
    return SiteNight.objects.filter(site=site).between(first, until).with_room_for(1).count() == (until - first).days


def _next_date(zone: IndustrialZone, arrives_on: dt.date, days: int, on: dt.date) -> dt.date | None:
    """The first arrival after `arrives_on`, within 30 days, for which some fresh site has a bed on every night."""
    sites = sites_with_fresh_figures(on=on)
    last = arrives_on + dt.timedelta(days=SEARCHED_DAYS + days)
    free: dict[int, set[dt.date]] = {site.pk: set() for site in sites}
    for site, night in SiteNight.objects.filter(site__in=sites).between(arrives_on, last).with_room_for(1).values_list("site", "night"):
        free[site].add(night)
    for offset in range(1, SEARCHED_DAYS + 1):
        nights = {arrives_on + dt.timedelta(days=offset + day) for day in range(days)}
        if any(nights <= found for found in free.values()):
            return arrives_on + dt.timedelta(days=offset)
    return None
