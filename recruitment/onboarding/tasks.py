from functools import partial

from celery import shared_task
from django.utils import timezone

from recruitment.onboarding.services import overstays
from recruitment.onboarding.services.batch_runs import continue_batch, continue_unfinished
from recruitment.onboarding.services.breaches import record_breaches
from recruitment.onboarding.services.confirming import release_no_shows, release_unconfirmed, release_without_a_ride
from recruitment.onboarding.services.first_shift import ask_how_it_goes
from recruitment.onboarding.services.gate import release_missing, remind_of_missing
from recruitment.onboarding.services.lost_seats import settle_lost_seats
from recruitment.onboarding.services.moved_starts import note_moved_starts
from recruitment.onboarding.services.moved_stays import follow_transfers
from recruitment.onboarding.services.one_by_one import one_by_one
from recruitment.onboarding.services.redating import follow_changes
from recruitment.onboarding.services.replacements import look_after
from recruitment.onboarding.services.waiting import complete_waiting
from recruitment.quarantine.services.crews import note_returns


@shared_task
def look_after_acceptances() -> None:
    """Every minute, and whenever something was freed: clocks that ran out, days that moved, then the queue."""
    now, on = timezone.now(), timezone.localdate()
    looks = [
        partial(follow_transfers, on=on),
        partial(release_unconfirmed, now=now, on=on),
        partial(release_no_shows, on=on),
        partial(settle_lost_seats, on=on),
        partial(release_without_a_ride, now=now, on=on),
        partial(release_missing, now=now, on=on),
        partial(remind_of_missing, now=now, on=on),
        partial(follow_changes, on=on),
        partial(complete_waiting, on=on),
        partial(note_moved_starts, on=on),
    ]
    one_by_one(looks)


@shared_task
def run_batch(pk: int) -> None:
    continue_batch(pk, on=timezone.localdate())


@shared_task
def finish_batches() -> None:
    """Every half minute: what was interrupted goes on."""
    continue_unfinished(on=timezone.localdate())


@shared_task
def tell_of_overstays() -> None:
    """Every morning: whose pass is over, and who was not seen to leave or to begin work."""
    overstays.tell_of_overstays(on=timezone.localdate())


@shared_task
def check_invariants() -> None:
    """Every hour: what must hold and does not is written down for whoever has to mend it."""
    record_breaches(on=timezone.localdate(), now=timezone.now())


@shared_task
def look_after_shifts() -> None:
    """Every few minutes: who left quarantine is back at work, stand-ins begin on their day and go home when they aren't needed any more."""
    on = timezone.localdate()
    note_returns(now=timezone.now(), on=on)
    look_after(on=on)


@shared_task
def ask_after_first_shifts() -> None:
    """Every hour: who began 7 or 30 days ago is asked how it goes."""
    ask_how_it_goes(now=timezone.now(), on=timezone.localdate())
