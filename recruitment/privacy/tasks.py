"""Background work of privacy."""

from celery import shared_task
from django.utils import timezone

from recruitment.privacy.services.erasure import carry_out_waiting
from recruitment.privacy.services.retention import run_retention


@shared_task
def retention() -> None:
    """Nightly: what is due goes, and people who asked for it are forgotten as soon as nothing needs them any more."""
    on = timezone.localdate()
    carry_out_waiting(on=on)
    run_retention(on=on, dry_run=False)
