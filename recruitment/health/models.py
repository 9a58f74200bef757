"""Health events, admission policies as dated data, and the decisions taken under them."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.health.trust import TrustedKey
from recruitment.places.models import Province
from recruitment.shared.crypto import EncryptedJSONField
from recruitment.workers.models import Worker


class HealthRecord(models.Model):
    """One row per worker: the lock and the version of his or her health events."""

    worker = models.OneToOneField(Worker, on_delete=models.CASCADE, related_name="health_record")
    version = models.PositiveIntegerField(default=0)


class HealthEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The worker, and health officers. Recruiters never: they see the clearance only."""
        if user.memberships.current().filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.filter(worker__user=user)


class HealthEvent(models.Model):
    """A dose, test, recovery, or contact, encrypted.

    `facts` is {"kind": "dose" | "test" | "recovery" | "contact", "on": ISO date, …}:
    dose: "number" (1…), "full_course" (bool), "vaccine"; test: "method" ("pcr" | "antigen"), "result" ("negative" | "positive"),
    "at" (ISO datetime of sampling); contact: "class" ("F0" | "F1" | "F2").
    """

    class Proof(models.TextChoices):
        """From weak to strong; a policy names the least that it accepts."""

        CLAIMED = "claimed", _("tự khai, chưa xác minh")
        CERTIFICATE = "certificate", _("giấy chứng nhận đã xác minh")
        CONFIRMED = "confirmed", _("cán bộ y tế đã xác nhận")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="health_events")
    facts = EncryptedJSONField()
    proof = models.CharField(max_length=12, choices=Proof, default=Proof.CLAIMED)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    certificate_digest = models.CharField(max_length=64, null=True, editable=False, help_text=_("mã giấy chứng nhận, băm có khóa"))
    certificate_key = models.ForeignKey(TrustedKey, null=True, editable=False, on_delete=models.PROTECT, related_name="events")

    objects = HealthEventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["worker"], condition=Q(removed_at=None), name="health_event_current")]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_digest"],
                condition=Q(removed_at=None, certificate_key__isnull=False),
                name="a_verified_certificate_is_one_persons",
            ),
            models.CheckConstraint(
                condition=Q(certificate_key=None) | Q(certificate_digest__isnull=False), name="verified_certificate_has_its_digest"
            ),
        ]


class AdmissionPolicyQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        return self.filter(Q(in_force_to=None) | Q(in_force_to__gte=on), in_force_from__lte=on)


