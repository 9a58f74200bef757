"""What must always hold is checked for everybody at once; each breach has an owner and a repair that is written down."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance, Breach, GatePolicy, WaitingAcceptance
from recruitment.onboarding.services import repairs
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.breaches import record_breaches, repair
from recruitment.onboarding.services.lost_seats import cancel
from recruitment.onboarding.services.policies import load_onboarding_policies
from recruitment.openings.models import Opening
from recruitment.quarantine.models import BackupReservation, BedAssignment, ReservationNight, SiteNight, Stay, Transfer, WaitingRequest
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.beds import assign_bed
from recruitment.quarantine.services.ledger import Movement, move
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.securing import change_entry_bed
from recruitment.quarantine.services.transfers import accept_transfer, request_transfer
from recruitment.travel.models import EntryPass, Seat
from recruitment.travel.services.passes import issue_pass
from recruitment.travel.services.trips import hold_seat
from recruitment.workers.models import Employment, Worker
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import RoomFactory, SiteFactory
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
    nights = list(ReservationNight.objects.filter(beds__gt=0).select_related("reservation__site"))
    ReservationNight.objects.filter(beds__gt=0).update(beds=F("beds") - 1)
    move([Movement(row.reservation.site, row.night, row.night + DAY, "lower", reserved=-1, reservation=row.reservation) for row in nights], by=None)


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


def seated(acceptance, *, arrives_on, wants_trip=True):
    """A seat on a bus of that day, held behind the acceptance's back."""
    worker = acceptance.application.worker
    Application.objects.filter(pk=acceptance.application_id).update(wants_trip=wants_trip)
    seat = hold_seat(worker=worker, trip=province_of(acceptance).bus(arrives_on=arrives_on), by=None, on=timezone.localdate())
    EntryPass.objects.filter(worker=worker).update(seat=seat)
    return seat


def take_a_seat_that_nobody_wants(acceptance):
    seated(acceptance, arrives_on=acceptance.arrives_on, wants_trip=False)


def take_a_bus_of_another_day(acceptance):
    seated(acceptance, arrives_on=acceptance.arrives_on + DAY)


def take_a_seat_for_nobody(acceptance):
    province = province_of(acceptance)
    hold_seat(worker=province.applicant().worker, trip=province.bus(arrives_on=acceptance.arrives_on), by=None, on=timezone.localdate())


def write_no_bus_on_the_pass(acceptance):
    seated(acceptance, arrives_on=acceptance.arrives_on)
    EntryPass.objects.filter(worker=acceptance.application.worker).update(seat=None)


def keep_the_pass_of_somebody_never_accepted(acceptance):
    stranger = province_of(acceptance).applicant().worker
    on = timezone.localdate()
    issue_pass(worker=stranger, factory=acceptance.application.opening.factory, valid_from=on, valid_until=on + DAY, seat=None, by=None, on=on)


def book_a_bed_for_nobody(acceptance):
    stranger = province_of(acceptance).applicant().worker
    book_bed(worker=stranger, site=acceptance.entry_stay.site, arrives_on=acceptance.arrives_on, leaves_on=acceptance.arrives_on + DAY, by=None)


def keep_the_bed_of_a_transfer_that_was_called_off(acceptance):
    stay, there = acceptance.entry_stay, SiteFactory()
    asked = request_transfer(stay=stay, destination=there, by=acceptance.accepted_by, on=stay.arrives_on)
    held = accept_transfer(transfer=asked, by=acceptance.accepted_by, on=stay.arrives_on).held_stay
    Transfer.objects.update(status="cancelled", answer_by=None, reason="x")
    assert held.status == "held"


def keep_the_room_after_the_stay(acceptance):
    stay = acceptance.entry_stay
    bed = RoomFactory(site=stay.site).beds.first()
    assign_bed(stay=stay, bed=bed, company="men", by=None, on=timezone.localdate())
    BedAssignment.objects.update(during=DateRange(stay.arrives_on, stay.leaves_on + 3 * DAY))


def keep_an_offer_that_lapsed(acceptance):
    """Beds held for a request on the waiting list whose time is over."""
    today = timezone.localdate()
    site, factory = acceptance.entry_stay.site, acceptance.application.opening.factory
    request = WaitingRequest.objects.create(
        factory=factory, beds=2, first=today, until=today + 3 * DAY, status="lapsed", asked_at=timezone.now(), ended_at=timezone.now()
    )
    held = BackupReservation.objects.create(request=request, site=site)
    ReservationNight.objects.bulk_create([ReservationNight(reservation=held, night=today + day * DAY, beds=2) for day in range(3)])
    move([Movement(site, today, today + 3 * DAY, "reserve", reserved=2, reservation=held)], by=None)


