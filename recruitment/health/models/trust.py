"""Whose signatures on certificates count, and which certificates no longer do. Both are kept by health officers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.health.certificates.signing import KEY_ID_BYTES
from recruitment.shared.crypto import blind_index


class TrustedKeyQuerySet(models.QuerySet):
    def standing(self):
        """Not withdrawn: trusted, or waiting for the second officer."""
        return self.filter(withdrawn_at=None)

    def trusted(self):
        return self.standing().filter(approved_at__isnull=False)

    def with_id(self, key_id: bytes):
        """The first eight bytes of the fingerprint: two certificates may share them."""
        return self.filter(fingerprint__startswith=key_id.hex()) if len(key_id) == KEY_ID_BYTES else self.none()


class TrustedKey(models.Model):
    """A public key of somebody who issues health certificates: what its X.509 certificate says, and where it came from.

    Taken up by one health officer and approved by another; a row of the project's own has neither. From then on rows are changed only to
    withdraw them: events verified by a key point at it.
    """

    class Usage(models.TextChoices):
        VACCINATION = "vaccination", _("tiêm chủng")
        TEST = "test", _("xét nghiệm")
        RECOVERY = "recovery", _("khỏi bệnh")

    fingerprint = models.CharField(_("dấu vân tay SHA-256"), max_length=64, db_index=True)
    country = models.CharField(_("nước cấp"), max_length=3)
    pem = models.TextField(_("chứng thư (PEM)"))
    valid_from = models.DateTimeField(_("hiệu lực từ"))
    valid_until = models.DateTimeField(_("hiệu lực đến"))
    usages = ArrayField(
        models.CharField(max_length=12, choices=Usage), default=list, verbose_name=_("được ký cho"), help_text=_("để trống: mọi loại")
    )
    source = models.CharField(_("nguồn"), max_length=300)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.CharField(_("lý do thu hồi"), max_length=300, blank=True)

    objects = TrustedKeyQuerySet.as_manager()

    class Meta:
        ordering = ["country", "valid_until", "pk"]
        verbose_name = _("khóa ký giấy chứng nhận")
        verbose_name_plural = _("khóa ký giấy chứng nhận")
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], condition=Q(withdrawn_at=None), name="one_trusted_row_per_certificate"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="key_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawal_reason="")),
                name="withdrawal_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by=None, approved_at__isnull=False, added_by=None)
                | (Q(approved_by__isnull=False, approved_at__isnull=False, added_by__isnull=False) & ~Q(approved_by=F("added_by"))),
                name="two_people_trust_a_key",
                violation_error_message=_("Người thêm khóa không tự duyệt được."),
            ),
        ]

    def __str__(self):
        return f"{self.country} {self.key_id}"

    @property
    def key_id(self) -> str:
        """The `kid` that certificates name it by, in hex."""
        return self.fingerprint[: 2 * KEY_ID_BYTES]


class RevokedCertificate(models.Model):
    """One certificate that its issuer took back. Of its identifier only a keyed digest is kept."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    reason = models.CharField(_("lý do"), max_length=300)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-added_at", "-pk"]


def certificate_digest(certificate_id: str) -> str:
    """The keyed digest of a certificate's identifier (UVCI), however it is written: with or without "URN:UVCI:" and check character."""
    identifier = "".join(certificate_id.split()).upper().removeprefix("URN:UVCI:")
    return blind_index("certificate", identifier.split("#")[0])
