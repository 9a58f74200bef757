"""Importing a table of openings: choose a file, see what each row would bring, confirm, see what it brought.

What was read waits in the cache for the confirmation, so nobody sends the file twice: one table a person, for half an hour.
"""

import uuid
from dataclasses import asdict, dataclass

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.occupations.models import Occupation
from recruitment.openings.forms import ImportForm
from recruitment.openings.reading import MOST_MEGABYTES, TableRow, read_table
from recruitment.openings.services.importing import ImportedRow, Outcome, import_openings
from recruitment.openings.unreadable import FileTooLarge
from recruitment.shared.refusals import Refusal

KEPT_SECONDS = 30 * 60
KEPT_CHARACTERS = 8_000_000
MOST_PUBLISHED = 300
ROWS_PER_PAGE = 50
PASTED = "dan-vao.tsv"


class TooManyToPublish(Refusal):
    """Each one published is checked by itself: more would keep the page waiting. Carries `most`."""

    field = "publish"

    def for_people(self) -> str:
        return _("Chỉ đăng luôn được bảng tới %(most)s dòng. Hãy bỏ chọn mục này để nhập thành nháp, hoặc chia nhỏ bảng.") % {
            "most": self.facts["most"]
        }


@dataclass
class WaitingTable:
    """A table between its upload and its confirmation, and afterwards what became of it."""

    key: str
    filename: str
    factory: int
    publish: bool
    rows: list[TableRow]
    report: list[dict]
    done: bool = False


@permission("openings.manage")
def upload(request):
    """The file is read and tried; nothing is kept of it in the database."""
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            waiting = read(request, form)
        except Refusal as refusal:
            pasted = refusal.field == "file" and not form.cleaned_data["file"]
            form.add_error("table" if pasted else refusal.field, refusal.for_people())
        else:
            cache.set(cache_key(request), waiting, KEPT_SECONDS)
            return redirect("openings:import_check", waiting.key)
    return render(request, "openings/import.html", {"form": form}, status=422 if form.is_bound else 200)


@permission("openings.manage")
def check(request, key):
    """What each row would bring; sending the page makes the drafts, and sending it again changes nothing."""
    waiting = cache.get(cache_key(request))
    if waiting is None or waiting.key != str(key):
        messages.error(request, _("Bảng này đã quá 30 phút hoặc bạn đã chọn bảng khác. Hãy chọn lại tệp."))
        return redirect("openings:import")
    factory = get_object_or_404(Factory.objects.visible_to(request.user), pk=waiting.factory)
    if request.method == "POST":
        if not waiting.done:
            waiting.report, waiting.done = [asdict(row) for row in run(request, waiting, factory, dry_run=False)], True
            cache.set(cache_key(request), waiting, KEPT_SECONDS)
        return redirect("openings:import_check", waiting.key)
    return render(request, "openings/import_check.html", shown(request, waiting, factory))


def read(request, form: ImportForm) -> WaitingTable:
    factory = form.cleaned_data["factory"]
    filename, content = _table_of(form)
    rows = read_table(filename=filename, content=content)
    if sum(len(cell) for row in rows for cell in row.cells.values()) > KEPT_CHARACTERS:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    if form.cleaned_data["publish"] and len(rows) > MOST_PUBLISHED:
        raise TooManyToPublish(most=MOST_PUBLISHED)
    waiting = WaitingTable(
        key=str(uuid.uuid4()), filename=filename[:120], factory=factory.pk, publish=form.cleaned_data["publish"], rows=rows, report=[]
    )
    waiting.report = [asdict(row) for row in run(request, waiting, factory, dry_run=True)]
    return waiting


def _table_of(form: ImportForm) -> tuple[str, bytes]:
    """The file's name and bytes; cells pasted from a spreadsheet come with tabs between them."""
    uploaded = form.cleaned_data["file"]
    if not uploaded:
        return PASTED, form.cleaned_data["table"].encode()
    if uploaded.size > MOST_MEGABYTES * 2**20:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    return uploaded.name, uploaded.read()


def run(request, waiting: WaitingTable, factory: Factory, *, dry_run: bool) -> list[ImportedRow]:
    return import_openings(rows=waiting.rows, factory=factory, publish=waiting.publish, dry_run=dry_run, by=request.user, on=timezone.localdate())


def shown(request, waiting: WaitingTable, factory: Factory) -> dict:
    """Rows with something to mend first, then in the table's order."""
    ordered = sorted(waiting.report, key=lambda row: (not row["errors"], row["row"]))
    page = Paginator(ordered, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    names = {occupation.code: str(occupation) for occupation in Occupation.objects.filter(code__in={row["occupation"] for row in page.object_list})}
    outcomes = [row["outcome"] for row in waiting.report]
    return {
        "waiting": waiting,
        "factory": factory,
        "page": page,
        "rows": [{**row, "occupation_name": names.get(row["occupation"], "")} for row in page.object_list],
        "new": outcomes.count(Outcome.NEW),
        "already": outcomes.count(Outcome.ALREADY),
        "refused": outcomes.count(Outcome.REFUSED),
    }


def cache_key(request) -> str:
    return f"openings:import:{request.user.pk}"
