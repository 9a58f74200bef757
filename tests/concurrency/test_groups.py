"""One table sent by two liaisons at once, and one whose process is killed."""

import datetime as dt
import os
import signal
import time
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.notifications.models import Message
from recruitment.openings.reading import TableRow
from recruitment.workers.group_tables import interpret
from recruitment.workers.models import AssistedAct, GroupRegistration, Invitation, Worker
from recruitment.workers.services import groups
from recruitment.workers.services.helped import hand_over
from recruitment.workers.services.helpers import name_helper
from recruitment.workers.services.invitations import use_invitation, write_invitations
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def liaison():
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    return UserFactory(liaison=True)


def people():
    cells = [
        {"name": f"Nông Văn {name}", "birth_date": "06/05/1998", "phone": f"09123456{number}", "province": "Cao Bằng"}
        for number, name in enumerate(["An", "Bình", "Châu"], start=10)
    ]
    return interpret([TableRow(number, row) for number, row in enumerate(cells, start=2)], on=TODAY)


def register(liaison):
    return groups.register_group(rows=people(), organisation=liaison.memberships.get().organisation, by=liaison, on=TODAY)


def test_one_table_sent_by_many_at_once_registers_everybody_once(race, liaison):
    assert race(5, lambda: register(liaison)) == ["done"] * 5
    assert (Worker.objects.count(), GroupRegistration.objects.count(), AssistedAct.objects.count()) == (3, 1, 3)
    assert Message.objects.filter(kind="registered_for_you", channel="sms").count() == 3


def test_an_import_killed_before_its_end_leaves_nothing_and_runs_again(liaison):
    connections.close_all()
    child = os.fork()
    if child == 0:
        groups.request_index = lambda *_arguments: os.kill(os.getpid(), signal.SIGKILL)
        register(liaison)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (Worker.objects.count(), GroupRegistration.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert register(liaison)
    assert Worker.objects.count() == 3


def test_a_link_opened_twice_at_once_lets_in_once(race):
    now, worker = timezone.now(), WorkerFactory()
    [(_worker, link)] = write_invitations([worker], now=now, on=now.date())
    code = link.address.rstrip("/").rsplit("/", 1)[1]
    outcomes = race(6, lambda: use_invitation(code, address="10.0.0.9", now=now))
    assert sorted(outcomes) == ["InvitationOver"] * 5 + ["done"]


def test_without_the_conditional_use_the_same_race_lets_in_several_times(race):
    """The twin: who looks first and notes the use later lets everybody in."""
    now = timezone.now()
    write_invitations([WorkerFactory()], now=now, on=now.date())
    let_in = []

    def look_then_write():
        found = Invitation.objects.usable(now).first()
        time.sleep(0.2)
        if found:
            let_in.append(found.pk)
            Invitation.objects.filter(pk=found.pk).update(used_at=timezone.now())

    race(4, look_then_write)
    assert len(let_in) > 1


def test_whoever_gets_a_phone_while_being_entrusted_to_somebody_else_answers_alone(race, today):
    liaison = UserFactory(liaison=True)
    house = liaison.memberships.get().organisation
    colleague = UserFactory(liaison=True, membership__organisation=house)
    group = GroupRegistration.objects.create(organisation=house, made_by=liaison)
    for number in range(6):
        worker = WorkerFactory(user=UserFactory(phone=None, helper=liaison))
        AssistedAct.objects.create(worker=worker, group=group, act="registered", by=liaison)
        acts = iter(
            [
                partial(hand_over, worker=worker, phone=f"+8491200000{number}", by=liaison, on=today),
                partial(name_helper, workers=[worker.pk], helper=colleague.memberships.get(), by=liaison, on=today),
            ]
        )
        assert race(2, lambda acts=acts: next(acts)()) == ["done", "done"]
        user = User.objects.get(pk=worker.user_id)
        assert (user.phone, user.helper) == (f"+8491200000{number}", None)
