"""The background worker is told after the commit, and no more often than there is something to do."""

from contextlib import suppress

import pytest
from celery.signals import before_task_publish
from django.db import transaction

from recruitment.shared.nudges import nudge_after_commit, one_nudge_for_all

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "recruitment.notifications.tasks.deliver_messages", "recruitment.quarantine.tasks.offer_freed_beds"


@pytest.fixture
def told():
    """Names of the tasks that went to the broker, in order."""
    names = []

    def note(sender, **_facts):
        names.append(sender)

    before_task_publish.connect(note)
    yield names
    before_task_publish.disconnect(note)


def test_a_transaction_tells_of_each_task_once_and_not_before_it_is_through(told):
    with transaction.atomic():
        for task in (FIRST, SECOND, FIRST):
            nudge_after_commit(task)
        assert told == []
    assert told == [FIRST, SECOND]


def test_the_same_task_for_something_else_is_another_nudge(told):
    with transaction.atomic():
        nudge_after_commit(FIRST, 1)
        nudge_after_commit(FIRST, 2)
    assert told == [FIRST, FIRST]


def test_what_is_rolled_back_tells_nobody_and_hides_no_later_nudge(told):
    with transaction.atomic():
        with transaction.atomic():
            nudge_after_commit(FIRST)
            transaction.set_rollback(True)
        assert told == []
        nudge_after_commit(SECOND)
    assert told == [SECOND]


def test_many_transactions_in_a_row_tell_once_at_the_end(told):
    with one_nudge_for_all():
        for _person in range(3):
            with transaction.atomic():
                nudge_after_commit(FIRST)
        assert told == []
    assert told == [FIRST]


def test_what_was_done_before_a_failure_is_told_all_the_same(told):
    with suppress(ZeroDivisionError), one_nudge_for_all():
        nudge_after_commit(FIRST)
        raise ZeroDivisionError
    assert told == [FIRST]
    nudge_after_commit(SECOND)
    assert told == [FIRST, SECOND]
