"""Many recruiters press the button at once. The twin without the guards shows that the guards are what protects."""

from itertools import count

import pytest
from django.db import connection
from django.db.models import F

from recruitment.applications.models import Application
from recruitment.onboarding.services import acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.openings.models import Opening
from recruitment.quarantine.models import SiteNight
from recruitment.quarantine.services.recount import recount
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db(transaction=True)
PARALLEL = 32


def accept_all(race, province, today):
    waiting = [province.applicant() for _ in range(PARALLEL)]
    turn = count()
    return race(PARALLEL, lambda: accept(application=waiting[next(turn)], by=province.recruiter, on=today))


def test_of_32_acceptances_exactly_as_many_succeed_as_there_are_places_and_beds(race, today):
    province = Province(places=10, beds=10)
    outcomes = accept_all(race, province, today)
    assert sorted(outcomes) == ["NotAccepted"] * 22 + ["done"] * 10
    assert Application.objects.filter(status="accepted").count() == 10
    assert set(SiteNight.objects.filter(reserved__gt=0).values_list("reserved", flat=True)) == {10}
    assert Opening.objects.get(pk=province.opening.pk).places() == 0
    assert recount() == []


def test_without_the_guard_the_same_race_fills_more_places_than_there_are(race, today, monkeypatch):
    province = Province(places=10, beds=PARALLEL)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE openings_opening DROP CONSTRAINT places_fit")

    def fill_unguarded(*, opening, held):
        """Check, then write: what the conditional update and the CHECK replace."""
        if Opening.objects.get(pk=opening.pk).places() > 0:
            Opening.objects.filter(pk=opening.pk).update(accepted=F("accepted") + 1)

    monkeypatch.setattr(acceptance, "fill_place", fill_unguarded)
    monkeypatch.setattr(acceptance, "lock_openings", lambda pks: {})
    accept_all(race, province, today)
    assert Opening.objects.get(pk=province.opening.pk).accepted != 10
