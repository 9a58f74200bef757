"""Importing a site's rooms from a table: choose, see what each row would bring, confirm. What was read waits in the cache."""

import uuid

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recruitment.accounts.permissions import permission
from recruitment.openings.reading import MOST_MEGABYTES, TableRow, read_table
from recruitment.openings.unreadable import FileTooLarge
from recruitment.quarantine.models import Site
from recruitment.quarantine.room_tables import HEADINGS, interpret
from recruitment.quarantine.services.room_import import Outcome, import_rooms
from recruitment.shared.refusals import Refusal

REFUSED = 422
KEPT_SECONDS = 30 * 60
ROWS_PER_PAGE = 50


class RoomTableForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Tệp CSV hoặc XLSX"),
        help_text=gettext_lazy("Cột cần có: phòng, số giường. Cột thêm: tòa nhà, tầng, loại phòng (khép kín, gia đình)."),
        required=False,
        allow_empty_file=True,
    )
    table = forms.CharField(
        label=gettext_lazy("Hoặc dán bảng vào đây"),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self):
        if not self.errors and not self.cleaned_data.get("file") and not (self.cleaned_data.get("table") or "").strip():
            self.add_error("file", _("Hãy chọn tệp hoặc dán bảng."))
        return self.cleaned_data

    def rows(self) -> list[TableRow]:
        """Raises UnreadableFile."""
        uploaded = self.cleaned_data["file"]
        if not uploaded:
            return read_table(filename="paste.tsv", content=self.cleaned_data["table"].encode(), headings=HEADINGS)
        if uploaded.size > MOST_MEGABYTES * 2**20:
            raise FileTooLarge(megabytes=MOST_MEGABYTES)
        return read_table(filename=uploaded.name, content=uploaded.read(), headings=HEADINGS)


@permission("quarantine.manage_site")
def upload(request, pk):
    site = _managed(request, pk)
    form = RoomTableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            rows = form.rows()
        except Refusal as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "table", refusal.for_people())
        else:
            key = str(uuid.uuid4())
            cache.set(_key(request, site), (key, [(row.number, row.cells) for row in rows]), KEPT_SECONDS)
            return redirect("quarantine:room_import_check", pk, key)
    return render(request, "quarantine/room_import.html", {"site": site, "form": form}, status=REFUSED if form.errors else 200)


@permission("quarantine.manage_site")
def check(request, pk, key):
    """What each row would bring; confirming brings the rows without errors, all of them together."""
    site, today = _managed(request, pk), timezone.localdate()
    kept_key, kept = cache.get(_key(request, site)) or (None, [])
    if kept_key != str(key):
        messages.error(request, _("Bảng này đã quá 30 phút hoặc bạn đã chọn bảng khác. Hãy chọn lại tệp."))
        return redirect("quarantine:room_import", pk)
    rows = interpret([TableRow(number, cells) for number, cells in kept])
    refusal, more = "", 0
    try:
        more = import_rooms(site=site, rows=rows, dry_run=request.method != "POST", by=request.user, on=today)
    except Refusal as raised:
        refusal = raised.for_people()
    counts = {outcome.value: sum(row.outcome == outcome for row in rows) for outcome in Outcome}
    if request.method == "POST" and not refusal:
        cache.delete(_key(request, site))
        brought = counts["new"] + counts["changed"]
        messages.success(request, ngettext("Đã nhập %(count)d phòng.", "Đã nhập %(count)d phòng.", brought) % {"count": brought})
        return redirect("quarantine:rooms", pk)
    page = Paginator(sorted(rows, key=lambda row: (not row.errors, row.number)), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"site": site, "page": page, "counts": counts, "more": more, "refusal": refusal}
    return render(request, "quarantine/room_import_check.html", context, status=REFUSED if refusal else 200)


def _managed(request, pk) -> Site:
    return get_object_or_404(Site.objects.managed_by(request.user), pk=pk)


def _key(request, site: Site) -> str:
    return f"rooms:{site.pk}:{request.user.pk}"
