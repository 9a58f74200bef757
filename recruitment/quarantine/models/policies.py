"""What is asked and assumed, as dated data: backup policies and the risk of outbreaks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.places.models import Province
from recruitment.shared.dated import DatedQuerySet


class BackupPolicy(models.Model):
    """How many backup beds a factory must hold. No published ratio exists: every figure is a policy parameter."""

    number = models.CharField(_("số văn bản"), max_length=60)
    jurisdiction = models.ForeignKey(Province, on_delete=models.PROTECT, verbose_name=_("tỉnh"))
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    beds_per_hundred = models.DecimalField(_("số giường trên 100 lao động ngoài tỉnh"), max_digits=5, decimal_places=2)
    pooled_beds_per_hundred = models.DecimalField(
        _("số giường trên 100 lao động ngoài tỉnh khi giữ chung"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("để trống: như khi giữ riêng"),
    )
    minimum_beds = models.PositiveIntegerField(_("số giường tối thiểu"))
    horizon_days = models.PositiveSmallIntegerField(_("giữ trước (ngày)"))
    warn_after_hours = models.PositiveSmallIntegerField(_("nhắc cập nhật sau (giờ)"), default=12)
    stale_after_hours = models.PositiveSmallIntegerField(_("ngừng phân bổ sau (giờ)"), default=24)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("quy định dự phòng chỗ cách ly")
        verbose_name_plural = _("quy định dự phòng chỗ cách ly")
        constraints = [
            models.CheckConstraint(condition=Q(horizon_days__range=(1, 180)), name="backup_horizon_within_the_ledger"),
            models.CheckConstraint(condition=Q(beds_per_hundred__range=(0, 100)), name="backup_ratio_is_a_share"),
            models.CheckConstraint(
                condition=Q(pooled_beds_per_hundred=None) | Q(pooled_beds_per_hundred__gte=0, pooled_beds_per_hundred__lte=F("beds_per_hundred")),
                name="sharing_never_asks_for_more",
            ),
        ]

    def __str__(self):
        return self.number


class OutbreakRisk(models.Model):
    """What is assumed of outbreaks when beds are sized. No published figures exist: every value is dated data (see sizing.Risk)."""

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    outbreaks_per_month = models.FloatField(_("số ổ dịch mỗi nhà máy mỗi tháng"))
    contact_share = models.FloatField(_("phần lao động phải cách ly trong một ổ dịch"), help_text=_("0.1 nghĩa là 10 %"))
    unevenness = models.FloatField(_("độ chênh giữa các ổ dịch"), help_text=_("độ lệch chuẩn chia trung bình; 0: ổ nào cũng như nhau"))
    shortest_stay = models.PositiveSmallIntegerField(_("số đêm ít nhất"))
    longest_stay = models.PositiveSmallIntegerField(_("số đêm nhiều nhất"))
    wave_times = models.FloatField(_("làn sóng: gấp bao nhiêu lần"))
    cost_per_bed_night = models.PositiveIntegerField(_("chi phí một giường một đêm (đồng)"))
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("giả định về ổ dịch")
        verbose_name_plural = _("giả định về ổ dịch")
        constraints = [
            models.CheckConstraint(condition=Q(contact_share__gte=0, contact_share__lte=1), name="contacts_are_a_share_of_workers"),
            models.CheckConstraint(condition=Q(outbreaks_per_month__gte=0, outbreaks_per_month__lte=30), name="outbreaks_are_believable"),
            models.CheckConstraint(condition=Q(unevenness__gte=0, unevenness__lte=5), name="unevenness_is_believable"),
            models.CheckConstraint(condition=Q(wave_times__gte=1, wave_times__lte=1000), name="a_wave_is_worse_than_quiet"),
            models.CheckConstraint(
                condition=Q(shortest_stay__gte=1, longest_stay__gte=F("shortest_stay"), longest_stay__lte=90), name="stays_last_some_nights"
            ),
        ]

    def __str__(self):
        return self.number


class WaitingPolicy(models.Model):
    """In which order those who wait for beds are offered them, and how long an offer stands. No published rule exists: dated data.

    First whoever has an open outbreak (if `outbreak_first`), then by the part of the cover that lacks, in steps of `need_step` percent,
    so that within a step the day of asking decides.
    """

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    window_hours = models.PositiveSmallIntegerField(_("thời gian để trả lời (giờ)"), default=4)
    need_step = models.PositiveSmallIntegerField(_("bậc của mức thiếu (%)"), default=25)
    outbreak_first = models.BooleanField(_("nhà máy có ổ dịch được trước"), default=True)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("quy tắc danh sách chờ")
        verbose_name_plural = _("quy tắc danh sách chờ")
        constraints = [
            models.CheckConstraint(condition=Q(window_hours__range=(1, 72)), name="offers_stand_for_one_to_seventy_two_hours"),
            models.CheckConstraint(condition=Q(need_step__range=(1, 100)), name="need_step_is_a_percentage"),
        ]

    def __str__(self):
        return self.number
