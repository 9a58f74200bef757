"""A day's people at one factory, gone through before they come."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory


class CohortQuerySet(models.QuerySet):
    def closed(self):
        return self.filter(reopened_at=None)


class Cohort(models.Model):
    """The list of a factory's day of arrival as it was closed: `people` are the keys of the acceptances. Reopened ones are kept."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="cohorts")
    arrives_on = models.DateField(_("ngày đến"))
    people = models.JSONField()
    closed_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["arrives_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["factory", "arrives_on"], condition=Q(reopened_at=None), name="a_day_is_closed_once"),
            models.CheckConstraint(condition=~Q(people=[]), name="a_closed_day_has_people"),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None) | Q(reopened_at__gte=F("closed_at"), reopened_by__isnull=False),
                name="a_day_is_reopened_by_somebody",
            ),
        ]
