"""Many people accepted with one decision, carried out in the background."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.openings.models import Opening


class AcceptanceBatchQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(finished_at=None)

    def visible_to(self, user):
        """Those of the openings that the person answers for."""
        return self.filter(opening__in=Opening.objects.owned_by(user))


class AcceptanceBatch(models.Model):
    """A recruiter's wish to accept these people: kept first, then carried out person by person, and taken up again wherever it stopped.

    `key` is one press of the button; with `may_wait` whoever lacks only room stands in the queue. `claimed_at`: when whoever carries
    it out was last seen at it. `attempts`: how often it was begun since somebody was last dealt with.
    """

    key = models.UUIDField()
    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="batches")
    may_wait = models.BooleanField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    objects = AcceptanceBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["opening", "key"], name="one_batch_per_press")]
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="batch_unfinished")]


class BatchLine(models.Model):
    """One person of a batch, in the order of the queue. `sentences`, by language, is what recruiters read: what was secured, or everything lacking."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("đã nhận")
        WAITING = "waiting", _("chờ chỗ")
        REFUSED = "refused", _("chưa nhận được")

    batch = models.ForeignKey(AcceptanceBatch, on_delete=models.CASCADE, related_name="lines")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="")
    sentences = models.JSONField(default=dict)
    lacks_only_room = models.BooleanField(default=False)

    class Meta:
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "application"], name="once_in_a_batch"),
            models.CheckConstraint(condition=Q(outcome__in=["", "accepted", "waiting", "refused"]), name="line_has_a_known_outcome"),
            models.CheckConstraint(condition=~Q(outcome="refused") | ~Q(sentences={}), name="who_is_refused_is_told_why"),
        ]

    @property
    def in_words(self) -> list[str]:
        """In the reader's language, whoever pressed the button."""
        return self.sentences.get(get_language(), next(iter(self.sentences.values()), []))
