"""Area levels: the map of tiles with its table for everybody; entering them, one or many, for health officers."""

import datetime as dt
import uuid

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recruitment.accounts.permissions import may, permission
from recruitment.health.area_forms import DayForm, LevelForm, LevelTableForm
from recruitment.health.area_tables import HEADINGS, LevelRow, interpret
from recruitment.health.services.area_levels import NoCriteria, Source, enter_levels, suggested_level
from recruitment.openings.reading import MOST_MEGABYTES, TableRow, read_table
from recruitment.openings.unreadable import FileTooLarge
from recruitment.places.areas import ARCHIPELAGOS, system_on, tiles
from recruitment.places.models import AreaLevel, AreaLevelEntry, Province
from recruitment.shared.refusals import Refusal

REFUSED = 422
ROWS_PER_PAGE = 50
HISTORY_SHOWN = 30
KEPT_SECONDS = 30 * 60
SIDE, GAP = 40, 3  # of a tile, in the drawing's own units


@permission("health.read_area_levels")
@require_safe
def area_levels(request):
    """The country on a day, as tiles and as a table."""
    form = DayForm(request.GET or None, initial={"on": timezone.localdate()})
    on = form.day()
    provinces = list(Province.objects.existing_on(on).order_by("name", "pk"))
    levels = _levels(on)
    rows = [{"province": row, **_level_of(levels, row.pk, None)} for row in provinces]
    by_code = {row["province"].code: row for row in rows}
    context = {
        "form": form,
        "on": on,
        "rows": rows,
        "map": _map(on, by_code, levels),
        "counts": [(level, sum(row["level"] == level for row in rows)) for level in (1, 2, 3, 4, None)],
        "may_enter": may(request.user, "health.manage_area_levels"),
    }
    return render(request, "health/areas/map.html", context, status=REFUSED if form.errors else 200)


def _levels(on: dt.date, **places) -> dict[tuple[int, int | None], AreaLevel]:
    found: dict[tuple[int, int | None], AreaLevel] = {}
    for row in AreaLevel.objects.in_force(on).filter(**places):
        found.setdefault((row.province_id, row.commune_id), row)
    return found


def _level_of(levels: dict, province: int, commune: int | None) -> dict:
    """A commune without a level of its own has its province's."""
    own = levels.get((province, commune))
    row = own or levels.get((province, None))
    return {"row": row, "level": row.level if row else None, "is_locked_down": bool(row and row.is_locked_down), "is_own": own is not None}


def _map(on: dt.date, by_code: dict, levels: dict) -> dict:
    """Tiles and archipelagos with their corners, and the size of the drawing."""
    since = system_on(on)
    step = SIDE + GAP
    squares = [
        {"x": tile.column * step, "y": tile.row * step, "label": tile.label, **by_code[tile.code]} for tile in tiles(since) if tile.code in by_code
    ]
    islands = []
    for row in ARCHIPELAGOS[since]:
        province = by_code.get(row.province)
        commune = (
            next((own for own in levels.values() if own.commune_id and row.commune and own.commune.code == row.commune), None)
            if row.commune
            else None
        )
        found = (
            {"level": commune.level, "is_locked_down": commune.is_locked_down} if commune else province or {"level": None, "is_locked_down": False}
        )
        name = row.name_en if get_language() == "en" else row.name
        islands.append({"x": row.column * step - SIDE, "y": row.row * step, "name": name, **found, "province": province and province["province"]})
    return {
        "squares": squares,
        "islands": islands,
        "side": SIDE,
        "wide": 2 * SIDE + GAP,
        "width": max(row["x"] for row in islands) + 2 * SIDE + GAP,
        "height": (max((tile.row for tile in tiles(since)), default=0) + 1) * step,
    }


