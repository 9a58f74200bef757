"""A batch whose process is killed in the middle goes on where it stopped, and two processes at once do nothing twice."""

import os
import signal
import time
import uuid

import pytest
from django.db import connections
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance, AcceptanceBatch
from recruitment.onboarding.services import batch_runs
from recruitment.onboarding.services.batch_runs import STALLED, ask_to_accept, continue_batch, continue_unfinished
from recruitment.quarantine.services.recount import recount
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 24


@pytest.fixture
def batch(today, monkeypatch):
    monkeypatch.setattr(batch_runs, "CHUNK", 4)
    province = Province(places=50, beds=90, **ENTRY_QUARANTINE)
    chosen = [province.applicant().pk for _ in range(PEOPLE)]
    return ask_to_accept(opening=province.opening, applications=chosen, key=uuid.uuid4(), by=province.recruiter, on=today)


def everybody_once(today) -> bool:
    accepted = Acceptance.objects.count() == PEOPLE == Message.objects.filter(kind="accepted", channel="app").count()
    return accepted and recount() == [] and invariants.check(on=today, now=timezone.now()) == []


def start(pk: int, today) -> int:
    """A process of its own that carries the batch out; its number."""
    connections.close_all()  # the child must not share them
    child = os.fork()
    if child:
        return child
    try:
        continue_batch(pk, on=today)
    finally:
        os._exit(0)


def kill_when(child: int, batch: AcceptanceBatch, noted: int) -> None:
    """As soon as the outcome of so many people is noted."""
    while batch.lines.exclude(outcome="").count() < noted:
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_killed_twice_in_the_middle_everybody_is_accepted_once(batch, today):
    for noted in (4, 12):
        AcceptanceBatch.objects.update(claimed_at=None)
        kill_when(start(batch.pk, today), batch, noted)
        assert AcceptanceBatch.objects.get().finished_at is None
    assert continue_unfinished(on=today) == 0  # only just seen at it
    AcceptanceBatch.objects.update(claimed_at=timezone.now() - STALLED)
    assert continue_unfinished(on=today) == 1
    assert set(batch.lines.values_list("outcome", flat=True)) == {"accepted"}
    assert everybody_once(today)


def test_two_at_once_share_nothing_and_double_nothing(race, batch, today):
    """Even where both believe that they alone are at it."""

    def carry_out():
        AcceptanceBatch.objects.update(claimed_at=None)
        continue_batch(batch.pk, on=today)

    assert race(3, carry_out) == ["done"] * 3
    assert everybody_once(today)
