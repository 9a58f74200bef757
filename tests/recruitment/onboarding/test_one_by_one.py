"""One person with whom something unforeseen happens holds up neither the other people nor the schedule's other work."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.waiting import accept_or_wait
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.onboarding.tasks import look_after_acceptances
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db


def break_for(application: Application) -> None:
    """The database refuses every change of this one application, as a fault nobody foresaw would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'out of order'; END $$;"
            f"CREATE TRIGGER refuse BEFORE UPDATE ON applications_application FOR EACH ROW WHEN (OLD.id = {application.pk}) EXECUTE FUNCTION refuse()"
        )


def test_a_clock_that_fails_for_one_runs_for_the_next_and_the_queue_moves(today):
    province = Province(places=3, beds=50)
    late = [accept(application=province.applicant(), by=province.recruiter, on=today).application for _ in range(3)]
    waiting = accept_or_wait(application=province.applicant(), by=province.recruiter, on=today)
    Acceptance.objects.filter(application__in=late[:2]).update(confirm_by=timezone.now() - dt.timedelta(hours=1))
    break_for(late[0])
    with pytest.raises(Exception, match="out of order"):
        look_after_acceptances()
    assert [Application.objects.get(pk=one.pk).status for one in late] == ["accepted", "closed", "accepted"]
    assert Application.objects.get(pk=waiting.application_id).status == "accepted"


def test_who_fails_at_the_head_of_the_queue_holds_nobody_back(today):
    province = Province(places=1, beds=50)
    taken = accept(application=province.applicant(), by=province.recruiter, on=today).application
    first, second = (accept_or_wait(application=province.applicant(), by=province.recruiter, on=today) for _ in range(2))
    break_for(first.application)
    withdraw(application=taken, by=taken.worker.user, on=today)
    with pytest.raises(Exception, match="out of order"):
        look_after_acceptances()
    assert Application.objects.get(pk=second.application_id).status == "accepted"
    assert WaitingAcceptance.objects.get(pk=first.pk).ended_at is None
