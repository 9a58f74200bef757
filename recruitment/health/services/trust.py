"""The trust list: keys taken up and withdrawn, certificates revoked; and proofs that thereby no longer hold."""

import datetime as dt
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.certificates.signing import NotASigningKey, key_from_pem
from recruitment.health.models import HealthEvent
from recruitment.health.models.trust import RevokedCertificate, TrustedKey, certificate_digest
from recruitment.health.services.events import lock_record, record_changed
from recruitment.shared.nudges import nudge_after_commit
from recruitment.shared.refusals import Conflict, Refusal
from recruitment.workers.models import Worker

CHUNK = 500


class UnreadableKey(Refusal):
    field = "pem"

    def for_people(self) -> str:
        return _("Đây không phải chứng thư dùng được. Cần một chứng thư X.509 dạng PEM với khóa P-256, hoặc RSA từ 2048 đến 4096 bit.")


class ExpiredKey(Refusal):
    """Carries `until`, the key's last day."""

    field = "pem"

    def for_people(self) -> str:
        return _("Chứng thư này đã hết hạn ngày %(day)s nên không xác minh được giấy nào nữa.") % {"day": f"{self.facts['until']:%d/%m/%Y}"}


class KeyWithoutCountry(Refusal):
    field = "country"

    def for_people(self) -> str:
        return _("Chứng thư không ghi nước cấp: hãy điền mã nước, ví dụ VN.")


class KeyAlreadyTrusted(Refusal):
    """Carries `key`."""

    field = "pem"

    def for_people(self) -> str:
        return _("Khóa %(key)s đã có trong danh sách.") % {"key": self.facts["key"]}


class CertificateAlreadyRevoked(Refusal):
    field = "certificate_id"

    def for_people(self) -> str:
        return _("Giấy chứng nhận này đã có trong danh sách thu hồi.")


class KeyAlreadyWithdrawn(Conflict):
    pass


class OwnKey(Refusal):
    """Whoever took it up can't approve it."""

    def for_people(self) -> str:
        return _("Bạn thêm khóa này nên không tự duyệt được. Hãy nhờ một cán bộ y tế khác kiểm tra dấu vân tay rồi duyệt.")


class KeyNotWaiting(Conflict):
    """Somebody approved or withdrew it meanwhile."""

    def for_people(self) -> str:
        return _("Khóa này không còn chờ duyệt: người khác vừa duyệt hoặc thu hồi.")


@transaction.atomic
def trust_key(*, pem: str, country: str, source: str, by: User | None, at: dt.datetime) -> TrustedKey:
    """Take up the key of one X.509 certificate; its period and usages are read from it, and its country if none is given.

    It counts once another officer approves it; the project's own (`by` None) count at once.

    Raises UnreadableKey, ExpiredKey, KeyWithoutCountry or KeyAlreadyTrusted.
    """
    try:
        key = key_from_pem(pem)
    except NotASigningKey:
        raise UnreadableKey() from None
    if key.valid_until < at:
        raise ExpiredKey(until=timezone.localdate(key.valid_until))
    if not (country or key.country):
        raise KeyWithoutCountry()
    row = TrustedKey(
        fingerprint=key.fingerprint.hex(),
        country=country or key.country[:3],
        pem=key.pem,
        valid_from=key.valid_from,
        valid_until=key.valid_until,
        usages=sorted(key.usages),
        source=source,
        added_by=by,
        approved_at=None if by else at,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise KeyAlreadyTrusted(key=row) from None
    return row


def trust_keys(*, pems: Collection[str], country: str, source: str, by: User, at: dt.datetime) -> tuple[list[TrustedKey], list[Refusal]]:
    """Take up what can be; the refusals of the rest. One bad certificate does not stop the good ones."""
    taken: list[TrustedKey] = []
    refused: list[Refusal] = []
    for pem in pems:
        try:
            taken.append(trust_key(pem=pem, country=country, source=source, by=by, at=at))
        except Refusal as refusal:
            refused.append(refusal)
    return taken, refused


@transaction.atomic
def approve_key(*, key: TrustedKey, by: User, at: dt.datetime) -> None:
    """The second officer compared the fingerprint: from now on it proves. Raises OwnKey or KeyNotWaiting."""
    if key.added_by_id == by.pk:
        raise OwnKey(key=key)
    waiting = TrustedKey.objects.standing().filter(pk=key.pk, approved_at=None, added_by__isnull=False).exclude(added_by=by)
    if not waiting.update(approved_by=by, approved_at=at):
        raise KeyNotWaiting(key=key)


@transaction.atomic
def withdraw_key(*, key: TrustedKey, reason: str, by: User, at: dt.datetime) -> None:
    """Trust it no longer. What it proved becomes a claim again, in the background. Raises KeyAlreadyWithdrawn."""
    if not TrustedKey.objects.standing().filter(pk=key.pk).update(withdrawn_at=at, withdrawn_by=by, withdrawal_reason=reason):
        raise KeyAlreadyWithdrawn(key=key)
    nudge_after_commit("recruitment.health.tasks.drop_lost_proofs", expires=3600)


@transaction.atomic
def revoke_certificate(*, certificate_id: str, reason: str, by: User) -> RevokedCertificate:
    """Count this certificate no longer, whoever shows it. Raises CertificateAlreadyRevoked."""
    digest = certificate_digest(certificate_id)
    row, is_new = RevokedCertificate.objects.get_or_create(digest=digest, defaults={"reason": reason, "added_by": by})
    if not is_new:
        raise CertificateAlreadyRevoked(row=row)
    nudge_after_commit("recruitment.health.tasks.drop_lost_proofs", expires=3600)
    return row


@transaction.atomic
def restore_certificate(*, revoked: RevokedCertificate, by: User) -> None:
    """Take a revocation back. Whoever lost a proof by it sends the certificate once more."""
    RevokedCertificate.objects.filter(pk=revoked.pk).delete()


def proofs_that_no_longer_hold():
    """Events verified by a key that was withdrawn since, by a certificate that was revoked, or for another name or birth date."""
    revoked = RevokedCertificate.objects.filter(digest=OuterRef("certificate_digest"))
    verified = HealthEvent.objects.filter(removed_at=None, certificate_key__isnull=False)
    mended = ~Q(certificate_identity=F("worker__identity_index"))
    return verified.filter(Q(certificate_key__withdrawn_at__isnull=False) | Exists(revoked) | mended).order_by("worker_id", "pk")


def drop_lost_proofs(*, on: dt.date) -> int:
    """Turn them into claims, a worker at a time, each with a new decision; how many workers it concerned. It can be repeated and interrupted."""
    concerned = 0
    while pks := list(dict.fromkeys(proofs_that_no_longer_hold().values_list("worker_id", flat=True)[:CHUNK])):
        for worker in Worker.objects.filter(pk__in=pks).order_by("pk"):
            drop_lost_proofs_of(worker=worker, on=on)
        concerned += len(pks)
    return concerned


@transaction.atomic
def drop_lost_proofs_of(*, worker: Worker, on: dt.date) -> None:
    """Also when somebody mends a name or birth date: else a friend's certificate would prove for whoever borrows the name for a minute."""
    record = lock_record(worker)
    lost = list(proofs_that_no_longer_hold().filter(worker=worker).values_list("pk", flat=True))
    if HealthEvent.objects.filter(pk__in=lost).update(certificate_key=None, certificate_identity=None, proof=HealthEvent.Proof.CLAIMED):
        record_changed(record, by=None, on=on, tell=True)
