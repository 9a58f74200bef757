"""Nobody is accepted past those who wait in front for the same room.

Room is the same where whoever waits could take the very thing: a place of the opening, the factory's (or its pool's) backup cover,
the bed at that site on all the nights lacking, a seat on that bus. What each lacks is noted whenever an acceptance is tried, so nobody
keeps room idle that he or she can't use: the next try, a moment after room appeared, notes what is still lacking.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.applications.models import Application
from recruitment.onboarding.models import WaitingAcceptance
from recruitment.onboarding.services.journey import NoTrip, arrival_day
from recruitment.openings.services.places import NoPlacesLeft
from recruitment.quarantine.models import PoolMembership, SiteNight, Stay
from recruitment.quarantine.services.admissions import NoEntryBed
from recruitment.quarantine.services.cover import NoBackupCover
from recruitment.quarantine.services.reservations import Reserved
from recruitment.quarantine.services.securing import BedsMissing, SecuredBeds
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat
from recruitment.travel.services.trips import NoSeat

NOTHING: dict[str, Any] = {"lacks_place": False, "lacks_cover": False, "bed_from": None, "bed_until": None, "seat_from": None, "seat_until": None}

WORDS = {
    "lacks_place": gettext_lazy("chỗ làm"),
    "lacks_cover": gettext_lazy("suất dự phòng"),
    "bed_from": gettext_lazy("giường cách ly"),
    "seat_from": gettext_lazy("ghế xe"),
}


class OthersAreFirst(Refusal):
    """There is room, and somebody waits in front for it.

    Carries `first`, the wait in front, `application`, whose turn it isn't yet, and `lacks`: what that one would take (see `lacks_of`).
    """

    def for_people(self) -> str:
        first, mine = self.facts["first"], self.facts["application"]
        same_factory = first.application.opening.factory_id == mine.opening.factory_id
        who = first.application.worker.user.name if same_factory else _("Một người của nhà máy khác")
        facts = {"who": who, "since": f"{timezone.localtime(first.asked_at):%H:%M %d/%m/%Y}", "what": ", ".join(_shared(first, self.facts["lacks"]))}
        return _("%(who)s chờ trước, từ %(since)s, và cũng cần: %(what)s. Hãy vào hàng chờ: đến lượt thì tự nhận.") % facts


def in_front(*, application: Application, takes_place: bool, beds: SecuredBeds | None, seat: Seat | None) -> OthersAreFirst | None:
    """Whoever is first among those in front who wait for what this application is about to take; one cheap statement while nobody waits.

    In front: everybody, or whoever asked earlier if the application itself waits. Asked inside the acceptance, with its rows locked.
    """
    stay, backup = (beds.stay, beds.backup) if beds else (None, [])
    takes_any = takes_place or stay or backup or seat
    if not takes_any or not WaitingAcceptance.objects.filter(ended_at=None).exists():  # as a rule nobody waits, and the question below is dear
        return None
    shared = [
        *([Q(lacks_place=True, application__opening=application.opening_id)] if takes_place else []),
        *([_same_cover(application, backup)] if backup else []),
        *([_same_bed(stay)] if stay else []),
        *([_same_bus(seat)] if seat else []),
    ]
    own = WaitingAcceptance.objects.filter(application=application.pk, ended_at=None)
    not_later = own.filter(Q(asked_at__lt=OuterRef("asked_at")) | Q(asked_at=OuterRef("asked_at"), pk__lte=OuterRef("pk")))
    anything = Q()
    for one in shared:
        anything |= one
    rows = WaitingAcceptance.objects.open().filter(anything).exclude(Exists(not_later)).exclude(application=application.pk)
    first = rows.select_related("application__opening", "application__worker__user").first()
    return OthersAreFirst(first=first, application=application, lacks=_taken(takes_place, stay, backup, seat)) if first else None


def lacks_of(shortfalls: Sequence[Refusal]) -> dict[str, Any]:
    """What a wait notes: the room that was lacking when the acceptance was tried, or not yet this one's turn to take."""
    lacks = dict(NOTHING)
    for one in [deep for shortfall in shortfalls for deep in (shortfall.facts["refusals"] if isinstance(shortfall, BedsMissing) else [shortfall])]:
        match one:
            case OthersAreFirst():
                lacks |= one.facts["lacks"]
            case NoPlacesLeft():
                lacks["lacks_place"] = True
            case NoBackupCover():
                lacks["lacks_cover"] = True
            case NoEntryBed():
                lacks |= {"bed_from": one.facts["arrives_on"], "bed_until": one.facts["arrives_on"] + dt.timedelta(days=one.facts["days"])}
            case NoTrip():
                lacks |= {"seat_from": one.facts["arrives_on"], "seat_until": one.facts["until"]}
            case NoSeat():
                lacks |= {"seat_from": arrival_day(one.facts["trip"]), "seat_until": arrival_day(one.facts["trip"])}
    return lacks


def _taken(takes_place: bool, stay: Stay | None, backup: list[Reserved], seat: Seat | None) -> dict[str, Any]:
    bed = {"bed_from": stay.arrives_on, "bed_until": stay.leaves_on} if stay else {}
    ride = {"seat_from": arrival_day(seat.trip), "seat_until": arrival_day(seat.trip)} if seat else {}
    return {**NOTHING, "lacks_place": takes_place, "lacks_cover": bool(backup), **bed, **ride}


def lacks_in_words(wait: WaitingAcceptance) -> list[str]:
    return [str(words) for name, words in WORDS.items() if getattr(wait, name)]


def _shared(first: WaitingAcceptance, taken: dict[str, Any]) -> list[str]:
    """In words, what both want."""
    return [str(words) for name, words in WORDS.items() if taken[name] and getattr(first, name)]


def _same_cover(application: Application, backup: list[Reserved]) -> Q:
    """Of one holder: its own factory's people, or those of the factories in its pool."""
    pool = backup[0].reservation.pool_id
    members = PoolMembership.objects.current().filter(pool=pool).values("factory")
    factories = Q(application__opening__factory__in=members) if pool else Q(application__opening__factory=application.opening.factory_id)
    return Q(lacks_cover=True) & factories


def _same_bed(stay: Stay) -> Q:
    """The wanted nights meet, and the site has the other nights, too."""
    others = SiteNight.objects.filter(site=stay.site_id, night__gte=OuterRef("bed_from"), night__lt=OuterRef("bed_until"))
    full = others.exclude(night__gte=stay.arrives_on, night__lt=stay.leaves_on).filter(capacity__lte=F("reserved") + F("occupied"))
    return Q(~Exists(full), bed_from__lt=stay.leaves_on, bed_until__gt=stay.arrives_on)


def _same_bus(seat: Seat) -> Q:
    """From the same province to the same zone, and on a day that serves."""
    day, route = arrival_day(seat.trip), seat.trip.route
    there = Q(application__opening__factory__zone__routes=route.pk)
    return Q(seat_from__lte=day, seat_until__gte=day, application__worker__home_province=seat.worker.home_province_id) & there
