"""What the index still has to be told: one lasting row per document, with the version it should show."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class IndexRequestQuerySet(models.QuerySet):
    def pending(self):
        """The index shows less than the database holds. Never "later than the last one": commits arrive out of order."""
        return self.filter(version__gt=F("indexed_version"))

    def due(self, now: dt.datetime):
        """Pending, not parked, and not waiting after a failure."""
        return self.pending().filter(Q(retry_at=None) | Q(retry_at__lte=now), parked_at=None)

    def parked(self):
        """Given up after repeated failures, until the document changes again or somebody asks for it."""
        return self.filter(parked_at__isnull=False)


class IndexRequest(models.Model):
    """A document of the index and two versions: of the last write in the database, and of what the index was sent."""

    class Kind(models.TextChoices):
        OPENING = "opening", _("tin tuyển dụng")
        CANDIDATE = "candidate", _("người tìm việc")

    kind = models.CharField(max_length=10, choices=Kind)
    document = models.BigIntegerField()
    version = models.BigIntegerField(default=1)
    indexed_version = models.BigIntegerField(default=0)
    requested_at = models.DateTimeField()
    indexed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    objects = IndexRequestQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "document"], name="one_index_request_per_document"),
            models.CheckConstraint(condition=Q(kind__in=["opening", "candidate"]), name="index_request_kind_exists"),
            models.CheckConstraint(condition=Q(indexed_version__gte=0, indexed_version__lte=F("version")), name="index_never_ahead_of_the_database"),
            models.CheckConstraint(condition=Q(parked_at=None) | ~Q(error=""), name="parked_index_request_says_why"),
        ]
        indexes = [
            models.Index(fields=["requested_at", "id"], condition=Q(version__gt=F("indexed_version")), name="index_request_pending"),
            models.Index(fields=["kind", "indexed_at"], name="index_request_indexed_at"),
        ]

    def __str__(self):
        return f"{self.kind} {self.document}"
