"""Rules as dated data: the newest in force on a day, and one answer for all that is decided together."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.quarantine.models import BackupPolicy
from recruitment.shared.dated import under_the_same_rules
from tests.factories.quarantine import BackupPolicyFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_of_two_rules_in_force_the_newer_counts_and_an_ended_one_does_not(today):
    old = BackupPolicyFactory(since=today - 9 * DAY)
    ended = BackupPolicyFactory(since=today - 5 * DAY, until=today - DAY)
    assert [BackupPolicy.objects.in_force(day) for day in (today - 10 * DAY, today - DAY, today)] == [None, ended, old]


def test_a_batch_is_decided_under_the_rules_that_it_found_and_the_next_one_under_the_newer(today):
    old = BackupPolicyFactory(since=today - 9 * DAY)
    with under_the_same_rules():
        assert BackupPolicy.objects.in_force(today) == old
        newer = BackupPolicyFactory(since=today)
        with CaptureQueriesContext(connection) as asked:
            assert BackupPolicy.objects.in_force(today) == old
        with under_the_same_rules():
            assert BackupPolicy.objects.in_force(today) == old
        assert BackupPolicy.objects.in_force(today - DAY) == old
    assert len(asked) == 0
    assert BackupPolicy.objects.in_force(today) == newer


def test_a_question_about_some_of_the_rules_is_not_answered_from_all_of_them(today):
    rule = BackupPolicyFactory(since=today)
    with under_the_same_rules():
        assert BackupPolicy.objects.in_force(today) == rule
        assert BackupPolicy.objects.exclude(pk=rule.pk).in_force(today) is None
