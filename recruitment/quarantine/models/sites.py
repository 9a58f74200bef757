"""Quarantine sites and their ledger of nights."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Organisation, Role
from recruitment.places.models import Commune, IndustrialZone


class SiteQuerySet(models.QuerySet):
    def visible_to(self, user):
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(organisation__memberships__in=memberships)

    def managed_by(self, user):
        """Those whose figures and stays this person may change, whatever else he or she may see."""
        return self.filter(organisation__memberships__in=user.memberships.current().filter(role=Role.SITE_MANAGER)).distinct()


class Site(models.Model):
    class Kind(models.TextChoices):
        CENTRAL = "central", _("khu cách ly tập trung")
        DORMITORY = "dormitory", _("ký túc xá được duyệt")
        HOTEL = "hotel", _("khách sạn")

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT)
    code = models.SlugField(_("mã"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=160)
    kind = models.CharField(_("loại"), max_length=10, choices=Kind)
    commune = models.ForeignKey(Commune, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("xã, phường"))
    zone = models.ForeignKey(IndustrialZone, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("khu công nghiệp gần nhất"))
    address = models.CharField(_("địa chỉ"), max_length=200)
    latitude = models.FloatField(_("vĩ độ"))
    longitude = models.FloatField(_("kinh độ"))
    figures_confirmed_at = models.DateTimeField(_("số liệu xác nhận lúc"), null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("khu cách ly")
        verbose_name_plural = _("khu cách ly")

    def __str__(self):
        return self.name


class SiteNightQuerySet(models.QuerySet):
    def with_usable(self):
        """`usable`: beds open on that night that nobody has been promised."""
        return self.annotate(usable=F("capacity") - F("reserved") - F("occupied"))

    def with_room_for(self, beds: int):
        return self.filter(capacity__gte=F("reserved") + F("occupied") + beds)

    def between(self, first: dt.date, until: dt.date):
        """Nights from `first` up to, not including, `until`."""
        return self.filter(night__gte=first, night__lt=until)


class SiteNight(models.Model):
    """What one site holds on one night. The database refuses a promise it can't keep."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="nights", db_index=False)  # site_id leads the unique index
    night = models.DateField()
    capacity = models.PositiveIntegerField()
    reserved = models.PositiveIntegerField(default=0, help_text=_("dự phòng chưa dùng"))
    occupied = models.PositiveIntegerField(default=0, help_text=_("đang ở hoặc đã xếp người"))

    objects = SiteNightQuerySet.as_manager()

    class Meta:
        ordering = ["site_id", "night"]
        constraints = [
            models.UniqueConstraint(fields=["site", "night"], name="one_row_per_site_and_night"),
            models.CheckConstraint(condition=Q(capacity__gte=F("reserved") + F("occupied")), name="beds_fit"),
        ]
        indexes = [models.Index(fields=["night"])]
