"""What a certificate becomes in the record: a proof, a claim, or nothing."""

import datetime as dt

import pytest

from recruitment.health.certificates.problems import Problem
from recruitment.health.models import Clearance, HealthEvent, HealthRecord
from recruitment.health.models.trust import TrustedKey, certificate_digest
from recruitment.health.services import trust
from recruitment.health.services.certificates import (
    CertificateOfAnotherPerson,
    CertificateRefused,
    NotYetRecovered,
    TwoDosesOnOneDay,
    record_certificate,
)
from recruitment.health.services.events import record_event, remove_event
from recruitment.workers.models import Consent
from recruitment.workers.services.profile import change_profile
from tests.factories.accounts import UserFactory
from tests.factories.certificates import DAY, NOW, Issuer, holder, negative_test, recovery, vaccination
from tests.factories.health import HealthEventFactory, TrustedKeyFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import ConsentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
CLAIMED, CERTIFICATE = HealthEvent.Proof.CLAIMED, HealthEvent.Proof.CERTIFICATE


@pytest.fixture
def issuer():
    ProvinceFactory(home=True)
    issuer = Issuer()
    TrustedKeyFactory(issuer=issuer)
    return issuer


@pytest.fixture
def worker(issuer):
    worker = WorkerFactory()
    ConsentFactory(worker=worker, purpose=Consent.Purpose.HEALTH)
    return worker


def send(text, worker, **changes):
    return record_certificate(**{"text": text, "worker": worker, "at": NOW, "by": worker.user, "on": TODAY} | changes)


def current(worker):
    return HealthEvent.objects.filter(worker=worker, removed_at=None)


def told(worker, **facts):
    return record_event(worker=worker, facts=facts, by=worker.user, on=TODAY)


def dose(number=2, on="2026-07-01", full=True, vaccine="Pfizer"):
    return {"kind": "dose", "on": on, "number": number, "full_course": full, "vaccine": vaccine}


def test_a_certificate_that_verifies_and_is_this_persons_is_proof_and_moves_the_decision(worker, issuer):
    event = send(issuer.issue(vaccination()), worker)
    assert (event.proof, event.facts) == (CERTIFICATE, dose())
    assert event.certificate_key == TrustedKey.objects.get()
    assert Clearance.objects.current().get(worker=worker).decision["card"] == "green"


def test_nothing_of_the_payload_is_kept_but_facts_and_a_keyed_digest(worker, issuer):
    event = send(issuer.issue(vaccination()), worker)
    assert event.certificate_digest == certificate_digest("01:vn:thu0001") and len(event.certificate_digest) == 64
    assert set(event.facts) == {"kind", "on", "number", "full_course", "vaccine"}


def test_the_same_certificate_twice_is_one_event_and_one_version(worker, issuer):
    first = send(issuer.issue(vaccination()), worker)
    version = HealthRecord.objects.get(worker=worker).version
    assert send(issuer.issue(vaccination()), worker) == first
    assert HealthRecord.objects.get(worker=worker).version == version


def test_two_people_cannot_use_one_certificate(worker, issuer):
    other = WorkerFactory()
    send(issuer.issue(vaccination()), worker)
    with pytest.raises(CertificateOfAnotherPerson):
        send(issuer.issue(vaccination()), other)
    assert not current(other).exists()


def test_a_certificate_taken_back_may_prove_for_its_owner_again(worker, issuer):
    twin = WorkerFactory()
    remove_event(event=send(issuer.issue(vaccination()), worker), by=worker.user, on=TODAY)
    assert send(issuer.issue(vaccination()), twin).proof == CERTIFICATE


def test_a_proof_replaces_what_was_told_about_the_same_dose(worker, issuer):
    told(worker, **dose(on="2026-07-03"))
    other = told(worker, **dose(number=1, on="2026-06-01", full=False))
    event = send(issuer.issue(vaccination()), worker)
    assert set(current(worker)) == {other, event}


def test_a_proof_replaces_the_same_told_test_and_recovery_but_no_other(worker, issuer):
    told(worker, kind="test", on="2026-11-23", at="2026-11-23T00:00:00+07:00", method="pcr", result="negative")
    antigen = told(worker, kind="test", on="2026-11-23", at="2026-11-23T00:00:00+07:00", method="antigen", result="negative")
    told(worker, kind="recovery", on="2026-10-20")
    older = told(worker, kind="recovery", on="2026-02-20")
    test = send(issuer.issue(negative_test()), worker)
    recovered = send(issuer.issue(recovery(ci="URN:UVCI:01:VN:THU0002")), worker)
    assert set(current(worker)) == {antigen, older, test, recovered}


