"""One certificate sent by many at once proves something for one of them."""

import datetime as dt
import itertools

import pytest
from django.db import connection

from recruitment.health.models import HealthEvent
from recruitment.health.services.certificates import record_certificate
from recruitment.health.services.trust import trust_key
from tests.factories.certificates import NOW, Issuer, vaccination
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

PEOPLE = 8


@pytest.fixture
def outcomes(race):
    """Eight people of the same name and birth date send the same certificate; the outcomes, one word each."""
    ProvinceFactory(home=True)
    issuer = Issuer()
    trust_key(pem=issuer.pem, country="VN", source="Thử", by=None, at=NOW)
    text, workers = issuer.issue(vaccination()), [WorkerFactory() for _ in range(PEOPLE)]
    turns = itertools.count()

    def send():
        worker = workers[next(turns)]
        record_certificate(text=text, worker=worker, at=NOW, by=worker.user, on=dt.date(2026, 11, 24))

    return lambda: sorted(race(PEOPLE, send))


def test_one_certificate_proves_for_one_of_those_who_send_it_together(outcomes):
    assert outcomes() == ["CertificateOfAnotherPerson"] * (PEOPLE - 1) + ["done"]
    assert HealthEvent.objects.filter(certificate_key__isnull=False).count() == 1


def test_without_the_constraint_it_would_prove_for_several(outcomes):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX a_verified_certificate_is_one_persons")
    try:
        assert outcomes().count("done") > 1
    finally:
        HealthEvent.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX a_verified_certificate_is_one_persons ON health_healthevent (certificate_digest) "
                "WHERE certificate_key_id IS NOT NULL AND removed_at IS NULL"
            )
