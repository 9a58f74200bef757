"""For liaisons: a table of people is read, tried and shown row by row; registering writes the new ones together."""

import json
import uuid

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.models import Organisation
from recruitment.accounts.permissions import permission
from recruitment.occupations.models import Occupation
from recruitment.openings.reading import MOST_MEGABYTES, TableRow, read_table
from recruitment.openings.unreadable import FileTooLarge
from recruitment.shared.crypto import decrypt, encrypt
from recruitment.shared.refusals import Refusal
from recruitment.workers.group_forms import PeopleTableForm, RowForm
from recruitment.workers.group_tables import HEADINGS, PersonRow, interpret
from recruitment.workers.models import GroupRegistration
from recruitment.workers.services.groups import find_known, house_of_liaison, register_group

REFUSED = 422
ROWS_PER_PAGE = 50
KEPT_SECONDS = 30 * 60


@permission("workers.register_group")
@require_safe
def groups(request):
    """The house's registrations: how many people each, how many of them agreed."""
    rows = GroupRegistration.objects.visible_to(request.user).with_figures().select_related("made_by", "organisation")
    page = Paginator(rows.order_by("-made_at", "-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "workers/groups/list.html", {"page": page})


@permission("workers.register_group")
@never_cache
@sensitive_post_parameters()
def upload(request):
    """The table is read and tried; nothing is written until it is confirmed."""
    form = PeopleTableForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_table(headings=HEADINGS, **_table_of(form))
        except Refusal as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "table", refusal.for_people())
        else:
            key = str(uuid.uuid4())
            _keep(request, key, {row.number: row.cells for row in rows})
            return redirect("workers:group_check", key)
    return render(request, "workers/groups/upload.html", {"form": form}, status=REFUSED if form.errors else 200)


def _table_of(form: PeopleTableForm) -> dict:
    uploaded = form.cleaned_data["file"]
    if not uploaded:
        return {"filename": "dan-vao.tsv", "content": form.cleaned_data["table"].encode()}
    if uploaded.size > MOST_MEGABYTES * 2**20:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    return {"filename": uploaded.name, "content": uploaded.read()}


@permission("workers.register_group")
@never_cache
def check(request, key):
    """What each row would bring, with what is wrong beside the cell; confirming registers the new people, all of them together."""
    kept = _kept(request, key)
    if kept is None:
        return _gone(request)
    house = house_of_liaison(request.user)
    read = _read(kept, house)
    if request.method == "POST":
        try:
            group = register_group(rows=read, organisation=house, by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
            return redirect("workers:group_check", key)
        _say_done(request, read if group else [])
        if not any(row.errors for row in read):
            cache.delete(_key(request))
            return redirect("workers:groups")
        return redirect("workers:group_check", key)
    page = Paginator(sorted(read, key=_errors_first), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    occupations = {one.code: one for one in Occupation.objects.filter(code__in={row.values.get("occupation") for row in page.object_list} - {None})}
    for row in page.object_list:
        row.form, row.occupation = RowForm.of(row) if row.errors else None, occupations.get(row.values.get("occupation"))
    figures = {"new": sum(row.is_new for row in read), "known": sum(row.is_known for row in read), "bad": sum(bool(row.errors) for row in read)}
    return render(request, "workers/groups/check.html", {"page": page, "figures": figures, "key": key})


@permission("workers.register_group")
@require_POST
@sensitive_post_parameters()
def mend_row(request, key, number):
    """One row is written anew and the table checked again; the other rows stay as they are."""
    kept = _kept(request, key)
    if kept is None:
        return _gone(request)
    if number not in kept:
        raise Http404
    form = RowForm(request.POST, prefix=str(number))
    if not form.is_valid():
        messages.error(request, _("Dòng %(number)d: có ô quá dài hoặc có ký tự lạ nên chưa sửa. Hãy gõ lại.") % {"number": number})
        return redirect("workers:group_check", key)
    kept[number] = form.cleaned_data
    _keep(request, str(key), kept)
    row = next(row for row in _read(kept, house_of_liaison(request.user)) if row.number == number)
    if row.errors:
        messages.warning(request, _("Dòng %(number)d: %(error)s") % {"number": number, "error": row.errors[0][1]})
    else:
        messages.success(request, _("Dòng %(number)d đã đúng.") % {"number": number})
    return redirect(f"{reverse('workers:group_check', args=[key])}#row-{number}")


def _keep(request, key: str, rows: dict[int, dict[str, str]]) -> None:
    cache.set(_key(request), (key, encrypt(json.dumps(list(rows.items())))), KEPT_SECONDS)


def _kept(request, key) -> dict[int, dict[str, str]] | None:
    """The cells of the table by row, or None once it is gone."""
    kept_key, kept = cache.get(_key(request)) or (None, b"")
    return dict(json.loads(decrypt(kept))) if kept_key == str(key) else None


def _gone(request):
    messages.error(request, _("Bảng này đã quá 30 phút, đã ghi xong, hoặc bạn đã chọn bảng khác. Hãy chọn lại tệp."))
    return redirect("workers:group_upload")


def _read(kept: dict[int, dict[str, str]], house: Organisation) -> list[PersonRow]:
    """Interpreted, and compared with who is registered already."""
    read = interpret([TableRow(number, cells) for number, cells in kept.items()], on=timezone.localdate())
    find_known(read, house=house)
    return read


def _say_done(request, read: list[PersonRow]) -> None:
    count = sum(row.is_new for row in read)
    done = ngettext(
        "Đã đăng ký %(count)d người. Ai có điện thoại nhận tin nhắn để đăng nhập và đồng ý; chưa đồng ý thì chưa nhà máy nào thấy.",
        "Đã đăng ký %(count)d người. Ai có điện thoại nhận tin nhắn để đăng nhập và đồng ý; chưa đồng ý thì chưa nhà máy nào thấy.",
        count,
    )
    messages.success(request, done % {"count": count} if count else _("Không có ai mới: mọi người trong bảng đã có hồ sơ."))


def _errors_first(row: PersonRow) -> tuple:
    return (not row.errors, row.is_known, row.number)


def _key(request) -> str:
    return f"group:{request.user.pk}"