def test_what_an_officer_confirmed_stays_and_is_not_doubled(worker, issuer):
    confirmed = HealthEventFactory(worker=worker, facts=dose(), proof=HealthEvent.Proof.CONFIRMED)
    assert send(issuer.issue(vaccination()), worker) == confirmed


def test_an_unknown_issuers_certificate_is_recorded_as_a_claim(worker):
    event = send(Issuer().issue(vaccination()), worker)
    assert event.proof == CLAIMED and event.certificate_key is None and event.certificate_digest


def test_a_claim_becomes_proof_when_the_issuer_is_known(worker):
    stranger = Issuer()
    claim = send(stranger.issue(vaccination()), worker)
    TrustedKeyFactory(issuer=stranger)
    event = send(stranger.issue(vaccination()), worker)
    assert event.proof == CERTIFICATE and list(current(worker)) == [event] and event != claim


def test_a_claim_does_not_double_what_was_told_by_hand(worker):
    by_hand = told(worker, **dose())
    assert send(Issuer().issue(vaccination()), worker) == by_hand


@pytest.mark.parametrize("person", [holder(dob="1998-06-05"), holder(dob=""), holder(nam={"gn": "Thử", "gnt": "THU"})])
def test_a_certificate_in_another_spelling_of_the_person_is_a_claim(worker, issuer, person):
    assert send(issuer.issue(vaccination(person=person)), worker).proof == CLAIMED


@pytest.mark.parametrize("person", [holder(nam={"fn": "Trần", "fnt": "TRAN"}), holder(dob="1998-05-07")])
def test_another_persons_certificate_is_not_recorded_at_all(worker, issuer, person):
    for text in (issuer.issue(vaccination(person=person)), Issuer().issue(vaccination(person=person))):
        with pytest.raises(CertificateRefused):
            send(text, worker)
    assert not current(worker).exists()


def test_an_expired_certificate_still_tells_of_the_dose(worker, issuer):
    assert send(issuer.issue(vaccination(), claims={4: int((NOW - DAY).timestamp())}), worker).proof == CLAIMED


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (lambda issuer: issuer.issue(vaccination(), claims={6: int((NOW + DAY).timestamp())}), Problem.NOT_YET_VALID),
        (lambda issuer: issuer.issue(vaccination(dt="2026-11-25")), Problem.IMPLAUSIBLE),
        (lambda issuer: Issuer().issue(vaccination(), unprotected={4: issuer.key.key_id}), Problem.SIGNATURE),
        (lambda issuer: "HC1:NOTHING", Problem.BASE45),
    ],
)
def test_what_proves_nothing_is_not_even_a_claim(worker, issuer, text, problem):
    with pytest.raises(CertificateRefused) as refused:
        send(text(issuer), worker)
    assert refused.value.problem == problem and not current(worker).exists()


def test_a_key_that_may_not_sign_this_is_refused(worker):
    tester = Issuer(usages=("test",))
    TrustedKeyFactory(issuer=tester)
    with pytest.raises(CertificateRefused) as refused:
        send(tester.issue(vaccination()), worker)
    assert refused.value.problem == Problem.KEY_USAGE


def test_a_recovery_that_begins_tomorrow_waits_for_tomorrow(worker, issuer):
    text = issuer.issue(recovery(df="2026-11-25", fr="2026-11-14"))
    with pytest.raises(NotYetRecovered) as refused:
        send(text, worker)
    assert "25/11/2026" in refused.value.for_people()
    assert send(text, worker, at=NOW + DAY, on=TODAY + DAY).proof == CERTIFICATE


def test_two_doses_on_one_day_are_named(worker, issuer):
    told(worker, **dose(number=1, full=False))
    with pytest.raises(TwoDosesOnOneDay) as refused:
        send(issuer.issue(vaccination()), worker)
    assert "mũi 1" in refused.value.for_people() and "01/07/2026" in refused.value.for_people()


