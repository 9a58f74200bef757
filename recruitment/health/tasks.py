from celery import shared_task
from django.utils import timezone

from recruitment.health.services.assessments import assess_everybody


@shared_task
def reassess() -> None:
    """Every morning: a card ripens, a test grows old, a policy comes into force."""
    assess_everybody(by=None, on=timezone.localdate())
