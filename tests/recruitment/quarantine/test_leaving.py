import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.accounts.models import SensitiveReading
from recruitment.health.models import HealthEvent
from recruitment.notifications.models import Message
from recruitment.quarantine.models import CompletionPaper, EarlyLeaving, StayTest, SymptomReport
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.corrections import undo_release
from recruitment.quarantine.services.extensions import extend_stay
from recruitment.quarantine.services.leaving import NotDone, RevocationNeedsReason, let_out, parts_of, revoke_paper
from recruitment.quarantine.services.reports import AlreadyReported, report_symptoms
from recruitment.quarantine.services.testing import NothingToRecord, TakenInTheFuture, due_tests, record_results
from recruitment.quarantine.services.transfers import accept_transfer, arrive, depart, request_transfer
from tests.factories.accounts import UserFactory
from tests.factories.health import ClearanceFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def place():
    ProvinceFactory(home=True)
    return SiteFactory(name="Khu Tân Lập", beds=20)


@pytest.fixture
def manager(client, place):
    user = manager_of(place)
    client.force_login(user)
    return user


def inside(site, today, *, name="Nông Thị Thử", days=7, tests=(0, 6)):
    """Somebody admitted today whose decision asks for tests on these days."""
    worker = WorkerFactory(name=name)
    due = [[(today + day * DAY).isoformat(), "pcr"] for day in tests]
    ClearanceFactory(worker=worker, asks_for_site=True, decision={"tests_due": due, "travel_on": today.isoformat()})
    stay = book_bed(worker=worker, site=site, arrives_on=today, leaves_on=today + days * DAY, by=None)
    return admit(stay=stay, by=None, on=today)


def with_results(stay, by, on, *, positive=False):
    for test in stay.tests.filter(taken_on=None):
        record_results(site=stay.site, results={test.pk: positive}, taken_on=on, by=by, on=on)


def test_tests_are_planned_on_admission_as_the_decision_asks(place, today):
    stay = inside(place, today, tests=(-2, 0, 6, 20))
    assert [(test.due_on, test.method) for test in stay.tests.all()] == [(today, "pcr"), (today + 6 * DAY, "pcr")]
    admit(stay=stay, by=None, on=today)
    assert stay.tests.count() == 2


def test_the_test_before_entry_is_brought_along_and_either_method_means_the_quick_one(place, today):
    due = [[(today + day * DAY).isoformat(), "any"] for day in (0, 3)]
    decision = {"tests_due": due, "travel_on": today.isoformat(), "reasons": [{"code": "test_needed", "facts": {"method": "any"}}]}
    worker = WorkerFactory()
    ClearanceFactory(worker=worker, asks_for_site=True, decision=decision)
    stay = admit(stay=book_bed(worker=worker, site=place, arrives_on=today, leaves_on=today + 7 * DAY, by=None), by=None, on=today)
    assert [(test.due_on, test.method) for test in stay.tests.all()] == [(today + 3 * DAY, "antigen")]


def test_whoever_stays_longer_is_tested_on_the_further_days(place, manager, today):
    stay = inside(place, today, tests=(0, 13))
    assert stay.tests.count() == 1
    extend_stay(stay=stay, leaves_on=today + 14 * DAY, by=manager, on=today)
    assert [test.due_on for test in stay.tests.all()] == [today, today + 13 * DAY]


def test_overdue_tests_come_first_and_tests_of_whoever_left_not_at_all(place, manager, today):
    late, now, gone = (inside(place, today, name=name, tests=(day,)) for name, day in [("A", 0), ("B", 2), ("C", 1)])
    let_out(stay=gone, reason="về quê", by=manager, on=today)
    assert [test.stay for test in due_tests(place, until=today + 2 * DAY)] == [late, now]


