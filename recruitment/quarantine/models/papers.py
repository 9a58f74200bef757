"""What a stay asks for and leaves behind: tests by day, the completion paper, reasons of early leaving, reports of how somebody feels."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.health.models import HealthEvent
from recruitment.quarantine.models.sites import Site
from recruitment.quarantine.models.stays import Stay
from recruitment.shared.crypto import EncryptedTextField


class StayTest(models.Model):
    """A test that the rules ask for during a stay. Its result is a health event of the person, encrypted there, and not here."""

    class Method(models.TextChoices):
        PCR = "pcr", _("PCR")
        ANTIGEN = "antigen", _("test nhanh")

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="tests")
    due_on = models.DateField()
    method = models.CharField(max_length=7, choices=Method)
    taken_on = models.DateField(null=True)
    event = models.OneToOneField(HealthEvent, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stay", "due_on"], name="one_test_per_stay_and_day"),
            models.CheckConstraint(condition=Q(method__in=["pcr", "antigen"]), name="test_method_exists"),
            models.CheckConstraint(
                condition=Q(taken_on=None, recorded_at=None, event=None) | Q(taken_on__isnull=False, recorded_at__isnull=False),
                name="a_taken_test_is_recorded",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(taken_on=None), name="test_to_take")]


class CompletionPaper(models.Model):
    """That somebody stayed at a site from a day to a day, as a document asked. Its code is for the public page that confirms it."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="papers")
    code = models.CharField(max_length=12, unique=True)
    document = models.CharField(max_length=60, blank=True, help_text=_("số văn bản mà lượt ở theo"))
    stayed_until = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revocation_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["stay"], condition=Q(revoked_at=None), name="one_valid_paper_per_stay"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revocation_reason="") | Q(revoked_at__isnull=False) & ~Q(revocation_reason=""),
                name="a_revoked_paper_says_why",
            ),
        ]

    @property
    def number(self) -> str:
        return f"{self.pk:05d}/{self.issued_at:%Y}/GXN"


class EarlyLeaving(models.Model):
    """Why somebody was let out before the rules were met. The reason may name a health fact: encrypted."""

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="early_leavings")
    reason = EncryptedTextField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)


class SymptomReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Health officers, and the site where the person stays."""
        if user.memberships.current().filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.filter(stay__site__in=Site.objects.managed_by(user))


class SymptomReport(models.Model):
    """What a person told about how he or she feels, encrypted, until somebody has looked after it.

    `key` comes from the phone, which may send the same report again; `at`: when it was written.
    """

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="reports")
    key = models.UUIDField(null=True)
    text = EncryptedTextField()
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SymptomReportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["stay", "key"], name="one_report_per_key"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None) | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="report_is_answered_by_somebody",
            ),
        ]
