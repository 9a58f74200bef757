from celery import shared_task
from django.utils import timezone

from recruitment.applications.services.answering import release_unanswered, remind_of_answers
from recruitment.applications.services.closing import end_at_closed_openings


@shared_task
def look_after_answers() -> None:
    """Every few minutes: what nobody answered in time, reminders, then whoever applied while the opening was being closed."""
    now, on = timezone.now(), timezone.localdate()
    release_unanswered(now=now, on=on)
    remind_of_answers(now=now, on=on)
    end_at_closed_openings(on=on)
