"""Signing in by phone and code, registering, and what a job seeker told about work."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.models import SensitiveReading
from recruitment.accounts.permissions import permission
from recruitment.accounts.services.codes import check_code, send_code
from recruitment.accounts.sessions import enter
from recruitment.health.services.assessments import assess_worker
from recruitment.occupations.models import Occupation
from recruitment.shared.refusals import Refusal
from recruitment.shared.templatetags.display import experience
from recruitment.shared.versions import ChangedMeanwhile, Difference, differences
from recruitment.workers.forms import CodeForm, InvitationForm, OccupationFormSet, PhoneForm, RegistrationForm, WishesForm
from recruitment.workers.models import Consent, Shift, Worker
from recruitment.workers.services.consents import set_consents
from recruitment.workers.services.invitations import find_invitation, use_invitation
from recruitment.workers.services.profile import change_profile, hide, version_of_profile
from recruitment.workers.services.registration import account_of_phone, register_worker

WAITING = "phone_waiting_for_code"
NEXT = "page_after_sign_in"
READINGS_PER_PAGE = 30
GONE = 410


@permission("workers.register")
@never_cache
def sign_in(request):
    """Asks for the phone and sends a code."""
    if hasattr(request.user, "worker"):
        return redirect(_own_address(request, request.GET.get("next", "")) or "applications:own")
    form = PhoneForm(request.POST or None)
    if request.method == "POST":
        request.session[NEXT] = _own_address(request, request.POST.get("next", ""))
        if form.is_valid() and _sent(request, form):
            request.session[WAITING] = form.cleaned_data["phone"]
            return redirect("workers:code")
    context = {"form": form, "next": _own_address(request, request.POST.get("next") or request.GET.get("next", ""))}
    return render(request, "workers/sign_in.html", context, status=422 if form.is_bound else 200)


@permission("workers.register")
@never_cache
def code(request):
    """Checks the code; whoever has no profile yet goes on to register."""
    phone = request.session.get(WAITING)
    if phone is None:
        return redirect("workers:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(phone=phone, code=form.cleaned_data["code"], now=timezone.now())
        except Refusal as refusal:
            form.add_error("code", refusal.for_people())
        else:
            address = request.session.get(NEXT, "")
            user = account_of_phone(phone=phone, language=get_language()[:2])
            enter(request, user, is_shared=form.cleaned_data["is_shared"])
            del request.session[WAITING]
            if hasattr(user, "worker"):
                return redirect(address or ("workers:consents" if _was_registered_and_not_asked(user.worker) else "search:openings"))
            return redirect("workers:register")
    return render(request, "workers/code.html", {"form": form, "phone": phone}, status=422 if form.is_bound else 200)


@permission("workers.register")
@never_cache
def invitation(request, code):
    """The link sent to whoever was registered by somebody else: asks before it is used, so that no preview of a message uses it up."""
    address, now = request.META["REMOTE_ADDR"], timezone.now()
    form = InvitationForm(request.POST if request.method == "POST" else None)
    try:
        if request.method == "POST" and form.is_valid():
            worker = use_invitation(code, address=address, now=now)
            enter(request, worker.user, is_shared=form.cleaned_data["is_shared"])
            return redirect("workers:consents")
        act = find_invitation(code, address=address, now=now).worker.assisted_acts.select_related("by", "group__organisation").first()
    except Refusal as refusal:
        return render(request, "workers/invitation.html", {"refusal": refusal.for_people()}, status=GONE)
    return render(request, "workers/invitation.html", {"form": form, "act": act})


def _was_registered_and_not_asked(worker: Worker) -> bool:
    """A liaison made the profile, and the person has not agreed to anything yet."""
    return worker.assisted_acts.exists() and not worker.consents.exists()


@permission("workers.register")
@require_POST
def new_code(request):
    """Sends another code to the same phone."""
    phone = request.session.get(WAITING)
    if phone is None:
        return redirect("workers:sign_in")
    try:
        send_code(phone=phone, address=request.META["REMOTE_ADDR"], now=timezone.now())
        messages.success(request, _("Đã gửi mã mới. Mã cũ không còn dùng được."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("workers:code")


@permission("workers.register")
@never_cache
def register(request):
    """Makes a profile for a phone that a code has proved."""
    if not request.user.is_authenticated or not request.user.phone:
        return redirect("workers:sign_in")
    if hasattr(request.user, "worker"):
        return redirect("workers:profile")
    form = RegistrationForm(request.POST or None, initial={"name": request.user.name, "available_from": timezone.localdate()})
    rows = _rows(request)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            worker = register_worker(user=request.user, occupations=rows.chosen(), by=request.user, on=timezone.localdate(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            _decide_anew(worker, request.user)
            messages.success(request, _("Đã tạo hồ sơ. Khai mũi tiêm hoặc xét nghiệm để biết ngày vào làm được."))
            return redirect(request.session.pop(NEXT, "") or "health:own")
    return render(request, "workers/register.html", {"form": form, "formset": rows}, status=422 if form.is_bound else 200)


@permission("workers.manage_own")
@never_cache
@require_safe
def profile(request):
    worker = _whole_worker(request)
    return render(request, "workers/profile.html", {"worker": worker, "shifts": _shift_names(worker)})


@permission("workers.manage_own")
@never_cache
@require_safe
def print_profile(request):
    """One page for those who want it on paper."""
    worker = _whole_worker(request)
    return render(request, "workers/print.html", {"worker": worker, "shifts": _shift_names(worker), "today": timezone.localdate()})


@permission("workers.manage_own")
@never_cache
def edit(request):
    worker = _whole_worker(request)
    form, rows = _wishes(worker, request.POST or None), _rows(request, worker)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            worker = change_profile(worker=worker, occupations=rows.chosen(), by=request.user, on=timezone.localdate(), **form.cleaned_data)
        except ChangedMeanwhile as conflict:
            if differ := _differences(form, rows, _whole_worker(request)):
                return _conflict_page(request, form, rows, conflict, differ)
        else:
            _decide_anew(worker, request.user)
        messages.success(request, _("Đã lưu hồ sơ."))
        return redirect("workers:profile")
    return render(request, "workers/edit.html", {"form": form, "formset": rows}, status=422 if form.is_bound else 200)


def _wishes(worker: Worker, data=None) -> WishesForm:
    names = ["birth_date", "available_from", "shifts", "wage_wanted", "needs_dormitory", "home_province", "home_commune"]
    related = {"name": worker.user.name, "zones": worker.zones.all(), "skills": worker.skills.all(), "seen": version_of_profile(worker)}
    return WishesForm(data, initial={name: getattr(worker, name) for name in names} | related, province=worker.home_province)


def _differences(form: WishesForm, rows, worker: Worker) -> list[Difference]:
    kept = {row.occupation: row.experience_months for row in worker.occupations.all()}
    work = [", ".join(f"{occupation} ({experience(months)})" for occupation, months in known.items()) or "—" for known in (rows.chosen(), kept)]
    return [*differences(form, _wishes(worker)), *([Difference(_("Nghề"), *work)] if rows.chosen() != kept else [])]


def _conflict_page(request, form: WishesForm, rows, conflict: ChangedMeanwhile, differ: list[Difference]):
    """What was typed stays; sending it again writes it over what is kept."""
    form.data = form.data.copy()
    form.data["seen"] = version_of_profile(_whole_worker(request))
    context = {"form": form, "formset": rows, "conflict": conflict.for_people(), "differences": differ}
    return render(request, "workers/edit.html", context, status=409)


@permission("workers.manage_own")
@require_POST
def visibility(request):
    """Out of employers' lists, or back in them."""
    hidden = request.POST.get("hidden") == "yes"
    worker = hide(worker=request.user.worker, hidden=hidden, by=request.user, on=timezone.localdate())
    if worker.status == Worker.Status.HIDDEN:
        messages.success(request, _("Đã tạm ẩn: nhà máy không tìm thấy bạn nữa. Hồ sơ đã gửi vẫn giữ nguyên."))
    else:
        messages.success(request, _("Bạn đang hiện trong danh sách tìm người, nếu đã đồng ý cho nhà máy tìm."))
    return redirect("workers:profile")


