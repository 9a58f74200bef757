"""One bus on one day, and its seats. The database never lets more seats go than the share of the day allows."""

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.travel.models.routes import PickUpPoint, Route
from recruitment.workers.models import Worker

STRANDED_FOR = dt.timedelta(days=14)


class TripQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both departments and whoever organises it; recruiters and workers see the trips of their own people."""
        if user.is_superuser or user.memberships.current().filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(pk__in=Seat.objects.visible_to(user).values("trip"))

    def bookable(self, now: dt.datetime):
        return self.filter(status=Trip.Status.OPEN, departs_at__gt=now)

    def ahead(self, now: dt.datetime):
        """To come, or late: their hour is over by less than a day and nobody has said that they left."""
        late = Q(status__in=[Trip.Status.OPEN, Trip.Status.CLOSED], departs_at__gt=now - dt.timedelta(days=1))
        return self.filter(Q(departs_at__gt=now) | late)

    def with_free_seats(self):
        return self.filter(taken__lt=F("seats"))

    def arriving_between(self, first: dt.date, last: dt.date):
        return self.filter(arrives_at__date__range=(first, last))


class Trip(models.Model):
    """`capacity`: seats of the vehicle; `seat_percent`: the share sold, by `document`; `seats`: how many that makes; `taken`: held or
    used. `over`: how many of the taken a later decision no longer allows; they are moved by hand, and what they leave is not sold again.
    `organised_by` answers for everybody aboard."""

    class Status(models.TextChoices):
        OPEN = "open", _("đang nhận khách")
        CLOSED = "closed", _("đã chốt danh sách")
        DEPARTED = "departed", _("đã xuất phát")
        CANCELLED = "cancelled", _("đã hủy")

    route = models.ForeignKey(Route, on_delete=models.PROTECT, related_name="trips", verbose_name=_("tuyến xe"))
    departs_at = models.DateTimeField(_("xuất phát"))
    arrives_at = models.DateTimeField(_("đến nơi"))
    vehicle = models.CharField(_("biển số xe"), max_length=20, blank=True)
    driver_phone = models.CharField(_("số gọi lái xe"), max_length=20, blank=True)
    capacity = models.PositiveSmallIntegerField(_("số ghế của xe"))
    seat_percent = models.PositiveSmallIntegerField(_("phần ghế được bán (%)"), default=100)
    document = models.CharField(_("số văn bản"), max_length=120, blank=True)
    seats = models.PositiveSmallIntegerField(_("số ghế được bán"))
    taken = models.PositiveSmallIntegerField(_("đã giữ"), default=0)
    over = models.PositiveSmallIntegerField(_("quá số ghế theo quy định"), default=0, db_default=0)
    status = FSMField(default=Status.OPEN, choices=Status.choices, protected=True)
    cancellation = models.CharField(_("lý do hủy"), max_length=300, blank=True)
    organised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("người phụ trách"))
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    objects = TripQuerySet.as_manager()

    class Meta:
        ordering = ["departs_at", "pk"]
        verbose_name = _("chuyến xe")
        verbose_name_plural = _("chuyến xe")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("seats")), name="no_seat_is_sold_twice"),
            models.CheckConstraint(condition=Q(over=0) | Q(taken=F("seats"), over__lte=F("taken")), name="too_many_people_means_no_free_seat"),
            models.CheckConstraint(condition=Q(seat_percent__range=(0, 100)), name="trip_share_is_a_percentage"),
            models.CheckConstraint(condition=Q(capacity__range=(1, 100)), name="bus_has_one_to_a_hundred_seats"),
            models.CheckConstraint(condition=Q(seats__lte=F("capacity") * F("seat_percent") / 100), name="seats_keep_to_the_share"),
            models.CheckConstraint(condition=Q(arrives_at__gt=F("departs_at")), name="trip_arrives_after_it_departs"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None, cancellation="")
                | Q(status__in=["closed", "departed"], closed_at__isnull=False, cancellation="")
                | (Q(status="cancelled") & ~Q(cancellation="")),
                name="trip_status_has_what_it_needs",
            ),
            models.UniqueConstraint(
                fields=["vehicle", "departs_at"], condition=~Q(vehicle="") & ~Q(status="cancelled"), name="one_trip_per_vehicle_and_time"
            ),
        ]
        indexes = [models.Index(fields=["arrives_at"], condition=Q(status="open"), name="open_trip_by_arrival")]

    def __str__(self):
        return f"{self.route} · {timezone.localtime(self.departs_at):%Y-%m-%d %H:%M}"

    @property
    def free(self) -> int:
        return self.seats - self.taken

    @transition(status, source=Status.OPEN, target=Status.CLOSED)
    def close(self):
        """The list goes to the operator: no more seats are given out."""

    @transition(status, source=Status.CLOSED, target=Status.OPEN)
    def reopen(self):
        """Somebody is to be added before the bus leaves."""

    @transition(status, source=[Status.OPEN, Status.CLOSED], target=Status.DEPARTED)
    def depart(self):
        """Whoever isn't aboard has missed it."""

    @transition(status, source=[Status.OPEN, Status.CLOSED], target=Status.CANCELLED)
    def cancel(self):
        """It won't run."""


class SeatQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both departments; a factory's recruiters for whom they gave a pass; the person."""
        if user.is_superuser or user.memberships.current().filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(Q(passes__factory__in=Factory.objects.visible_to(user)) | Q(worker__user=user)).distinct()

    def taking_a_place(self):
        return self.filter(status__in=Seat.TAKING_STATUSES)

    def stranded(self):
        """Lost their seat without giving it up, and have neither another one nor come some other way since."""
        since = Seat.objects.filter(Q(status="held") | Q(status="boarded", held_at__gte=OuterRef("moved_at")), worker=OuterRef("worker"))
        passes = self.model._meta.get_field("passes").related_model.objects.filter(worker=OuterRef("worker"))
        lost = self.filter(status__in=[Seat.Status.MISSED, Seat.Status.BUMPED], moved_at__gt=timezone.now() - STRANDED_FOR)
        coming = lost.filter(Exists(passes.filter(revoked_at=None)) | ~Exists(passes))
        return coming.filter(~Exists(since), ~Exists(passes.filter(crossings__let_through=True, crossings__at__gte=OuterRef("moved_at"))))


class Seat(models.Model):
    """One person's place on one trip. What was given up or missed keeps its row and gives its number back."""

    class Status(models.TextChoices):
        HELD = "held", _("đã giữ ghế")
        BOARDED = "boarded", _("đã lên xe")
        MISSED = "missed", _("lỡ xe")
        BUMPED = "bumped", _("chuyến bị hủy")
        GIVEN_UP = "given_up", _("đã trả ghế")

    TAKING_STATUSES = (Status.HELD, Status.BOARDED)

    trip = models.ForeignKey(Trip, on_delete=models.PROTECT, related_name="places")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField(_("số ghế"))
    pick_up = models.ForeignKey(PickUpPoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("điểm đón"))
    status = FSMField(default=Status.HELD, choices=Status.choices, protected=True)
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(help_text=_("lúc chuyển sang trạng thái này"))

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["trip_id", "number", "pk"]
        verbose_name = _("ghế")
        verbose_name_plural = _("ghế")
        constraints = [
            models.UniqueConstraint(fields=["trip", "number"], condition=Q(status__in=["held", "boarded"]), name="one_person_per_seat"),
            models.UniqueConstraint(fields=["trip", "worker"], condition=Q(status__in=["held", "boarded"]), name="one_seat_per_person_and_trip"),
            models.UniqueConstraint(fields=["worker"], condition=Q(status="held"), name="one_journey_ahead_per_person"),
            models.CheckConstraint(condition=Q(status__in=["held", "boarded", "missed", "bumped", "given_up"]), name="seat_status_exists"),
            models.CheckConstraint(condition=Q(number__range=(1, 100)), name="seat_number_is_of_a_bus"),
            models.CheckConstraint(condition=Q(moved_at__gte=F("held_at")), name="seat_moves_after_it_was_held"),
        ]

    @transition(status, source=Status.HELD, target=Status.BOARDED)
    def board(self):
        """Seen at the door of the bus."""

    @transition(status, source=Status.BOARDED, target=Status.HELD)
    def step_off(self):
        """Noted as aboard by mistake, before the bus has left."""

    @transition(status, source=Status.HELD, target=Status.MISSED)
    def miss(self):
        """The bus left without the person."""

    @transition(status, source=Status.MISSED, target=Status.BOARDED)
    def turn_up(self):
        """Noted as missed, and aboard after all."""

    @transition(status, source=[Status.HELD, Status.BOARDED], target=Status.BUMPED)
    def bump(self):
        """The bus won't run, whoever sits in it already."""

    @transition(status, source=Status.HELD, target=Status.GIVEN_UP)
    def give_up(self):
        """Somebody else may have it."""
