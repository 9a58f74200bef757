"""What must always hold is checked for everybody at once; each breach has an owner and a repair that is written down."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance, Breach, WaitingAcceptance
from recruitment.onboarding.services import repairs
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.breaches import record_breaches, repair
from recruitment.onboarding.services.lost_seats import cancel
from recruitment.openings.models import Opening
from recruitment.quarantine.models import ReservationNight, SiteNight, Stay
from recruitment.quarantine.services.admissions import admit
from recruitment.quarantine.services.securing import change_entry_bed
from recruitment.travel.models import EntryPass, Seat
from recruitment.travel.services.trips import hold_seat
from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def accepted(today):
    province = Province(beds=40, **ENTRY_QUARANTINE)
    acceptances = [accept(application=province.applicant(), by=province.recruiter, on=today) for _ in range(2)]
    assert codes(today) == []
    return acceptances[0]


def codes(today) -> list[str]:
    return [one.rule.code for one in invariants.check(on=today, now=timezone.now())]


def miscount(acceptance):
    Opening.objects.update(accepted=F("accepted") + 1)


def hold_for_nobody(acceptance):
    Opening.objects.update(held=1)


def forget_the_acceptance(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(undone_at=timezone.now(), undone_because="mistake")
    change_entry_bed(zone=acceptance.application.opening.factory.zone, stay=acceptance.entry_stay, entry=None, by=None, on=timezone.localdate())


def end_behind_its_back(acceptance):
    Application.objects.filter(pk=acceptance.application_id).update(status="withdrawn")
    Opening.objects.update(accepted=1)
    Worker.objects.filter(pk=acceptance.application.worker_id).update(status="looking")


def show_as_looking(acceptance):
    Worker.objects.filter(pk=acceptance.application.worker_id).update(status="looking")


def lose_backup_beds(acceptance):
    ReservationNight.objects.update(beds=F("beds") - 1)
    SiteNight.objects.filter(reserved__gt=0).update(reserved=F("reserved") - 1)


def lose_the_bed(acceptance):
    change_entry_bed(zone=acceptance.application.opening.factory.zone, stay=acceptance.entry_stay, entry=None, by=None, on=timezone.localdate())


def move_the_arrival(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=F("arrives_on") + DAY, starts_on=F("starts_on") + DAY)


def ask_for_no_bed(acceptance):
    acceptance.clearance.entry_quarantine_days = 0
    acceptance.clearance.save()


def keep_only_the_bed_after_undoing(acceptance):
    keep_the_bed_after_undoing(acceptance)
    lose_the_pass(acceptance)


def keep_the_bed_after_undoing(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(undone_at=timezone.now(), undone_because="mistake")
    Application.objects.filter(pk=acceptance.application_id).update(status="withdrawn")
    Opening.objects.update(accepted=1)
    Worker.objects.filter(pk=acceptance.application.worker_id).update(status="looking")


def let_the_clock_stand(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(confirm_by=timezone.now() - 2 * dt.timedelta(hours=1))


def leave_a_wait(acceptance):
    WaitingAcceptance.objects.create(application=acceptance.application, asked_by=acceptance.accepted_by)
    Application.objects.update(changed_at=timezone.now() - DAY)


def want_a_seat(acceptance):
    province_of(acceptance).bus(arrives_on=acceptance.arrives_on)
    Application.objects.filter(pk=acceptance.application_id).update(wants_trip=True)


def keep_the_seat_after_undoing(acceptance):
    keep_the_bed_after_undoing(acceptance)
    lose_the_bed(acceptance)
    EntryPass.objects.filter(worker=acceptance.application.worker).update(revoked_at=timezone.now(), revocation_reason="x")
    trip = province_of(acceptance).bus(arrives_on=acceptance.arrives_on)
    seat = hold_seat(worker=acceptance.application.worker, trip=trip, by=None, on=timezone.localdate())
    Seat.objects.filter(pk=seat.pk).update(held_at=acceptance.accepted_at + dt.timedelta(microseconds=1))


def lose_the_pass(acceptance):
    EntryPass.objects.filter(worker=acceptance.application.worker).update(revoked_at=timezone.now(), revocation_reason="x")


def keep_the_pass_after_undoing(acceptance):
    keep_the_bed_after_undoing(acceptance)
    lose_the_bed(acceptance)


def province_of(acceptance):
    """What `bus` needs of a Province, of the one that the acceptance is in."""
    province = Province.__new__(Province)
    province.origin, province.opening = acceptance.application.worker.home_province, acceptance.application.opening
    return province


BREAKS = {
    "places_filled": miscount,
    "places_held": hold_for_nobody,
    "accepted_without_anything": forget_the_acceptance,
    "held_for_nobody": end_behind_its_back,
    "hired_or_not": show_as_looking,
    "backup_cover": lose_backup_beds,
    "entry_bed_missing": lose_the_bed,
    "entry_bed_of_other_nights": move_the_arrival,
    "entry_bed_not_asked_for": ask_for_no_bed,
    "entry_bed_of_an_undone_acceptance": keep_only_the_bed_after_undoing,
    "seat_missing": want_a_seat,
    "seat_of_an_undone_acceptance": keep_the_seat_after_undoing,
    "pass_missing": lose_the_pass,
    "pass_of_nobody": keep_the_pass_after_undoing,
    "confirmation_not_looked_after": let_the_clock_stand,
    "waiting_for_nothing": leave_a_wait,
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_breach_is_found_and_its_repair_leaves_nothing_wrong(accepted, today, rule):
    BREAKS[rule](accepted)
    assert codes(today) == [rule]
    officer = UserFactory(labour_officer=True)
    (breach,) = record_breaches(on=today, now=timezone.now())
    mended = repair(breach=breach, reason="Đối chiếu hồ sơ giấy", by=officer, on=today)
    assert (mended.repaired_by, mended.repair_reason) == (officer, "Đối chiếu hồ sơ giấy") and mended.outcome
    assert codes(today) == [] and record_breaches(on=today, now=timezone.now()) == []


def test_an_answer_that_nobody_looked_after_is_found(accepted, today):
    Opening.objects.update(held=1)
    province_of(accepted).applicant(status="offered", answer_by=timezone.now() - DAY)
    assert codes(today) == ["answer_not_looked_after"]
    (breach,) = record_breaches(on=today, now=timezone.now())
    repair(breach=breach, reason="x", by=UserFactory(administrator=True), on=today)
    assert codes(today) == []


def test_a_ledger_that_differs_from_the_stays_is_found_but_not_mended_by_a_button(accepted, today):
    SiteNight.objects.filter(night=today).update(occupied=F("occupied") + 1)
    (breach,) = record_breaches(on=today, now=timezone.now())
    assert breach.rule == "ledger_of_nights" and breach.owner == "administrator"
    with pytest.raises(repairs.NotByButton):
        repair(breach=breach, reason="x", by=UserFactory(administrator=True), on=today)


def test_every_rule_has_a_repair():
    assert repairs.BY_RULE.keys() == invariants.BY_CODE.keys()


def test_as_many_statements_for_thirty_people_as_for_two(accepted, today):
    def statements() -> int:
        with CaptureQueriesContext(connection) as counted:
            invariants.check(on=today, now=timezone.now())
        return len(counted)

    two = statements()
    for acceptance in Acceptance.objects.all():
        show_as_looking(acceptance)
        miscount(acceptance)
    assert statements() == two


def test_the_command_says_what_is_wrong_and_exits_1(accepted):
    call_command("check_invariants", stdout=StringIO())
    lose_the_bed(accepted)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", stdout=out, stderr=StringIO())
    assert ended.value.code == 1 and accepted.application.receipt in out.getvalue()


def test_what_is_found_twice_is_one_row_and_what_went_away_is_closed(accepted, today):
    show_as_looking(accepted)
    for _ in range(2):
        record_breaches(on=today, now=timezone.now())
    assert Breach.objects.count() == 1
    Worker.objects.update(status="hired")
    assert record_breaches(on=today, now=timezone.now()) == []
    assert Breach.objects.get().mended_at and Breach.objects.get().repaired_by is None


def test_the_department_repairs_with_a_reason_and_the_page_keeps_who_and_why(client, accepted):
    client.force_login(UserFactory(labour_officer=True, name="Hoàng Thị Sửa"))
    show_as_looking(accepted)
    address = reverse("onboarding:breaches")
    assert "1 bất thường" in client.post(address, follow=True).content.decode()
    breach = Breach.objects.get()
    button = reverse("onboarding:repair", args=[breach.pk])
    assert client.post(button, {"reason": " "}).status_code == 422
    page = client.post(button, {"reason": "Xem lại hợp đồng"}, follow=True).content.decode()
    assert "Xem lại hợp đồng" in page and "Hoàng Thị Sửa" in page and "Không có bất thường" in page
    assert client.post(button, {"reason": "lần nữa"}).status_code == 404


def test_a_stay_that_follows_an_outbreak_is_no_breach(accepted, today):
    """Released people keep no bed; nothing more is asked for."""
    Stay.objects.filter(pk=accepted.entry_stay_id).update(
        status="released", admitted_at=timezone.now(), ended_at=timezone.now(), freed_from=F("leaves_on")
    )
    assert codes(today) == []


def test_whoever_is_there_already_needs_no_seat_on_a_bus_that_is_cancelled_then(today):
    province = Province(beds=9, **ENTRY_QUARANTINE).with_recruiter_at_the_factory()
    application = province.applicant(wants_trip=True, starts_on=today)
    Worker.objects.update(available_from=today)
    bus = province.bus(arrives_on=today)
    stay = accept(application=application, by=province.recruiter, on=today).entry_stay
    admit(stay=stay, by=province.recruiter, on=today)
    cancel(trip=bus, reason="Xe hỏng", by=province.recruiter, on=today)
    assert codes(today) == []
