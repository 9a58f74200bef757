"""The day of work moves after somebody was accepted: the factory reads from which day to which, never why."""

import datetime as dt

import pytest
from django.urls import reverse

from recruitment.health.models import AdmissionPolicy, Clearance
from recruitment.health.services.events import record_contacts
from recruitment.notifications.models import Message
from recruitment.onboarding.models import StartMove
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.moved_starts import note_moved_starts
from recruitment.onboarding.services.undoing import undo_acceptance
from recruitment.openings.models import Opening
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionRuleFactory
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HEALTH_WORDS = ["F1", "F0", "tiếp xúc", "xét nghiệm", "tiêm", "thẻ", "dịch", "bệnh"]


@pytest.fixture
def accepted(today):
    province = Province().with_recruiter_at_the_factory()
    Opening.objects.update(starts_on=today)
    policy = AdmissionPolicy.objects.get()
    AdmissionRuleFactory(
        policy=policy, position=2, subject="F1", origin_levels=[], day_zero="exposure", quarantine_place="home", quarantine_days=7, monitoring_days=7
    )
    return province, accept(application=province.applicant(starts_on=today + DAY), by=province.recruiter, on=today)


def exposed(acceptance, today, days_ago=0):
    record_contacts(
        workers=[acceptance.application.worker], kind="F1", contact_on=today - days_ago * DAY, by=UserFactory(health_officer=True), on=today
    )


def told(acceptance):
    return list(Message.objects.filter(kind="start_moved", channel="app").order_by("pk").values_list("text", flat=True))


def test_the_factory_is_told_once_from_which_day_to_which_without_a_word_of_health(accepted, today):
    province, acceptance = accepted
    assert note_moved_starts(on=today) == 0
    exposed(acceptance, today)
    assert note_moved_starts(on=today) == 1
    assert note_moved_starts(on=today) == 0
    [text] = told(acceptance)
    assert acceptance.application.receipt in text and "25/11/2026" in text and "01/12/2026" in text
    assert not [word for word in HEALTH_WORDS if word in text]
    assert Message.objects.filter(kind="start_moved").first().recipient == province.recruiter


def test_the_person_is_told_too(accepted, today):
    _province, acceptance = accepted
    exposed(acceptance, today)
    mine = Message.objects.get(kind="ready_on_moved", channel="app")
    assert mine.recipient == acceptance.application.worker.user and "01/12/2026" in mine.text and "trước là 24/11/2026" in mine.text


def test_a_day_that_moves_but_not_beyond_the_agreed_start_concerns_nobody(accepted, today):
    _province, acceptance = accepted
    exposed(acceptance, today, days_ago=6)
    assert Clearance.objects.current().get().ready_on == today + DAY
    assert note_moved_starts(on=today) == 0 and told(acceptance) == []


def test_the_way_back_is_told_as_well(accepted, today):
    _province, acceptance = accepted
    exposed(acceptance, today)
    note_moved_starts(on=today)
    Clearance.objects.current().update(ready_on=today)
    assert note_moved_starts(on=today) == 1
    assert [(move.before, move.after) for move in StartMove.objects.all()] == [(today + DAY, today + 7 * DAY), (today + 7 * DAY, today + DAY)]


def test_a_day_that_nobody_can_say_and_then_can(accepted, today):
    _province, acceptance = accepted
    exposed(acceptance, today)
    note_moved_starts(on=today)
    Clearance.objects.current().update(verdict="undecided", ready_on=None)
    note_moved_starts(on=today)
    Clearance.objects.current().update(verdict="conditional", ready_on=today + 9 * DAY)
    note_moved_starts(on=today)
    _first, unknown, known = told(acceptance)
    assert "chưa định được" in unknown and "đã định được" in known and "03/12/2026" in known


def test_an_acceptance_undone_or_begun_moves_no_more(accepted, today):
    province, acceptance = accepted
    exposed(acceptance, today)
    assert note_moved_starts(on=today + 2 * DAY) == 0
    undo_acceptance(application=acceptance.application, reason="mistake", by=province.recruiter, on=today)
    assert note_moved_starts(on=today) == 0


def test_both_pages_of_the_recruiter_show_the_old_day_and_the_new_one(client, accepted, today):
    province, acceptance = accepted
    exposed(acceptance, today)
    note_moved_starts(on=today)
    client.force_login(province.recruiter)
    line = "ngày bắt đầu làm đổi từ 25/11/2026 sang 01/12/2026"
    assert line in client.get(reverse("applications:applicant", args=[acceptance.application_id])).content.decode()
    page = client.get(reverse("applications:of_opening", args=[province.opening.pk]), {"tab": "accepted"}).content.decode()
    assert line in page and not [word for word in ["F1", "tiếp xúc"] if word in page]