class AdmissionPolicy(models.Model):
    """One document's rules for people arriving. The province's layer overrides the nation's; the newest in force wins."""

    issuer = models.CharField(_("cơ quan ban hành"), max_length=120)
    number = models.CharField(_("số văn bản"), max_length=60)
    title = models.CharField(_("trích yếu"), max_length=300)
    jurisdiction = models.ForeignKey(
        Province, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("tỉnh áp dụng"), help_text=_("để trống: cả nước")
    )
    in_force_from = models.DateField(_("hiệu lực từ"))
    in_force_to = models.DateField(_("hết hiệu lực sau ngày"), null=True, blank=True)
    supersedes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by", verbose_name=_("thay thế"))
    dose_valid_days = models.PositiveSmallIntegerField(
        _("mũi tiêm cuối còn giá trị (ngày)"), null=True, blank=True, help_text=_("để trống: không thời hạn")
    )
    is_exercise = models.BooleanField(_("diễn tập"), default=False)
    source = models.CharField(_("nguồn"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("phiên bản"), default=1)

    objects = AdmissionPolicyQuerySet.as_manager()

    class Meta:
        ordering = ["-in_force_from", "pk"]
        verbose_name = _("quy định đón người")
        verbose_name_plural = _("quy định đón người")
        constraints = [
            models.UniqueConstraint(fields=["number", "in_force_from"], name="one_policy_per_number_and_start"),
            models.CheckConstraint(condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")), name="policy_ends_after_it_begins"),
        ]

    def __str__(self):
        return self.number


class AdmissionRule(models.Model):
    """One row of a policy: whom it concerns, and what it asks. Of the rules that fit, the most lenient applies."""

    class PersonClass(models.TextChoices):
        ANY = "any", _("mọi người")
        GREEN = "green", _("thẻ xanh")
        YELLOW = "yellow", _("thẻ vàng")
        NONE = "none", _("chưa tiêm")

    class Place(models.TextChoices):
        NONE = "", _("không cách ly")
        HOME = "home", _("tại nơi ở")
        SITE = "site", _("tại khu cách ly")

    policy = models.ForeignKey(AdmissionPolicy, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    origin_levels = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("cấp độ nơi đi"))
    person_class = models.CharField(_("đối tượng"), max_length=6, choices=PersonClass)
    minimum_doses = models.PositiveSmallIntegerField(_("số mũi tối thiểu"), default=0)
    requires_recent_test = models.BooleanField(_("chỉ khi có xét nghiệm trước khi vào"), default=False)
    test_method = models.CharField(
        _("loại xét nghiệm trước khi vào"), max_length=10, blank=True, choices=[("pcr", "PCR"), ("any", "PCR / kháng nguyên")]
    )
    test_valid_hours = models.PositiveSmallIntegerField(_("xét nghiệm còn giá trị (giờ)"), default=0)
    quarantine_place = models.CharField(_("nơi cách ly"), max_length=4, blank=True, choices=Place)
    quarantine_days = models.PositiveSmallIntegerField(_("số ngày cách ly"), default=0)
    monitoring_days = models.PositiveSmallIntegerField(_("số ngày theo dõi"), default=0)
    test_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("xét nghiệm vào ngày"))
    accepts_claims = models.BooleanField(_("chấp nhận tự khai"), default=True)
    refuses = models.BooleanField(_("không cho vào"), default=False)

    class Meta:
        ordering = ["policy_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="one_rule_per_position"),
            models.CheckConstraint(condition=Q(quarantine_days=0) | ~Q(quarantine_place=""), name="quarantine_has_a_place"),
        ]


class ClearanceQuerySet(models.QuerySet):
    def current(self):
        return self.filter(is_current=True)


class Clearance(models.Model):
    """A decision about one worker: what a policy asks of this person on a day, with the versions it rests on.

    `decision` holds, encrypted, the whole outcome of `policy.assess` (reasons name facts);
    the columns beside it are what matching and acceptance need.
    """

    class Verdict(models.TextChoices):
        CLEARED = "cleared", _("được vào")
        CONDITIONAL = "conditional", _("được vào khi đủ điều kiện")
        REFUSED = "refused", _("chưa được vào")
        UNDECIDED = "undecided", _("chờ cán bộ y tế quyết định")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="clearances")
    assessed_on = models.DateField()
    verdict = models.CharField(max_length=12, choices=Verdict)
    ready_on = models.DateField(null=True, help_text=_("ngày đầu tiên có thể bắt đầu làm việc"))
    entry_quarantine_place = models.CharField(max_length=4, blank=True, choices=AdmissionRule.Place)
    entry_quarantine_days = models.PositiveSmallIntegerField(default=0)
    monitoring_days = models.PositiveSmallIntegerField(default=0)
    decision = EncryptedJSONField()
    policy = models.ForeignKey(AdmissionPolicy, null=True, on_delete=models.PROTECT, related_name="+")
    policy_version = models.PositiveIntegerField(default=0)
    record_version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(is_current=True), name="one_current_clearance"),
            models.CheckConstraint(
                condition=Q(verdict__in=["cleared", "conditional"], ready_on__isnull=False, policy__isnull=False)
                | Q(verdict="refused", ready_on=None, policy__isnull=False)
                | Q(verdict="undecided", ready_on=None),
                name="clearance_verdict_has_its_date",
            ),
        ]
