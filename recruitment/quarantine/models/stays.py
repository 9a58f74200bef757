"""Beds of persons, and the journal of every change of the ledger."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import ApiKey, User
from recruitment.quarantine.models.backup import BackupReservation
from recruitment.quarantine.models.sites import Site
from recruitment.workers.models import Worker


class DateRange(Func):
    """The nights of a stay: from the day of arrival up to, not including, the day of leaving."""

    function = "daterange"
    output_field = DateRangeField()


class StayQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(Q(site__in=Site.objects.visible_to(user)) | Q(worker__user=user))

    def managed_by(self, user):
        return self.filter(site__in=Site.objects.managed_by(user))

    def holding_a_bed(self):
        return self.filter(status__in=[Stay.Status.HELD, Stay.Status.BOOKED, Stay.Status.ADMITTED])

    def arriving_on(self, day: dt.date):
        return self.filter(status=Stay.Status.BOOKED, arrives_on=day)


class Stay(models.Model):
    """One person's bed at a site from the night of `arrives_on` up to, not including, `leaves_on`.

    What was given back early, on release or cancellation, begins with the night of `freed_from`. A held stay takes a bed for
    somebody who still has another one: it becomes his or hers on arrival (services/transfers.py).
    """

    class Status(models.TextChoices):
        HELD = "held", _("giữ cho người sắp chuyển đến")
        BOOKED = "booked", _("đã giữ giường")
        ADMITTED = "admitted", _("đang ở")
        RELEASED = "released", _("đã ra")
        CANCELLED = "cancelled", _("đã hủy")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="stays", db_index=False)  # site_id leads an index below
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
                condition=Q(status__in=["held", "booked"], admitted_at=None, ended_at=None, freed_from=None)
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
    """One change of the ledger over the nights [first, until): how each column moved, why, and by whom, or by which of his or her programs.

    Admitting somebody, naming who got a bed and confirming the figures move no column; they are kept for who did it and when.
    """

    class Change(models.TextChoices):
        CAPACITY = "capacity", _("đổi sức chứa")
        RESERVE = "reserve", _("giữ dự phòng")
        LOWER = "lower", _("giảm dự phòng")
        TAKE = "take", _("nhận giường được mời")
        DRAW = "draw", _("dùng chỗ dự phòng")
        HOUSE = "house", _("xếp người vào giường")
        BOOK = "book", _("giữ giường")
        ADMIT = "admit", _("nhận người")
        EXTEND = "extend", _("ở thêm")
        RELEASE = "release", _("cho ra")
        UNDO = "undo", _("sửa lần nhận hoặc cho ra nhầm")
        CANCEL = "cancel", _("hủy giường")
        CONFIRM = "confirm", _("số liệu không đổi")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="journal", db_index=False)  # site_id leads an index below
    first = models.DateField()
    until = models.DateField()
    change = models.CharField(max_length=10, choices=Change)
    capacity_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    occupied_delta = models.IntegerField(default=0)
    reservation = models.ForeignKey(BackupReservation, null=True, on_delete=models.PROTECT, related_name="journal")
    stay = models.ForeignKey(Stay, null=True, on_delete=models.PROTECT, related_name="journal")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")  # of the program that acted for `by`
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["site", "-at"]),
            models.Index(fields=["site", "-id"], condition=Q(change="capacity"), name="capacity_changes"),
        ]
