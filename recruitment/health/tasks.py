from celery import shared_task
from django.utils import timezone

from recruitment.health.models import Reassessment
from recruitment.health.services import reminders, trust
from recruitment.health.services.reassessments import continue_reassessment, continue_unfinished, request_reassessment


@shared_task
def reassess() -> None:
    """Every morning: a card ripens, a test grows old, a policy or an area's level comes into force."""
    run = request_reassessment(cause=Reassessment.Cause.DAY, on=timezone.localdate(), by=None)
    continue_reassessment(run.pk)


@shared_task
def run_reassessment(pk: int) -> None:
    continue_reassessment(pk)


@shared_task
def finish_reassessments() -> None:
    """Every minute: what was interrupted goes on."""
    continue_unfinished()


@shared_task
def drop_lost_proofs() -> None:
    """After a key was withdrawn or a certificate revoked, and every night for what was recorded at the same moment."""
    trust.drop_lost_proofs(on=timezone.localdate())


@shared_task
def remind_of_lapsing_cards() -> None:
    """Every morning, at an hour when a message wakes nobody; what one run misses the next finds."""
    reminders.remind_of_lapsing_cards(now=timezone.now(), on=timezone.localdate())
