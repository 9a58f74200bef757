"""Who holds backup beds: a factory alone, or the pool that it has joined with others of its zone."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone, Province
from recruitment.quarantine.models import BackupPool, BackupReservation, PoolMembership
from recruitment.shared.dated import read_once
from recruitment.workers.models import Worker


@dataclass(frozen=True)
class Holder:
    """Exactly one of `factory` and `pool` is there."""

    zone: IndustrialZone
    factory: Factory | None = None
    pool: BackupPool | None = None

    def __str__(self):
        return str(self.factory or self.pool)

    @property
    def key(self) -> dict[str, Factory | BackupPool | None]:
        """What its reservations are found and made by."""
        return {"factory": self.factory, "pool": self.pool}

    def factories(self) -> QuerySet[Factory]:
        if self.factory:
            return Factory.objects.filter(pk=self.factory.pk)
        return Factory.objects.filter(pool_memberships__in=PoolMembership.objects.current().filter(pool=self.pool))

    def reservations(self) -> QuerySet[BackupReservation]:
        """Its active ones."""
        return BackupReservation.objects.active().filter(**self.key)


def holder_of(factory: Factory) -> Holder:
    """Who holds the beds that this factory may use."""
    pool = _pool_of(factory)
    return holder_of_pool(BackupPool.objects.select_related("zone").get(pk=pool)) if pool else Holder(zone=factory.zone, factory=factory)


def holder_of_pool(pool: BackupPool) -> Holder:
    return Holder(zone=pool.zone, pool=pool)


def lock_factory(factory: Factory) -> Factory:
    """Joining, leaving and every change of the factory's own reservations queue here."""
    return Factory.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(pk=factory.pk)


def lock_pool(pool: BackupPool) -> BackupPool:
    return BackupPool.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(pk=pool.pk)


def lock_holder(factory: Factory) -> Holder:
    """The factory, then its pool if it is in one: all changes of one holder's reservations queue here, before any night is locked."""
    locked = lock_factory(factory)
    pool = _pool_of(locked)
    return holder_of_pool(lock_pool(BackupPool(pk=pool))) if pool else Holder(zone=locked.zone, factory=locked)


def lock_holder_of(reservation: BackupReservation) -> Holder:
    """The factory or pool that holds this reservation."""
    if reservation.pool:
        return holder_of_pool(lock_pool(reservation.pool))
    factory = lock_factory(Factory(pk=reservation.factory_id))
    return Holder(zone=factory.zone, factory=factory)


def headcounts(factories: Collection[Factory] | QuerySet[Factory], *, on: dt.date) -> Counter[int]:
    """For each factory's key its people from outside the province: those it had before, and those accepted here since.

    Whoever lives in a province that has since become part of this one lives inside it.
    """
    accepted = Worker.objects.exclude(home_province__in=inside(on)).filter(
        applications__status="accepted", applications__opening__factory__in=factories
    )
    heads = Counter(dict(accepted.order_by().values_list("applications__opening__factory").annotate(people=Count("pk"))))
    heads.update({factory.pk: factory.out_of_province_workers for factory in factories})
    return heads


def inside(on: dt.date) -> frozenset[int]:
    """Keys of the recruiting province as it is on the day, and of those that have become part of it."""

    def read() -> frozenset[int]:
        home = Province.objects.existing_on(on).filter(code=settings.HOME_PROVINCE_CODE)
        there = Province.objects.filter(Q(code=settings.HOME_PROVINCE_CODE) | Q(successor__in=home))
        return frozenset(there.order_by().values_list("pk", flat=True))

    return read_once((inside, on), read)


def _pool_of(factory: Factory) -> int | None:
    """The key of the pool that it is in now."""
    return PoolMembership.objects.current().filter(factory=factory).values_list("pool", flat=True).first()


def lives_outside(worker: Worker, *, on: dt.date) -> bool:
    """Whether accepting this person adds to the headcount for which backup beds are held."""
    return worker.home_province_id not in inside(on)
