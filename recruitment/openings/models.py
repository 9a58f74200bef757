"""Openings: what a factory offers, how many places are left, and which phrases were flagged."""

import datetime as dt
from typing import NamedTuple

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.occupations.models import Occupation, Skill
from recruitment.openings.income import Income, estimate_income
from recruitment.workers.models import Shift

LONGEST_RIDE = 180  # minutes


class OpeningQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody sees published ones; recruiters their own in any state; labour officers all."""
        if not user.is_authenticated:
            return self.public()
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role=Role.LABOUR_OFFICER).exists():
            return self
        own = Q(factory__enterprise__organisation__in=memberships.values("organisation"))
        return self.filter(own | Q(status__in=Opening.PUBLIC_STATUSES))

    def owned_by(self, user):
        return self.filter(factory__in=Factory.objects.visible_to(user))

    def public(self):
        """Whatever an old link may still show: published, paused or closed, never a draft."""
        return self.filter(status__in=Opening.PUBLIC_STATUSES)

    def open_on(self, day: dt.date):
        """Taking applications: published, not past its last day, places left."""
        return self.filter(Q(closes_on=None) | Q(closes_on__gte=day), status=Opening.Status.PUBLISHED).with_places_left().filter(places_left__gt=0)

    def with_places_left(self):
        return self.annotate(places_left=F("headcount") - F("held") - F("accepted"))

    def with_new_applicants(self):
        """`new_applicants` wait for the recruiter's first answer, `agreed_applicants` said yes to an offer and wait to be accepted."""
        return self.annotate(
            new_applicants=Count("applications", filter=Q(applications__status="applied")),
            agreed_applicants=Count("applications", filter=Q(applications__status="agreed")),
        )

    def newest_first(self):
        """Drafts on top, then by when they were published."""
        return self.order_by(F("published_at").desc(nulls_first=True), "-pk")

    def similar_to(self, opening: "Opening"):
        """Others of the same factory and occupation that people can see or could soon see again."""
        shown = [Opening.Status.PUBLISHED, Opening.Status.PAUSED]
        return self.filter(factory=opening.factory_id, occupation=opening.occupation_id, status__in=shown).exclude(pk=opening.pk).order_by("-pk")