@permission("workers.manage_own")
@never_cache
def consents(request):
    """Each purpose with its own button: agree, or take it back."""
    worker = request.user.worker
    if request.method == "POST":
        given = {request.POST.get("give")} & set(Consent.Purpose.values)
        withdrawn = {request.POST.get("withdraw")} & set(Consent.Purpose.values)
        set_consents(worker=worker, given=given, withdrawn=withdrawn, by=request.user, on=timezone.localdate())
        _decide_anew(worker, request.user)
        messages.success(request, _("Đã ghi: bạn đồng ý.") if given else _("Đã ghi: bạn rút đồng ý."))
        return redirect("workers:consents")
    current = {consent.purpose: consent for consent in worker.consents.filter(withdrawn_at=None)}
    rows = [{"purpose": purpose, "given": current.get(purpose), "effect": effect} for purpose, effect in _effects().items()]
    readings = SensitiveReading.objects.filter(person=request.user).select_related("reader")
    page = Paginator(readings, READINGS_PER_PAGE).get_page(request.GET.get("page"))
    words = _words_of_readings()
    for reading in page:
        reading.what, reading.why = words.get(reading.what, reading.what), words.get(reading.why, reading.why)
    context = {
        "rows": rows,
        "page": page,
        "acts": worker.assisted_acts.select_related("by", "group__organisation"),
        "changes": worker.helper_changes.select_related("helper", "former", "house"),
        "agreed": bool(current),
    }
    return render(request, "workers/consents.html", context)


