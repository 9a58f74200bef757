"""Rooms and beds of a site, and who sleeps in which: the database refuses two in a bed and a mix of sexes or cohorts in a room."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.quarantine.models.sites import Site
from recruitment.quarantine.models.stays import Stay


class RoomKind(models.TextChoices):
    """What a site counts apart when it says how many beds it has."""

    SMALL = "small", _("phòng 1–2 giường")
    MEDIUM = "medium", _("phòng 3–4 giường")
    LARGE = "large", _("phòng từ 5 giường")
    PRIVATE = "private", _("phòng khép kín")
    FAMILY = "family", _("phòng gia đình")


class RoomQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(site__in=Site.objects.managed_by(user))

    def opened(self):
        return self.filter(is_open=True)


class Room(models.Model):
    """`is_clean` is false from the day the last person leaves until somebody says that it has been cleaned."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="rooms")
    building = models.CharField(_("tòa nhà"), max_length=40, blank=True)
    floor = models.CharField(_("tầng"), max_length=20, blank=True)
    name = models.CharField(_("tên phòng"), max_length=20)
    kind = models.CharField(_("loại phòng"), max_length=10, choices=RoomKind)
    is_open = models.BooleanField(_("đang mở"), default=True)
    is_clean = models.BooleanField(_("đã dọn"), default=True)
    closed_because = models.CharField(_("lý do đóng"), max_length=120, blank=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering = ["building", "floor", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["site", "building", "name"], name="one_room_of_a_name_in_a_building"),
            models.CheckConstraint(condition=Q(kind__in=RoomKind.values), name="room_kind_exists"),
            models.CheckConstraint(condition=~Q(name=""), name="room_has_a_name"),
            models.CheckConstraint(condition=Q(is_open=False) | Q(closed_because=""), name="only_a_closed_room_says_why"),
        ]

    def __str__(self):
        return f"{self.building} {self.name}".strip()


class RoomChange(models.Model):
    """A room was opened or closed: by whom and when, and why it was closed."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="changes")
    opened = models.BooleanField()
    because = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]


class Bed(models.Model):
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="beds")
    label = models.CharField(_("giường"), max_length=10)

    class Meta:
        ordering = ["room_id", "label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["room", "label"], name="one_bed_of_a_label_in_a_room"),
            models.UniqueConstraint(fields=["id", "room"], name="bed_and_its_room"),  # what an assignment's bed and room refer to, both
        ]

    def __str__(self):
        return self.label


class BedAssignmentQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(room__in=Room.objects.managed_by(user))

    def in_use_on(self, night: dt.date):
        """Nights are half open: whoever leaves on a day doesn't sleep there that night."""
        return self.filter(during__contains=night)

    def with_until(self):
        """`until`: the first night that is no longer taken."""
        return self.annotate(until=Upper("during"))

    def from_night(self, night: dt.date):
        """Those that have nights from `night` on."""
        return self.with_until().filter(until__gt=night)


class BedAssignment(models.Model):
    """One person's bed in a room over some nights of the stay.

    `company` says with whom the room may be shared: men, women, or one family, whose sexes may mix and which shares with nobody
    else. `cohort` is the day of arrival, with the outbreak or the family that the person came with. Two rows of a room that
    overlap must have both in common; for a family this is why its own room overrides the rule of the sexes, and only its own.
    """

    class Company(models.TextChoices):
        MEN = "men", _("nam")
        WOMEN = "women", _("nữ")
        FAMILY = "family", _("gia đình")

    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="bed_assignments")
    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="assignments")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="assignments")
    during = DateRangeField()
    company = models.CharField(max_length=6, choices=Company)
    cohort = models.CharField(max_length=60)
    assigned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(auto_now_add=True)

    objects = BedAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["room_id", "bed_id", "during", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(during__isempty=False), name="bed_is_taken_for_some_night"),
            models.CheckConstraint(condition=Q(company__in=["men", "women", "family"]), name="company_exists"),
            models.CheckConstraint(condition=Q(company="family", cohort__contains="/") | ~Q(company="family"), name="a_family_is_named"),
            ExclusionConstraint(
                name="one_person_per_bed_and_night",
                expressions=[("bed", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="one_bed_per_stay_and_night",
                expressions=[("stay", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="no_mixed_company_in_a_room",
                expressions=[("room", RangeOperators.EQUAL), ("company", RangeOperators.NOT_EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            ExclusionConstraint(
                name="no_mixed_cohorts_in_a_room",
                expressions=[("room", RangeOperators.EQUAL), ("cohort", RangeOperators.NOT_EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]

    @property
    def first(self) -> dt.date:
        return self.during.lower

    @property
    def last_day(self) -> dt.date:
        """The day of leaving: the first night that is no longer the person's."""
        return self.during.upper
