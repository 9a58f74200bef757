"""Who keeps production going during an outbreak."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.employers.models import Line
from recruitment.quarantine.models import Outbreak
from recruitment.workers.models import Worker


class ReplacementQuerySet(models.QuerySet):
    def standing_in(self):
        """The factory's own people who took over a post, or will on its first day."""
        return self.filter(source=Replacement.Source.OWN, ended_at=None)


class Replacement(models.Model):
    """Somebody who keeps production going during an outbreak: an own person at the post of one who is out, or somebody offered work.

    An own person's former post is kept (`home_line`, `home_team`) and given back when the person who was out returns.
    """

    class Source(models.TextChoices):
        OWN = "own", _("người của nhà máy")
        APPLICANT = "applicant", _("người đã ứng tuyển")
        CANDIDATE = "candidate", _("người phù hợp được mời")

    outbreak = models.ForeignKey(Outbreak, on_delete=models.PROTECT, related_name="replacements")
    source = models.CharField(max_length=10, choices=Source)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="replacements")
    replaces = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, null=True, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.CharField(max_length=40, blank=True)
    home_line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    home_team = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source="own", replaces__isnull=False, application=None)
                | Q(source__in=["applicant", "candidate"], replaces=None, application__isnull=False, moved_at=None, ended_at=None),
                name="replacement_takes_a_post_or_is_asked",
            ),
            models.UniqueConstraint(fields=["worker"], condition=Q(source="own", ended_at=None), name="stands_in_for_one_person_at_a_time"),
            models.UniqueConstraint(
                fields=["outbreak", "replaces"], condition=Q(source="own", ended_at=None), name="one_stand_in_for_each_person_out"
            ),
            models.UniqueConstraint(fields=["outbreak", "application"], condition=Q(application__isnull=False), name="asked_once_for_an_outbreak"),
        ]
        indexes = [models.Index(fields=["starts_on"], condition=Q(source="own", ended_at=None), name="replacement_standing_in")]
