"""How long an entry pass lasts, and who has been told that it is over."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.shared.dated import DatedOrDefaultQuerySet
from recruitment.travel.models import EntryPass


class PassPolicy(models.Model):
    """For how many days after the planned first shift a pass is good. No document names a number: dated data.

    It matters only to whoever hasn't begun to work: an employee stays by right (travel's Crossing.overstaying).
    """

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    days_after_start = models.PositiveSmallIntegerField(_("có hiệu lực sau ca đầu tiên (ngày)"), default=30)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedOrDefaultQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("thời hạn giấy vào tỉnh")
        verbose_name_plural = _("thời hạn giấy vào tỉnh")
        constraints = [
            models.CheckConstraint(condition=Q(days_after_start__lte=180), name="a_pass_lasts_half_a_year_at_most"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="pass_policy_ends_after_it_begins"),
        ]

    def __str__(self):
        return self.number


class OverstayNotice(models.Model):
    """The holder and the factory were told, once, that the pass is over and the person was not seen to leave or to begin work."""

    entry_pass = models.OneToOneField(EntryPass, primary_key=True, on_delete=models.CASCADE, related_name="overstay_notice")
    told_at = models.DateTimeField(auto_now_add=True)
