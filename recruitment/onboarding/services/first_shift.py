"""From arrival to the first shift: checked in by code, isolation served, the shift confirmed, asked after 7 and 30 days; or never seen."""

import datetime as dt
import re

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter, tell_worker
from recruitment.onboarding.models import Acceptance, FirstShift, StayedCheck
from recruitment.onboarding.services.undoing import free_everything, lock_person
from recruitment.onboarding.stages import COMING, ISOLATING, LATE, STARTED, stage_of
from recruitment.openings.services.places import lock_openings
from recruitment.quarantine.models import Stay
from recruitment.shared.refusals import Refusal
from recruitment.travel.pass_text import new_code, normal_code
from recruitment.workers.models import Worker
from recruitment.workers.services.employment import start_employment

CHUNK = 200
IN_ADDRESS = re.compile(r"/receive/(?P<code>[^/?#]{1,40})")
FEWEST_ANSWERS = 5  # below, a factory could guess who said what


class TooEarly(Refusal):
    """The person is expected on a later day. Carries `acceptance`."""

    def for_people(self) -> str:
        return _("Người này hẹn đến ngày %(day)s, chưa phải hôm nay.") % {"day": f"{self.facts['acceptance'].arrives_on:%d/%m/%Y}"}


class GoesToASiteFirst(Refusal):
    """A bed is kept for the days before work, and the person hasn't left it yet. Carries `stay`."""

    def for_people(self) -> str:
        stay = self.facts["stay"]
        facts = {"site": stay.site, "until": f"{stay.leaves_on:%d/%m/%Y}"}
        return _("Người này còn phải ở %(site)s đến %(until)s. Hãy đưa đến đó trước.") % facts


class NoBedHeld(Refusal):
    """Must isolate at a site first, and no bed is held: as a rule it was given back when the bus left without the person. Carries `acceptance`."""

    def for_people(self) -> str:
        if self.facts["acceptance"].ride_by:
            return _(
                "Người này phải ở khu cách ly trước mà giường đã trả vì lỡ xe. Nếu đã đi chuyến đó, hãy ghi “Thật ra đã lên xe”; nếu không, người này chọn “tự đi” để có giường."
            )
        return _(
            "Người này phải ở khu cách ly %(days)d ngày trước khi vào nhà máy nhưng chưa có giường. "
            "Người lao động mở “Việc cần làm”, chọn “Tôi tự đi” để được xếp giường ngay; hết giường thì gọi Sở."
        ) % {"days": self.facts["acceptance"].clearance.entry_quarantine_days}


class StillIsolating(Refusal):
    """Carries `until`, the first day on which the person may work."""

    def for_people(self) -> str:
        return _("Người này vào ca được từ %(day)s, sau khi hết những ngày theo quy định.") % {"day": f"{self.facts['until']:%d/%m/%Y}"}


class NotArrived(Refusal):
    """Nobody starts to work before being checked in. Carries `acceptance`."""

    def for_people(self) -> str:
        return _("Người này chưa được ghi là đã đến. Hãy quét mã hoặc bấm “Đã đến” trước.")


class WasSeen(Refusal):
    """Whoever was seen is not missing. Carries `acceptance`."""

    def for_people(self) -> str:
        return _("Người này đã đến khu hoặc nhà máy, không ghi là không đến được.")


def shift_of(acceptance: Acceptance) -> FirstShift:
    """The row with the code; made when first asked for."""
    return FirstShift.objects.get_or_create(acceptance=acceptance, defaults={"code": new_code()})[0]


def address_of(code: str) -> str:
    """What the QR for the factory's gate holds."""
    return f"{settings.SITE_ADDRESS}{reverse('onboarding:receive', args=[code])}"


def code_in(scanned: str) -> str:
    """The code as it is stored, from what a scanner read or a hand typed."""
    found = IN_ADDRESS.search(scanned)
    return normal_code(found["code"] if found else scanned)


@transaction.atomic
def check_in(*, application: Application, by: User, on: dt.date) -> FirstShift:
    """The person is at the factory or its lodging. Repeating it changes nothing. Raises TooEarly, GoesToASiteFirst, NoBedHeld or WrongMoment."""
    acceptance = _locked(application)
    shift = shift_of(acceptance)
    if shift.checked_in_at:
        return shift
    beds = Stay.objects.filter(worker=acceptance.application.worker, status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED], arrives_on__lte=on)
    if stay := beds.select_related("site").order_by("-arrives_on", "pk").first():
        raise GoesToASiteFirst(stay=stay)
    if on < acceptance.arrives_on:
        raise TooEarly(acceptance=acceptance)
    if acceptance.clearance.asks_for_a_site and not _was_at_a_site(acceptance):
        raise NoBedHeld(acceptance=acceptance)
    if acceptance.ride_by:  # found a way here without the bus
        acceptance.ride_by = None
        acceptance.save(update_fields=["ride_by"])
    shift.checked_in_at, shift.checked_in_by = timezone.now(), by
    shift.save(update_fields=["checked_in_at", "checked_in_by"])
    return shift


