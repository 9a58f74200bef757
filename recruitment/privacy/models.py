"""What people ask about their data, with the clocks of the law; how long things are kept; and what was deleted when."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User

CARRY_OUT_DAYS = 15  # withdrawal, restriction, objection, erasure (Law 91/2025/QH15, Decree 356/2025)
ANSWER_WORKING_DAYS = 2
REPORT_HOURS = 72  # a breach, to the authority


class DataRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at=None)


class DataRequest(models.Model):
    """One request of one person. `answer_by` and `carry_out_by` are the law's clocks, reckoned when it was made."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("nhận bản sao dữ liệu")
        ERASURE = "erasure", _("xóa dữ liệu")
        CORRECTION = "correction", _("sửa dữ liệu")
        RESTRICTION = "restriction", _("hạn chế xử lý")
        OBJECTION = "objection", _("phản đối xử lý")

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.CharField(_("nội dung"), max_length=1000, blank=True)
    made_at = models.DateTimeField()
    answer_by = models.DateField(_("trả lời chậm nhất"))
    carry_out_by = models.DateField(_("thực hiện chậm nhất"))
    answer = models.CharField(_("trả lời"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["carry_out_by", "pk"]
        verbose_name = _("yêu cầu về dữ liệu")
        verbose_name_plural = _("yêu cầu về dữ liệu")
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], condition=Q(done_at=None), name="one_open_request_per_person_and_kind"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(answered_at__isnull=False), name="a_request_is_answered_before_it_is_done"),
            models.CheckConstraint(condition=Q(carry_out_by__gte=F("answer_by")), name="answering_comes_before_carrying_out"),
        ]
        indexes = [models.Index(fields=["carry_out_by"], condition=Q(done_at=None), name="data_request_due")]

    @property
    def is_late(self) -> bool:
        today = timezone.localdate()
        return self.done_at is None and (self.carry_out_by < today or (self.answered_at is None and self.answer_by < today))


class Breach(models.Model):
    """Data got out: to be reported within 72 hours of finding it, whoever caused it."""

    what = models.CharField(_("việc gì đã xảy ra"), max_length=1000)
    people = models.PositiveIntegerField(_("số người bị ảnh hưởng"), default=0)
    found_at = models.DateTimeField(_("phát hiện lúc"))
    report_by = models.DateTimeField(_("báo cáo chậm nhất"), editable=False)
    reported_at = models.DateTimeField(_("đã báo cáo lúc"), null=True, blank=True)
    noted_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-found_at", "-pk"]
        verbose_name = _("sự cố lộ dữ liệu")
        verbose_name_plural = _("sự cố lộ dữ liệu")
        constraints = [models.CheckConstraint(condition=Q(report_by__gt=F("found_at")), name="a_breach_is_reported_after_it_is_found")]

    def save(self, *arguments, **options):
        self.report_by = self.found_at + dt.timedelta(hours=REPORT_HOURS)
        super().save(*arguments, **options)


class RetentionPeriod(models.Model):
    """How many days something is kept after it was last needed; the rules are in services/retention.py."""

    class What(models.TextChoices):
        CODES = "codes", _("mã đăng nhập")
        MESSAGES = "messages", _("tin nhắn")
        READINGS = "readings", _("lượt xem thông tin nhạy cảm")
        CROSSINGS = "crossings", _("lượt qua chốt")
        BATCHES = "batches", _("kết quả nhận nhiều người một lần")
        HEALTH = "health", _("thông tin sức khỏe của người không còn tìm việc")
        PEOPLE = "people", _("người không được tuyển và không quay lại")

    what = models.CharField(_("loại dữ liệu"), max_length=10, choices=What, unique=True)
    days = models.PositiveSmallIntegerField(_("giữ (ngày)"))

    class Meta:
        ordering = ["what"]
        verbose_name = _("thời hạn lưu giữ")
        verbose_name_plural = _("thời hạn lưu giữ")
        constraints = [models.CheckConstraint(condition=Q(days__gte=1), name="everything_is_kept_a_day")]

    def __str__(self):
        return self.get_what_display()


class RetentionRun(models.Model):
    """What one night's run deleted: counts by kind, never whose."""

    at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("lần xóa theo thời hạn")
        verbose_name_plural = _("lần xóa theo thời hạn")
