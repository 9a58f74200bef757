"""What happens to travel by itself: keys take turns, and trips follow the rules of their day."""

from celery import shared_task
from django.utils import timezone

from recruitment.travel.services.departures import apply_decisions
from recruitment.travel.services.keys import rotate_keys
from recruitment.travel.services.passes import sign_again


@shared_task
def rotate_pass_keys() -> str:
    """Monthly; see docs/decisions/entry-passes.md. Returns the coming key's id."""
    return rotate_keys(now=timezone.now()).kid


@shared_task
def sign_passes_again() -> int:
    """Every ten minutes; see `sign_again`."""
    return sign_again(on=timezone.localdate())


@shared_task
def share_seats() -> int:
    """Every few minutes: area levels, rules and decisions that count from now on; how many trips have more people than the share allows."""
    return len(apply_decisions(on=timezone.localdate()))
