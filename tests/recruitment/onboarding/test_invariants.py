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
from recruitment.onboarding.models import Acceptance, Breach
from recruitment.onboarding.services import repairs
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.breaches import record_breaches, repair
from recruitment.onboarding.services.lost_seats import cancel
from recruitment.openings.models import Opening
from recruitment.quarantine.models import ReservationNight, SiteNight, Stay
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.recount import differences
from recruitment.travel.services.passes import issue_pass
from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory
from tests.recruitment.onboarding.breaking import BREAKS, OTHER_WAYS, let_the_clock_stand, lose_the_bed, miscount, province_of, show_as_looking
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


def test_a_factory_reads_on_its_first_page_what_it_has_to_see_to_and_others_do_not(client, accepted, today):
    lose_the_bed(accepted)
    record_breaches(on=today, now=timezone.now())
    client.force_login(recruiter_of(accepted.application.opening.factory))
    page = client.get(reverse("openings:board")).content.decode()
    assert "Nhà máy cần xử lý" in page and accepted.application.receipt in page
    assert reverse("onboarding:tasks", args=[accepted.application_id]) in page
    assert client.get(reverse("onboarding:tasks", args=[accepted.application_id])).status_code == 200
    client.force_login(recruiter_of(OpeningFactory().factory))
    assert accepted.application.receipt not in client.get(reverse("openings:board")).content.decode()


def test_the_bed_and_pass_of_whoever_was_sent_by_others_stay_theirs_when_the_person_applies_later(accepted, today):
    """Else a health authority's bed was called nobody's, with a button that gives it away, as soon as the person applied anywhere."""
    sent = WorkerFactory()
    factory, site = accepted.application.opening.factory, accepted.entry_stay.site
    book_bed(worker=sent, site=site, arrives_on=today + DAY, leaves_on=today + 3 * DAY, by=None)
    issue_pass(worker=sent, factory=factory, valid_from=today, valid_until=today + DAY, seat=None, by=None, on=today)
    ApplicationFactory(worker=sent)
    assert codes(today) == []