@permission("health.read_area_levels")
@require_safe
def province(request, pk):
    """A province's communes on a day, and for officers who entered what."""
    form = DayForm(request.GET or None, initial={"on": timezone.localdate()})
    on = form.day()
    row = get_object_or_404(Province, pk=pk)
    levels = _levels(on, province=row)
    communes = [{"commune": commune, **_level_of(levels, row.pk, commune.pk)} for commune in row.communes.order_by("name", "pk")]
    may_enter = may(request.user, "health.manage_area_levels")
    entries = AreaLevelEntry.objects.filter(area_level__province=row).select_related("area_level__commune", "entered_by") if may_enter else []
    own_first = sorted(communes, key=lambda commune: not commune["is_own"])
    context = {
        "province": row,
        "form": form,
        "on": on,
        "whole": _level_of(levels, row.pk, None),
        "page": Paginator(own_first, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "history": entries[:HISTORY_SHOWN],
        "may_enter": may_enter,
    }
    return render(request, "health/areas/province.html", context)


@permission("health.manage_area_levels")
def enter(request, pk):
    """A level for the province or one of its communes; “suggest” reckons one from the week's figures first."""
    row = get_object_or_404(Province, pk=pk)
    form = LevelForm(request.POST if request.method == "POST" else None, province=row, initial={"since": timezone.localdate()})
    suggestion = None
    if request.method == "POST" and form.is_valid():
        try:
            if "suggest" in request.POST:
                level, criteria = suggested_level(form.figures, on=form.cleaned_data["since"])
                suggestion = {"level": level, "document": criteria.document}
            else:
                enter_levels([form.entry()], source=Source.HAND, by=request.user, on=timezone.localdate())
                messages.success(request, _("Đã ghi cấp độ dịch. Người đang ở đó được tính lại trong ít phút."))
                return redirect("health:area_province", row.pk)
        except NoCriteria as refusal:
            form.add_error(refusal.field, refusal.for_people())
    context = {"form": form, "province": row, "suggestion": suggestion}
    return render(request, "health/areas/enter.html", context, status=REFUSED if form.errors else 200)


@permission("health.manage_area_levels")
def upload(request):
    """The table is read and tried; nothing is written until it is confirmed."""
    form = LevelTableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_table(headings=HEADINGS, **_table_of(form))
        except Refusal as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "table", refusal.for_people())
        else:
            key = str(uuid.uuid4())
            cache.set(_key(request), (key, [(row.number, row.cells) for row in rows]), KEPT_SECONDS)
            return redirect("health:area_import_check", key)
    return render(request, "health/areas/import.html", {"form": form}, status=REFUSED if form.errors else 200)


def _table_of(form: LevelTableForm) -> dict:
    uploaded = form.cleaned_data["file"]
    if not uploaded:
        return {"filename": "dan-vao.tsv", "content": form.cleaned_data["table"].encode()}
    if uploaded.size > MOST_MEGABYTES * 2**20:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    return {"filename": uploaded.name, "content": uploaded.read()}


@permission("health.manage_area_levels")
def check(request, key):
    """What each row would enter; confirming enters the rows without errors, all of them together."""
    kept_key, rows = cache.get(_key(request)) or (None, [])
    if kept_key != str(key):
        messages.error(request, _("Bảng này đã quá 30 phút hoặc bạn đã chọn bảng khác. Hãy chọn lại tệp."))
        return redirect("health:area_import")
    read = interpret([TableRow(number, cells) for number, cells in rows], on=timezone.localdate())
    good = [row.entry for row in read if row.entry]
    if request.method == "POST" and good:
        outcome = enter_levels(good, source=Source.FILE, by=request.user, on=timezone.localdate())
        cache.delete(_key(request))
        done = _("Đã nhập: %(new)d mức mới, %(changed)d mức sửa, %(same)d không đổi. Người ở đó được tính lại trong ít phút.")
        messages.success(request, done % {"new": outcome.new, "changed": outcome.changed, "same": outcome.same})
        return redirect("health:area_levels")
    page = Paginator(sorted(read, key=_errors_first), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "good": len(good), "bad": len(read) - len(good), "suggested": sum(row.is_suggested for row in read)}
    return render(request, "health/areas/check.html", context)


def _errors_first(row: LevelRow) -> tuple:
    return (not row.errors, row.number)


def _key(request) -> str:
    return f"area-levels:{request.user.pk}"
