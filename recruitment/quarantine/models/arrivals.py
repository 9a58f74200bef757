"""Arriving at a site: the code that a person shows, the rule of how long a bed waits, and who never came."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role
from recruitment.quarantine.models.sites import Site
from recruitment.quarantine.models.stays import Stay
from recruitment.shared.dated import DatedOrDefaultQuerySet


class ArrivalCode(models.Model):
    """What the person shows at the gate, as a QR or spoken: eight characters that can't be guessed and say nothing about anybody."""

    stay = models.OneToOneField(Stay, primary_key=True, on_delete=models.CASCADE, related_name="arrival_code")
    code = models.CharField(max_length=8, unique=True)

    def __str__(self):
        return self.code


class ArrivalPolicy(models.Model):
    """How long a bed, or a place at the factory, waits for whoever does not come. No published rule exists: dated data.

    `no_show_hours` run from the end of the day of arrival, so that a bus after midnight is in time.
    """

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    no_show_hours = models.PositiveSmallIntegerField(_("nhả chỗ sau khi hết ngày đến (giờ)"), default=24)
    undo_minutes = models.PositiveSmallIntegerField(_("sửa được lần nhận hoặc cho ra nhầm trong (phút)"), default=30)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedOrDefaultQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("quy tắc đến khu cách ly")
        verbose_name_plural = _("quy tắc đến khu cách ly")
        constraints = [
            models.CheckConstraint(condition=Q(no_show_hours__range=(1, 168)), name="beds_wait_for_an_hour_to_a_week"),
            models.CheckConstraint(condition=Q(undo_minutes__range=(0, 240)), name="mistakes_are_noticed_the_same_day"),
        ]

    def __str__(self):
        return self.number


class NoShowQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The department, and the site concerned."""
        if user.memberships.current().filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(stay__site__in=Site.objects.managed_by(user))


class NoShow(models.Model):
    """A bed that waited in vain and was freed."""

    stay = models.OneToOneField(Stay, primary_key=True, on_delete=models.PROTECT, related_name="no_show")
    freed_at = models.DateTimeField()

    objects = NoShowQuerySet.as_manager()

    class Meta:
        ordering = ["-freed_at", "-pk"]
        indexes = [models.Index(fields=["-freed_at"])]
