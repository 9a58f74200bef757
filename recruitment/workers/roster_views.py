"""Who works where at a factory: the list as it is, and a table of it to upload: try it, see every row, apply.

What was read waits in the cache for the confirmation: one table a person, for half an hour.
"""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.openings.reading import MOST_MEGABYTES, TableRow, read_table
from recruitment.openings.unreadable import FileTooLarge
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Employment
from recruitment.workers.roster_forms import HEADINGS, RosterForm, understood
from recruitment.workers.services.roster import Outcome, RosterRow, import_roster

KEPT_SECONDS = 30 * 60
ROWS_PER_PAGE = 50
PASTED = "dan-vao.tsv"


@dataclass
class WaitingTable:
    """A table between its upload and its confirmation, and afterwards what became of it."""

    key: str
    filename: str
    factory: int
    rows: list[TableRow]
    report: list[RosterRow]
    done: bool = False


@permission("workers.manage_roster")
def roster(request):
    """How many work on each line and team now; the file is read and tried, nothing of it is kept in the database."""
    factories = Factory.objects.visible_to(request.user).order_by("name", "pk").distinct()
    form = RosterForm(*((request.POST, request.FILES) if request.method == "POST" else ()), factories=factories)
    if request.method == "POST" and form.is_valid():
        try:
            waiting = _read(request, form)
        except Refusal as refusal:
            pasted = refusal.field == "file" and not form.cleaned_data["file"]
            form.add_error("table" if pasted else refusal.field, refusal.for_people())
        else:
            cache.set(_cache_key(request), waiting, KEPT_SECONDS)
            return redirect("workers:roster_check", waiting.key)
    working = Employment.objects.current_on(timezone.localdate()).filter(factory__in=factories)
    counts = working.order_by("factory__name", "line__workshop__name", "line__name", "team")
    columns = ["factory__name", "line__workshop__name", "line__name", "team"]
    page = Paginator(counts.values(*columns).annotate(people=Count("pk")), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "workers/roster.html", {"form": form, "page": page}, status=422 if form.is_bound else 200)


@permission("workers.manage_roster")
def check(request, key):
    """What each row would bring; sending the page brings it, and sending it again changes nothing."""
    waiting = cache.get(_cache_key(request))
    if waiting is None or waiting.key != str(key):
        messages.error(request, _("Bảng này đã quá 30 phút hoặc bạn đã chọn bảng khác. Hãy chọn lại tệp."))
        return redirect("workers:roster")
    factory = get_object_or_404(Factory.objects.visible_to(request.user).distinct(), pk=waiting.factory)
    if request.method == "POST":
        if not waiting.done:
            waiting.report, waiting.done = _run(request, waiting, factory, dry_run=False), True
            cache.set(_cache_key(request), waiting, KEPT_SECONDS)
        return redirect("workers:roster_check", waiting.key)
    outcomes = [row.outcome for row in waiting.report]
    context = {
        "waiting": waiting,
        "factory": factory,
        "page": Paginator(sorted(waiting.report, key=lambda row: (not row.errors, row.number)), ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "counts": {outcome.value: outcomes.count(outcome) for outcome in Outcome},
        "brought": outcomes.count(Outcome.NEW) + outcomes.count(Outcome.MOVED),
    }
    return render(request, "workers/roster_check.html", context)


def _read(request, form: RosterForm) -> WaitingTable:
    uploaded, factory = form.cleaned_data["file"], form.cleaned_data["factory"]
    if uploaded and uploaded.size > MOST_MEGABYTES * 2**20:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    filename, content = (uploaded.name, uploaded.read()) if uploaded else (PASTED, form.cleaned_data["table"].encode())
    rows = read_table(filename=filename, content=content, headings=HEADINGS)
    waiting = WaitingTable(key=str(uuid.uuid4()), filename=filename[:120], factory=factory.pk, rows=rows, report=[])
    waiting.report = _run(request, waiting, factory, dry_run=True)
    return waiting


def _run(request, waiting: WaitingTable, factory: Factory, *, dry_run: bool) -> list[RosterRow]:
    rows = [understood(row.number, row.cells) for row in waiting.rows]
    return import_roster(rows=rows, factory=factory, dry_run=dry_run, by=request.user, on=timezone.localdate())


def _cache_key(request) -> str:
    return f"workers:roster:{request.user.pk}"
