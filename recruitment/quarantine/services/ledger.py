"""The one way in which the ledger of nights moves: rows locked in one order, one conditional update, one journal row."""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.quarantine.models import BackupReservation, JournalEntry, Site, SiteNight, Stay
from recruitment.shared.refusals import Refusal


class NoCapacity(Refusal):
    """Carries `site` and `nights`, the full ones or those beyond the ledger, in order."""

    field = "nights"

    def for_people(self) -> str:
        nights = self.facts["nights"]
        shown = ", ".join(f"{night:%d/%m/%Y}" for night in nights[:3]) + ("…" if len(nights) > 3 else "")
        return _("%(site)s không đủ chỗ các đêm: %(nights)s. Hãy chọn khu khác hoặc ngày khác.") % {"site": self.facts["site"], "nights": shown}


@transaction.atomic
def move(
    *,
    site: Site,
    first: dt.date,
    until: dt.date,
    change: str,
    by: User | None,
    capacity: int = 0,
    reserved: int = 0,
    occupied: int = 0,
    reservation: BackupReservation | None = None,
    stay: Stay | None = None,
) -> None:
    """Add the deltas to every night of [first, until), or to none of them, and note it in the journal.

    Raises NoCapacity naming the nights that would not fit or do not exist. Rows are locked by night, so that whoever
    changes one site queues; whoever changes several takes them in the order of their keys.
    """
    if until <= first:
        return
    rows = SiteNight.objects.filter(site=site).between(first, until)
    fits = Q(capacity__gte=F("reserved") + F("occupied") + (reserved + occupied - capacity), reserved__gte=-reserved, occupied__gte=-occupied)
    locked = rows.select_for_update(of=("self",), no_key=True).annotate(fits=fits).order_by("site_id", "night")
    fitting = {night for night, fits in locked.values_list("night", "fits") if fits}
    if full := [night for night in nights_between(first, until) if night not in fitting]:
        raise NoCapacity(site=site, nights=full)
    moved = rows.filter(fits).update(capacity=F("capacity") + capacity, reserved=F("reserved") + reserved, occupied=F("occupied") + occupied)
    if moved != len(fitting):
        raise NoCapacity(site=site, nights=nights_between(first, until))
    JournalEntry.objects.create(
        site=site,
        first=first,
        until=until,
        change=change,
        capacity_delta=capacity,
        reserved_delta=reserved,
        occupied_delta=occupied,
        reservation=reservation,
        stay=stay,
        by=by,
    )


def nights_between(first: dt.date, until: dt.date) -> list[dt.date]:
    """Every night from `first` up to, not including, `until`."""
    return [first + dt.timedelta(days=offset) for offset in range((until - first).days)]
