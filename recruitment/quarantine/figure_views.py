"""The one screen on which a site's manager says how many beds are in use, closed and held. Works without script and without a network."""

import uuid

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.quarantine.figure_forms import KindForm, read_key, read_moment, read_number
from recruitment.quarantine.models import RoomKind, Site, Stay
from recruitment.quarantine.services.figures import FiguresChanged, beds_by_kind, counts_of, latest_update, mismatches, write_figures
from recruitment.quarantine.services.freshness import freshness, limits
from recruitment.shared.offline import keeper, wants_json
from recruitment.shared.refusals import Refusal

REFUSED, CHANGED = 422, 409
ASSETS = ["css/site.css", "css/staff.css", "css/rooms.css", "js/queue.js", "js/figures.js", "images/logo.svg"]


@permission("quarantine.manage_site")
def quick_update(request, pk):
    """A press of − or + without script only changes the number shown; “Ghi” and “Không đổi” write. A script asks for JSON."""
    site = get_object_or_404(Site.objects.managed_by(request.user), pk=pk)
    if request.method != "POST":
        return _page(request, site, _forms(site))
    force, step = request.POST.get("force", ""), request.POST.get("step", "")
    unchanged = request.POST.get("do") == "unchanged" and not force  # “Vẫn ghi” writes what the person saw
    forms = _forms(site, request.POST)
    if step:
        _press(forms, step)
        return _page(request, site, forms, stepping=True)
    valid = [form.is_valid() for form in forms]  # every one is asked, so that each shows what is wrong
    if not unchanged and not all(valid):
        return _refused(request, site, forms, _("Có số cần sửa."), REFUSED)
    try:
        update = write_figures(
            site=site,
            counts=None if unchanged else [form.counts() for form in forms],
            key=read_key(request.POST.get("key", "")),
            seen=read_number(force or request.POST.get("seen", "")),
            noted_at=read_moment(request.POST.get("noted_at", "")),
            by=request.user,
            on=timezone.localdate(),
        )
    except FiguresChanged as refusal:
        return _refused(request, site, forms, refusal.for_people(), CHANGED, changed=refusal)
    except Refusal as refusal:
        return _refused(request, site, forms, refusal.for_people(), REFUSED)
    done = _("Đã xác nhận: số liệu không đổi.") if unchanged else _("Đã ghi số liệu.")
    if wants_json(request):
        return JsonResponse({"outcome": "done", "message": done, "seen": update.pk})
    messages.success(request, done)
    return redirect("quarantine:quick_update", pk)


@permission("quarantine.manage_site")
def keep_offline(request, pk):
    """The script that keeps the screen on the phone: no person in quarantine is named on it."""
    site = get_object_or_404(Site.objects.managed_by(request.user), pk=pk)
    return keeper(request, name=f"figures-{site.pk}", page=reverse("quarantine:quick_update", args=[site.pk]), assets=ASSETS)


def _forms(site: Site, data=None) -> list[KindForm]:
    """Kinds that the site has said something of or has rooms of; all of them when it begins."""
    said, booked = {row.kind: row for row in counts_of(latest_update(site))}, beds_by_kind(site, on=timezone.localdate())
    kinds = [kind for kind in RoomKind.values if kind in said or kind in booked] or RoomKind.values
    return [KindForm(data, kind=kind, said=said.get(kind), booked=booked.get(kind)) for kind in kinds]


def _press(forms: list[KindForm], step: str) -> None:
    """`step` is kind:figure:1 or kind:figure:-1."""
    kind, _colon, rest = step.partition(":")
    figure, _colon, by = rest.partition(":")
    for form in forms:
        if form.kind == kind and figure in form.fields and by in ("1", "-1"):
            form.stepped(figure, int(by))


def _refused(request, site, forms, message: str, status: int, *, changed: FiguresChanged | None = None):
    if wants_json(request):
        said = [f"{form.label}, {form.fields[field].label}: {text}" for form in forms for field, texts in form.errors.items() for text in texts]
        lines = [row.in_words() for row in changed.facts["differences"]] if changed else said
        latest = changed.facts["latest"].pk if changed and changed.facts["latest"] else 0
        return JsonResponse({"outcome": "changed" if changed else "refused", "message": message, "lines": lines, "latest": latest}, status=status)
    return _page(request, site, forms, message=message, status=status, changed=changed)


def _page(request, site, forms, *, message="", status=200, changed=None, stepping=False):
    today, now = timezone.localdate(), timezone.now()
    policy, latest = limits(today), latest_update(site)
    seen = request.POST.get("seen") if stepping or changed or message else None
    said = counts_of(latest)
    context = {
        "site": site,
        "now": now,
        "state": freshness(site, policy=policy, now=now),
        "policy": policy,
        "forms": forms,
        "stepping": stepping,
        "declared": bool(said),
        "latest": latest,
        "seen": read_number(seen) if seen is not None else latest.pk if latest else 0,
        "key": request.POST.get("key") if stepping else uuid.uuid4(),
        "message": message,
        "changed": changed.facts if changed else None,
        "mismatches": mismatches(site, on=today),
        "usable": sum(row.usable for row in said),
        "tonight": site.nights.with_usable().filter(night=today).first(),
        "without_bed": Stay.objects.filter(site=site, status=Stay.Status.ADMITTED).exclude(bed_assignments__during__contains=today).count(),
    }
    return render(request, "quarantine/quick_update.html", context, status=status)
