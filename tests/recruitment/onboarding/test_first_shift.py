import copy
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.health.models import AdmissionRule, Clearance
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance, FirstShift, StayedCheck
from recruitment.onboarding.services import lost_seats
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.first_shift import (
    GoesToASiteFirst,
    NoBedHeld,
    NotArrived,
    StillIsolating,
    TooEarly,
    WasSeen,
    answer_check,
    ask_how_it_goes,
    check_in,
    confirm_first_shift,
    report_no_show,
    say_started,
    shift_of,
)
from recruitment.onboarding.services.moved_stays import follow_transfers
from recruitment.onboarding.services.redating import choose_trip
from recruitment.onboarding.stages import stage_of
from recruitment.quarantine.services.admissions import admit, release
from recruitment.quarantine.services.transfers import accept_transfer, arrive, depart, request_transfer
from recruitment.workers.models import Employment, Worker
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import SiteFactory, figures
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AT_HOME = {"quarantine_place": AdmissionRule.Place.HOME, "quarantine_days": 3}


def accepted(today, *, province=None, **rule):
    province = province or Province(**rule).with_recruiter_at_the_factory()
    application = province.applicant()
    acceptance = accept(application=application, by=province.recruiter, on=today)
    if not acceptance.entry_stay and "quarantine_days" not in rule:  # whoever comes straight to the factory comes today
        Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=today, starts_on=today)
        acceptance.arrives_on = acceptance.starts_on = today
    application = Application.objects.select_related("worker__user").get(pk=application.pk)
    return province, application, acceptance


def seen(acceptance, on):
    return stage_of(Acceptance.objects.select_related("first_shift", "entry_stay", "clearance").get(pk=acceptance.pk), on=on)


def test_without_isolation_the_way_is_arrival_then_first_shift(today):
    province, application, acceptance = accepted(today)
    with pytest.raises(NotArrived):
        confirm_first_shift(application=application, by=province.recruiter, on=today)
    check_in(application=application, by=province.recruiter, on=today)
    assert seen(acceptance, today).kind == "to_start"
    shift = confirm_first_shift(application=application, by=province.recruiter, on=today)
    assert confirm_first_shift(application=application, by=province.recruiter, on=today + DAY).started_on == shift.started_on == today
    assert Employment.objects.get().worker == application.worker
    assert [check.due_on for check in StayedCheck.objects.all()] == [today + 7 * DAY, today + 30 * DAY]
    assert seen(acceptance, today).kind == "started"


def test_days_at_home_are_counted_from_the_day_the_factory_saw_the_person(today):
    province, application, acceptance = accepted(today, **AT_HOME)
    day = acceptance.arrives_on
    check_in(application=application, by=province.recruiter, on=day)
    stage = seen(acceptance, day)
    assert (stage.kind, stage.day, stage.days, stage.until) == ("isolating", 1, 3, day + 3 * DAY)
    with pytest.raises(StillIsolating):
        confirm_first_shift(application=application, by=province.recruiter, on=day + 2 * DAY)
    assert confirm_first_shift(application=application, by=province.recruiter, on=day + 3 * DAY).started_on == day + 3 * DAY


def test_whoever_has_a_bed_goes_to_the_site_first(today):
    province, application, acceptance = accepted(today, **ENTRY_QUARANTINE)
    stay = acceptance.entry_stay
    with pytest.raises(GoesToASiteFirst):
        check_in(application=application, by=province.recruiter, on=stay.arrives_on)
    assert seen(acceptance, stay.arrives_on + DAY).kind == "late"
    stay = admit(stay=stay, by=None, on=stay.arrives_on)
    assert (seen(acceptance, stay.arrives_on + DAY).day, seen(acceptance, stay.arrives_on).days) == (2, 7)
    release(stay=stay, by=None, on=stay.leaves_on)
    assert seen(acceptance, stay.leaves_on).kind == "to_start"
    check_in(application=application, by=province.recruiter, on=stay.leaves_on)
    assert confirm_first_shift(application=application, by=province.recruiter, on=stay.leaves_on).started_on == stay.leaves_on


