"""What site systems asked over the API, kept for a while so that asking again gives the same answer."""

import datetime as dt

from django.db import models
from django.db.models import Q

from recruitment.accounts.models import User

KEPT = dt.timedelta(hours=24)


class CapacityRequestQuerySet(models.QuerySet):
    def forgotten(self, now: dt.datetime):
        """Too old to be answered from."""
        return self.filter(made_at__lt=now - KEPT)


class CapacityRequest(models.Model):
    """One update by its idempotency key: `fingerprint` tells whether it is the same request, `answer` is what was said."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_index=True)

    objects = CapacityRequestQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_request_per_person_and_key"),
            models.CheckConstraint(condition=~Q(key=""), name="request_key_is_not_empty"),
        ]