def test_a_withdrawn_keys_proofs_become_claims_with_a_new_decision(worker, issuer):
    event = send(issuer.issue(vaccination()), worker)
    version = HealthRecord.objects.get(worker=worker).version
    trust.withdraw_key(key=TrustedKey.objects.get(), reason="Khóa bị lộ", by=UserFactory(health_officer=True), at=NOW)
    assert trust.drop_lost_proofs(on=TODAY) == 1
    event.refresh_from_db()
    assert (event.proof, event.certificate_key) == (CLAIMED, None)
    assert HealthRecord.objects.get(worker=worker).version == version + 1
    assert trust.drop_lost_proofs(on=TODAY) == 0
    assert send(issuer.issue(vaccination()), worker) == event


def test_a_revoked_certificate_proves_nothing_from_then_on(worker, issuer):
    event = send(issuer.issue(vaccination()), worker)
    officer = UserFactory(health_officer=True)
    revoked = trust.revoke_certificate(certificate_id="01:VN:THU0001", reason="Cấp nhầm", by=officer)
    trust.drop_lost_proofs(on=TODAY)
    event.refresh_from_db()
    assert event.proof == CLAIMED
    with pytest.raises(CertificateRefused) as refused:
        send(issuer.issue(vaccination()), worker)
    assert refused.value.problem == Problem.REVOKED
    trust.restore_certificate(revoked=revoked, by=officer)
    assert send(issuer.issue(vaccination()), worker).proof == CERTIFICATE


def test_a_key_is_taken_up_with_what_its_certificate_says(issuer):
    country = Issuer(country="FR", usages=("test", "recovery"))
    key = trust.trust_key(pem=country.pem, country="FR", source="Cổng EU", by=None, at=NOW)
    assert key.usages == ["recovery", "test"] and key.key_id == country.key.key_id.hex() and key.valid_until == country.valid_until


@pytest.mark.parametrize(
    ("pem", "refusal"),
    [
        (lambda issuer: issuer.pem, trust.KeyAlreadyTrusted),
        (lambda issuer: "-----BEGIN CERTIFICATE-----", trust.UnreadableKey),
        (lambda issuer: Issuer(valid_until=NOW - DAY).pem, trust.ExpiredKey),
    ],
)
def test_a_key_that_is_of_no_use_is_refused_with_the_reason(issuer, pem, refusal):
    with pytest.raises(refusal) as refused:
        trust.trust_key(pem=pem(issuer), country="VN", source="Thử", by=None, at=NOW)
    assert refused.value.for_people()


def test_a_withdrawn_key_may_be_taken_up_again_but_is_withdrawn_only_once(issuer):
    officer, key = UserFactory(health_officer=True), TrustedKey.objects.get()
    trust.withdraw_key(key=key, reason="Nhầm", by=officer, at=NOW)
    with pytest.raises(trust.KeyAlreadyWithdrawn):
        trust.withdraw_key(key=key, reason="Nhầm", by=officer, at=NOW)
    assert trust.trust_key(pem=issuer.pem, country="VN", source="Thử", by=officer, at=NOW).pk != key.pk


def test_keys_that_share_an_id_are_both_tried(worker, issuer):
    other = Issuer()
    TrustedKeyFactory(issuer=other, fingerprint=issuer.key.fingerprint.hex()[:16] + "0" * 48)
    assert send(issuer.issue(vaccination()), worker).proof == CERTIFICATE


def mend(worker, **changes):
    wishes = {name: getattr(worker, name) for name in ("home_province", "home_commune", "available_from", "shifts", "wage_wanted", "needs_dormitory")}
    identity = {"name": worker.user.name, "birth_date": worker.birth_date} | changes
    change_profile(worker=worker, **wishes, **identity, occupations={}, zones=[], skills=[], by=worker.user, on=TODAY)
    worker.user.refresh_from_db()


def test_whoever_borrows_a_friends_name_for_a_minute_keeps_no_proof(worker, issuer):
    text = issuer.issue(vaccination(person=holder(nam={"fn": "Trần", "fnt": "TRAN"}, dob="1990-01-01")))
    mend(worker, name="Trần Thị Thử", birth_date=dt.date(1990, 1, 1))
    event = send(text, worker)
    assert event.proof == CERTIFICATE
    mend(worker, name="Nông Thị Thử", birth_date=dt.date(1998, 5, 6))
    event.refresh_from_db()
    assert (event.proof, event.certificate_key) == (CLAIMED, None)


def test_mending_accents_or_anything_else_keeps_the_proof(worker, issuer):
    event = send(issuer.issue(vaccination()), worker)
    mend(worker, name="Nong Thi Thu")
    event.refresh_from_db()
    assert event.proof == CERTIFICATE
