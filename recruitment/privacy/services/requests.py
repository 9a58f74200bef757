"""What people ask about their data: noted with the law's clocks, answered and carried out."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.privacy.models import ANSWER_WORKING_DAYS, CARRY_OUT_DAYS, DataRequest

SATURDAY = 5


def working_days_after(day: dt.date, number: int) -> dt.date:
    """The day that many working days later; public holidays are not known here, so the clock never runs slow."""
    while number:
        day += dt.timedelta(days=1)
        number -= day.weekday() < SATURDAY
    return day


@transaction.atomic
def make_request(*, person: User, kind: str, words: str, on: dt.date) -> DataRequest:
    """Note a request; asking for the same again while it is open changes nothing."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    there = DataRequest.objects.open().filter(person=person, kind=kind).first()
    return there or DataRequest.objects.create(
        person=person,
        kind=kind,
        words=words,
        made_at=timezone.now(),
        answer_by=working_days_after(on, ANSWER_WORKING_DAYS),
        carry_out_by=on + dt.timedelta(days=CARRY_OUT_DAYS),
    )


@transaction.atomic
def answer_request(*, request: DataRequest, answer: str, done: bool, by: User | None, on: dt.date) -> DataRequest:
    """Tell the person what was or will be done. Repeating it with the same words changes nothing."""
    request = DataRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    now = timezone.now()
    request.answer, request.by = answer, by
    request.answered_at = request.answered_at or now
    if done:
        request.done_at = request.done_at or now
    request.save()
    return request
