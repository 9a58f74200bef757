"""Admission policies as dated data."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.health.models.events import HealthEvent
from recruitment.places.models import Province


class AdmissionPolicyQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=AdmissionPolicy.Status.PUBLISHED)

    def in_force(self, on: dt.date):
        return self.published().filter(Q(in_force_to=None) | Q(in_force_to__gte=on), in_force_from__lte=on)

    def visible_to(self, user):
        """Everybody may read what is published; drafts are for health officers."""
        if user.is_authenticated and user.memberships.current().filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.published()


class AdmissionPolicy(models.Model):
    """One document's rules. The province's layer comes before the nation's; of a layer the newest in force that speaks of a case.

    Drafted by one health officer and published by another; from then on a trigger refuses every change of it and of its rules:
    a mistake is corrected by a later version that supersedes it. Rows of the project's own data have neither.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("đang soạn")
        SUBMITTED = "submitted", _("chờ duyệt")
        PUBLISHED = "published", _("đã ban hành")

    issuer = models.CharField(_("cơ quan ban hành"), max_length=120)
    number = models.CharField(_("số văn bản"), max_length=60)
    title = models.CharField(_("trích yếu"), max_length=300)
    jurisdiction = models.ForeignKey(
        Province, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("tỉnh áp dụng"), help_text=_("để trống: cả nước")
    )
    in_force_from = models.DateField(_("hiệu lực từ"))
    in_force_to = models.DateField(_("hết hiệu lực sau ngày"), null=True, blank=True)
    supersedes = models.ManyToManyField("self", blank=True, symmetrical=False, related_name="superseded_by", verbose_name=_("thay thế"))
    is_exercise = models.BooleanField(_("diễn tập"), default=False)
    source = models.CharField(_("nguồn"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("phiên bản"), default=1)
    status = FSMField(_("trạng thái"), max_length=10, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT)
    drafted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True, null=True)
    return_reason = models.CharField(_("lý do trả lại"), max_length=300, blank=True, default="", db_default="")
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)

    objects = AdmissionPolicyQuerySet.as_manager()

    class Meta:
        ordering = ["-in_force_from", "pk"]
        verbose_name = _("quy định đón người")
        verbose_name_plural = _("quy định đón người")
        constraints = [
            models.UniqueConstraint(Lower("number"), "version", name="one_policy_per_number_and_version"),
            models.CheckConstraint(condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")), name="policy_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted"], approved_by=None, published_at=None)
                | Q(status="published", published_at__isnull=False, drafted_by=None, approved_by=None)
                | (
                    Q(status="published", published_at__isnull=False, approved_by__isnull=False, drafted_by__isnull=False)
                    & ~Q(drafted_by=F("approved_by"))
                ),
                name="two_people_publish_a_policy",
                violation_error_message=_("Người soạn không tự duyệt được quy định của mình."),
            ),
        ]

    def __str__(self):
        return self.number if self.version == 1 else f"{self.number} (v{self.version})"

    @transition(status, source=Status.DRAFT, target=Status.SUBMITTED)
    def submit(self):
        """The drafter is done; another officer looks at it."""

    @transition(status, source=Status.SUBMITTED, target=Status.DRAFT)
    def send_back(self):
        """Returned with a reason, or taken back by the drafter."""

    @transition(status, source=Status.SUBMITTED, target=Status.PUBLISHED)
    def publish(self):
        """By somebody else than the drafter."""