def test_results_of_many_people_become_confirmed_facts_of_each(client, place, manager, today):
    stays = [inside(place, today, tests=(0,)) for _person in range(3)]
    tests = StayTest.objects.all()
    sent = {f"result-{test.pk}": "negative" for test in tests[:2]} | {"taken_on": f"{today:%d/%m/%Y}"}
    answer = client.post(reverse("quarantine:tests", args=[place.pk]), sent)
    assert answer.url == reverse("quarantine:tests", args=[place.pk])
    events = HealthEvent.objects.filter(worker__in=[stay.worker for stay in stays])
    assert [(event.facts["result"], event.facts["on"], event.proof) for event in events] == [("negative", today.isoformat(), "confirmed")] * 2
    assert due_tests(place, until=today).count() == 1


def test_a_positive_result_is_asked_about_and_told_to_health_officers_without_a_word_of_it(client, place, manager, today):
    officer = UserFactory(health_officer=True)
    stay = inside(place, today, name="Lò Thị Dương", tests=(0,))
    test = stay.tests.get()
    address, sent = reverse("quarantine:tests", args=[place.pk]), {f"result-{test.pk}": "positive", "taken_on": f"{today:%d/%m/%Y}"}
    page = client.post(address, sent)
    assert "Xem lại kết quả dương tính" in page.content.decode() and not HealthEvent.objects.exists()
    assert client.post(address, {**sent, "confirmed": "on"}).url == reverse("quarantine:watch", args=[place.pk])
    text = Message.objects.filter(recipient=officer).first().text
    assert "Lò Thị Dương" not in text and "dương" not in text and "xét nghiệm" not in text
    client.force_login(officer)
    page = client.get(reverse("quarantine:watch", args=[place.pk])).content.decode()
    assert "Lò Thị Dương" in page and reverse("quarantine:declare_case") in page
    assert SensitiveReading.objects.filter(reader=officer, person=stay.worker.user).exists()


@pytest.mark.parametrize(("taken", "results"), [(3, "negative"), (-3, "negative"), (0, ""), (0, "maybe")])
def test_a_result_that_cant_be_is_refused(client, place, manager, today, taken, results):
    test = inside(place, today, tests=(0,)).tests.get()
    sent = {
        f"result-{test.pk}": results,
        "taken_on": f"{today + taken * DAY:%d/%m/%Y}",
        "result-x": "positive",
        "result-99999999999999999999": "negative",
    }
    assert client.post(reverse("quarantine:tests", args=[place.pk]), sent).status_code == 422
    assert not HealthEvent.objects.exists()


def test_a_result_of_another_site_or_recorded_already_is_left_alone(place, manager, today):
    elsewhere = inside(SiteFactory(), today, tests=(0,)).tests.get()
    with pytest.raises(NothingToRecord):
        record_results(site=place, results={elsewhere.pk: True}, taken_on=today, by=manager, on=today)
    test = inside(place, today, tests=(0,)).tests.get()
    record_results(site=place, results={test.pk: False}, taken_on=today, by=manager, on=today)
    with pytest.raises(NothingToRecord):
        record_results(site=place, results={test.pk: True}, taken_on=today, by=manager, on=today)
    later = inside(place, today, tests=(0,)).tests.get()
    with pytest.raises(TakenInTheFuture):
        record_results(site=place, results={later.pk: False}, taken_on=today + DAY, by=manager, on=today)


def test_whoever_did_everything_gets_a_paper_on_the_last_day(place, manager, today):
    stay = inside(place, today)
    last = stay.leaves_on
    with_results(stay, manager, today + 6 * DAY)
    paper = let_out(stay=stay, by=manager, on=last)
    assert paper.stayed_until == last and paper.document and let_out(stay=stay, by=manager, on=last) == paper
    assert Message.objects.filter(recipient=stay.worker.user, kind="completed").exists()


