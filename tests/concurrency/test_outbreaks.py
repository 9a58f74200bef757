"""An officer confirms contacts while one of them gives up the work: both take the person before the factory, so neither waits for ever."""

import datetime as dt
import threading
import time

import pytest

from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.first_shift import check_in, confirm_first_shift
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services import outbreaks
from recruitment.quarantine.services.outbreaks import confirm_contacts, declare_case
from recruitment.quarantine.services.recount import differences
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def colleagues(race, today):
    """Two who began to work on one team; one of them is a case."""
    province = Province(beds=30)
    case, contact = (accept(application=province.applicant(), by=province.recruiter, on=today).application for _ in range(2))
    Acceptance.objects.update(arrives_on=today, starts_on=today)
    for application in (case, contact):
        check_in(application=application, by=province.recruiter, on=today)
        confirm_first_shift(application=application, by=province.recruiter, on=today)
    outbreak = declare_case(factory=province.opening.factory, worker=case.worker, found_on=today, by=province.recruiter, on=today)
    return province, contact, outbreak


def race_confirmation_and_withdrawal(race, colleagues, today, monkeypatch) -> list[str]:
    province, contact, outbreak = colleagues
    outbreak.people.create(worker=contact.worker, facts={"kind": "F1", "on": today.isoformat(), "met": []})
    outbreak.refresh_from_db()
    holds_the_factory, recorded = threading.Event(), outbreaks.record_contacts

    def record_slowly(**facts):
        holds_the_factory.set()
        time.sleep(0.3)
        recorded(**facts)

    monkeypatch.setattr(outbreaks, "record_contacts", record_slowly)
    days = {"first": today, "until": today + dt.timedelta(days=3)}
    chosen = list(outbreak.people.values_list("pk", flat=True))

    def give_up():
        holds_the_factory.wait(5)
        withdraw(application=contact, by=contact.worker.user, on=today)

    acts = [lambda: confirm_contacts(outbreak=outbreak, chosen=chosen, seen=outbreak.version, by=province.recruiter, on=today, **days), give_up]
    return sorted(race(2, lambda: acts.pop(0)()))


def test_a_contact_who_gives_up_the_work_meanwhile_is_housed_all_the_same(race, colleagues, today, monkeypatch):
    assert race_confirmation_and_withdrawal(race, colleagues, today, monkeypatch) == ["done", "done"]
    assert Stay.objects.filter(worker=colleagues[1].worker, status="booked").count() == 1
    assert list(differences()) == []


def test_without_taking_the_people_first_one_of_the_two_fails(race, colleagues, today, monkeypatch):
    monkeypatch.setattr(outbreaks, "_lock_workers", lambda *_pks: None)
    assert "OperationalError" in race_confirmation_and_withdrawal(race, colleagues, today, monkeypatch)
