"""Vaccination as counts, never names: coverage of factories, transport operators and communes, and the waves of doses."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.places.models import Commune
from recruitment.shared.words import one_spelling


class PriorityGroup(models.TextChoices):
    """Declared in the order that holds while no document states another."""

    INDUSTRIAL_ZONES = "industrial_zones", _("người làm trong khu công nghiệp")
    TRANSPORT_WORKERS = "transport_workers", _("người làm vận tải")
    RESIDENTS = "residents", _("người dân")


class PriorityOrderQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest order stated until `on`, or None."""
        return self.filter(since__lte=on).order_by("-since").first()


class PriorityOrder(models.Model):
    """Which groups a document puts first."""

    document = models.CharField(_("văn bản"), max_length=120)
    since = models.DateField(_("từ ngày"), unique=True)
    groups = ArrayField(models.CharField(max_length=20, choices=PriorityGroup), size=3, verbose_name=_("các nhóm, ưu tiên nhất ở trước"))

    objects = PriorityOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        verbose_name = _("thứ tự ưu tiên tiêm")
        verbose_name_plural = _("thứ tự ưu tiên tiêm")
        constraints = [
            models.CheckConstraint(
                condition=Q(groups__contains=PriorityGroup.values, groups__len=len(PriorityGroup)),
                name="priority_order_names_each_group_once",
                violation_error_message=_("Hãy xếp mỗi nhóm đúng một lần."),
            )
        ]

    def __str__(self):
        return self.document


class TransportOperator(models.Model):
    """A bus or truck company, a cooperative of drivers; known here by its name alone."""

    name = models.CharField(_("tên"), max_length=160)
    key = models.CharField(max_length=200, unique=True, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("đơn vị vận tải")
        verbose_name_plural = _("đơn vị vận tải")

    def __str__(self):
        return self.name

    @staticmethod
    def key_of(name: str) -> str:
        """The same for every way of writing one name: case, spaces, place of the tone mark."""
        return one_spelling(name)


Subject = Factory | TransportOperator | Commune
SUBJECTS = ["factory", "operator", "commune"]


def _only(subject: str) -> Q:
    return Q(**{f"{name}__isnull": name != subject for name in SUBJECTS})


class CoverageReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Departments see all; a recruiter those of the own factories."""
        if user.memberships.current().filter(role__in=[Role.HEALTH_OFFICER, Role.LABOUR_OFFICER]).exists():
            return self
        return self.filter(factory__in=Factory.objects.visible_to(user))

    def newest(self):
        """The one of each subject that counts: the latest day, and of that day what was said last."""
        keys = [f"{subject}_id" for subject in SUBJECTS]
        latest = self.order_by(*keys, "-as_of", "-pk").distinct(*keys)
        return self.model.objects.filter(pk__in=latest.values("pk"))

    def of(self, subject: Subject):
        return self.filter(**{subject_field(subject): subject}).order_by("-as_of", "-pk")


class CoverageReport(models.Model):
    """How many of a subject's people had which doses at the end of a day. Rows are only added; older ones are history."""

    factory = models.ForeignKey(Factory, null=True, on_delete=models.PROTECT, related_name="coverage_reports", verbose_name=_("nhà máy"))
    operator = models.ForeignKey(
        TransportOperator, null=True, on_delete=models.PROTECT, related_name="coverage_reports", verbose_name=_("đơn vị vận tải")
    )
    commune = models.ForeignKey(Commune, null=True, on_delete=models.PROTECT, related_name="coverage_reports", verbose_name=_("xã, phường"))
    people = models.PositiveIntegerField(_("số người"))
    one_dose = models.PositiveIntegerField(_("đã tiêm ít nhất một mũi"))
    full_course = models.PositiveIntegerField(_("đã tiêm đủ mũi"))
    as_of = models.DateField(_("tính đến ngày"))
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("người khai"))
    reported_at = models.DateTimeField(_("khai lúc"), auto_now_add=True)

    objects = CoverageReportQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of", "-pk"]
        verbose_name = _("số liệu tiêm chủng")
        verbose_name_plural = _("số liệu tiêm chủng")
        constraints = [
            models.CheckConstraint(condition=_only("factory") | _only("operator") | _only("commune"), name="coverage_is_of_one_subject"),
            models.CheckConstraint(condition=Q(people__gte=1), name="coverage_is_of_somebody"),
            models.CheckConstraint(condition=Q(one_dose__lte=F("people"), full_course__lte=F("one_dose")), name="coverage_doses_fit_people"),
        ]
        indexes = [models.Index(fields=[*SUBJECTS, "-as_of", "-id"], name="newest_coverage_of_a_subject")]

    @property
    def subject(self) -> Subject:
        return self.factory or self.operator or self.commune


def subject_field(subject: Subject) -> str:
    return {Factory: "factory", TransportOperator: "operator", Commune: "commune"}[type(subject)]


class VaccinationWave(models.Model):
    """Doses of one wave for one priority group. `version` tells two officers apart who change it at once."""

    number = models.PositiveSmallIntegerField(_("đợt"))
    group = models.CharField(_("nhóm"), max_length=20, choices=PriorityGroup)
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến hết ngày"))
    doses_planned = models.PositiveIntegerField(_("liều theo kế hoạch"))
    doses_received = models.PositiveIntegerField(_("liều đã nhận"), default=0)
    doses_given = models.PositiveIntegerField(_("liều đã tiêm"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("người ghi"))
    changed_at = models.DateTimeField(_("ghi lúc"))

    class Meta:
        ordering = ["-number", "starts_on", "pk"]
        verbose_name = _("đợt tiêm")
        verbose_name_plural = _("đợt tiêm")
        constraints = [
            models.UniqueConstraint(fields=["number", "group"], name="one_wave_per_number_and_group"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="wave_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(doses_planned__gte=1), name="wave_plans_doses"),
            models.CheckConstraint(condition=Q(doses_given__lte=F("doses_received")), name="wave_gives_only_received_doses"),
            models.CheckConstraint(condition=Q(group__in=PriorityGroup.values), name="wave_is_for_a_known_group"),
        ]

    def __str__(self):
        return _("Đợt %(number)s: %(group)s") % {"number": self.number, "group": self.get_group_display()}

    @property
    def doses_awaited(self) -> int:
        """Planned and not received yet; zero when more came than planned."""
        return max(0, self.doses_planned - self.doses_received)