def test_leaving_early_or_untested_or_with_a_finding_needs_a_reason_and_gives_no_paper(place, manager, today):
    early, untested, found = (inside(place, today, days=days, tests=(0,)) for days in (7, 2, 2))
    with_results(early, manager, today)
    with_results(found, manager, today, positive=True)
    for stay, gaps in [(early, ["early"]), (untested, ["missing"]), (found, ["positive"])]:
        with pytest.raises(NotDone) as refused:
            let_out(stay=stay, by=manager, on=today + 2 * DAY)
        assert refused.value.gaps == gaps and refused.value.for_people()
    assert let_out(stay=found, reason="chuyển viện", by=manager, on=today + 2 * DAY) is None
    assert EarlyLeaving.objects.get().reason == "chuyển viện" and not CompletionPaper.objects.exists()


def test_tests_go_along_when_somebody_is_moved(place, manager, today):
    stay = inside(place, today)
    transfer = request_transfer(stay=stay, destination=SiteFactory(), by=manager, on=today)
    for act in (accept_transfer, depart, arrive):
        transfer = act(transfer=transfer, by=manager, on=today)
    assert transfer.held_stay.tests.count() == 2 and stay.tests.count() == 0


def paper_of(place, manager, today):
    stay = inside(place, today, days=1, tests=())
    return let_out(stay=stay, by=manager, on=today + DAY)


def test_the_public_page_says_whether_the_paper_counts_and_nothing_medical(client, place, manager, today):
    paper = paper_of(place, manager, today)
    client.logout()
    address = reverse("quarantine:check_paper", args=[paper.code])
    page = client.get(address).content.decode()
    assert "Giấy còn giá trị" in page and paper.number in page and "xét nghiệm" not in page
    assert client.get(reverse("quarantine:check_paper", args=["0" * 12])).status_code == 404
    assert client.get(reverse("quarantine:check_paper", args=["x" * 300])).status_code == 404
    revoke_paper(paper=paper, reason="Cấp nhầm người", by=manager)
    page = client.get(address).content.decode()
    assert "thu hồi" in page and "Cấp nhầm người" in page


def test_the_paper_is_the_persons_and_the_sites(client, place, manager, today):
    paper = paper_of(place, manager, today)
    address = reverse("quarantine:paper", args=[paper.pk])
    assert "<svg" in client.get(address).content.decode()
    client.force_login(paper.stay.worker.user)
    assert client.get(address).status_code == 200
    assert address in client.get(reverse("quarantine:own_stay")).content.decode()
    for stranger in (WorkerFactory().user, manager_of(SiteFactory())):
        client.force_login(stranger)
        assert client.get(address).status_code == 404


def test_revoking_asks_why(client, place, manager, today):
    paper = paper_of(place, manager, today)
    with pytest.raises(RevocationNeedsReason):
        revoke_paper(paper=paper, reason=" ", by=manager)
    address = reverse("quarantine:revoke_paper", args=[paper.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "Cấp nhầm người"})
    paper.refresh_from_db()
    assert paper.revoked_at and paper.revoked_by == manager


def test_undoing_a_release_takes_the_paper_back(place, manager, today):
    stay = inside(place, today, days=2, tests=())
    paper = let_out(stay=stay, by=manager, on=today + 2 * DAY)
    undo_release(stay=stay, by=manager, on=today + 2 * DAY)
    paper.refresh_from_db()
    assert paper.revoked_at
    assert let_out(stay=stay, by=manager, on=today + 2 * DAY) != paper


def test_what_the_manager_lacks_to_let_somebody_out_is_said_beside_the_field(client, place, manager, today):
    stay = inside(place, today)
    answer = client.post(reverse("quarantine:release", args=[stay.pk]))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Chưa đến ngày ra" in page and "2 xét nghiệm" in page
    assert client.post(reverse("quarantine:release", args=[stay.pk]), {"reason": "Về chịu tang"}).status_code == 302


