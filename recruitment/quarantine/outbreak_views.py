"""Pages of an infection: declared, its contacts ticked and moved, what is locked, and all of it as a timeline."""

import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.accounts.permissions import may, permission
from recruitment.employers.models import Factory
from recruitment.health.services.readings import log_readings
from recruitment.quarantine.models import BedAssignment, Outbreak, OutbreakPerson, OutbreakRisk, Stay
from recruitment.quarantine.outbreak_forms import CaseForm, ContactsForm, LockForm, PersonSearchForm
from recruitment.quarantine.services import outbreaks
from recruitment.quarantine.services.cover import cover
from recruitment.quarantine.tracing import F1, F2
from recruitment.shared.asking import ask_and_act
from recruitment.shared.refusals import Refusal
from recruitment.shared.words import plain
from recruitment.workers.models import Employment, Worker

REFUSED = 422
ROWS_PER_PAGE = 30
MOST_FOUND = 20
NAMES_SHOWN = 10
USUAL_NIGHTS = 14
DAY = dt.timedelta(days=1)


@permission("outbreaks.read")
def outbreak_list(request):
    """Open ones first."""
    confirmed = Count("people", filter=Q(people__status=OutbreakPerson.Status.CONFIRMED))
    waiting = Count("people", filter=Q(people__status=OutbreakPerson.Status.PROPOSED))
    rows = Outbreak.objects.visible_to(request.user).select_related("factory__zone").annotate(confirmed=confirmed, waiting=waiting)
    page = Paginator(rows.order_by("-closed_at", "-opened_at", "pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "quarantine/outbreaks.html", {"page": page})


@permission("outbreaks.declare")
def declare(request):
    """Find the person on the factory's roster, then say when the infection was found. All of it by POST: no name in an address."""
    today = timezone.localdate()
    search = PersonSearchForm(request.POST if request.method == "POST" else None, factories=_factories(request.user))
    if not (search.is_bound and search.is_valid()):
        return render(request, "quarantine/declare.html", {"search": search, "form": search}, status=REFUSED if search.errors else 200)
    factory = search.cleaned_data["factory"]
    people = _people_called(search.cleaned_data["name"], factory, today)
    chosen = "declare" in request.POST
    form = CaseForm(request.POST if chosen else None, people=[(worker.pk, label) for label, worker in people], initial={"found_on": today})
    if chosen and form.is_valid():
        worker = next(worker for _label, worker in people if str(worker.pk) == form.cleaned_data["worker"])
        try:
            declared = outbreaks.declare_case(factory=factory, worker=worker, found_on=form.cleaned_data["found_on"], by=request.user, on=today)
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã khai báo. Hệ thống đã đề xuất người tiếp xúc từ danh sách chuyền, phòng ở và xe."))
            return redirect("quarantine:outbreak", declared.pk)
    context = {"search": search, "form": form, "people": people, "factory": factory}
    return render(request, "quarantine/declare.html", context, status=REFUSED if form.errors else 200)


@permission("outbreaks.read")
def outbreak(request, pk):
    """One page tells it all; who is what is shown to health officers only."""
    found = _visible(request, pk)
    people = _people(found)
    confirmed = [person for person in people if person.status == OutbreakPerson.Status.CONFIRMED]
    context = {
        "outbreak": found,
        "events": found.events.select_related("by"),
        "counts": {kind: sum(person.kind == kind for person in confirmed) for kind in ("F0", F1, F2)},
        "proposed": sum(person.status == OutbreakPerson.Status.PROPOSED for person in people),
        "housed": sum(person.stay_id is not None for person in confirmed),
        "homeless": sum(person.stay_id is None and person.kind == F1 for person in confirmed),
        "cover": cover(found.factory, on=timezone.localdate()),
        "paused": found.paused_openings.filter(status="paused").order_by("title", "pk"),
        "may_decide": may(request.user, "outbreaks.decide"),
        "may_replace": may(request.user, "outbreaks.replace"),
    }
    return render(request, "quarantine/outbreak.html", context)


@permission("outbreaks.decide")
def contacts(request, pk):
    """Everybody who was proposed, ticked beforehand if close; and a bed for every close contact, in one confirmation."""
    found, today = _visible(request, pk), timezone.localdate()
    people = sorted(
        (person for person in _people(found) if person.kind in (F1, F2)), key=lambda person: (person.kind, person.worker.user.name, person.pk)
    )
    proposed = [person for person in people if person.status == OutbreakPerson.Status.PROPOSED]
    risk = OutbreakRisk.objects.in_force(today)
    initial = {"first": today, "nights": risk.shortest_stay if risk else USUAL_NIGHTS, "seen": found.version}
    form = ContactsForm(request.POST if request.method == "POST" else None, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = _confirm(request, found, form, today)
        if answer:
            return answer
        found.refresh_from_db()
        form.data = form.data.copy()
        form.data["seen"] = found.version
    log_readings(of=[person.worker for person in people], what="contact_class", why="outbreak", by=request.user)
    ticked = set(form["chosen"].value() or []) if form.is_bound else {person.pk for person in proposed if person.kind == F1}
    waiting = [person for person in people if person.kind == F1 and person.status == OutbreakPerson.Status.CONFIRMED and not person.stay_id]
    context = {"outbreak": found, "form": form, "proposed": proposed, "ticked": {int(pk) for pk in ticked}, "waiting": waiting}
    context["cover"] = cover(found.factory, on=today)
    return render(request, "quarantine/contacts.html", context, status=REFUSED if form.errors else 200)


@permission("outbreaks.read")
def manifest(request, pk):
    """Who goes where, by site, to print for the bus; names, places and beds only."""
    found = _visible(request, pk)
    stays = Stay.objects.filter(pk__in=found.people.exclude(stay=None).values("stay")).holding_a_bed()
    beds = BedAssignment.objects.select_related("bed", "room").order_by("-during")
    rows = (
        stays.select_related("site", "worker__user")
        .defer("worker__birth_date", "worker__national_id")
        .order_by("site__name", "worker__user__name", "pk")
        .prefetch_related(Prefetch("bed_assignments", beds))
    )
    return render(request, "quarantine/manifest.html", {"outbreak": found, "stays": rows})


@permission("outbreaks.decide")
def lock(request, pk):
    found = _visible(request, pk)
    form = LockForm(request.POST if request.method == "POST" else None, factory=found.factory)
    done = _("Đã khóa. Các tin đã chọn tạm dừng; nhà máy được báo để xếp ca thay.")
    page = {"name": "outbreak", "template": "quarantine/lock.html", "then": ("quarantine:outbreak", pk), "form": form}
    return ask_and_act(request, outbreaks.lock_production, found, done=done, **page)


@permission("outbreaks.decide")
def unlock(request, pk):
    return _ask_and_act(
        request, pk, outbreaks.unlock_production, "quarantine/unlock.html", _("Đã mở khóa. Các tin tạm dừng vì ổ dịch được đăng lại.")
    )


@permission("outbreaks.decide")
def close(request, pk):
    return _ask_and_act(request, pk, outbreaks.close_outbreak, "quarantine/close_outbreak.html", _("Đã kết thúc ổ dịch."))


def _visible(request, pk) -> Outbreak:
    rows = Outbreak.objects.visible_to(request.user).select_related("factory__zone", "locked_line__workshop", "locked_workshop")
    return get_object_or_404(rows, pk=pk)


def _people(found: Outbreak) -> list[OutbreakPerson]:
    return list(found.people.select_related("worker__user").defer("worker__birth_date", "worker__national_id").order_by("pk"))


def _factories(user):
    own = Factory.objects.visible_to(user) if may(user, "openings.manage") else Factory.objects.all()
    return own.select_related("zone").order_by("name", "pk").distinct()


def _people_called(name: str, factory: Factory, on: dt.date) -> list[tuple[str, Worker]]:
    """(label, worker) of the factory's people whose name has these letters, accents aside."""
    wanted = plain(name)
    rows = Employment.objects.current_on(on).filter(factory=factory).select_related("worker__user", "line__workshop")
    rows = rows.defer("worker__birth_date", "worker__national_id").order_by("worker__user__name", "pk")
    found = [row for row in rows if wanted in plain(row.worker.user.name)][:MOST_FOUND]
    return [(" · ".join(filter(None, [row.worker.user.name, str(row.line or ""), row.team])), row.worker) for row in found]


def _confirm(request, found: Outbreak, form: ContactsForm, today: dt.date):
    """The page to go to, or None with the refusal in the form."""
    chosen = form.cleaned_data
    until = chosen["first"] + chosen["nights"] * DAY
    try:
        housing = outbreaks.confirm_contacts(
            outbreak=found,
            chosen=chosen["chosen"],
            seen=chosen["seen"],
            first=chosen["first"],
            until=until,
            company=form.company(),
            by=request.user,
            on=today,
        )
    except Refusal as refusal:
        form.add_error(None, refusal.for_people())
        return None
    if housing.without_bed:
        facts = {"housed": len(housing.stays), "lacking": len(housing.without_bed)}
        messages.warning(request, _("Đã xếp %(housed)d người. Còn %(lacking)d người chưa có giường: mở thêm chỗ rồi chốt lại.") % facts)
    else:
        messages.success(request, _("Đã chốt và xếp %(housed)d người. Tin nhắn đã gửi cho từng người.") % {"housed": len(housing.stays)})
    for why, rows in groupby(sorted(housing.without_room, key=lambda row: row.why), key=lambda row: row.in_words()):
        names = [row.stay.worker.user.name for row in rows]
        shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
        text = ngettext(
            "%(count)d người có giường ở khu nhưng chưa có phòng: %(names)s. %(why)s Khu xếp phòng khi nhận.",
            "%(count)d người có giường ở khu nhưng chưa có phòng: %(names)s. %(why)s Khu xếp phòng khi nhận.",
            len(names),
        )
        messages.warning(request, text % {"count": len(names), "names": shown, "why": why})
    return redirect("quarantine:outbreak", found.pk)


def _ask_and_act(request, pk, act, template: str, done: str):
    return ask_and_act(request, act, _visible(request, pk), name="outbreak", template=template, done=done, then=("quarantine:outbreak", pk))
