"""Health events, admission policies as dated data, and the decisions taken under them."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.health.trust import TrustedKey
from recruitment.places.models import Province
from recruitment.shared.crypto import EncryptedJSONField
from recruitment.workers.models import Consent, Worker


class HealthRecord(models.Model):
    """One row per worker: the lock and the version of his or her health events."""

    worker = models.OneToOneField(Worker, on_delete=models.CASCADE, related_name="health_record")
    version = models.PositiveIntegerField(default=0)


class HealthEventQuerySet(models.QuerySet):
    def counting(self):
        """What decisions rest on: neither taken back nor doubted."""
        return self.filter(removed_at=None, doubt="")

    def to_verify(self):
        """Claims of people who agreed to the use of their health facts, oldest first."""
        agreed = Consent.objects.filter(purpose=Consent.Purpose.HEALTH, withdrawn_at=None, worker=models.OuterRef("worker"))
        return self.counting().filter(models.Exists(agreed), proof=HealthEvent.Proof.CLAIMED).order_by("recorded_at", "pk")

    def visible_to(self, user):
        """The worker, and health officers. Recruiters never: they see the clearance only."""
        if user.memberships.current().filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.filter(worker__user=user)


class HealthEvent(models.Model):
    """A dose, test, recovery, contact, or stay elsewhere, encrypted.

    `facts` is {"kind": "dose" | "test" | "recovery" | "contact" | "stay", "on": ISO date, …}:
    dose: "number" (1…), "full_course" (bool), "vaccine"; test: "method" ("pcr" | "antigen"), "result" ("negative" | "positive"),
    "at" (ISO datetime of sampling); contact: "class" ("F0" | "F1" | "F2" | "suspected"), "isolated_on" (ISO date, if known);
    stay: "place" (a province's code), "from" (ISO date); "on" is its last day.
    """

    class Proof(models.TextChoices):
        """From weak to strong; a policy names the least that it accepts."""

        CLAIMED = "claimed", _("tự khai, chưa xác minh")
        CERTIFICATE = "certificate", _("giấy chứng nhận đã xác minh")
        CONFIRMED = "confirmed", _("cán bộ y tế đã xác nhận")

    class Doubt(models.TextChoices):
        """Why a health officer does not confirm what was told; a doubted event does not count."""

        UNREADABLE = "unreadable", _("không đọc được giấy tờ")
        OTHER_PERSON = "other_person", _("giấy tờ của người khác")
        DATES_DIFFER = "dates_differ", _("ngày không khớp giấy tờ hoặc hệ thống tiêm chủng")
        NOT_FOUND = "not_found", _("không tìm thấy trong hệ thống tiêm chủng, xét nghiệm")
        EXPIRED = "expired", _("giấy tờ đã hết hạn")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="health_events")
    facts = EncryptedJSONField()
    proof = models.CharField(max_length=12, choices=Proof, default=Proof.CLAIMED)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    certificate_digest = models.CharField(max_length=64, null=True, editable=False, help_text=_("mã giấy chứng nhận, băm có khóa"))
    certificate_key = models.ForeignKey(TrustedKey, null=True, editable=False, on_delete=models.PROTECT, related_name="events")
    doubt = models.CharField(max_length=14, choices=Doubt, blank=True, default="", db_default="")
    reviewed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)

    objects = HealthEventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["worker"], condition=Q(removed_at=None), name="health_event_current"),
            models.Index(fields=["recorded_at", "id"], condition=Q(proof="claimed", removed_at=None, doubt=""), name="health_event_to_verify"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_digest"],
                condition=Q(removed_at=None, certificate_key__isnull=False),
                name="a_verified_certificate_is_one_persons",
            ),
            models.CheckConstraint(
                condition=Q(certificate_key=None) | Q(certificate_digest__isnull=False), name="verified_certificate_has_its_digest"
            ),
            models.CheckConstraint(condition=Q(doubt="") | Q(proof="claimed", reviewed_by__isnull=False), name="doubt_is_somebodys"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_at=None) | Q(reviewed_by__isnull=False, reviewed_at__isnull=False), name="review_has_its_time"
            ),
        ]


class ClaimHold(models.Model):
    """Who is looking at a claim now, so that two officers don't decide it twice; it lapses by itself."""

    event = models.OneToOneField(HealthEvent, primary_key=True, on_delete=models.CASCADE, related_name="hold")
    held_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    held_until = models.DateTimeField()


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


class Reassessment(models.Model):
    """One run over the people concerned by a change, or a trial of a draft that decides nothing. Goes on where it was interrupted.

    `scope` narrows whom it concerns: {} everybody, {"provinces": [pk…], "communes": [pk…]}. `cursor` is the last worker done.
    """

    class Cause(models.TextChoices):
        POLICY = "policy", _("quy định mới")
        AREA_LEVEL = "area_level", _("cấp độ dịch đổi")
        DAY = "day", _("sang ngày mới")
        TRIAL = "trial", _("thử quy định")

    cause = models.CharField(max_length=10, choices=Cause)
    policy = models.ForeignKey(AdmissionPolicy, null=True, on_delete=models.CASCADE, related_name="reassessments")
    scope = models.JSONField(default=dict)
    on = models.DateField()
    requested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    people = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    assessed = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        indexes = [models.Index(fields=["id"], condition=Q(finished_at=None), name="reassessment_unfinished")]
        constraints = [
            models.CheckConstraint(condition=Q(cause="trial", policy__isnull=False) | ~Q(cause="trial"), name="trial_has_a_policy"),
            models.UniqueConstraint(fields=["cause", "on"], condition=Q(cause="day"), name="one_daily_reassessment"),
        ]


class ClearanceChange(models.Model):
    """Whose decision a reassessment changed, from what to what; `moved` when the first day of work is another one."""

    reassessment = models.ForeignKey(Reassessment, null=True, on_delete=models.CASCADE, related_name="changes")
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="+")
    verdict_before = models.CharField(max_length=12, choices=Clearance.Verdict, blank=True)
    verdict = models.CharField(max_length=12, choices=Clearance.Verdict)
    ready_before = models.DateField(null=True)
    ready_on = models.DateField(null=True)
    moved = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["reassessment", "worker"], name="one_change_per_person_and_reassessment")]
