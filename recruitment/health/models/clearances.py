"""The decisions taken under the policies, and the runs that take them anew."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.health.models.decisions import OfficerDecision
from recruitment.health.models.policies import AdmissionPolicy, AdmissionRule
from recruitment.shared.crypto import EncryptedJSONField
from recruitment.workers.models import Worker


class ClearanceQuerySet(models.QuerySet):
    def current(self):
        return self.filter(is_current=True)

    def to_decide(self):
        """People whom no rule speaks of, the longest waiting first; not those who hid themselves."""
        waiting = self.current().filter(verdict=Clearance.Verdict.UNDECIDED, worker__user__is_active=True)
        return waiting.exclude(worker__status=Worker.Status.HIDDEN).order_by("decided_at", "pk")


class Clearance(models.Model):
    """A decision about one worker: what a policy asks of this person on a day, with the versions it rests on.

    `decision` holds, encrypted, the whole outcome of `policy.assess` (reasons name facts);
    the columns beside it are what matching and acceptance need.
    """

    class Verdict(models.TextChoices):
        CLEARED = "cleared", _("được vào")
        CONDITIONAL = "conditional", _("được vào khi đủ điều kiện")
        REFUSED = "refused", _("chưa được vào")
        UNDECIDED = "undecided", _("chờ cán bộ y tế quyết định")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="clearances")
    assessed_on = models.DateField()
    verdict = models.CharField(max_length=12, choices=Verdict)
    ready_on = models.DateField(null=True, help_text=_("ngày đầu tiên có thể bắt đầu làm việc"))
    entry_quarantine_place = models.CharField(max_length=4, blank=True, choices=AdmissionRule.Place)
    entry_quarantine_days = models.PositiveSmallIntegerField(default=0)
    monitoring_days = models.PositiveSmallIntegerField(default=0)
    decision = EncryptedJSONField()
    policy = models.ForeignKey(AdmissionPolicy, null=True, on_delete=models.PROTECT, related_name="+")
    officer_decision = models.ForeignKey(OfficerDecision, null=True, on_delete=models.PROTECT, related_name="+")
    policy_version = models.PositiveIntegerField(default=0)
    record_version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(is_current=True), name="one_current_clearance"),
            models.CheckConstraint(
                condition=(Q(policy__isnull=False) | Q(officer_decision__isnull=False))
                & (Q(verdict__in=["cleared", "conditional"], ready_on__isnull=False) | Q(verdict="refused", ready_on=None))
                | Q(verdict="undecided", ready_on=None),
                name="clearance_verdict_has_its_date",
            ),
        ]

    @property
    def asks_for_a_site(self) -> bool:
        """Whether the person needs a bed at a quarantine site on arrival."""
        return self.entry_quarantine_place == AdmissionRule.Place.SITE and self.entry_quarantine_days > 0


class Reassessment(models.Model):
    """One run over the people concerned by a change, or a trial of a draft that decides nothing. Goes on where it was interrupted.

    `scope` narrows whom it concerns: {} everybody, {"provinces": [pk…], "communes": [pk…]}. `cursor` is the last worker done.
    """

    class Cause(models.TextChoices):
        POLICY = "policy", _("quy định mới")
        AREA_LEVEL = "area_level", _("cấp độ dịch đổi")
        DAY = "day", _("sang ngày mới")
        TRIAL = "trial", _("thử quy định")

    cause = models.CharField(max_length=10, choices=Cause)
    policy = models.ForeignKey(AdmissionPolicy, null=True, on_delete=models.CASCADE, related_name="reassessments")
    scope = models.JSONField(default=dict)
    on = models.DateField()
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    people = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    assessed = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="reassessment_unfinished")]
        constraints = [
            models.CheckConstraint(condition=Q(cause="trial", policy__isnull=False) | ~Q(cause="trial"), name="trial_has_a_policy"),
            models.UniqueConstraint(fields=["cause", "on"], condition=Q(cause="day"), name="one_daily_reassessment"),
        ]


class ClearanceChange(models.Model):
    """Whose decision a reassessment changed, from what to what; `moved` when the first day of work is another one."""

    reassessment = models.ForeignKey(Reassessment, null=True, on_delete=models.CASCADE, related_name="changes")
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="+")
    verdict_before = models.CharField(max_length=12, choices=Clearance.Verdict, blank=True)
    verdict = models.CharField(max_length=12, choices=Clearance.Verdict)
    ready_before = models.DateField(null=True)
    ready_on = models.DateField(null=True)
    moved = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["reassessment", "worker"], name="one_change_per_person_and_reassessment")]


class CardReminder(models.Model):
    """Somebody was told that a card lapses; of which day only a keyed digest is kept."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
