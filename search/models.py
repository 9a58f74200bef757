"""What the index still has to be told, what openings cost in recommendations, and who asked to be told of what."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.openings.models import Opening
from recruitment.workers.models import Worker


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
            models.Index(fields=["kind", "requested_at", "document"], name="index_request_requested_at"),
        ]

    def __str__(self):
        return f"{self.kind} {self.document}"


class OpeningPrice(models.Model):
    """What an opening costs in recommendations, in points of the score, as the last refresh found (see prices.py)."""

    opening = models.OneToOneField(Opening, on_delete=models.CASCADE, primary_key=True, related_name="+")
    points = models.FloatField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="price_is_no_gift")]


class NeglectedOpening(models.Model):
    """An opening that hardly anybody had applied to when a week began, and what it had then: shown more often for that week."""

    week = models.DateField(help_text=_("thứ Hai"))
    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="+")
    places = models.PositiveIntegerField()
    applications = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week", "opening"], name="neglected_once_a_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="neglected_week_begins_on_monday"),
        ]


class SavedSearchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(owner=user)

    def lasting(self):
        """Not ended, muted or not."""
        return self.filter(ended_at=None)

    def active(self, on: dt.date):
        """Whoever is told of what is new: until the day it ends, the owner is hired, or the opening takes nobody any more."""
        hired = Q(kind=SavedSearch.Kind.OPENING, owner__worker__status=Worker.Status.HIRED)
        closed = Q(kind=SavedSearch.Kind.CANDIDATE) & ~Q(opening__status=Opening.Status.PUBLISHED)
        return self.lasting().filter(muted_at=None, ends_on__gte=on).exclude(hired).exclude(closed)


class SavedSearch(models.Model):
    """A search whose new hits its owner wants to be told of. Apart from muting and ending, a row never changes.

    `query` is the address of the list without its order and page; `condition` is what that asked of the index, as its owner saw it
    understood; a search for candidates has none, since it follows its opening. `known` are the documents it found when it was saved.
    """

    class Kind(models.TextChoices):
        OPENING = "opening", _("việc làm")
        CANDIDATE = "candidate", _("người cho một tin tuyển dụng")

    class Ending(models.TextChoices):
        STOPPED = "stopped", _("bạn đã dừng")
        HIRED = "hired", _("bạn đã được nhận việc")
        OPENING_CLOSED = "opening_closed", _("tin tuyển dụng đã đóng")
        EXPIRED = "expired", _("hết thời hạn")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    opening = models.ForeignKey(Opening, null=True, on_delete=models.CASCADE, related_name="+")
    query = models.CharField(max_length=500, blank=True)
    condition = models.JSONField(null=True)
    known = ArrayField(models.BigIntegerField(), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    ends_on = models.DateField()
    muted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=14, blank=True, choices=Ending)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "opening", "query"], condition=Q(ended_at=None), nulls_distinct=False, name="same_search_saved_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="opening", opening=None) | Q(kind="candidate", opening__isnull=False), name="saved_search_kind_has_its_opening"
            ),
            models.CheckConstraint(
                condition=Q(kind="opening", condition__isnull=False) | Q(kind="candidate", condition=None), name="saved_search_kind_has_its_condition"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")), name="saved_search_ended_why"
            ),
        ]
        indexes = [
            models.Index(fields=["kind"], condition=Q(ended_at=None, muted_at=None), name="saved_search_active"),
            models.Index(fields=["owner", "-created_at"], name="saved_search_list"),
        ]


class AlertDigest(models.Model):
    """One message a day at most to one person, with everything that was new."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "day"], name="one_alert_digest_a_day")]


class AlertItemQuerySet(models.QuerySet):
    def waiting(self):
        """Found, not yet told."""
        return self.filter(digest=None)


class AlertItem(models.Model):
    """A document that a saved search found after it was saved: told once, whatever happens to it afterwards."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="items")
    document = models.BigIntegerField()
    found_at = models.DateTimeField()
    digest = models.ForeignKey(AlertDigest, null=True, on_delete=models.RESTRICT, related_name="items")

    objects = AlertItemQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["search", "document"], name="one_alert_per_search_and_document")]
        indexes = [models.Index(fields=["search"], condition=Q(digest=None), name="alert_item_waiting")]