class AdmissionRule(models.Model):
    """One row of a policy: whom it concerns, and what it asks. Of the rules that fit, the most lenient applies (see rulebook.Rule)."""

    class Subject(models.TextChoices):
        EVERYONE = "", _("người vào tỉnh")
        F0 = "F0", _("F0: người mắc bệnh")
        F1 = "F1", _("F1: người tiếp xúc gần")
        F2 = "F2", _("F2: người tiếp xúc với F1")
        SUSPECTED = "suspected", _("người vào tỉnh có triệu chứng nghi ngờ")

    class PersonClass(models.TextChoices):
        ANY = "any", _("mọi người")
        GREEN = "green", _("tiêm đủ hoặc đã khỏi bệnh")
        YELLOW = "yellow", _("đã tiêm ít nhất một mũi")

    class Outcome(models.TextChoices):
        ADMIT = "admit", _("được vào")
        OFFICER = "officer", _("cơ quan y tế quyết định")
        REFUSE = "refuse", _("chưa được vào")

    class WithoutTest(models.TextChoices):
        TEST_FIRST = "test_first", _("xét nghiệm rồi mới vào")
        OTHER_RULE = "other_rule", _("áp dụng mục khác của văn bản")

    class DayZero(models.TextChoices):
        ARRIVAL = "arrival", _("ngày đến")
        EXPOSURE = "exposure", _("ngày tiếp xúc lần cuối")
        ISOLATION = "isolation", _("ngày bắt đầu cách ly")

    class Place(models.TextChoices):
        NONE = "", _("không cách ly")
        HOME = "home", _("tại nơi ở")
        SITE = "site", _("tại khu cách ly")

    class Method(models.TextChoices):
        PCR = "pcr", "PCR"
        ANTIGEN = "antigen", _("kháng nguyên")
        ANY = "any", _("PCR hoặc kháng nguyên")

    policy = models.ForeignKey(AdmissionPolicy, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    subject = models.CharField(_("đối tượng"), max_length=10, choices=Subject, default=Subject.EVERYONE, db_default="", blank=True)
    origin_levels = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("cấp độ nơi đi"))
    places = ArrayField(
        models.CharField(max_length=5), default=list, db_default=[], blank=True, verbose_name=_("nơi được nêu tên"), help_text=_("mã tỉnh hoặc mã xã")
    )
    places_from = models.DateField(_("ở đó từ ngày"), null=True, blank=True)
    places_to = models.DateField(_("ở đó đến ngày"), null=True, blank=True)
    lockdown = models.BooleanField(_("nơi đang phong tỏa"), default=False, db_default=False)
    person_class = models.CharField(_("tiêm chủng"), max_length=6, choices=PersonClass, default=PersonClass.ANY)
    minimum_doses = models.PositiveSmallIntegerField(_("số mũi tối thiểu"), default=0, help_text=_("0: đủ liều cơ bản của vắc-xin đã tiêm"))
    dose_after_days = models.PositiveSmallIntegerField(_("mũi cuối đã qua ít nhất (ngày)"), default=14, db_default=14)
    dose_within_days = models.PositiveSmallIntegerField(_("mũi cuối chưa quá (ngày)"), null=True, blank=True)
    dose_within_months = models.PositiveSmallIntegerField(_("mũi cuối chưa quá (tháng)"), null=True, blank=True)
    recovery_months = models.PositiveSmallIntegerField(
        _("khỏi bệnh chưa quá (tháng)"), default=6, db_default=6, choices=[(0, _("không tính")), (3, "3"), (6, "6"), (12, "12")]
    )
    accepted_proof = models.CharField(
        _("bằng chứng được chấp nhận"), max_length=12, choices=HealthEvent.Proof, default=HealthEvent.Proof.CLAIMED, db_default="claimed"
    )
    outcome = models.CharField(_("kết luận"), max_length=8, choices=Outcome, default=Outcome.ADMIT, db_default="admit")
    test_method = models.CharField(_("xét nghiệm trước khi vào"), max_length=10, blank=True, choices=Method)
    test_valid_hours = models.PositiveSmallIntegerField(_("xét nghiệm còn giá trị (giờ)"), default=0)
    without_test = models.CharField(
        _("nếu chưa có xét nghiệm"), max_length=10, choices=WithoutTest, default=WithoutTest.TEST_FIRST, db_default="test_first"
    )
    day_zero = models.CharField(_("ngày 0"), max_length=9, choices=DayZero, default=DayZero.ARRIVAL, db_default="arrival")
    quarantine_place = models.CharField(_("nơi cách ly"), max_length=4, blank=True, choices=Place)
    quarantine_days = models.PositiveSmallIntegerField(_("số ngày cách ly"), default=0)
    monitoring_days = models.PositiveSmallIntegerField(_("số ngày theo dõi"), default=0)
    test_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("xét nghiệm vào ngày"))
    test_days_method = models.CharField(_("loại xét nghiệm các ngày đó"), max_length=10, choices=Method, default=Method.PCR, db_default="pcr")
    note = models.CharField(_("ghi chú"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ["policy_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="one_rule_per_position"),
            models.CheckConstraint(condition=Q(quarantine_days=0) | ~Q(quarantine_place=""), name="quarantine_has_a_place"),
            models.CheckConstraint(condition=Q(quarantine_days__lte=60, monitoring_days__lte=60), name="isolation_is_at_most_sixty_days"),
            models.CheckConstraint(
                condition=~Q(outcome="refuse") | Q(person_class="any"),
                name="nobody_is_refused_for_better_protection",
                violation_error_message=_("Mục không cho vào phải áp dụng cho mọi người: tiêm thêm không thể làm ai bị từ chối."),
            ),
            models.CheckConstraint(condition=Q(dose_within_days=None) | Q(dose_within_months=None), name="one_way_to_say_when_a_dose_lapses"),
            models.CheckConstraint(
                condition=(Q(places=[]) | (Q(origin_levels=[]) & Q(lockdown=False))) & (Q(lockdown=False) | Q(origin_levels=[])),
                name="origin_is_a_level_a_place_or_a_lockdown",
            ),
            models.CheckConstraint(
                condition=Q(subject__in=["", "suspected"], day_zero="arrival")
                | Q(subject__in=["F0", "F1", "F2"], day_zero__in=["exposure", "isolation"]),
                name="day_zero_suits_the_subject",
            ),
        ]
