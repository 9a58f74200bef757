"""Bus routes from other provinces, where they stop, and whether they run on a day: dated, each with its document."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.places.models import IndustrialZone, Province


class RouteQuerySet(models.QuerySet):
    def from_province(self, province: Province):
        """Those that start or stop there, whether they name the province of today or of before the reform of 2025-07-01."""
        places = [province.pk, *province.predecessors.values_list("pk", flat=True)]
        if province.successor_id:
            places.append(province.successor_id)
        stops = PickUpPoint.objects.filter(province__in=places).values("route")
        return self.filter(Q(origin__in=places) | Q(pk__in=stops))


class Route(models.Model):
    """`frequency` in the operator's words; trips have their own times. `zones`: where its buses set people down."""

    name = models.CharField(_("tên tuyến"), max_length=120, unique=True)
    origin = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="routes", verbose_name=_("từ tỉnh"))
    zones = models.ManyToManyField(IndustrialZone, related_name="routes", verbose_name=_("đến khu công nghiệp"))
    operator = models.CharField(_("đơn vị vận tải"), max_length=120)
    operator_phone = models.CharField(_("số gọi"), max_length=20, blank=True)
    frequency = models.CharField(_("tần suất"), max_length=120, blank=True)

    objects = RouteQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("tuyến xe")
        verbose_name_plural = _("tuyến xe")

    def __str__(self):
        return self.name


class PickUpPoint(models.Model):
    """Where a route's buses stop for people, in the order of `position`, so many minutes after departure."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="pick_up_points", verbose_name=_("tuyến xe"))
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="+", verbose_name=_("tỉnh"))
    name = models.CharField(_("điểm đón"), max_length=120)
    minutes = models.PositiveSmallIntegerField(_("phút sau giờ xuất phát"), default=0)

    class Meta:
        ordering = ["route_id", "position", "pk"]
        verbose_name = _("điểm đón")
        verbose_name_plural = _("điểm đón")
        constraints = [models.UniqueConstraint(fields=["route", "position"], name="one_pick_up_point_per_route_and_position")]

    def __str__(self):
        return self.name


class Running(models.TextChoices):
    OPEN = "open", _("hoạt động")
    RESTRICTED = "restricted", _("hạn chế")
    CLOSED = "closed", _("tạm dừng")


class DatedDecision(models.Model):
    """What a document says from a day on, until the next one does. `seat_percent`: the share of a bus's seats that may be sold."""

    running = models.CharField(_("trạng thái"), max_length=10, choices=Running)
    seat_percent = models.PositiveSmallIntegerField(_("phần ghế được bán (%)"), default=100)
    since = models.DateField(_("từ ngày"))
    document = models.CharField(_("số văn bản"), max_length=120)
    document_on = models.DateField(_("ngày văn bản"))
    entered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("người nhập"))
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class RouteRuleQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest of each area level on `on`, by level."""
        found = self.filter(since__lte=on).order_by("area_level", "-since").distinct("area_level")
        return {rule.area_level: rule for rule in found}


class RouteRule(DatedDecision):
    """What holds for every route that touches a province of this area level, where the route itself has no decision."""

    area_level = models.PositiveSmallIntegerField(_("cấp độ dịch"))

    objects = RouteRuleQuerySet.as_manager()

    class Meta:
        ordering = ["area_level", "-since"]
        verbose_name = _("quy định vận tải theo cấp độ dịch")
        verbose_name_plural = _("quy định vận tải theo cấp độ dịch")
        constraints = [
            models.UniqueConstraint(fields=["area_level", "since"], name="one_route_rule_per_level_and_day"),
            models.CheckConstraint(condition=Q(area_level__range=(1, 4)), name="route_rule_level_is_one_to_four"),
            models.CheckConstraint(condition=Q(seat_percent__range=(0, 100)), name="route_rule_share_is_a_percentage"),
            models.CheckConstraint(condition=Q(running__in=["open", "restricted", "closed"]), name="route_rule_state_exists"),
        ]


class RouteStateQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest of each route on `on`, by route."""
        found = self.filter(since__lte=on).order_by("route_id", "-since").distinct("route_id")
        return {state.route_id: state for state in found}


class RouteState(DatedDecision):
    """A decision about one route. It stands above the rules by area level until `until`, or until the next decision."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="states", verbose_name=_("tuyến xe"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = RouteStateQuerySet.as_manager()

    class Meta:
        ordering = ["route_id", "-since"]
        verbose_name = _("quyết định về tuyến xe")
        verbose_name_plural = _("quyết định về tuyến xe")
        constraints = [
            models.UniqueConstraint(fields=["route", "since"], name="one_decision_per_route_and_day"),
            models.CheckConstraint(condition=Q(seat_percent__range=(0, 100)), name="route_share_is_a_percentage"),
            models.CheckConstraint(condition=Q(running__in=["open", "restricted", "closed"]), name="route_state_exists"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="route_decision_ends_after_it_begins"),
        ]