def _words_of_readings() -> dict[str, str]:
    """The codes that are noted when somebody looks (a document's number stands for itself)."""
    return {
        "health_event": _("một mục sức khỏe"),
        "clearance": _("kết quả kiểm tra y tế"),
        "contact_class": _("diện tiếp xúc"),
        "verification": _("xác minh"),
        "outbreak": _("truy vết một ổ dịch"),
    }


def _effects() -> dict[Consent.Purpose, str]:
    """What taking a consent back means."""
    return {
        Consent.Purpose.APPLICATION: _("Rút lại thì không gửi thêm hồ sơ được; hồ sơ đã gửi vẫn ở nhà máy đó cho tới khi bạn rút từng hồ sơ."),
        Consent.Purpose.MATCHING: _("Rút lại thì nhà máy khác không tìm thấy và không mời bạn nữa."),
        Consent.Purpose.HEALTH: _("Rút lại thì mũi tiêm và xét nghiệm đã khai không được dùng: ngày vào làm tính như người chưa tiêm."),
    }


def _sent(request, form: PhoneForm) -> bool:
    """Send a code; a refusal stands beside the phone."""
    try:
        send_code(phone=form.cleaned_data["phone"], address=request.META["REMOTE_ADDR"], now=timezone.now())
    except Refusal as refusal:
        form.add_error("phone", refusal.for_people())
        return False
    return True


def _own_address(request, address: str) -> str:
    """The page to go on to, if it is one of ours."""
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()) else ""


def _rows(request, worker: Worker | None = None):
    """Three rows of an occupation and its experience, filled with what is known."""
    known = [{"occupation": row.occupation_id, "experience_months": row.experience_months} for row in worker.occupations.all()] if worker else []
    occupations = Occupation.objects.all()
    return OccupationFormSet(request.POST or None, initial=known, prefix="work", form_kwargs={"occupations": occupations})


def _whole_worker(request) -> Worker:
    rows = Worker.objects.select_related("user", "home_province", "home_commune").prefetch_related("occupations__occupation", "zones", "skills")
    return rows.get(user=request.user)


def _shift_names(worker: Worker) -> list[str]:
    return [str(Shift(shift).label) for shift in worker.shifts]


def _decide_anew(worker: Worker, by) -> None:
    """Where a person comes from, and whether health facts may be used, change the start day."""
    assess_worker(worker=worker, by=by, on=timezone.localdate())
