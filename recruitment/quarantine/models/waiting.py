"""Who waits for backup beds, what was offered to whom until when, and where beds came free that nobody has been offered yet."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.quarantine.models.backup import BackupPool, PoolMembership
from recruitment.quarantine.models.sites import Site
from recruitment.quarantine.models.stays import DateRange


class WaitingRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The department, and every factory that holds beds under the request: its own, or its pool's."""
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        factories = Factory.objects.visible_to(user)
        pools = PoolMembership.objects.current().filter(factory__in=factories).values("pool")
        return self.filter(Q(factory__in=factories) | Q(pool__in=pools))

    def open(self):
        """Waiting, or with an offer in hand."""
        return self.filter(status__in=WaitingRequest.OPEN_STATUSES)

    def waiting(self):
        return self.filter(status=WaitingRequest.Status.WAITING)

    def overdue(self, now: dt.datetime, on: dt.date):
        """Offers whose window has closed, and requests whose last night has passed."""
        return self.open().filter(Q(status=WaitingRequest.Status.OFFERED, offer_until__lte=now) | Q(until__lte=on))


class WaitingRequest(models.Model):
    """Backup beds asked for when there were none: `beds` on every night of [first, until), `taken` of them found so far.

    While an offer is open its `offered` beds are held in the ledger by reservations that belong to this request (BackupReservation.request).
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        OFFERED = "offered", _("đang được mời nhận giường")
        TAKEN = "taken", _("đã nhận đủ")
        LAPSED = "lapsed", _("quá hạn")
        CANCELLED = "cancelled", _("đã rút")

    OPEN_STATUSES = (Status.WAITING, Status.OFFERED)

    factory = models.ForeignKey(Factory, null=True, on_delete=models.PROTECT, related_name="waiting_requests")
    pool = models.ForeignKey(BackupPool, null=True, on_delete=models.PROTECT, related_name="waiting_requests")
    beds = models.PositiveIntegerField(_("số giường"))
    taken = models.PositiveIntegerField(default=0)
    first = models.DateField(_("từ đêm"))
    until = models.DateField(_("đến ngày"))
    status = FSMField(default=Status.WAITING, choices=Status.choices, protected=True)
    offered = models.PositiveIntegerField(default=0)
    offer_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = WaitingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(factory__isnull=False, pool=None) | Q(factory=None, pool__isnull=False), name="request_has_one_holder"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("first")), name="request_has_at_least_one_night"),
            models.CheckConstraint(condition=Q(beds__gte=1) & Q(beds__gte=F("taken") + F("offered")), name="request_gets_no_more_than_it_asked_for"),
            models.CheckConstraint(
                condition=Q(status="waiting", offered=0, offer_until=None, ended_at=None, taken__lt=F("beds"))
                | Q(status="offered", offered__gte=1, offer_until__isnull=False, ended_at=None)
                | Q(status="taken", offered=0, offer_until=None, ended_at__isnull=False, taken=F("beds"))
                | Q(status__in=["lapsed", "cancelled"], offered=0, offer_until=None, ended_at__isnull=False),
                name="request_status_has_what_it_needs",
            ),
            *(
                ExclusionConstraint(
                    name=f"one_open_request_per_{holder}_and_night",
                    expressions=[(holder, RangeOperators.EQUAL), (DateRange("first", "until"), RangeOperators.OVERLAPS)],
                    condition=Q(status__in=["waiting", "offered"]),
                )
                for holder in ("factory", "pool")
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(status__in=["waiting", "offered"]), name="waiting_request_open")]

    def __str__(self):
        return gettext("Danh sách chờ: %(holder)s") % {"holder": self.holder}

    @property
    def holder(self) -> Factory | BackupPool:
        return self.factory or self.pool

    @property
    def lacking(self) -> int:
        """Beds still to be found, those offered now not counted."""
        return self.beds - self.taken - self.offered

    def window_closed(self, now: dt.datetime) -> bool:
        """Whether there is an offer that can't be taken any more."""
        return self.offer_until is not None and self.offer_until <= now

    @transition(status, source=Status.WAITING, target=Status.OFFERED)
    def offer(self):
        """Beds are held for the request until the window closes."""

    @transition(status, source=Status.OFFERED, target=Status.WAITING)
    def take_part(self):
        """Some of what was asked for is taken; the rest waits on, in its place."""

    @transition(status, source=Status.OFFERED, target=Status.TAKEN)
    def take_all(self):
        """Everything asked for has been found."""

    @transition(status, source=OPEN_STATUSES, target=Status.LAPSED)
    def lapse(self):
        """Nobody answered in time, or the last night has passed."""

    @transition(status, source=OPEN_STATUSES, target=Status.CANCELLED)
    def cancel(self):
        """The holder needs nothing any more, or refused the offer."""


class FreedBedsQuerySet(models.QuerySet):
    def not_offered(self):
        """Where beds came free that those who wait haven't been offered yet, while somebody waits."""
        waiting = WaitingRequest.objects.waiting()
        return self.filter(Exists(waiting), version__gt=F("offered_version"))


class FreedBeds(models.Model):
    """One row per site: `version` grows in the transaction by which beds there become free, and is never taken back.

    Offers were made up to `offered_version`. A lost task loses nothing: the row still says that something is to be done.
    """

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="freed_beds")
    version = models.PositiveBigIntegerField()
    offered_version = models.PositiveBigIntegerField(default=0)

    objects = FreedBedsQuerySet.as_manager()

    class Meta:
        ordering = ["site_id"]
        constraints = [models.CheckConstraint(condition=Q(offered_version__lte=F("version")), name="offers_follow_what_came_free")]
