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
    membership = PoolMembership.objects.current().filter(factory=factory).select_related("pool__zone").first()
    if membership:
        return Holder(zone=membership.pool.zone, pool=membership.pool)
    return Holder(zone=factory.zone, factory=factory)


def holder_of_pool(pool: BackupPool) -> Holder:
    return Holder(zone=pool.zone, pool=pool)


def lock_factory(factory: Factory) -> Factory:
    """Joining, leaving and every change of the factory's own reservations queue here."""
    return Factory.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(pk=factory.pk)


def lock_pool(pool: BackupPool) -> BackupPool:
    return BackupPool.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(pk=pool.pk)


def lock_holder(factory: Factory) -> Holder:
    """The factory, then its pool if it is in one: all changes of one holder's reservations queue here, before any night is locked."""
    holder = holder_of(lock_factory(factory))
    if holder.pool:
        lock_pool(holder.pool)
    return holder


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


def inside(on: dt.date) -> QuerySet[Province]:
    """The recruiting province as it is on the day, and those that have become part of it."""
    home = Province.objects.existing_on(on).filter(code=settings.HOME_PROVINCE_CODE)
    return Province.objects.filter(Q(code=settings.HOME_PROVINCE_CODE) | Q(successor__in=home))


def lives_outside(worker: Worker, *, on: dt.date) -> bool:
    """Whether accepting this person, whose home province is read already, adds to the headcount for which backup beds are held."""
    home = worker.home_province
    if home.successor_id is None:
        return home.code != settings.HOME_PROVINCE_CODE
    return not inside(on).filter(pk=home.pk).exists()
