"""Certificates read against the managed trust list, and recorded as health events. The payload itself is never kept."""

import datetime as dt
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.certificates.identity import Comparison, compare
from recruitment.health.certificates.problems import Problem
from recruitment.health.certificates.reading import Reading, read
from recruitment.health.certificates.signing import SigningKey, key_from_pem
from recruitment.health.models import HealthEvent
from recruitment.health.models.trust import RevokedCertificate, TrustedKey, certificate_digest
from recruitment.health.services.events import MOST_EVENTS, TooManyEvents, lock_record, record_changed
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

CLAIMABLE = frozenset([Problem.UNKNOWN_ISSUER, Problem.EXPIRED, Problem.KEY_OUT_OF_DATE])  # nothing speaks against what it says


class CertificateRefused(Refusal):
    """It proves nothing and is no claim either. Carries `problem`, which the page explains; None: it is another person's."""


class CertificateOfAnotherPerson(Refusal):
    """The same certificate already proves something about somebody else."""

    def for_people(self) -> str:
        return _("Giấy này đã được dùng cho hồ sơ của người khác. Nếu đó đúng là giấy của bạn, hãy mang giấy gốc tới cán bộ y tế.")


class NotYetRecovered(Refusal):
    """A recovery certificate whose first day is ahead. Carries `until`, that day."""

    def for_people(self) -> str:
        return _("Giấy khỏi bệnh này có hiệu lực từ ngày %(day)s. Hãy gửi lại từ ngày đó.") % {"day": f"{self.facts['until']:%d/%m/%Y}"}


class TwoDosesOnOneDay(Refusal):
    """Carries `number` and `on` of the dose already recorded."""

    def for_people(self) -> str:
        return _("Hồ sơ đã có mũi %(number)s cùng ngày %(day)s. Hãy xóa mục sai rồi gửi lại giấy này.") % {
            "number": self.facts["number"],
            "day": f"{self.facts['on']:%d/%m/%Y}",
        }


@dataclass(frozen=True)
class Verdict:
    """What a certificate is worth for one person. `comparison` None where there is nobody's name to compare."""

    reading: Reading
    comparison: Comparison | None

    @property
    def proves(self) -> bool:
        return self.reading.ok and self.comparison is not None and self.comparison.is_same_person

    @property
    def may_be_claimed(self) -> bool:
        """The person may stand in for what it says; a health officer can confirm it from the paper."""
        if self.reading.facts is None or self.comparison is None or self.comparison.is_another_person:
            return False
        return self.reading.ok or self.reading.problem in CLAIMABLE


def trusted_keys(key_id: bytes) -> list[SigningKey]:
    return [key_from_pem(row.pem) for row in TrustedKey.objects.trusted().with_id(key_id)]


def read_against_trust_list(text: str, *, at: dt.datetime) -> Reading:
    """Never raises for what `text` holds. A revoked certificate counts as revoked whatever else is wrong with it."""
    reading = read(text, find_keys=trusted_keys, at=at)
    if reading.content and RevokedCertificate.objects.filter(digest=certificate_digest(reading.content.certificate_id)).exists():
        return replace(reading, problem=Problem.REVOKED)
    return reading


def judge(text: str, *, worker: Worker, at: dt.datetime) -> Verdict:
    """What the certificate would be recorded as for this worker; writes nothing."""
    reading = read_against_trust_list(text, at=at)
    holder = reading.content.holder if reading.content else None
    return Verdict(reading, compare(holder, name=worker.user.name, birth_date=worker.birth_date) if holder else None)


@transaction.atomic
def record_certificate(*, text: str, worker: Worker, at: dt.datetime, by: User, on: dt.date) -> HealthEvent:
    """Record what the certificate says: proven if it verifies and is this person's, else as a claim where that is possible.

    The same certificate twice is one event. What was told by hand about the same dose, test or recovery gives way.
    Raises CertificateRefused, CertificateOfAnotherPerson, NotYetRecovered, TwoDosesOnOneDay or TooManyEvents.
    """
    record = lock_record(worker)
    worker = Worker.objects.select_related("user").get(pk=worker.pk)  # the name of now, which nobody mends while the record is locked
    verdict = judge(text, worker=worker, at=at)
    reading = verdict.reading
    if reading.content is None or reading.facts is None or not verdict.may_be_claimed:
        raise CertificateRefused(problem=reading.problem)
    digest, facts = certificate_digest(reading.content.certificate_id), reading.facts
    known = list(HealthEvent.objects.filter(worker=worker, removed_at=None).order_by("pk"))
    same = next((event for event in known if event.facts == facts and (event.proof != HealthEvent.Proof.CLAIMED or not verdict.proves)), None)
    if same:
        return same
    _check_against(known, facts, on)
    replaced = [event.pk for event in known if verdict.proves and _gives_way(event, digest, facts)]
    if len(known) - len(replaced) >= MOST_EVENTS:
        raise TooManyEvents(worker=worker)
    HealthEvent.objects.filter(pk__in=replaced).update(removed_at=timezone.now())
    event = HealthEvent(worker=worker, facts=facts, recorded_by=by, certificate_digest=digest)
    if verdict.proves and reading.key:
        event.proof, event.certificate_identity = HealthEvent.Proof.CERTIFICATE, worker.identity_index
        event.certificate_key = TrustedKey.objects.filter(fingerprint=reading.key.fingerprint.hex()).latest("pk")
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:  # the one constraint that this can break: a_verified_certificate_is_one_persons
        raise CertificateOfAnotherPerson(worker=worker) from None
    record_changed(record, by=by, on=on)
    return event


def _check_against(known: list[HealthEvent], facts: dict, on: dt.date) -> None:
    day = dt.date.fromisoformat(facts["on"])
    if day > on:
        raise NotYetRecovered(until=day)
    if facts["kind"] == "dose":
        for event in known:
            if event.facts["kind"] == "dose" and event.facts["on"] == facts["on"] and event.facts["number"] != facts["number"]:
                raise TwoDosesOnOneDay(number=event.facts["number"], on=day)


def _gives_way(event: HealthEvent, digest: str, facts: dict) -> bool:
    """To a proof: an earlier reading of the same certificate, and what was told by hand about the same dose, test or recovery."""
    if event.certificate_digest == digest:
        return True
    return event.proof == HealthEvent.Proof.CLAIMED and event.facts["kind"] == facts["kind"] and _is_about_the_same(event.facts, facts)


def _is_about_the_same(told: dict, facts: dict) -> bool:
    """A dose of the same number, a test of the same day and method, a recovery within two weeks: people remember another day of it."""
    if facts["kind"] == "dose":
        return told["number"] == facts["number"]
    if facts["kind"] == "test":
        return (told["on"], told["method"]) == (facts["on"], facts["method"])
    return abs(dt.date.fromisoformat(told["on"]) - dt.date.fromisoformat(facts["on"])) <= dt.timedelta(days=14)
