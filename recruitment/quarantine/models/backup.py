"""Backup beds: who holds how many, where, on which nights."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models.sites import Site

if TYPE_CHECKING:
    from recruitment.quarantine.models.waiting import WaitingRequest


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
        holding = Q(factory__in=factories) | Q(pool__in=pools) | Q(request__factory__in=factories) | Q(request__pool__in=pools)
        return self.filter(holding | Q(site__in=Site.objects.visible_to(user)))

    def active(self):
        return self.filter(ended_at=None)


class BackupReservation(models.Model):
    """Backup beds at one site, of one factory or of the pool that several hold; what is held on each night is in ReservationNight.

    Beds offered to somebody on the waiting list belong to the request until the offer is taken or lapses.
    """

    factory = models.ForeignKey(Factory, null=True, on_delete=models.PROTECT, related_name="backup_reservations")
    pool = models.ForeignKey(BackupPool, null=True, on_delete=models.PROTECT, related_name="backup_reservations")
    request = models.ForeignKey("quarantine.WaitingRequest", null=True, on_delete=models.PROTECT, related_name="held")
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
                condition=Q(factory__isnull=False, pool=None, request=None)
                | Q(factory=None, pool__isnull=False, request=None)
                | Q(factory=None, pool=None, request__isnull=False),
                name="reservation_has_one_holder",
            ),
        ]

    @property
    def holder(self) -> "Factory | BackupPool | WaitingRequest":
        return self.factory or self.pool or self.request


class ReservationNight(models.Model):
    """Beds of one reservation on one night; `drawn` of them are in use by the factory's people (counted as occupied).

    HOLDER: what to select with it to name the holder.
    """

    HOLDER = ("reservation__factory", "reservation__pool__zone", "reservation__request__factory", "reservation__request__pool__zone")

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
