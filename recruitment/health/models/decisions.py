"""What health officers decide about a person where no rule does."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.health.models.policies import AdmissionRule
from recruitment.shared.crypto import EncryptedTextField
from recruitment.workers.models import Worker


class OfficerDecisionQuerySet(models.QuerySet):
    def proposed(self):
        return self.filter(status=OfficerDecision.Status.PROPOSED)

    def standing_on(self, day):
        return self.filter(status=OfficerDecision.Status.APPROVED, valid_from__lte=day, valid_until__gte=day)


class OfficerDecision(models.Model):
    """Whether somebody whom no rule speaks of may come: proposed by one officer, approved by another, for a time and for the facts of then.

    It is the person's clearance while the rules leave the person undecided and `record_version` is still that of the health record.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("chờ người thứ hai duyệt")
        APPROVED = "approved", _("đã duyệt")
        RETURNED = "returned", _("đã trả lại")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="officer_decisions")
    admits = models.BooleanField(_("được vào"))
    reason = EncryptedTextField(_("lý do"))
    document = models.CharField(_("số văn bản"), max_length=60)
    valid_from = models.DateField(_("có giá trị từ ngày"))
    valid_until = models.DateField(_("đến hết ngày"))
    quarantine_place = models.CharField(_("nơi cách ly"), max_length=4, blank=True, choices=AdmissionRule.Place)
    quarantine_days = models.PositiveSmallIntegerField(_("số ngày cách ly"), default=0)
    monitoring_days = models.PositiveSmallIntegerField(_("số ngày theo dõi"), default=0)
    record_version = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = OfficerDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(status="proposed"), name="one_open_proposal_per_person"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="decision_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(quarantine_days__lte=60, monitoring_days__lte=60), name="decided_isolation_is_at_most_sixty_days"),
            models.CheckConstraint(condition=Q(quarantine_days=0) | ~Q(quarantine_place=""), name="decided_quarantine_has_a_place"),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_by=None, decided_at=None)
                | Q(status="returned", decided_by__isnull=False, decided_at__isnull=False)
                | (Q(status="approved", decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="two_people_decide_about_a_person",
                violation_error_message=_("Người đề xuất không tự duyệt được."),
            ),
        ]
