"""What has been kept long enough goes."""

import datetime as dt
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.health.models import HealthEvent
from recruitment.notifications.models import Message
from recruitment.onboarding.models import AcceptanceBatch, BatchLine
from recruitment.privacy.models import RetentionPeriod, RetentionRun
from recruitment.privacy.services.retention import run_retention
from recruitment.workers.models import Worker
from tests.factories.applications import ApplicationFactory
from tests.factories.travel import CheckpointFactory
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db


def age(worker, days):
    then = timezone.now() - dt.timedelta(days=days)
    Worker.objects.filter(pk=worker.pk).update(changed_at=then)
    User.objects.filter(pk=worker.user.pk).update(joined_at=then)
    return worker


def names():
    return set(User.objects.filter(worker__isnull=False).values_list("name", flat=True))


def test_people_who_never_came_back_are_forgotten_and_whoever_is_needed_is_not(today):
    age(WorkerFactory(name="Lâu Rồi", with_green_card=True), 400)
    age(WorkerFactory(name="Vừa Đây"), 300)
    age(ApplicationFactory(worker=WorkerFactory(name="Đang Chờ")).worker, 400)
    age(EmploymentFactory(worker=WorkerFactory(name="Đang Làm")).worker, 400)
    counts = run_retention(on=today, dry_run=False)
    assert names() == {"Đã xóa", "Vừa Đây", "Đang Chờ", "Đang Làm"}
    assert counts["people"] == 1
    assert not HealthEvent.objects.exists()


def test_a_dry_run_counts_and_deletes_nothing(today, capsys):
    age(WorkerFactory(name="Lâu Rồi"), 400)
    call_command("retention", dry_run=True)
    assert "people: 1 due" in capsys.readouterr().out
    assert names() == {"Lâu Rồi"} and not RetentionRun.objects.exists()


def test_a_second_run_finds_nothing_and_each_is_counted(today):
    age(WorkerFactory(), 400)
    assert run_retention(on=today, dry_run=False)["people"] == 1
    assert set(run_retention(on=today, dry_run=False).values()) == {0}
    assert RetentionRun.objects.count() == 2


def test_where_people_crossed_is_forgotten_after_half_a_year(today):
    checkpoint = CheckpointFactory()
    for days in (200, 100):
        at = timezone.now() - dt.timedelta(days=days)
        said = {"direction": "in", "how": "scan", "verdict": "unknown", "let_through": False, "offline": True}
        checkpoint.crossings.create(uuid=uuid4(), at=at, by=checkpoint.officer, **said)
    assert run_retention(on=today, dry_run=False)["crossings"] == 1
    assert checkpoint.crossings.count() == 1


def test_the_table_of_periods_decides(today):
    age(WorkerFactory(), 100)
    assert run_retention(on=today, dry_run=True)["people"] == 0
    RetentionPeriod.objects.create(what="people", days=30)
    assert run_retention(on=today, dry_run=True)["people"] == 1


def test_health_facts_of_hidden_people_go_before_the_people_themselves(today):
    hidden = age(WorkerFactory(with_green_card=True, status="hidden"), 100)
    looking = age(WorkerFactory(with_green_card=True), 100)
    assert run_retention(on=today, dry_run=False)["health"] == 2
    assert set(HealthEvent.objects.values_list("worker", flat=True)) == {looking.pk}
    assert Worker.objects.filter(pk=hidden.pk, user__is_active=True).exists()


def test_old_messages_go(today):
    user = WorkerFactory().user
    old, new = (Message.objects.create(recipient=user, channel="app", kind="x", text="x") for _ in range(2))
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - dt.timedelta(days=181))
    assert run_retention(on=today, dry_run=False)["messages"] == 1
    assert Message.objects.get() == new


def batch(*, finished: int | None, application=None) -> AcceptanceBatch:
    """Finished so many days ago, or never, with one person."""
    application = application or ApplicationFactory()
    asked = {"opening": application.opening, "key": uuid4(), "may_wait": False, "asked_by": application.opening.created_by}
    made = AcceptanceBatch.objects.create(**asked, finished_at=finished and timezone.now() - dt.timedelta(days=finished))
    made.lines.create(application=application, position=0, outcome="refused", sentences={"vi": ["Chưa có kết luận y tế."]})
    return made


def test_what_came_of_a_batch_is_forgotten_after_a_month_with_every_sentence_about_people(today):
    old, new, unfinished = batch(finished=31), batch(finished=29), batch(finished=None)
    assert run_retention(on=today, dry_run=True)["batches"] == 1
    assert run_retention(on=today, dry_run=False)["batches"] == 1
    assert set(AcceptanceBatch.objects.all()) == {new, unfinished}
    assert not BatchLine.objects.filter(batch=old.pk).exists()


def test_who_is_erased_is_forgotten_in_batches_too(today):
    application = ApplicationFactory(worker=age(WorkerFactory(), 400), status="refused", refusal="filled")
    type(application).objects.update(changed_at=timezone.now() - dt.timedelta(days=400))
    batch(finished=5, application=application)
    assert run_retention(on=today, dry_run=False)["people"] == 1
    assert not BatchLine.objects.exists()
