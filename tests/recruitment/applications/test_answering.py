"""Who was invited or offered a place has the policy's hours to answer; silence frees the place and brings other jobs."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from recruitment.applications.models import AnswerPolicy, Application
from recruitment.applications.services.answering import release_unanswered, remind_of_answers, reminders_due
from recruitment.applications.services.choosing import offer
from recruitment.notifications.models import Message
from recruitment.openings.models import Opening
from tests.factories.accounts import MembershipFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory

pytestmark = pytest.mark.django_db
Status = Application.Status
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def offered(today):
    application = ApplicationFactory()
    MembershipFactory(user=application.opening.created_by, organisation=application.opening.factory.enterprise.organisation)
    return offer(application=application, by=application.opening.created_by, on=today)


def look(hours: float) -> tuple[int, int]:
    """What the schedule does so many hours after now: reminders and releases."""
    now = timezone.now() + hours * HOUR
    return remind_of_answers(now=now, on=now.date()), release_unanswered(now=now, on=now.date())


def test_reminders_go_out_at_half_time_and_twelve_hours_before_and_each_only_once(offered):
    assert [look(hours) for hours in (1, 37, 38, 59, 61, 62)] == [(0, 0), (1, 0), (0, 0), (0, 0), (1, 0), (0, 0)]
    assert "còn 34 giờ" in Message.objects.filter(kind="answer_reminder", channel="app").order_by("pk")[0].text


def test_a_schedule_that_slept_sends_one_reminder_for_two(offered):
    assert [look(hours) for hours in (65, 65)] == [(1, 0), (0, 0)]


def test_silence_frees_the_place_once_and_both_sides_are_told(offered):
    assert look(73) == (0, 1) and look(74) == (0, 0)
    application = Application.objects.get()
    assert (application.status, application.ending, application.answer_by) == (Status.CLOSED, "no_answer", None)
    assert Opening.objects.get(pk=offered.opening_id).held == 0
    assert set(Message.objects.filter(kind="no_answer", channel="app").values_list("recipient", flat=True)) == {
        offered.worker.user_id,
        offered.opening.created_by_id,
    }


def test_the_hours_are_those_of_the_policy_in_force(today):
    AnswerPolicy.objects.create(number="1/THỬ", since=today, answer_hours=24)
    application = ApplicationFactory()
    assert offer(application=application, by=application.opening.created_by, on=today).answer_by - timezone.now() <= 24 * HOUR
    assert "trong 24 giờ" in Message.objects.get(kind="offered", channel="app").text


def test_the_message_names_three_others_that_have_a_place_and_a_bed(offered, client):
    BackupPolicyFactory()
    SiteFactory(beds=3)
    others = [OpeningFactory(title=f"Việc khác {number}", published_at=timezone.now() + number * HOUR) for number in range(4)]
    OpeningFactory(title="Việc đã đủ người", full=True)
    look(73)
    text = Message.objects.get(kind="no_answer", channel="app", recipient=offered.worker.user).text
    assert [opening.title in text for opening in others] == [False, True, True, True] and "đã đủ người" not in text
    client.force_login(offered.worker.user)
    page = client.get(reverse("applications:application", args=[offered.pk])).content.decode()
    assert "Việc khác 3" in page and "Việc đã đủ người" not in page


def test_no_opening_is_named_where_no_bed_is_left_and_the_cover_lacks(offered):
    BackupPolicyFactory()
    OpeningFactory(title="Việc không giường", factory__out_of_province_workers=40)
    look(73)
    assert "Việc không giường" not in Message.objects.get(kind="no_answer", channel="app", recipient=offered.worker.user).text


def test_who_answers_in_time_is_left_alone(offered, today):
    Application.objects.filter(pk=offered.pk).update(status=Status.AGREED, answer_by=None)
    assert look(73) == (0, 0)


@given(left=st.integers(1, 200), hours=st.integers(2, 200), later=st.integers(0, 200))
def test_reminders_never_become_fewer_as_time_passes_and_there_are_two_at_most(left, hours, later):
    policy, now = AnswerPolicy(answer_hours=hours, last_reminder_hours=min(12, hours - 1)), dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    due = [reminders_due(answer_by=now + left * HOUR, now=now + hour * HOUR, policy=policy) for hour in (0, later)]
    assert 0 <= due[0] <= due[1] <= 2


def test_two_schedules_at_once_free_one_place(today, race):
    application = ApplicationFactory()
    offer(application=application, by=application.opening.created_by, on=today)
    now = timezone.now() + 73 * HOUR
    race(4, lambda: release_unanswered(now=now, on=now.date()))
    assert Opening.objects.get().held == 0
    assert Message.objects.filter(kind="no_answer", channel="app", recipient=application.worker.user).count() == 1