def test_a_person_reports_feeling_unwell_and_somebody_looks_after_it(client, place, manager, today):
    stay = inside(place, today)
    client.force_login(stay.worker.user)
    client.post(reverse("quarantine:report_symptoms"), {"text": "Tôi sốt 39 độ"})
    text = Message.objects.filter(recipient=manager, kind="report").first().text
    assert "sốt" not in text and stay.worker.user.name not in text
    client.force_login(manager)
    assert "Tôi sốt 39 độ" in client.get(reverse("quarantine:watch", args=[place.pk])).content.decode()
    assert SensitiveReading.objects.filter(reader=manager, person=stay.worker.user).exists()
    client.post(reverse("quarantine:answer_report", args=[SymptomReport.objects.get().pk]))
    assert SymptomReport.objects.get().answered_by == manager
    client.force_login(manager_of(SiteFactory()))
    assert client.get(reverse("quarantine:watch", args=[place.pk])).status_code == 404


def test_reports_are_bounded_and_the_same_words_are_one(client, place, today):
    stay = inside(place, today)
    for number in (0, 0, 1, 2, 3, 4):
        report_symptoms(stay=stay, text=f"sốt {number}", by=stay.worker.user, on=today)
    with pytest.raises(AlreadyReported):
        report_symptoms(stay=stay, text="sốt nữa", by=stay.worker.user, on=today)
    client.force_login(stay.worker.user)
    assert client.post(reverse("quarantine:report_symptoms"), {"text": ""}).status_code == 422
    assert client.post(reverse("quarantine:report_symptoms"), {"text": "x" * 700}).status_code == 422
    client.force_login(WorkerFactory().user)
    assert client.post(reverse("quarantine:report_symptoms"), {"text": "sốt"}).status_code == 302


def test_the_persons_page_shows_the_days_of_tests(client, place, today):
    stay = inside(place, today)
    client.force_login(stay.worker.user)
    page = client.get(reverse("quarantine:own_stay")).content.decode()
    assert f"{today + 6 * DAY:%d/%m/%Y}" in page and "hôm nay" in page


def test_many_results_cost_the_database_hardly_more_than_a_few(place, manager, today, django_assert_max_num_queries):
    for _person in range(12):
        inside(place, today, tests=(0,))
    results = dict.fromkeys(StayTest.objects.values_list("pk", flat=True), False)
    with django_assert_max_num_queries(30):
        record_results(site=place, results=results, taken_on=timezone.localdate(), by=manager, on=today)


def moved(stay, there, today):
    move = request_transfer(stay=stay, destination=there, by=manager_of(stay.site), on=today)
    for step in (accept_transfer, depart, arrive):
        move = step(transfer=move, by=manager_of(there), on=today)
    return move.held_stay


def test_the_paper_of_somebody_who_was_moved_covers_every_site_with_its_dates(client, place, manager, today):
    second, third = SiteFactory(name="Khu Phổ Yên"), SiteFactory(name="Khu Sông Công")
    stay = moved(moved(inside(place, today), second, today + 2 * DAY), third, today + 5 * DAY)
    with_results(stay, manager, today + 6 * DAY)
    paper = let_out(stay=stay, by=manager_of(third), on=today + 7 * DAY)
    wanted = [(place, today, today + 2 * DAY), (second, today + 2 * DAY, today + 5 * DAY), (third, today + 5 * DAY, today + 7 * DAY)]
    assert [(part.site, part.first, part.until) for part in parts_of(paper)] == wanted
    client.force_login(stay.worker.user)
    for page in (reverse("quarantine:paper", args=[paper.pk]), reverse("quarantine:check_paper", args=[paper.code])):
        shown = client.get(page).content.decode()
        for text in ("Khu Tân Lập", "Khu Phổ Yên", "Khu Sông Công", "24/11/2026 – 26/11/2026", "29/11/2026 – 01/12/2026"):
            assert text in shown


def test_a_bed_that_was_moved_before_anybody_came_is_not_on_the_paper(place, manager, today):
    booked = book_bed(worker=WorkerFactory(), site=place, arrives_on=today, leaves_on=today + 3 * DAY, by=None)
    there = SiteFactory()
    stay = moved(booked, there, today + DAY)
    paper = let_out(stay=stay, by=manager_of(there), on=today + 3 * DAY)
    assert [(part.site, part.first) for part in parts_of(paper)] == [(there, today + DAY)]
