"""What is known of people's health, and how well it is proven."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.health.models.trust import TrustedKey
from recruitment.shared.crypto import EncryptedJSONField
from recruitment.workers.models import Consent, Worker


class HealthRecord(models.Model):
    """One row per worker: the lock and the version of his or her health events."""

    worker = models.OneToOneField(Worker, on_delete=models.CASCADE, related_name="health_record")
    version = models.PositiveIntegerField(default=0)


class HealthEventQuerySet(models.QuerySet):
    def counting(self):
        """What decisions rest on: neither taken back nor doubted."""
        return self.filter(removed_at=None, doubt="")

    def to_verify(self):
        """Claims of people who agreed to the use of their health facts, oldest first."""
        agreed = Consent.objects.filter(purpose=Consent.Purpose.HEALTH, withdrawn_at=None, worker=models.OuterRef("worker"))
        return self.counting().filter(models.Exists(agreed), proof=HealthEvent.Proof.CLAIMED).order_by("recorded_at", "pk")

    def visible_to(self, user):
        """The worker, and health officers. Recruiters never: they see the clearance only."""
        if user.memberships.current().filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.filter(worker__user=user)


class HealthEvent(models.Model):
    """A dose, test, recovery, contact, or stay elsewhere, encrypted.

    `facts` is {"kind": "dose" | "test" | "recovery" | "contact" | "stay", "on": ISO date, …}:
    dose: "number" (1…), "full_course" (bool), "vaccine"; test: "method" ("pcr" | "antigen"), "result" ("negative" | "positive"),
    "at" (ISO datetime of sampling); contact: "class" ("F0" | "F1" | "F2" | "suspected"), "isolated_on" (ISO date, if known);
    stay: "place" (a province's code), "from" (ISO date); "on" is its last day.
    """

    class Proof(models.TextChoices):
        """From weak to strong; a policy names the least that it accepts."""

        CLAIMED = "claimed", _("tự khai, chưa xác minh")
        CERTIFICATE = "certificate", _("giấy chứng nhận đã xác minh")
        CONFIRMED = "confirmed", _("cán bộ y tế đã xác nhận")

    class Doubt(models.TextChoices):
        """Why a health officer does not confirm what was told; a doubted event does not count."""

        UNREADABLE = "unreadable", _("không đọc được giấy tờ")
        OTHER_PERSON = "other_person", _("giấy tờ của người khác")
        DATES_DIFFER = "dates_differ", _("ngày không khớp giấy tờ hoặc hệ thống tiêm chủng")
        NOT_FOUND = "not_found", _("không tìm thấy trong hệ thống tiêm chủng, xét nghiệm")
        EXPIRED = "expired", _("giấy tờ đã hết hạn")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="health_events")
    facts = EncryptedJSONField()
    proof = models.CharField(max_length=12, choices=Proof, default=Proof.CLAIMED)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    certificate_digest = models.CharField(max_length=64, null=True, editable=False, help_text=_("mã giấy chứng nhận, băm có khóa"))
    certificate_identity = models.CharField(max_length=64, null=True, editable=False, help_text=_("họ tên và ngày sinh đã so với giấy, băm có khóa"))
    certificate_key = models.ForeignKey(TrustedKey, null=True, editable=False, on_delete=models.PROTECT, related_name="events")
    doubt = models.CharField(max_length=14, choices=Doubt, blank=True, default="", db_default="")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    objects = HealthEventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["worker"], condition=Q(removed_at=None), name="health_event_current"),
            models.Index(fields=["recorded_at", "id"], condition=Q(proof="claimed", removed_at=None, doubt=""), name="health_event_to_verify"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_digest"],
                condition=Q(removed_at=None, certificate_key__isnull=False),
                name="a_verified_certificate_is_one_persons",
            ),
            models.CheckConstraint(
                condition=Q(certificate_key=None) | Q(certificate_digest__isnull=False), name="verified_certificate_has_its_digest"
            ),
            models.CheckConstraint(condition=Q(doubt="") | Q(proof="claimed", reviewed_by__isnull=False), name="doubt_is_somebodys"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None) | Q(reviewed_by__isnull=False, reviewed_at__isnull=False), name="review_has_its_time"
            ),
        ]


class ClaimHold(models.Model):
    """Who is looking at a claim now, so that two officers don't decide it twice; it lapses by itself."""

    event = models.OneToOneField(HealthEvent, primary_key=True, on_delete=models.CASCADE, related_name="hold")
    held_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    held_until = models.DateTimeField()