def test_whoever_was_let_out_early_or_moved_still_serves_the_days(today):
    province, application, acceptance = accepted(today, **ENTRY_QUARANTINE)
    stay = admit(stay=acceptance.entry_stay, by=None, on=acceptance.entry_stay.arrives_on)
    left_on = stay.arrives_on + 2 * DAY
    transfer = request_transfer(stay=stay, destination=SiteFactory(), by=province.recruiter, on=left_on)
    for act in (accept_transfer, depart, arrive):
        transfer = act(transfer=transfer, by=province.recruiter, on=left_on)
    with pytest.raises(GoesToASiteFirst):
        check_in(application=application, by=province.recruiter, on=left_on)
    release(stay=transfer.held_stay, by=None, on=left_on)
    assert seen(acceptance, left_on).kind == "isolating"
    check_in(application=application, by=province.recruiter, on=left_on)
    with pytest.raises(StillIsolating):
        confirm_first_shift(application=application, by=province.recruiter, on=left_on)
    assert seen(acceptance, stay.leaves_on).kind == "to_start"


def test_nobody_is_checked_in_before_the_day(today):
    province, application, acceptance = accepted(today, quarantine_days=0)
    Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=today + DAY, starts_on=today + DAY)
    for act in (check_in, report_no_show):
        with pytest.raises(TooEarly):
            act(application=application, by=province.recruiter, on=today)
    with pytest.raises(TooEarly):
        say_started(application=application, by=application.worker.user, on=today)


def test_a_no_show_frees_everything_and_is_seen(client, today):
    province, application, acceptance = accepted(today)
    Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=today - DAY)
    for _time in range(2):
        report_no_show(application=application, by=province.recruiter, on=today)
    application = Application.objects.select_related("worker__user").get(pk=application.pk)
    assert (application.status, application.ending) == ("closed", "no_show")
    assert Worker.objects.get(pk=application.worker_id).status == Worker.Status.LOOKING
    assert Acceptance.objects.get().undone_because == "no_show" and figures(province.site, today) == (10, 0, 0)
    assert Message.objects.filter(recipient=application.worker.user, kind="no_show", channel="app").count() == 1
    client.force_login(province.recruiter)
    assert application.worker.user.name in client.get(reverse("onboarding:today")).content.decode()


def test_whoever_was_seen_is_not_missing(today):
    province, application, _acceptance = accepted(today)
    check_in(application=application, by=province.recruiter, on=today)
    with pytest.raises(WasSeen):
        report_no_show(application=application, by=province.recruiter, on=today + 5 * DAY)


def test_a_worker_who_says_that_work_has_begun_is_not_missing_and_the_factory_is_told(today):
    province, application, _acceptance = accepted(today)
    say_started(application=application, by=application.worker.user, on=today)
    say_started(application=application, by=application.worker.user, on=today)
    assert Message.objects.filter(recipient=province.recruiter, kind="said_started", channel="app").count() == 1
    with pytest.raises(WasSeen):
        report_no_show(application=application, by=province.recruiter, on=today + 5 * DAY)


def started(today, province=None):
    province, application, _acceptance = accepted(today, province=province)
    check_in(application=application, by=province.recruiter, on=today)
    return province, application, confirm_first_shift(application=application, by=province.recruiter, on=today)


