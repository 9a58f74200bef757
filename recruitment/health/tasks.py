from celery import shared_task
from django.utils import timezone

from recruitment.health.services import trust
from recruitment.health.services.assessments import assess_everybody


@shared_task
def reassess() -> None:
    """Every morning: a card ripens, a test grows old, a policy comes into force."""
    assess_everybody(by=None, on=timezone.localdate())


@shared_task
def drop_lost_proofs() -> None:
    """After a key was withdrawn or a certificate revoked, and every night for what was recorded at the same moment."""
    trust.drop_lost_proofs(on=timezone.localdate())