@transaction.atomic
def confirm_first_shift(*, application: Application, by: User, on: dt.date) -> FirstShift:
    """The person worked a first shift today: employed from here on, and asked after 7 and 30 days. Repeating it changes nothing.

    Raises NotArrived, StillIsolating, WorksElsewhere or WrongMoment.
    """
    acceptance = _locked(application)
    shift = shift_of(acceptance)
    if shift.started_on:
        return shift
    stage = stage_of(acceptance, on=on)
    if stage.kind == ISOLATING and stage.until:
        raise StillIsolating(until=stage.until)
    if shift.checked_in_at is None:
        raise NotArrived(acceptance=acceptance)
    shift.started_on, shift.confirmed_by = on, by
    shift.save(update_fields=["started_on", "confirmed_by"])
    opening = acceptance.application.opening
    start_employment(worker=acceptance.application.worker, factory=opening.factory, since=on, by=by, on=on)
    days = [StayedCheck(first_shift=shift, day=day, due_on=on + dt.timedelta(days=day)) for day in StayedCheck.DAYS]
    StayedCheck.objects.bulk_create(days)
    tell_worker(acceptance.application, "first_shift", gettext_noop("%(factory)s đã ghi ca làm đầu tiên của bạn. Chúc bạn làm việc tốt!"))
    return shift


@transaction.atomic
def say_started(*, application: Application, by: User, on: dt.date) -> FirstShift:
    """The worker's tap: I have begun. The factory sees it beside the name and confirms. Repeating it changes nothing. Raises TooEarly."""
    acceptance = _locked(application)
    if on < acceptance.arrives_on:
        raise TooEarly(acceptance=acceptance)
    shift = shift_of(acceptance)
    if shift.said_started_at is None:
        shift.said_started_at = timezone.now()
        shift.save(update_fields=["said_started_at"])
        if shift.started_on is None:
            text = gettext_noop("Người lao động báo đã vào ca: %(receipt)s, tin %(title)s. Hãy xác nhận ca đầu tiên.")
            tell_recruiter(acceptance.application, "said_started", text)
    return shift


@transaction.atomic
def report_no_show(*, application: Application, by: User, on: dt.date) -> Acceptance:
    """The factory says that the person never came: place, beds, seat and pass are free, and the person is told.

    Only after the day of arrival, or after the first day of work for whoever left a site and did not come on. Repeating it changes
    nothing. Raises TooEarly, WasSeen or WrongMoment.
    """
    there = Acceptance.objects.filter(application=application, undone_because=Acceptance.Undoing.NO_SHOW).first()
    if there:
        return there
    worker = lock_person(application)
    acceptance = _locked(application)
    stage = stage_of(acceptance, on=on)
    shift = getattr(acceptance, "first_shift", None)
    if stage.kind in (ISOLATING, STARTED) or (shift and (shift.checked_in_at or shift.said_started_at)):
        raise WasSeen(acceptance=acceptance)
    if stage.kind == COMING or (stage.kind != LATE and on <= acceptance.starts_on):
        raise TooEarly(acceptance=acceptance)
    return _end(acceptance, worker, by=by, on=on)


def _end(acceptance: Acceptance, worker: Worker, *, by: User, on: dt.date) -> Acceptance:
    application = acceptance.application
    lock_openings(pks=[application.opening_id])
    application.undo()
    application.ending = Application.Ending.NO_SHOW
    keep(application, by=by)
    free_everything(acceptance=acceptance, application=application, worker=worker, because=Acceptance.Undoing.NO_SHOW, by=by, on=on)
    text = gettext_noop("Bạn không đến như hẹn nên việc %(title)s, %(factory)s dành cho người khác. Bạn vẫn ứng tuyển lại được khi tin còn mở.")
    tell_worker(application, "no_show", text)
    return acceptance


def ask_how_it_goes(*, now: dt.datetime, on: dt.date) -> int:
    """Ask whoever began 7 or 30 days ago; how many. Nobody is asked twice for the same day, nor after the acceptance was undone."""
    due = StayedCheck.objects.filter(asked_at=None, due_on__lte=on, first_shift__acceptance__undone_at=None)
    return sum(_ask(check.pk, now) for check in list(due.order_by("due_on", "pk")[:CHUNK]))


@transaction.atomic
def _ask(pk: int, now: dt.datetime) -> bool:
    rows = StayedCheck.objects.select_for_update(of=("self",), no_key=True).filter(asked_at=None)
    check = rows.select_related("first_shift__acceptance__application").filter(pk=pk).first()
    if check is None:
        return False
    check.asked_at = now
    check.save(update_fields=["asked_at"])
    application = check.first_shift.acceptance.application
    tell_worker(
        application,
        "how_it_goes",
        gettext_noop("Bạn làm ở %(factory)s được %(days)s ngày rồi. Mở Vùng Xanh, bấm một nút cho biết có ổn không."),
        days=check.day,
    )
    return True


@transaction.atomic
def answer_check(*, check: StayedCheck, answer: str, by: User, on: dt.date) -> StayedCheck:
    """One tap; tapping another answer replaces it. `answer` is one of StayedCheck.Answer."""
    if answer not in StayedCheck.Answer.values:
        raise ValueError(f"no answer: {answer}")
    check = StayedCheck.objects.select_for_update(of=("self",), no_key=True).get(pk=check.pk)
    if check.answer != answer:
        check.answer, check.answered_at = answer, timezone.now()
        check.save(update_fields=["answer", "answered_at"])
    return check


def _locked(application: Application) -> Acceptance:
    """The standing acceptance behind the application, person and application locked. Raises WrongMoment."""
    lock_person(application)
    application = locked(application)
    acceptance = _standing(application)
    if acceptance is None or application.status != Application.Status.ACCEPTED:
        raise WrongMoment(application=application)
    acceptance.application = application
    return acceptance


def _was_at_a_site(acceptance: Acceptance) -> bool:
    """At the one of the entry bed or, since the acceptance, at another to which the person was moved."""
    return Stay.objects.filter(worker=acceptance.application.worker_id, admitted_at__gte=acceptance.accepted_at).exists()


def _standing(application: Application) -> Acceptance | None:
    related = Acceptance.objects.standing().select_related("entry_stay__site", "clearance", "first_shift")
    return related.filter(application=application).first()
