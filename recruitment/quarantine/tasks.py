"""Background work of the ledger."""

from celery import shared_task
from django.utils import timezone

from recruitment.quarantine.services.arrivals import free_beds_of_no_shows
from recruitment.quarantine.services.capacity import extend_all
from recruitment.quarantine.services.capacity_requests import forget_requests
from recruitment.quarantine.services.key_reminders import remind_of_expiring_keys
from recruitment.quarantine.services.reservations import keep_cover
from recruitment.quarantine.services.transfers import call_off_stale
from recruitment.quarantine.services.waiting import end_overdue, make_offers


@shared_task
def extend_ledger() -> None:
    """Nightly: the coming year exists in advance, factories' backup beds reach the new end of the policy's horizon, old answers go."""
    on = timezone.localdate()
    forget_requests(now=timezone.now())
    extend_all(on=on)
    keep_cover(on=on)


@shared_task
def offer_freed_beds() -> None:
    """When beds come free, and every minute: what nobody answered lapses, and what is free is offered to those who wait."""
    now, on = timezone.now(), timezone.localdate()
    end_overdue(now=now, on=on)
    make_offers(now=now, on=on)


@shared_task
def call_off_stale_transfers() -> None:
    """Every few minutes: a held bed doesn't wait for an answer that never comes."""
    call_off_stale(now=timezone.now(), on=timezone.localdate())


@shared_task
def free_beds_nobody_came_for() -> None:
    """Every quarter of an hour: a booked bed waits as long as the rule of arrivals says."""
    free_beds_of_no_shows(now=timezone.now(), on=timezone.localdate())


@shared_task
def remind_of_keys() -> None:
    """Every morning; what one run misses the next finds."""
    remind_of_expiring_keys(now=timezone.now())