def test_people_are_asked_once_after_7_and_30_days(client, today):
    _province, application, shift = started(today)
    now = timezone.now()
    assert ask_how_it_goes(now=now, on=today + 6 * DAY) == 0
    assert ask_how_it_goes(now=now, on=today + 7 * DAY) == 1
    assert ask_how_it_goes(now=now, on=today + 8 * DAY) == 0
    assert Message.objects.filter(recipient=application.worker.user, kind="how_it_goes", channel="app").count() == 1
    StayedCheck.objects.filter(day=7).update(due_on=today)
    check = shift.checks.get(day=7)
    client.force_login(application.worker.user)
    assert "Sau 7 ngày" in client.get(reverse("onboarding:own_start")).content.decode()
    client.post(reverse("onboarding:answer_check", args=[check.pk]), {"answer": "trouble"})
    client.post(reverse("onboarding:answer_check", args=[check.pk]), {"answer": "nonsense"})
    check.refresh_from_db()
    assert check.answer == "trouble" and check.answered_at
    assert client.post(reverse("onboarding:answer_check", args=[shift.checks.get(day=30).pk]), {"answer": "well"}).status_code == 404


def test_the_factory_sees_answers_only_in_numbers_and_not_of_a_few(client, today):
    province = Province(beds=50).with_recruiter_at_the_factory()
    shifts = [started(today, province)[2] for _person in range(5)]
    client.force_login(province.recruiter)
    for number, shift in enumerate(shifts):
        assert "Sau khi vào làm" not in client.get(reverse("onboarding:today")).content.decode()
        answer_check(check=shift.checks.get(day=7), answer="left" if number else "well", by=None, on=today)
    assert "Sau khi vào làm" in client.get(reverse("onboarding:today")).content.decode()


def test_the_code_leads_the_factory_to_its_person_and_nobody_elses(client, today):
    province, application, acceptance = accepted(today)
    code = shift_of(acceptance).code
    client.force_login(province.recruiter)
    address = reverse("onboarding:today")
    found = reverse("onboarding:check_in", args=[application.pk])
    assert client.post(address, {"typed": code.lower()}).url == found
    assert client.get(reverse("onboarding:receive", args=[code])).url == found
    assert client.post(address, {"typed": "ZZZZ9999"}).status_code == 422
    client.post(found)
    client.post(reverse("onboarding:first_shift", args=[application.pk]))
    assert FirstShift.objects.get().started_on == today
    elsewhere = copy.copy(province)
    elsewhere.opening = OpeningFactory(headcount=5)
    elsewhere.recruiter = elsewhere.opening.created_by
    other = accepted(today, province=elsewhere)[2]
    answer = client.post(address, {"typed": shift_of(other).code})
    assert answer.status_code == 422 and "Nhầm nơi" in answer.content.decode()
    for name in ("check_in", "first_shift", "no_show"):
        assert client.post(reverse(f"onboarding:{name}", args=[other.application_id])).status_code == 404


def test_the_worker_has_a_page_with_the_code(client, today):
    _province, application, acceptance = accepted(today)
    client.force_login(application.worker.user)
    page = client.get(reverse("onboarding:own_start")).content.decode()
    assert shift_of(acceptance).code in page and "<svg" in page
    client.post(reverse("onboarding:say_started"))
    assert FirstShift.objects.get().said_started_at


def test_the_recruiters_day_asks_the_database_as_often_for_many_as_for_one(client, today):
    province = Province(beds=50).with_recruiter_at_the_factory()
    client.force_login(province.recruiter)
    counts = []
    for people in (1, 4):
        for _person in range(people):
            accepted(today, province=province)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("onboarding:today"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_of_those_who_did_not_come_asks_as_often_for_many_as_for_one(client, today):
    province = Province(beds=50).with_recruiter_at_the_factory()
    client.force_login(province.recruiter)
    counts = []
    for people in (1, 4):
        for _person in range(people):
            _province, application, acceptance = accepted(today, province=province)
            Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=today - DAY)
            report_no_show(application=application, by=province.recruiter, on=today)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("onboarding:today")).content.decode()
        assert page.count(reverse("onboarding:came", args=[application.pk])) == 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_days_at_home_begin_on_the_day_of_the_province_also_early_in_the_morning(today):
    """Six in the morning here is the evening before in UTC."""
    province, application, acceptance = accepted(today, **AT_HOME)
    day = acceptance.arrives_on
    check_in(application=application, by=province.recruiter, on=day + DAY)
    at_six = timezone.make_aware(dt.datetime.combine(day + DAY, dt.time(6)))
    FirstShift.objects.update(checked_in_at=at_six)
    assert seen(acceptance, day + DAY).until == day + 4 * DAY
    with pytest.raises(StillIsolating):
        confirm_first_shift(application=application, by=province.recruiter, on=day + 3 * DAY)