class Opening(models.Model):
    """One advertisement. Money is integer đồng a month; `held` are places offered, `accepted` places filled."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("nháp")
        PUBLISHED = "published", _("đang tuyển")
        PAUSED = "paused", _("tạm dừng")
        CLOSED = "closed", _("đã đóng")

    PUBLIC_STATUSES = [Status.PUBLISHED, Status.PAUSED, Status.CLOSED]

    class Outcome(models.TextChoices):
        FILLED = "filled", _("đã tuyển đủ")
        CANCELLED = "cancelled", _("không tuyển nữa")
        OUTBREAK = "outbreak", _("tạm ngừng vì có ca bệnh")

    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="openings", verbose_name=_("nhà máy"))
    occupation = models.ForeignKey(Occupation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("nghề"))
    title = models.CharField(_("chức danh"), max_length=160)
    description = models.TextField(_("mô tả công việc"), max_length=4000, blank=True)
    headcount = models.PositiveIntegerField(_("số lượng cần tuyển"), default=1)
    held = models.PositiveIntegerField(_("đang giữ chỗ"), default=0)
    accepted = models.PositiveIntegerField(_("đã nhận"), default=0)
    shift = models.CharField(_("ca làm"), max_length=10, choices=Shift, blank=True)
    hours_per_day = models.PositiveSmallIntegerField(_("giờ làm mỗi ngày"), default=8)
    hours_per_week = models.PositiveSmallIntegerField(_("giờ làm mỗi tuần"), default=48)
    overtime_hours_per_week = models.PositiveSmallIntegerField(_("giờ tăng ca mỗi tuần"), default=0)
    rest_day = models.CharField(_("ngày nghỉ"), max_length=60, blank=True)
    starts_on = models.DateField(_("ngày bắt đầu"), null=True, blank=True)
    closes_on = models.DateField(_("hạn nhận hồ sơ"), null=True, blank=True)
    experience_months = models.PositiveSmallIntegerField(_("kinh nghiệm cần (tháng)"), default=0)
    skills = models.ManyToManyField(Skill, blank=True, verbose_name=_("kỹ năng cần"))
    base_wage = models.PositiveIntegerField(_("lương cơ bản (đồng/tháng)"), null=True, blank=True)
    allowances = models.PositiveIntegerField(_("phụ cấp (đồng/tháng)"), default=0)
    wage_min = models.PositiveIntegerField(_("thu nhập ước tính từ (đồng/tháng)"), null=True, blank=True)
    wage_max = models.PositiveIntegerField(_("thu nhập ước tính đến (đồng/tháng)"), null=True, blank=True)
    has_dormitory = models.BooleanField(_("có ký túc xá"), default=False)
    dormitory_fee = models.PositiveIntegerField(_("phí ký túc xá (đồng/tháng)"), default=0)
    dormitory_distance_km = models.DecimalField(_("cách nhà máy (km)"), max_digits=4, decimal_places=1, null=True, blank=True)
    dormitory_people_per_room = models.PositiveSmallIntegerField(_("số người một phòng"), null=True, blank=True)
    dormitory_months = models.PositiveSmallIntegerField(_("được ở nhiều nhất (tháng)"), null=True, blank=True)
    meals = models.CharField(_("bữa ăn"), max_length=160, blank=True)
    status = FSMField(_("trạng thái"), default=Status.DRAFT, choices=Status.choices, protected=True)
    published_at = models.DateTimeField(_("đăng lúc"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("xác nhận còn tuyển lúc"), null=True, blank=True)
    closed_at = models.DateTimeField(_("đóng lúc"), null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, editable=False, help_text=_("tạm dừng vì ổ dịch từ lúc này: nhà máy chưa đăng lại được"))
    outcome = models.CharField(_("kết quả"), max_length=10, choices=Outcome, blank=True)
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies")
    import_key = models.CharField(max_length=64, null=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("tin tuyển dụng")
        verbose_name_plural = _("tin tuyển dụng")
        constraints = [
            models.CheckConstraint(
                condition=Q(headcount__gte=F("held") + F("accepted")),
                name="places_fit",
                violation_error_message=_("Số lượng không thể ít hơn số người đã nhận và đang giữ chỗ."),
            ),
            models.CheckConstraint(condition=Q(headcount__range=(1, 5000)), name="headcount_is_believable"),
            models.CheckConstraint(condition=Q(wage_min=None) | Q(wage_max=None) | Q(wage_max__gte=F("wage_min")), name="wage_range_is_in_order"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | (
                    Q(status__in=["published", "paused"], published_at__isnull=False, occupation__isnull=False, starts_on__isnull=False)
                    & ~Q(shift="")
                )
                | (Q(status="closed", closed_at__isnull=False) & ~Q(outcome="")),
                name="opening_status_has_what_it_needs",
            ),
            models.CheckConstraint(condition=Q(suspended_at=None) | Q(status__in=["paused", "closed"]), name="a_suspended_opening_takes_nobody"),
            models.CheckConstraint(condition=Q(overtime_hours_per_week__lte=13), name="overtime_within_the_month_limit"),
            models.CheckConstraint(condition=Q(hours_per_day__range=(1, 8)), name="working_day_within_the_law"),
            models.CheckConstraint(condition=Q(hours_per_week__range=(1, 48)), name="working_week_within_the_law"),
            models.UniqueConstraint(fields=["factory", "import_key"], condition=Q(import_key__isnull=False), name="imported_row_once_per_factory"),
        ]
        indexes = [
            models.Index(fields=["factory", "status"]),
            models.Index(fields=["status", "-published_at"]),
            models.Index(fields=["occupation", "status"]),
        ]

    def __str__(self):
        return self.title

    def places(self) -> int:
        """Places neither held nor filled."""
        return self.headcount - self.held - self.accepted

    def income(self) -> Income | None:
        """The worked example of a month, or None while the base wage is unknown."""
        if self.base_wage is None:
            return None
        return estimate_income(
            base_wage=self.base_wage,
            allowances=self.allowances,
            overtime_hours_per_week=self.overtime_hours_per_week,
            hours_per_week=self.hours_per_week,
            shift=self.shift,
        )

    @transition(status, source=[Status.DRAFT, Status.PAUSED], target=Status.PUBLISHED)
    def publish(self):
        """People can find it and apply."""

    @transition(status, source=Status.PUBLISHED, target=Status.PAUSED)
    def pause(self):
        """Old links show it; nobody can apply."""

    @transition(status, source=[Status.PUBLISHED, Status.PAUSED], target=Status.CLOSED)
    def close(self):
        """Ended for good, with an outcome."""


class Stop(NamedTuple):
    """Where a shuttle stops, when, and how many minutes it then takes to the factory, as far as these are known."""

    name: str
    departs_at: dt.time | None = None
    ride_minutes: int | None = None

    def __str__(self) -> str:
        """As employers write it: "6:10 Bến xe Thái Nguyên, 35 phút"."""
        time = f"{self.departs_at:%H:%M} " if self.departs_at else ""
        return f"{time}{self.name}" + (_(", %(count)d phút") % {"count": self.ride_minutes} if self.ride_minutes else "")


class ShuttleStop(models.Model):
    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="shuttle_stops")
    name = models.CharField(_("điểm đón"), max_length=120)
    departs_at = models.TimeField(_("giờ đón"), null=True, blank=True)
    ride_minutes = models.PositiveSmallIntegerField(_("đi xe mất (phút)"), null=True, blank=True)

    class Meta:
        ordering = ["departs_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ride_minutes=None) | Q(ride_minutes__range=(1, LONGEST_RIDE)), name="shuttle_ride_is_believable")
        ]

    def __str__(self):
        return self.name

    @property
    def stop(self) -> Stop:
        return Stop(self.name, self.departs_at, self.ride_minutes)


class WordingOverrideQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(opening__in=Opening.objects.owned_by(user))

    def waiting(self):
        """Oldest first."""
        return self.filter(decision="").order_by("at", "pk")


class WordingOverride(models.Model):
    """A recruiter kept a phrase that the check flagged, with a reason; the department reads the queue and decides.

    `phrase` is spelled as `wording.phrase_key` does; `article` is of the Labour Code ("8.1").
    """

    class Decision(models.TextChoices):
        ALLOWED = "allowed", _("được giữ")
        REFUSED = "refused", _("phải sửa")

    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="wording_overrides")
    phrase = models.CharField(max_length=200)
    article = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = WordingOverrideQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", reviewed_at=None, reviewed_by=None)
                | Q(decision__in=["allowed", "refused"], reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="override_decision_has_its_officer",
            ),
            models.UniqueConstraint(fields=["opening", "phrase"], name="one_override_per_phrase"),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
        ]

    def __str__(self):
        return self.phrase