def leave_an_application_behind(acceptance):
    opening = OpeningFactory(status="closed", outcome="filled", closed_at=timezone.now() - DAY)
    ApplicationFactory(opening=opening)


def leave_a_missing_person_alone(acceptance):
    load_onboarding_policies()
    ask_for_no_bed(acceptance)
    lose_the_bed(acceptance)
    day = timezone.localdate() - 5 * DAY
    Acceptance.objects.filter(pk=acceptance.pk).update(
        entry_stay=None, arrives_on=day, starts_on=day, accepted_at=timezone.now() - 6 * DAY, reminded_at=timezone.now() - 4 * DAY
    )
    GatePolicy.objects.update(since=day - DAY)


def show_an_employee_as_looking(acceptance):
    Employment.objects.create(worker=acceptance.application.worker, factory=acceptance.application.opening.factory, since=timezone.localdate())
    show_as_looking(acceptance)


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
    "seat_not_asked_for": take_a_seat_that_nobody_wants,
    "seat_of_another_day": take_a_bus_of_another_day,
    "seat_of_nobody": take_a_seat_for_nobody,
    "pass_of_another_way": write_no_bus_on_the_pass,
    "bed_of_nobody": book_a_bed_for_nobody,
    "room_of_nobody": keep_the_room_after_the_stay,
    "reservation_of_nobody": keep_an_offer_that_lapsed,
    "missing_not_looked_after": leave_a_missing_person_alone,
    "application_at_a_closed_opening": leave_an_application_behind,
}
OTHER_WAYS = [
    ("pass_of_nobody", keep_the_pass_of_somebody_never_accepted),
    ("bed_of_nobody", keep_the_bed_of_a_transfer_that_was_called_off),
    ("hired_or_not", show_an_employee_as_looking),
]


@pytest.mark.parametrize(("rule", "break_it"), [*BREAKS.items(), *OTHER_WAYS])
def test_a_breach_is_found_and_its_repair_leaves_nothing_wrong(accepted, today, rule, break_it):
    break_it(accepted)
    assert codes(today) == [rule]
    officer = UserFactory(labour_officer=True)
    (breach,) = record_breaches(on=today, now=timezone.now())
    mended = repair(breach=breach, reason="Đối chiếu hồ sơ giấy", by=officer, on=today)
    assert (mended.repaired_by, mended.repair_reason) == (officer, "Đối chiếu hồ sơ giấy") and mended.outcome
    assert codes(today) == [] and record_breaches(on=today, now=timezone.now()) == []
    assert list(differences()) == []


def test_a_bed_drawn_for_nobody_is_found_and_is_for_the_one_who_runs_the_system(accepted, today):
    night = ReservationNight.objects.filter(night__gte=today, beds__gt=0).first()
    ReservationNight.objects.filter(pk=night.pk).update(drawn=1)
    SiteNight.objects.filter(site=night.reservation.site, night=night.night).update(reserved=F("reserved") - 1, occupied=F("occupied") + 1)
    assert codes(today) == ["drawn_for_nobody"]
    (breach,) = record_breaches(on=today, now=timezone.now())
    assert breach.owner == "administrator"
    with pytest.raises(repairs.NotByButton):
        repair(breach=breach, reason="x", by=UserFactory(administrator=True), on=today)


@pytest.mark.parametrize("rule", ["accepted_without_anything", "held_for_nobody", "seat_of_an_undone_acceptance", "entry_bed_missing"])
def test_what_went_away_by_itself_is_not_repaired_any_more(accepted, today, rule):
    """Between the hour's check and the click the person may have been accepted anew, and would lose everything."""
    breach = Breach.objects.create(
        rule=rule,
        subject=accepted.application_id if rule == "accepted_without_anything" else accepted.pk,
        owner="department",
        due_at=timezone.now(),
        found_at=timezone.now(),
        seen_at=timezone.now(),
    )
    after = repair(breach=breach, reason="x", by=UserFactory(labour_officer=True), on=today)
    assert after.mended_at and after.repaired_at is None and "đã tự hết" in after.outcome
    assert Acceptance.objects.get(pk=accepted.pk).undone_at is None and Application.objects.get(pk=accepted.application_id).status == "accepted"
    assert Stay.objects.get(pk=accepted.entry_stay_id).status == "booked" and codes(today) == []


def test_a_clock_is_run_by_its_repair_for_that_person_alone(accepted, today):
    for acceptance in Acceptance.objects.all():
        let_the_clock_stand(acceptance)
    first, _second = record_breaches(on=today, now=timezone.now())
    repair(breach=first, reason="x", by=UserFactory(administrator=True), on=today)
    assert [row.undone_at is None for row in Acceptance.objects.order_by("pk")] == [False, True]


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
