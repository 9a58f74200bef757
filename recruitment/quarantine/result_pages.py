"""A calendar of tests with results for many people at once: the page of a site's tests, and of tests where people live."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from recruitment.quarantine.result_forms import ResultsForm
from recruitment.quarantine.services.testing import MOST_AT_ONCE
from recruitment.shared.refusals import Refusal

REFUSED = 422
DAYS_SHOWN = 14
FARTHEST = dt.timedelta(days=60)


@dataclass(frozen=True)
class Due:
    """A person's test; `key` is what its result is sent under, `method` is in words."""

    key: int
    name: str
    due_on: dt.date
    method: str


@dataclass(frozen=True)
class Calendar:
    """Whose tests are due up to a day, overdue first; the days on which others come due later; whose were recorded today.

    `record(results=, taken_on=)` writes results by key, True for positive, and tells how many it wrote and whether one was positive.
    """

    title: str
    back: tuple[str, str]  # address and label, as are `watch`
    watch: tuple[str, str]
    address: str
    due: Callable[[dt.date], Sequence[Due]]
    days: Sequence[dt.date]
    record: Callable[..., tuple[int, bool]]
    recorded: Sequence[Due] = ()
    template: str = "quarantine/tests.html"


def enter_results(request: HttpRequest, calendar: Calendar, **context) -> HttpResponse:
    """Overdue first, then those of the day asked for; a positive result is asked about once more before anything is written.

    `context` goes to the template.
    """
    today = timezone.localdate()
    form = ResultsForm(request.POST) if request.method == "POST" else ResultsForm(initial={"taken_on": today})
    if request.method == "POST" and form.is_valid():
        results = form.results()
        doubted = [] if form.cleaned_data["confirmed"] else [key for key, positive in results.items() if positive]
        if doubted:
            asked = [row for row in calendar.due(_day(request, today)) if row.key in doubted]
            return render(request, "quarantine/tests_confirm.html", {"calendar": calendar, "form": form, "doubted": asked, "results": results})
        try:
            count, positive = calendar.record(results=results, taken_on=form.cleaned_data["taken_on"])
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            messages.success(request, ngettext("Đã ghi %(count)d kết quả.", "Đã ghi %(count)d kết quả.", count) % {"count": count})
            return redirect(calendar.watch[0] if positive else calendar.address)
    return _page(request, calendar, form, today, context)


def _page(request, calendar: Calendar, form: ResultsForm, today: dt.date, context: dict) -> HttpResponse:
    day = _day(request, today)
    waiting = calendar.due(day)
    chosen = form.results() if form.is_bound else {}
    context |= {
        "calendar": calendar,
        "form": form,
        "rows": [{"test": test, "chosen": chosen.get(test.key)} for test in waiting[:MOST_AT_ONCE]],
        "more": len(waiting) > MOST_AT_ONCE,
        "today": today,
        "day": day,
        "days": calendar.days[:DAYS_SHOWN],
    }
    return render(request, calendar.template, context, status=REFUSED if form.errors else 200)


def _day(request, today: dt.date) -> dt.date:
    try:
        asked = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return min(max(asked, today), today + FARTHEST)
