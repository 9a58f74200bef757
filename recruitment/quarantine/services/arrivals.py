"""The gate of a site: who the code belongs to and whether this is the place and the day; and beds that waited in vain."""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.notifications.services.messages import send_message
from recruitment.quarantine.models import ArrivalCode, ArrivalPolicy, NoShow, Site, SiteIncident, Stay, Transfer
from recruitment.quarantine.services.admissions import lock_worker, write_cancellation
from recruitment.quarantine.services.ledger import move
from recruitment.travel.pass_text import new_code, normal_code

CHUNK = 200
IN_ADDRESS = re.compile(r"/arrive/(?P<code>[^/?#]{1,40})")
EXPECTED, ON_THE_WAY, ALREADY_IN, WRONG_SITE, WRONG_DAY, OVER, UNKNOWN = (
    "expected", "on_the_way", "already_in", "wrong_site", "wrong_day", "over", "unknown"
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What the gate does with a code; `stay` is None only for an unknown one, `transfer` is there only for ON_THE_WAY."""

    kind: str
    stay: Stay | None = None
    transfer: Transfer | None = None

    def for_people(self) -> str:
        stay = self.stay
        if stay is None:
            return _("Không có mã này. Hãy gõ lại từng chữ, hoặc tìm theo tên trong danh sách dưới.")
        facts = {"name": stay.worker.user.name, "site": stay.site, "first": f"{stay.arrives_on:%d/%m/%Y}", "until": f"{stay.leaves_on:%d/%m/%Y}"}
        return {
            EXPECTED: _("%(name)s có giường ở đây từ %(first)s đến %(until)s."),
            ON_THE_WAY: _("%(name)s được chuyển từ %(site)s đến đây."),
            ALREADY_IN: _("%(name)s đã được nhận vào rồi, ra ngày %(until)s."),
            WRONG_SITE: _("Nhầm khu: %(name)s có giường ở %(site)s từ %(first)s đến %(until)s."),
            WRONG_DAY: _("Nhầm ngày: %(name)s có giường ở đây từ %(first)s đến %(until)s."),
            OVER: _("Lượt của %(name)s ở %(site)s đã kết thúc hoặc đã hủy, không còn giường."),
        }[self.kind] % facts


def codes_of(stays: Iterable[Stay]) -> dict[int, str]:
    """The code of each stay by its key; whoever has none yet gets one."""
    pks = [stay.pk for stay in stays]
    known = dict(ArrivalCode.objects.filter(stay__in=pks).values_list("stay", "code"))
    if missing := [pk for pk in pks if pk not in known]:
        ArrivalCode.objects.bulk_create([ArrivalCode(stay_id=pk, code=new_code()) for pk in missing], ignore_conflicts=True)
        known |= dict(ArrivalCode.objects.filter(stay__in=missing).values_list("stay", "code"))
    return known


def address_of(code: str) -> str:
    """What the QR holds: an ordinary camera opens the gate's page with it."""
    return f"{settings.SITE_ADDRESS}{reverse('quarantine:arrive', args=[code])}"


def code_in(scanned: str) -> str:
    """The code as it is stored, from what a scanner read or a hand typed."""
    found = IN_ADDRESS.search(scanned)
    return normal_code(found["code"] if found else scanned)


def look_up(*, scanned: str, sites: Collection[Site], on: dt.date) -> Answer:
    """What the gate of `sites` does with this code. A code of a stay that has ended stands for the bed that the person has now."""
    row = ArrivalCode.objects.filter(code=code_in(scanned)).select_related("stay__site", "stay__worker__user").first()
    if row is None:
        return Answer(UNKNOWN)
    stay = row.stay
    if stay.status in (Stay.Status.RELEASED, Stay.Status.CANCELLED):
        held = Stay.objects.filter(worker=stay.worker_id, status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED], leaves_on__gt=on)
        stay = held.select_related("site", "worker__user").order_by("arrives_on", "pk").first() or stay
    return _judge(stay, {site.pk for site in sites}, on)


def _judge(stay: Stay, sites: set[int], on: dt.date) -> Answer:
    if stay.status in (Stay.Status.RELEASED, Stay.Status.CANCELLED):
        return Answer(OVER, stay)
    transfer = Transfer.objects.open().filter(stay__worker=stay.worker_id, destination__in=sites).select_related("stay__site").first()
    if transfer:
        return Answer(ON_THE_WAY, stay, transfer)
    if stay.site_id not in sites:
        return Answer(WRONG_SITE, stay)
    if stay.status == Stay.Status.ADMITTED:
        return Answer(ALREADY_IN, stay)
    return Answer(EXPECTED if stay.arrives_on <= on < stay.leaves_on else WRONG_DAY, stay)


def free_beds_of_no_shows(*, now: dt.datetime, on: dt.date) -> int:
    """Free the bed of everybody who has not come in time (see ArrivalPolicy), each in a transaction of its own; how many."""
    latest = _latest_day(now, on)
    late = _waited_for(latest)
    return sum(_free(stay, latest=latest, now=now, on=on) for stay in list(late.select_related("worker").order_by("arrives_on", "pk")[:CHUNK]))


def _waited_for(latest: dt.date) -> QuerySet[Stay]:
    """Whoever should have come by that day: neither those being moved nor those whom a locked site turns away."""
    late = Stay.objects.filter(status=Stay.Status.BOOKED, arrives_on__lte=latest).exclude(transfers__in=Transfer.objects.open())
    return late.exclude(site__incidents__in=SiteIncident.objects.locking_a_site())


def _latest_day(now: dt.datetime, on: dt.date) -> dt.date:
    """The last day of arrival for which the time is up."""
    hours = dt.timedelta(hours=ArrivalPolicy.objects.in_force(on).no_show_hours)
    return timezone.localdate(now - hours) - dt.timedelta(days=1)


@transaction.atomic
def _free(stay: Stay, *, latest: dt.date, now: dt.datetime, on: dt.date) -> bool:
    lock_worker(stay.worker)
    if not _waited_for(latest).filter(pk=stay.pk).exists():
        return False
    stay, movements = write_cancellation(stay, on=on)
    move(movements, by=None)
    NoShow.objects.create(stay=stay, freed_at=now)
    with override(stay.worker.user.language):
        text = _("Bạn chưa đến %(site)s như hẹn ngày %(day)s nên giường đã dành cho người khác. Nếu vẫn đến được, hãy gọi nhà máy.")
        text %= {"site": stay.site, "day": f"{stay.arrives_on:%d/%m/%Y}"}
    send_message(recipient=stay.worker.user, kind="no_show", text=text, link="/my/stay/", now=now)
    return True
