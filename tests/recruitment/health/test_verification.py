"""The queue of claims: held by one officer at a time, confirmed or doubted once, every reading logged."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.accounts.models import SensitiveReading
from recruitment.health.models import ClaimHold, Clearance, HealthEvent
from recruitment.health.services.assessments import assess_worker
from recruitment.health.services.verification import ClaimDecided, HeldByAnother, confirm_claim, doubt_claim, hold_claim
from recruitment.notifications.models import Message
from recruitment.workers.models import Consent
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory, HealthEventFactory
from tests.factories.places import AreaLevelFactory, ProvinceFactory
from tests.factories.workers import ConsentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def officer(client):
    person = UserFactory(health_officer=True, name="Đàm Thị Xem")
    client.force_login(person)
    return person


@pytest.fixture
def other():
    return UserFactory(health_officer=True, name="Lý Văn Khác")


@pytest.fixture
def claim():
    """A second dose told by somebody whom the policy asks for confirmed evidence."""
    home = ProvinceFactory(home=True)
    policy = AdmissionPolicyFactory(jurisdiction=home)
    AdmissionRuleFactory(policy=policy, position=1, person_class="green", accepted_proof="confirmed")
    AdmissionRuleFactory(policy=policy, position=2, quarantine_place="home", quarantine_days=7)
    worker = WorkerFactory(consented=True)
    AreaLevelFactory(province=worker.home_province, level=1)
    event = HealthEventFactory(worker=worker)
    assess_worker(worker=worker, by=None, on=TODAY)
    return event


def address(name, *args):
    return reverse(f"health:{name}", args=args)


def test_the_oldest_claim_comes_first_and_reading_the_list_reads_no_health_fact(client, officer, claim):
    newer = HealthEventFactory(worker=claim.worker, recovery=True)
    HealthEvent.objects.filter(pk=claim.pk).update(recorded_at=timezone.now() - dt.timedelta(days=2))
    shown = client.get(address("claims")).content.decode()
    assert shown.index(address("claim_take", claim.pk)) < shown.index(address("claim_take", newer.pk))
    assert "Mũi" not in shown and not SensitiveReading.objects.exists()


@pytest.mark.parametrize("change", [{"proof": "certificate"}, {"proof": "confirmed"}, {"removed_at": timezone.now}])
def test_what_is_proven_or_taken_back_is_not_in_the_queue(client, officer, claim, change):
    HealthEvent.objects.filter(pk=claim.pk).update(**{name: value() if callable(value) else value for name, value in change.items()})
    assert "Đã hết việc" in client.get(address("claims")).content.decode()


def test_without_consent_nobody_verifies(client, officer, claim):
    claim.worker.consents.filter(purpose=Consent.Purpose.HEALTH).delete()
    assert "Đã hết việc" in client.get(address("claims")).content.decode()
    with pytest.raises(ClaimDecided):
        hold_claim(event=claim, by=officer, now=timezone.now())


def test_opening_a_claim_holds_it_shows_it_beside_the_rest_and_logs_the_reading(client, officer, claim):
    HealthEventFactory(worker=claim.worker, recovery=True, proof="certificate")
    assert "chưa ai giữ" in client.get(address("claim", claim.pk)).content.decode().lower() and not SensitiveReading.objects.exists()
    shown = client.post(address("claim_take", claim.pk), follow=True).content.decode()
    assert "Mũi 2" in shown and "Khỏi bệnh" in shown and "giấy chứng nhận đã xác minh" in shown
    reading = SensitiveReading.objects.get()
    assert (reading.reader, reading.person, reading.what, reading.why) == (officer, claim.worker.user, "health_event", "verification")


def test_a_claim_read_from_a_certificate_of_an_unknown_issuer_says_so(client, officer, claim):
    assert "nơi cấp lạ" not in client.post(address("claim_take", claim.pk), follow=True).content.decode()
    HealthEvent.objects.filter(pk=claim.pk).update(certificate_digest="d" * 64)
    assert "đọc từ mã của giấy chứng nhận, nhưng chưa tin được: nơi cấp lạ" in client.get(address("claim", claim.pk)).content.decode()


def test_confirming_proves_the_claim_and_moves_the_day_as_the_policy_asks(client, officer, claim):
    assert Clearance.objects.current().get().ready_on == TODAY + dt.timedelta(days=7)
    client.post(address("claim_take", claim.pk))
    client.post(address("claim_decide", claim.pk), {"confirm": "1"})
    claim.refresh_from_db()
    assert (claim.proof, claim.reviewed_by, claim.doubt) == ("confirmed", officer, "")
    assert Clearance.objects.current().get().ready_on == TODAY
    assert Message.objects.filter(kind="ready_on_moved", channel="app").count() == 1
    assert not ClaimHold.objects.exists()


def test_a_doubted_claim_counts_no_longer_and_its_owner_reads_why(client, officer, claim):
    client.post(address("claim_take", claim.pk))
    assert client.post(address("claim_decide", claim.pk), {}).status_code == 422
    client.post(address("claim_decide", claim.pk), {"doubt": "dates_differ"})
    message = Message.objects.get(kind="claim_doubted", channel="app")
    assert message.recipient == claim.worker.user and "mũi" not in message.text.lower()
    client.force_login(claim.worker.user)
    shown = client.get(reverse("health:own")).content.decode()
    assert "Ngày không khớp giấy tờ" in shown and 'class="pass none"' in shown


def test_two_officers_see_who_holds_a_claim_until_the_hold_lapses(client, officer, other, claim):
    now = timezone.now()
    hold_claim(event=claim, by=other, now=now)
    listed = client.get(address("claims")).content.decode()
    assert "Lý Văn Khác giữ đến" in listed
    refused = client.post(address("claim_take", claim.pk), follow=True).content.decode()
    assert "Lý Văn Khác đang xem mục này" in refused
    shown = client.get(address("claim", claim.pk)).content.decode()
    assert "Lý Văn Khác đang giữ mục này" in shown and "Mũi" not in shown
    with pytest.raises(HeldByAnother):
        confirm_claim(event=claim, by=officer, now=now + 9 * MINUTE, on=TODAY)
    hold_claim(event=claim, by=officer, now=now + 10 * MINUTE)
    with pytest.raises(HeldByAnother):
        doubt_claim(event=claim, doubt="expired", by=other, now=now + 11 * MINUTE, on=TODAY)


def test_what_another_decided_meanwhile_is_named_with_person_and_outcome(client, officer, other, claim):
    confirm_claim(event=claim, by=other, now=timezone.now(), on=TODAY)
    shown = client.post(address("claim_decide", claim.pk), {"doubt": "expired"}, follow=True).content.decode()
    assert "Lý Văn Khác vừa xử lý mục này" in shown and "đã xác nhận" in shown
    assert "Lý Văn Khác đã xử lý" in client.get(address("claim", claim.pk)).content.decode()


def test_a_claim_put_back_is_free_for_others(client, officer, other, claim):
    client.post(address("claim_take", claim.pk))
    client.post(address("claim_decide", claim.pk), {"release": "1"})
    assert hold_claim(event=claim, by=other, now=timezone.now()).held_by == other


def test_the_list_costs_the_same_for_one_claim_and_for_thirty(client, officer, claim):
    client.get(address("claims"))
    with CaptureQueriesContext(connection) as one:
        client.get(address("claims"))
    for _ in range(29):
        worker = WorkerFactory()
        ConsentFactory(worker=worker, purpose=Consent.Purpose.HEALTH)
        hold_claim(event=HealthEventFactory(worker=worker), by=officer, now=timezone.now())
    with CaptureQueriesContext(connection) as thirty:
        client.get(address("claims"))
    assert len(one) == len(thirty)
