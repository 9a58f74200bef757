from celery import shared_task
from django.utils import timezone

from recruitment.applications.services.answering import release_unanswered, remind_of_answers


@shared_task
def look_after_answers() -> None:
    """Every few minutes: reminders, then what nobody answered in time."""
    now, on = timezone.now(), timezone.localdate()
    release_unanswered(now=now, on=on)
    remind_of_answers(now=now, on=on)
