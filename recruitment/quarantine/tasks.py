from celery import shared_task
from django.utils import timezone

from recruitment.quarantine.services.capacity import extend_all


@shared_task
def extend_ledger() -> None:
    """Nightly: the coming year exists in advance, so that a missing night refuses by itself."""
    extend_all(on=timezone.localdate())
