"""Quarantine sites, their ledger of nights, backup reservations, stays, and the journal of every change."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Organisation, Role, User
from recruitment.employers.models import Factory
from recruitment.places.models import Commune, IndustrialZone, Province
from recruitment.workers.models import Worker


class DateRange(Func):
    """The nights of a stay: from the day of arrival up to, not including, the day of leaving."""

    function = "daterange"
    output_field = DateRangeField()


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

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="nights")
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


class BackupPolicyQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest policy in force on `on`, or None."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("-since", "-pk").first()


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

    objects = BackupPolicyQuerySet.as_manager()

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


class OutbreakRiskQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest assumption in force on `on`, or None."""
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("-since", "-pk").first()


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

    objects = OutbreakRiskQuerySet.as_manager()

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


class BackupPool(models.Model):
    """The factories of a zone that hold their backup beds together: an outbreak at one of them may use all of them."""

    zone = models.ForeignKey(IndustrialZone, on_delete=models.PROTECT, related_name="backup_pools", verbose_name=_("khu công nghiệp"))
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["zone_id"]
        constraints = [models.UniqueConstraint(fields=["zone"], name="one_pool_per_zone")]

    def __str__(self):
        return gettext("Nhóm dự phòng %(zone)s") % {"zone": self.zone}


class PoolMembershipQuerySet(models.QuerySet):
    def current(self):
        return self.filter(left_at=None)


class PoolMembership(models.Model):
    """One factory's time in a pool."""

    pool = models.ForeignKey(BackupPool, on_delete=models.PROTECT, related_name="memberships")
    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="pool_memberships")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = PoolMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["factory"], condition=Q(left_at=None), name="one_pool_at_a_time_per_factory"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")), name="pool_is_left_after_joining"),
        ]


class BackupReservationQuerySet(models.QuerySet):
    def visible_to(self, user):
        factories = Factory.objects.visible_to(user)
        pools = PoolMembership.objects.current().filter(factory__in=factories).values("pool")
        return self.filter(Q(factory__in=factories) | Q(pool__in=pools) | Q(site__in=Site.objects.visible_to(user)))

    def active(self):
        return self.filter(ended_at=None)


class BackupReservation(models.Model):
    """Backup beds at one site, of one factory or of the pool that several hold; what is held on each night is in ReservationNight."""

    factory = models.ForeignKey(Factory, null=True, on_delete=models.PROTECT, related_name="backup_reservations")
    pool = models.ForeignKey(BackupPool, null=True, on_delete=models.PROTECT, related_name="backup_reservations")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="backup_reservations")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = BackupReservationQuerySet.as_manager()

    class Meta:
        ordering = ["site_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["factory", "site"], condition=Q(ended_at=None), name="one_active_reservation_per_factory_and_site"),
            models.UniqueConstraint(fields=["pool", "site"], condition=Q(ended_at=None), name="one_active_reservation_per_pool_and_site"),
            models.CheckConstraint(
                condition=Q(factory__isnull=False, pool=None) | Q(factory=None, pool__isnull=False), name="reservation_has_one_holder"
            ),
        ]

    @property
    def holder(self) -> Factory | BackupPool:
        return self.factory or self.pool


class ReservationNight(models.Model):
    """Beds of one reservation on one night; `drawn` of them are in use by the factory's people (counted as occupied)."""

    reservation = models.ForeignKey(BackupReservation, on_delete=models.CASCADE, related_name="nights")
    night = models.DateField()
    beds = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["reservation_id", "night"]
        constraints = [
            models.UniqueConstraint(fields=["reservation", "night"], name="one_row_per_reservation_and_night"),
            models.CheckConstraint(condition=Q(drawn__lte=F("beds")), name="drawn_beds_were_reserved"),
        ]


class StayQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(Q(site__in=Site.objects.visible_to(user)) | Q(worker__user=user))

    def managed_by(self, user):
        return self.filter(site__in=Site.objects.managed_by(user))

    def holding_a_bed(self):
        return self.filter(status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED])

    def arriving_on(self, day: dt.date):
        return self.filter(status=Stay.Status.BOOKED, arrives_on=day)


class Stay(models.Model):
    """One person's bed at a site from the night of `arrives_on` up to, not including, `leaves_on`.

    What was given back early, on release or cancellation, begins with the night of `freed_from`.
    """

    class Status(models.TextChoices):
        BOOKED = "booked", _("đã giữ giường")
        ADMITTED = "admitted", _("đang ở")
        RELEASED = "released", _("đã ra")
        CANCELLED = "cancelled", _("đã hủy")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="stays")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="stays")
    arrives_on = models.DateField()
    leaves_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    drawn_from = models.ForeignKey(BackupReservation, null=True, blank=True, on_delete=models.PROTECT, related_name="stays")
    created_at = models.DateTimeField(auto_now_add=True)
    admitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    freed_from = models.DateField(null=True, help_text=_("các đêm từ ngày này đã trả lại khu"))

    objects = StayQuerySet.as_manager()

    class Meta:
        ordering = ["arrives_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(leaves_on__gt=F("arrives_on")), name="stay_has_at_least_one_night"),
            models.CheckConstraint(
                condition=Q(status="booked", admitted_at=None, ended_at=None, freed_from=None)
                | Q(status="admitted", admitted_at__isnull=False, ended_at=None, freed_from=None)
                | Q(status="released", admitted_at__isnull=False, ended_at__isnull=False, freed_from__isnull=False)
                | Q(status="cancelled", ended_at__isnull=False, freed_from__isnull=False),
                name="stay_status_has_its_times",
            ),
            models.CheckConstraint(
                condition=Q(freed_from=None) | Q(freed_from__gte=F("arrives_on"), freed_from__lte=F("leaves_on")),
                name="stay_frees_its_own_nights",
            ),
            ExclusionConstraint(
                name="one_bed_per_person_and_night",
                expressions=[("worker", RangeOperators.EQUAL), (DateRange("arrives_on", "leaves_on"), RangeOperators.OVERLAPS)],
                condition=Q(status__in=["booked", "admitted"]),
            ),
        ]
        indexes = [models.Index(fields=["site", "status", "arrives_on"])]


class JournalEntry(models.Model):
    """One change of the ledger over the nights [first, until): how each column moved, why, and by whom.

    Admitting somebody, naming who got a bed and confirming the figures move no column; they are kept for who did it and when.
    """

    class Change(models.TextChoices):
        CAPACITY = "capacity", _("đổi sức chứa")
        RESERVE = "reserve", _("giữ dự phòng")
        LOWER = "lower", _("giảm dự phòng")
        DRAW = "draw", _("dùng chỗ dự phòng")
        HOUSE = "house", _("xếp người vào giường")
        BOOK = "book", _("giữ giường")
        ADMIT = "admit", _("nhận người")
        RELEASE = "release", _("cho ra")
        CANCEL = "cancel", _("hủy giường")
        CONFIRM = "confirm", _("số liệu không đổi")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="journal")
    first = models.DateField()
    until = models.DateField()
    change = models.CharField(max_length=10, choices=Change)
    capacity_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    occupied_delta = models.IntegerField(default=0)
    reservation = models.ForeignKey(BackupReservation, null=True, on_delete=models.PROTECT, related_name="journal")
    stay = models.ForeignKey(Stay, null=True, on_delete=models.PROTECT, related_name="journal")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["site", "-at"])]
