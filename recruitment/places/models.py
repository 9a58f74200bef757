"""Provinces, communes and industrial zones, each with the dates on which it exists.

Vietnam had 63 provinces until 2025-06-30 and has 34 since 2025-07-01: who is "from another province" depends on the day.
"""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class NamedInTwoLanguages(models.Model):
    name = models.CharField(_("tên"), max_length=120)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en if get_language() == "en" else self.name


class ProvinceQuerySet(models.QuerySet):
    def existing_on(self, day: dt.date):
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)

    def home(self, day: dt.date):
        """The recruiting province as it is on `day`."""
        return self.existing_on(day).get(code=settings.HOME_PROVINCE_CODE)


class Province(NamedInTwoLanguages):
    code = models.CharField(_("mã"), max_length=2)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors", verbose_name=_("nay thuộc"))
    latitude = models.FloatField(_("vĩ độ"))
    longitude = models.FloatField(_("kinh độ"))

    objects = ProvinceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("tỉnh, thành phố")
        verbose_name_plural = _("tỉnh, thành phố")
        constraints = [
            models.UniqueConstraint(fields=["code", "since"], name="one_province_per_code_and_start"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="province_ends_after_it_begins"),
        ]


class Commune(models.Model):
    code = models.CharField(_("mã"), max_length=5, unique=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="communes", verbose_name=_("tỉnh"))
    name = models.CharField(_("tên"), max_length=120)
    latitude = models.FloatField(_("vĩ độ"))
    longitude = models.FloatField(_("kinh độ"))

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("xã, phường")
        verbose_name_plural = _("xã, phường")

    def __str__(self):
        return self.name


class IndustrialZone(NamedInTwoLanguages):
    code = models.SlugField(_("mã"), max_length=30, unique=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, verbose_name=_("tỉnh"))
    wage_region = models.PositiveSmallIntegerField(_("vùng lương tối thiểu"))
    latitude = models.FloatField(_("vĩ độ"))
    longitude = models.FloatField(_("kinh độ"))
    area_hectares = models.DecimalField(_("diện tích (ha)"), max_digits=7, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("khu công nghiệp")
        verbose_name_plural = _("khu công nghiệp")
        constraints = [models.CheckConstraint(condition=Q(wage_region__range=(1, 4)), name="wage_region_is_one_to_four")]


class MinimumWageQuerySet(models.QuerySet):
    def in_force(self, *, region: int, on: dt.date):
        """The row in force on `on` in wage region 1–4, or None before the first known one."""
        return self.filter(region=region, since__lte=on).order_by("-since").first()


class MinimumWage(models.Model):
    """Regional monthly minimum wage in đồng, by decree."""

    region = models.PositiveSmallIntegerField(_("vùng"))
    since = models.DateField(_("từ ngày"))
    monthly = models.PositiveIntegerField(_("đồng/tháng"))
    document = models.CharField(_("văn bản"), max_length=60)

    objects = MinimumWageQuerySet.as_manager()

    class Meta:
        ordering = ["region", "-since"]
        verbose_name = _("lương tối thiểu vùng")
        verbose_name_plural = _("lương tối thiểu vùng")
        constraints = [
            models.UniqueConstraint(fields=["region", "since"], name="one_minimum_wage_per_region_and_day"),
            models.CheckConstraint(condition=Q(region__range=(1, 4)), name="minimum_wage_region_is_one_to_four"),
        ]

    def __str__(self):
        return f"{self.region} · {self.since:%Y-%m-%d}"


class AreaLevelQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        return self.filter(since__lte=on).order_by("province_id", "commune_id", "-since", "-pk")


class AreaLevel(models.Model):
    """Epidemic level 1–4 of a commune, or of the whole province where a commune has none of its own (QĐ 4800/QĐ-BYT).

    Whoever wants a lower one later adds a row with its own day; each write leaves an AreaLevelEntry.
    """

    province = models.ForeignKey(Province, on_delete=models.PROTECT, verbose_name=_("tỉnh"))
    commune = models.ForeignKey(Commune, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("xã, phường"))
    level = models.PositiveSmallIntegerField(_("cấp độ dịch"))
    is_locked_down = models.BooleanField(_("đang phong tỏa"), default=False, db_default=False)
    since = models.DateField(_("từ ngày"))
    document = models.CharField(_("văn bản"), max_length=120)

    objects = AreaLevelQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "province_id", "commune_id", "pk"]
        verbose_name = _("cấp độ dịch")
        verbose_name_plural = _("cấp độ dịch")
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="area_level_is_one_to_four"),
            models.UniqueConstraint(fields=["province", "commune", "since"], nulls_distinct=False, name="one_area_level_per_place_and_day"),
        ]


class AreaLevelEntry(models.Model):
    """Who wrote which level for a place, when, from which figures: only ever added to.

    `incidence`: new cases per 100,000 people in a week; the two coverages in per cent. The figures are kept where they were given.
    """

    class Source(models.TextChoices):
        HAND = "hand", _("nhập tay")
        FILE = "file", _("từ tệp")

    area_level = models.ForeignKey(AreaLevel, on_delete=models.PROTECT, related_name="entries")
    level = models.PositiveSmallIntegerField()
    level_before = models.PositiveSmallIntegerField(null=True)
    is_locked_down = models.BooleanField(default=False)
    document = models.CharField(max_length=120)
    incidence = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    adults_one_dose = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    elderly_full_course = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    has_treatment_capacity = models.BooleanField(null=True)
    suggested_level = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=4, choices=Source, default=Source.HAND)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-entered_at", "-pk"]


class AreaLevelCriteriaQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The criteria of the newest document in force on `on`, or None."""
        return self.filter(since__lte=on).order_by("-since").first()


class AreaLevelCriteria(models.Model):
    """A document's thresholds for a level: see areas.suggest_level. Bands of new cases per 100,000 people a week, coverage in per cent."""

    document = models.CharField(_("văn bản"), max_length=120)
    since = models.DateField(_("từ ngày"), unique=True)
    bands = ArrayField(models.PositiveSmallIntegerField(), size=3, verbose_name=_("ngưỡng ca mới/100.000 dân/tuần"))
    levels_when_covered = ArrayField(models.PositiveSmallIntegerField(), size=4, verbose_name=_("cấp độ khi đạt độ bao phủ"))
    levels_otherwise = ArrayField(models.PositiveSmallIntegerField(), size=4, verbose_name=_("cấp độ khi chưa đạt độ bao phủ"))
    adults_one_dose = models.PositiveSmallIntegerField(_("người lớn đã tiêm một mũi (%)"))
    elderly_full_course = models.PositiveSmallIntegerField(_("người từ 65 tuổi tiêm đủ (%)"))
    source = models.CharField(_("nguồn"), max_length=300, blank=True)

    objects = AreaLevelCriteriaQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        verbose_name = _("tiêu chí cấp độ dịch")
        verbose_name_plural = _("tiêu chí cấp độ dịch")

    def __str__(self):
        return self.document
