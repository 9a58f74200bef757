"""What a site can hold: nights opened a year ahead, capacity changed, figures confirmed."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.quarantine.models import BackupReservation, JournalEntry, Site, SiteNight, Stay
from recruitment.quarantine.services.ledger import NoCapacity, move, nights_between
from recruitment.shared.refusals import Refusal

HORIZON = dt.timedelta(days=365)


class PromisedMore(Refusal):
    """Capacity can't go below what is promised. Carries `site`, `night`, `promised`, `asked`, and `holders` (what holds the beds)."""

    field = "capacity"

    def for_people(self) -> str:
        return _("Đêm %(night)s đã hứa %(promised)d giường (%(holders)s), không thể giảm còn %(asked)d. Hãy chuyển người hoặc giảm dự phòng trước.") % {
            "night": f"{self.facts['night']:%d/%m/%Y}",
            "promised": self.facts["promised"],
            "asked": self.facts["asked"],
            "holders": "; ".join(self.facts["holders"]) or "—",
        }


@transaction.atomic
def open_site_nights(*, site: Site, capacity: int, by: User | None, on: dt.date) -> int:
    """Make the nights of the coming year that do not exist yet; how many. Repeating it changes nothing.

    New nights get the capacity of the site's last one, or `capacity` for a site without any.
    """
    site = Site.objects.select_for_update(of=("self",), no_key=True).get(pk=site.pk)
    last = SiteNight.objects.filter(site=site).aggregate(last=Max("night"))["last"]
    first = max(on, last + dt.timedelta(days=1)) if last else on
    until = on + HORIZON
    if first >= until:
        return 0
    if last:
        capacity = SiteNight.objects.get(site=site, night=last).capacity
    SiteNight.objects.bulk_create([SiteNight(site=site, night=night, capacity=capacity) for night in nights_between(first, until)])
    JournalEntry.objects.create(site=site, first=first, until=until, change=JournalEntry.Change.CAPACITY, capacity_delta=capacity, by=by)
    return (until - first).days


@transaction.atomic
def change_capacity(*, site: Site, first: dt.date, until: dt.date, capacity: int, by: User, on: dt.date) -> None:
    """Set the capacity of every night of [first, until), and stamp the figures as confirmed.

    Raises PromisedMore when a night has promised more beds, NoCapacity when the ledger has no such night.
    """
    nights = SiteNight.objects.select_for_update(of=("self",), no_key=True).filter(site=site).between(first, until).order_by("site_id", "night")
    rows = list(nights)
    if len(rows) != max(0, (until - first).days):
        existing = {row.night for row in rows}
        raise NoCapacity(site=site, nights=[night for night in nights_between(first, until) if night not in existing])
    for row in rows:
        if row.reserved + row.occupied > capacity:
            raise PromisedMore(site=site, night=row.night, promised=row.reserved + row.occupied, asked=capacity, holders=_holders(site, row.night))
    for start, end, delta in _runs(rows, capacity):
        move(site=site, first=start, until=end, change=JournalEntry.Change.CAPACITY, capacity=delta, by=by)
    confirm_figures(site=site, by=by, on=on)


def _runs(rows: list[SiteNight], capacity: int) -> list[tuple[dt.date, dt.date, int]]:
    """Neighbouring nights that change by the same number of beds: first night, the night after the last, the difference."""
    runs: list[tuple[dt.date, dt.date, int]] = []
    for row in rows:
        delta, after = capacity - row.capacity, row.night + dt.timedelta(days=1)
        if runs and runs[-1][1] == row.night and runs[-1][2] == delta:
            runs[-1] = (runs[-1][0], after, delta)
        else:
            runs.append((row.night, after, delta))
    return [run for run in runs if run[2]]


def _holders(site: Site, night: dt.date) -> list[str]:
    """Who holds beds there on that night: each factory with its reserve, and the number of people."""
    reservations = BackupReservation.objects.filter(site=site, nights__night=night, nights__beds__gt=0).select_related("factory")
    beds = dict(reservations.values_list("pk", "nights__beds"))
    holders = [f"{reservation.factory}: {beds[reservation.pk]}" for reservation in reservations.order_by("pk")]
    people = Stay.objects.holding_a_bed().filter(site=site, arrives_on__lte=night, leaves_on__gt=night, drawn_from=None).count()
    return [*holders, _("%(count)d người đang ở hoặc đã xếp giường") % {"count": people}] if people else holders


@transaction.atomic
def confirm_figures(*, site: Site, by: User, on: dt.date) -> None:
    """“Không đổi”: the figures are right as they stand; their age starts anew."""
    Site.objects.filter(pk=site.pk).update(figures_confirmed_at=timezone.now())


def extend_all(*, on: dt.date) -> int:
    """Open the missing nights of every site that has a ledger; how many rows. Each site is a transaction of its own."""
    sites = Site.objects.filter(nights__isnull=False).distinct().order_by("pk")
    return sum(open_site_nights(site=site, capacity=0, by=None, on=on) for site in sites)
