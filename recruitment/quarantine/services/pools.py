"""Pools of a zone: opened by the department, joined and left by factories, their beds going along."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import BackupPool, PoolMembership, Stay
from recruitment.quarantine.services import reservations
from recruitment.quarantine.services.holders import holder_of, holder_of_pool, lock_factory, lock_pool
from recruitment.quarantine.services.ledger import lock_nights, move
from recruitment.quarantine.services.reservations import Reserved
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Employment


class NoPoolHere(Refusal):
    """The factory's zone has no pool. Carries `factory`."""

    def for_people(self) -> str:
        return _("%(zone)s chưa có nhóm dự phòng. Hãy đề nghị Sở mở nhóm.") % {"zone": self.facts["factory"].zone}


class BedsInUse(Refusal):
    """People of the factory are in the pool's beds, which would be lost to sight. Carries `factory`, `drawn`."""

    def for_people(self) -> str:
        return _("Người của %(factory)s đang dùng %(drawn)d giường của nhóm. Hãy rời nhóm khi họ đã ra.") % self.facts


@transaction.atomic
def open_pool(*, zone: IndustrialZone, by: User | None, on: dt.date) -> BackupPool:
    """The zone's pool; opening it again gives the same one."""
    pool, _opened = BackupPool.objects.get_or_create(zone=zone, defaults={"opened_by": by})
    return pool


@transaction.atomic
def join_pool(*, factory: Factory, by: User | None, on: dt.date) -> BackupPool:
    """The factory's beds become the pool's, which then gives back what the pool as a whole need not hold.

    Joining again changes nothing. Raises NoPoolHere, or NoBackupCover where even together they lack beds.
    """
    factory = lock_factory(factory)
    pool = BackupPool.objects.filter(zone=factory.zone_id).first()
    if pool is None:
        raise NoPoolHere(factory=factory)
    pool = lock_pool(pool)
    if PoolMembership.objects.current().filter(factory=factory).exists():
        return pool
    own = holder_of(factory).reservations().select_related("site").order_by("pk")
    for reservation in list(own):
        reservations.hand_over(reservation, holder_of_pool(pool), by=by)
    PoolMembership.objects.create(pool=pool, factory=factory, joined_at=timezone.now(), by=by)
    reservations.ensure_pool_cover(pool=pool, by=by, on=on)
    _give_back(pool, by=by, on=on)
    return pool


@transaction.atomic
def leave_pool(*, factory: Factory, by: User | None, on: dt.date) -> list[Reserved]:
    """The factory holds its own beds from now on; the pool gives back what it no longer needs. What was reserved for it.

    Leaving again changes nothing. Raises NoBackupCover where the factory finds no beds of its own, BedsInUse while its people are in the pool's.
    """
    factory = lock_factory(factory)
    membership = PoolMembership.objects.current().filter(factory=factory).select_related("pool__zone").first()
    if membership is None:
        return []
    pool = lock_pool(membership.pool)
    staying = Stay.objects.holding_a_bed().filter(
        drawn_from__pool=pool, worker__employments__in=Employment.objects.filter(factory=factory, until=None)
    )
    drawn = staying.count()
    if drawn:
        raise BedsInUse(factory=factory, drawn=drawn)
    lock_nights(reservations.cover_ranges(holder_of_pool(pool), on=on))
    PoolMembership.objects.filter(pk=membership.pk).update(left_at=timezone.now())
    _give_back(pool, by=by, on=on)
    return reservations.ensure_backup_cover(factory=factory, extra_workers=0, by=by, on=on)


def _give_back(pool: BackupPool, *, by: User | None, on: dt.date) -> None:
    movements, _given = reservations.write_surplus(holder_of_pool(pool), at_most=None, on=on)
    move(movements, by=by)
