"""People who sign in, the organisations they act for, the codes that let workers in, and the keys that let programs in."""

import datetime as dt

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.places.models import Province

LONGEST_LIFE_OF_A_KEY = dt.timedelta(days=365)


class UserManager(BaseUserManager):
    def create_user(self, *, phone=None, email=None, password=None, **fields):
        user = self.model(phone=phone, email=self.normalize_email(email) or None, **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
        return user

    def create_superuser(self, *, email, password, **fields):
        return self.create_user(email=email, password=password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person: workers sign in by phone and code, staff by e-mail, password and second factor.

    Who has no phone has a `helper`, somebody of `helper_house`, who answers.
    """

    phone = models.CharField(_("số điện thoại"), max_length=16, unique=True, null=True, blank=True)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    name = models.CharField(_("họ tên"), max_length=120)
    helper = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="helped", verbose_name=_("người nhận tin thay, khi không có điện thoại")
    )
    helper_house = models.ForeignKey("Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("ngôn ngữ"), max_length=2, default="vi", choices=[("vi", "Tiếng Việt"), ("en", "English")])
    is_active = models.BooleanField(_("đang hoạt động"), default=True)
    is_staff = models.BooleanField(_("vào trang quản trị"), default=False)
    is_demo = models.BooleanField(_("người trong dữ liệu mẫu"), default=False)
    joined_at = models.DateTimeField(_("tham gia lúc"), default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=False) | Q(email__isnull=False) | Q(helper__isnull=False), name="user_can_sign_in_or_somebody_answers"
            ),
            models.CheckConstraint(condition=Q(helper=None) | Q(phone=None, email=None), name="who_can_sign_in_answers_alone"),
            models.CheckConstraint(
                condition=Q(helper=None, helper_house=None) | Q(helper__isnull=False, helper_house__isnull=False), name="a_helper_acts_for_a_house"
            ),
            models.CheckConstraint(condition=Q(phone=None) | Q(phone__regex=r"^\+[0-9]{8,15}$"), name="user_phone_is_e164"),
        ]

    def __str__(self):
        return self.name


class Organisation(models.Model):
    """Somebody's house: an enterprise, a quarantine site, a department. Memberships and `visible_to` hang on it."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("doanh nghiệp")
        SITE = "site", _("khu cách ly")
        LABOUR_DEPARTMENT = "labour_department", _("sở phụ trách lao động")
        HEALTH_DEPARTMENT = "health_department", _("sở y tế")
        CHECKPOINT = "checkpoint", _("chốt kiểm dịch")
        LIAISON = "liaison", _("trung tâm dịch vụ việc làm, xã, công đoàn")

    kind = models.CharField(_("loại"), max_length=20, choices=Kind)
    name = models.CharField(_("tên"), max_length=160)
    province = models.ForeignKey(
        Province,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("tỉnh"),
        help_text=_("của đơn vị đầu mối: nhận tin thay người không có điện thoại ở tỉnh này khi không còn ai khác"),
    )

    class Meta:
        verbose_name = _("tổ chức")
        verbose_name_plural = _("tổ chức")

    def __str__(self):
        return self.name


class Role(models.TextChoices):
    RECRUITER = "recruiter", _("nhà tuyển dụng")
    SITE_MANAGER = "site_manager", _("quản lý khu cách ly")
    HEALTH_OFFICER = "health_officer", _("cán bộ y tế")
    LABOUR_OFFICER = "labour_officer", _("cán bộ lao động")
    CHECKPOINT_OFFICER = "checkpoint_officer", _("cán bộ chốt kiểm dịch")
    LIAISON = "liaison", _("cán bộ đầu mối")


class MembershipQuerySet(models.QuerySet):
    def current(self, now=None):
        now = now or timezone.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=now), started_at__lte=now)

    def recruiting_for(self, factories):
        """Those that are current, of whoever recruits for any of these factories (their keys, or a queryset)."""
        return self.current().filter(role=Role.RECRUITER, organisation__enterprise__factories__in=factories)

    def answering(self):
        """Those of liaisons who can answer for others: current, with an account that is open."""
        return self.current().filter(role=Role.LIAISON, user__is_active=True)

    def people(self):
        """Everybody whose membership it is and whose account is open, each once."""
        return User.objects.filter(memberships__in=self, is_active=True).order_by("pk").distinct()


class Membership(models.Model):
    """Who acts in which role for which organisation, and when. Workers need none: they act for themselves."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("người dùng"))
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("tổ chức"))
    role = models.CharField(_("vai trò"), max_length=20, choices=Role)
    started_at = models.DateTimeField(_("từ"), default=timezone.now)
    ended_at = models.DateTimeField(_("đến"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("phân công")
        verbose_name_plural = _("phân công")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], condition=Q(ended_at=None), name="one_open_membership"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="membership_ends_after_it_starts"),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.organisation}"


class OneTimeCode(models.Model):
    """A code sent to a phone; kept as a digest only, one open code per phone."""

    phone = models.CharField(max_length=16, db_index=True)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=Q(used_at=None), name="one_open_code_per_phone"),
            models.CheckConstraint(condition=Q(attempts__lte=5), name="at_most_five_attempts_per_code"),
        ]


class SensitiveReading(models.Model):
    """Who read whose sensitive facts, when and why (Law 91/2025/QH15: health data and IDs)."""

    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="readings_made")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="readings_of_me")
    what = models.CharField(max_length=40)
    why = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("lượt xem thông tin nhạy cảm")
        verbose_name_plural = _("lượt xem thông tin nhạy cảm")
        indexes = [models.Index(fields=["person", "-at"])]


class ApiKeyQuerySet(models.QuerySet):
    def not_revoked(self):
        return self.filter(revoked_at=None)

    def to_remind_of(self, now, before):
        """About to expire, whose makers were not told: `before` the end, or for a short-lived key once half of its life is gone."""
        half = now - (F("expires_at") - now)
        return self.not_revoked().filter(reminded_at=None, expires_at__gt=now, expires_at__lte=now + before, made_at__lte=half)


class ApiKey(models.Model):
    """Lets a program of one organisation in, on behalf of whoever made it. Of the key itself only a digest and its beginning are kept."""

    class Scope(models.TextChoices):
        READ_FIGURES = "read_figures", _("chỉ đọc số liệu")
        WRITE_FIGURES = "write_figures", _("đọc và ghi số liệu")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_keys")
    scope = models.CharField(max_length=20, choices=Scope)
    name = models.CharField(max_length=60)
    beginning = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = [F("revoked_at").desc(nulls_first=True), "-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], condition=Q(revoked_at=None), name="one_open_key_per_name"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="only_a_keys_digest_is_kept"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + LONGEST_LIFE_OF_A_KEY),
                name="key_lives_a_year_at_most",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="revoked_key_says_by_whom",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def last_day(self) -> dt.date:
        """It is good to the end of this day."""
        return timezone.localdate(self.expires_at - dt.timedelta(microseconds=1))
