from celery import shared_task
from django.utils import timezone

from recruitment.notifications.services.messages import deliver_due


@shared_task
def deliver_messages() -> None:
    deliver_due(now=timezone.now())