def test_who_lost_the_bus_and_the_bed_does_not_go_past_the_days_at_a_site(client, today):
    province = Province(**ENTRY_QUARANTINE).with_recruiter_at_the_factory()
    province.bus(arrives_on=today + DAY)
    coming = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    application, bus = coming.application, coming.seat.trip
    lost_seats.cancel(trip=bus, reason="Xe hỏng", by=bus.organised_by, on=today)
    with pytest.raises(NoBedHeld) as refused:
        check_in(application=application, by=province.recruiter, on=today + DAY)
    assert "“tự đi”" in refused.value.for_people()
    client.force_login(province.recruiter)
    Acceptance.objects.update(arrives_on=today)
    page = client.post(reverse("onboarding:check_in", args=[application.pk]), follow=True).content.decode()
    assert "phải ở khu cách ly trước" in page and not FirstShift.objects.exclude(checked_in_at=None).exists()
    choose_trip(application=application, trip=None, by=application.worker.user, on=today)
    assert Acceptance.objects.get().entry_stay.status == "booked"


def test_who_lost_the_bus_and_needs_no_bed_may_simply_come_and_the_clock_stops(today):
    province = Province().with_recruiter_at_the_factory()
    day = province.opening.starts_on
    province.bus(arrives_on=day)
    coming = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    lost_seats.cancel(trip=coming.seat.trip, reason="Xe hỏng", by=province.recruiter, on=today)
    check_in(application=coming.application, by=province.recruiter, on=day)
    assert Acceptance.objects.get().ride_by is None


@pytest.fixture
def sent_on(today):
    """Came to a site, which sent the person on to another one before letting him or her in."""
    province, application, acceptance = accepted(today, **ENTRY_QUARANTINE)
    Clearance.objects.filter(pk=acceptance.clearance_id).update(decision={"tests_due": [[str(acceptance.arrives_on + DAY), "pcr"]]})
    day = acceptance.arrives_on
    transfer = request_transfer(stay=acceptance.entry_stay, destination=SiteFactory(), by=province.recruiter, on=day)
    for act in (accept_transfer, depart, arrive):
        transfer = act(transfer=transfer, by=province.recruiter, on=day)
    return province, application, transfer.held_stay


def test_a_bed_at_another_site_than_the_one_booked_is_the_acceptances(sent_on, today):
    province, application, stay = sent_on
    assert follow_transfers(on=today) == 1 and follow_transfers(on=today) == 0
    acceptance = Acceptance.objects.get()
    assert acceptance.entry_stay == stay
    assert seen(acceptance, stay.arrives_on).kind == "isolating" and seen(acceptance, stay.arrives_on).until == stay.leaves_on
    with pytest.raises(WasSeen):
        report_no_show(application=application, by=province.recruiter, on=stay.arrives_on + 3 * DAY)
    release(stay=stay, by=None, on=stay.leaves_on)
    check_in(application=application, by=province.recruiter, on=stay.leaves_on)
    assert confirm_first_shift(application=application, by=province.recruiter, on=stay.leaves_on).started_on


def test_who_is_sent_on_before_being_let_in_has_the_tests_planned_there(sent_on):
    _province, _application, stay = sent_on
    assert list(stay.tests.values_list("due_on", "method")) == [(stay.arrives_on + DAY, "pcr")]
