"""From arrival to the first shift, and how it went afterwards."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.onboarding.models.acceptances import Acceptance
from recruitment.shared.dated import DatedQuerySet


class FirstShift(models.Model):
    """The way from arrival to work of one acceptance: the code for the gate, who checked the person in, and the first shift.

    `said_started_at` is the worker's own tap; the shift counts once the factory has confirmed it.
    """

    acceptance = models.OneToOneField(Acceptance, primary_key=True, on_delete=models.PROTECT, related_name="first_shift")
    code = models.CharField(max_length=8, unique=True)
    checked_in_at = models.DateTimeField(null=True)
    checked_in_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    said_started_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_in_at=None, checked_in_by=None) | Q(checked_in_at__isnull=False, checked_in_by__isnull=False),
                name="somebody_checked_the_person_in",
            ),
            models.CheckConstraint(
                condition=Q(started_on=None, confirmed_by=None)
                | Q(started_on__isnull=False, confirmed_by__isnull=False, checked_in_at__isnull=False),
                name="a_first_shift_follows_the_check_in",
            ),
        ]


class StayedCheck(models.Model):
    """Whether it went well: asked of the worker 7 and 30 days after the first shift, answered by one tap."""

    class Answer(models.TextChoices):
        WELL = "well", _("đang làm, ổn")
        TROUBLE = "trouble", _("đang làm, có khó khăn")
        LEFT = "left", _("đã nghỉ")

    DAYS = [7, 30]

    first_shift = models.ForeignKey(FirstShift, on_delete=models.CASCADE, related_name="checks")
    day = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    asked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=7, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first_shift", "day"], name="one_check_per_person_and_day"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | Q(answer__in=["well", "trouble", "left"], answered_at__isnull=False),
                name="an_answer_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(asked_at=None), name="check_to_ask")]


class GatePolicy(models.Model):
    """How long a factory waits for whoever comes straight to it. No published rule exists: dated data.

    The hours run from the end of the day on which the person is expected there; the rule is the one in force on that day. Without one,
    the factory alone says who did not come.
    """

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    remind_hours = models.PositiveSmallIntegerField(_("nhắc nhà máy sau khi hết ngày hẹn (giờ)"), default=10)
    free_hours = models.PositiveSmallIntegerField(_("trả lại chỗ sau khi hết ngày hẹn (giờ)"), default=58)
    correct_hours = models.PositiveSmallIntegerField(_("sửa được “không đến” trong (giờ)"), default=72)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("thời hạn chờ người đến nhà máy")
        verbose_name_plural = _("thời hạn chờ người đến nhà máy")
        constraints = [
            models.CheckConstraint(condition=Q(free_hours__lte=336, remind_hours__lt=models.F("free_hours")), name="reminded_before_it_is_freed"),
            models.CheckConstraint(condition=Q(correct_hours__lte=336), name="no_shows_are_corrected_soon"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="gate_policy_ends_after_it_begins"),
        ]

    def __str__(self):
        return self.number
