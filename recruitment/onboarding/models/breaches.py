"""What must never be and was found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory


class BreachQuerySet(models.QuerySet):
    def open(self):
        """The oldest first."""
        return self.filter(mended_at=None).order_by("found_at", "pk")

    def for_the_factories_of(self, user):
        """What somebody who answers for factories has to see to."""
        return self.filter(owner=Breach.Owner.FACTORY, factory__in=Factory.objects.visible_to(user))


class Breach(models.Model):
    """Something that must never be (onboarding/invariants.py) and was found: who has to see to it, by when, and how it ended.

    Rows are kept: they are the journal of repairs. `trace`: what a repair that can be taken back changed, "before" and "after".
    """

    class Owner(models.TextChoices):
        FACTORY = "factory", _("nhà máy")
        DEPARTMENT = "department", _("Sở")
        ADMINISTRATOR = "administrator", _("quản trị hệ thống")

    rule = models.CharField(max_length=40)
    subject = models.BigIntegerField()
    label = models.CharField(max_length=200)
    factory = models.ForeignKey(Factory, null=True, on_delete=models.CASCADE, related_name="+")
    expected = models.CharField(max_length=120, blank=True)
    found = models.CharField(max_length=120, blank=True)
    owner = models.CharField(max_length=14, choices=Owner)
    due_at = models.DateTimeField()
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)
    repaired_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    repaired_at = models.DateTimeField(null=True)
    repair_reason = models.CharField(max_length=300, blank=True, default="")
    outcome = models.CharField(max_length=600, blank=True, default="")
    trace = models.JSONField(default=dict, db_default={})
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    objects = BreachQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject"], condition=Q(mended_at=None), name="one_open_breach_per_rule_and_subject"),
            models.CheckConstraint(
                condition=Q(repaired_at=None, repaired_by=None) | Q(repaired_at__isnull=False, repaired_by__isnull=False) & ~Q(repair_reason=""),
                name="repair_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, repaired_at__isnull=False) & ~Q(undo_reason=""),
                name="a_repair_is_undone_for_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.label}"
