"""Importing a table of operators and communes: choose, see what each row would bring, confirm.

What was read waits in the cache for the confirmation: one table a person, for half an hour.
"""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.shared.refusals import Refusal
from recruitment.vaccination.forms import FiguresForm, ImportForm, OperatorForm, communes_at_home
from recruitment.vaccination.reading import MOST_BYTES, TableRow, read_table
from recruitment.vaccination.services.importing import CoverageRow, Outcome, import_coverage, kind_of

KEPT_SECONDS = 30 * 60
ROWS_PER_PAGE = 50


@dataclass
class WaitingTable:
    key: str
    filename: str
    rows: list[TableRow]
    report: list[CoverageRow]
    done: bool = False


@permission("vaccination.manage")
def upload(request):
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        uploaded = form.cleaned_data["file"]
        try:
            content = uploaded.read(MOST_BYTES + 1) if uploaded else form.cleaned_data["table"].encode()
            rows = read_table(content)
        except Refusal as refusal:
            form.add_error("file" if uploaded else "table", refusal.for_people())
        else:
            waiting = WaitingTable(key=str(uuid.uuid4()), filename=uploaded.name[:120] if uploaded else _("bảng đã dán"), rows=rows, report=[])
            waiting.report = run(request, waiting, dry_run=True)
            cache.set(cache_key(request), waiting, KEPT_SECONDS)
            return redirect("vaccination:import_check", waiting.key)
    return render(request, "vaccination/import.html", {"form": form}, status=422 if form.is_bound else 200)


@permission("vaccination.manage")
def check(request, key):
    """What each row would bring; sending the page brings it, and sending it again changes nothing."""
    waiting = cache.get(cache_key(request))
    if waiting is None or waiting.key != str(key):
        messages.error(request, _("Bảng này đã quá 30 phút hoặc bạn đã chọn bảng khác. Hãy chọn lại tệp."))
        return redirect("vaccination:import")
    if request.method == "POST":
        if not waiting.done:
            waiting.report, waiting.done = run(request, waiting, dry_run=False), True
            cache.set(cache_key(request), waiting, KEPT_SECONDS)
        return redirect("vaccination:import_check", waiting.key)
    outcomes = [row.outcome for row in waiting.report]
    context = {
        "waiting": waiting,
        "page": Paginator(sorted(waiting.report, key=lambda row: (not row.errors, row.number)), ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "counts": {outcome.value: outcomes.count(outcome) for outcome in Outcome},
        "brought": outcomes.count(Outcome.NEW) + outcomes.count(Outcome.HISTORY),
    }
    return render(request, "vaccination/import_check.html", context)


def run(request, waiting: WaitingTable, *, dry_run: bool) -> list[CoverageRow]:
    rows = [understood(row) for row in waiting.rows]
    return import_coverage(rows, communes=communes_at_home(), dry_run=dry_run, by=request.user)


def understood(row: TableRow) -> CoverageRow:
    """The same fields, bounds and messages as the form of one subject."""
    kind, name = kind_of(row.cells["kind"]), row.cells["name"]
    form_class = OperatorForm if kind == "operator" else FiguresForm
    form = form_class({**row.cells, "operator": name})
    form.is_valid()
    errors = [f"{form.fields[field].label}: {message}" for field, said in form.errors.items() for message in said]
    if kind is None:
        errors.insert(0, _("Loại: hãy ghi “vận tải” hoặc “xã”."))
    figures = form.figures() if not form.errors else None
    return CoverageRow(
        number=row.number, kind=kind or row.cells["kind"], name=form.cleaned_data.get("operator") or name, figures=figures, errors=errors
    )


def cache_key(request) -> str:
    return f"vaccination:import:{request.user.pk}"
