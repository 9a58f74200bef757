from celery import shared_task
from django.utils import timezone

from recruitment.workers.services.helpers import look_after_unanswered


@shared_task
def look_after_helped() -> None:
    """Every five minutes: people without a phone whose helper has left get another one."""
    look_after_unanswered(on=timezone.localdate())
