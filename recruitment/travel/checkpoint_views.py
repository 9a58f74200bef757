"""The checkpoint: passes judged with or without script, crossings written down, who is in and who overstays."""

import datetime as dt
import json
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.shared.forms import CleanCharField
from recruitment.shared.offline import keeper
from recruitment.shared.refusals import Refusal
from recruitment.travel import words
from recruitment.travel.models import Checkpoint, Crossing, EntryPass
from recruitment.travel.pass_text import MOST_CHARACTERS
from recruitment.travel.services.crossings import THROUGH, Answer, holder_of, judge_text, note_crossing, receive_crossings
from recruitment.travel.services.packs import pack_for
from recruitment.travel.verdicts import Reason

REFUSED = 422
ROWS_PER_PAGE = 30
MOST_OVERSTAYING = 300
LARGEST_QUEUE = 200_000  # bytes
DAYS_COUNTED = 7
CHOSEN = "checkpoint"
ASSETS = ["css/site.css", "css/staff.css", "css/checkpoint.css", "js/entry-pass.js", "js/checkpoint.js", "js/scan.js", "images/logo.svg"]


class ScanForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Mã QR hoặc mã 8 ký tự"), max_length=MOST_CHARACTERS, error_messages={"required": gettext_lazy("Hãy quét hoặc nhập mã.")}
    )
    direction = forms.ChoiceField(choices=Crossing.Direction, initial=Crossing.Direction.IN)


class DecisionForm(ScanForm):
    uuid = forms.UUIDField()
    decision = forms.ChoiceField(choices=[("through", ""), ("stopped", "")])
    order = CleanCharField(max_length=200, required=False)


@permission("travel.check_passes")
@cache_control(private=True, no_cache=True)
def checkpoint(request):
    """Scan or type; without script the server judges, and the officer decides on the page that follows."""
    mine = _checkpoints_of(request)
    here = _chosen(request, mine)
    form = ScanForm(request.POST if request.method == "POST" else None)
    answer = None
    if request.method == "POST" and form.is_valid():
        leaving = form.cleaned_data["direction"] == Crossing.Direction.OUT
        answer = judge_text(form.cleaned_data["text"], leaving=leaving, now=timezone.now())
    context = {
        "here": here,
        "several": mine if len(mine) > 1 else [],
        "form": form,
        "words": words.for_the_page(),
        "uuid": uuid4(),
        **_shown(answer, form),
    }
    return render(request, "travel/checkpoint.html", context, status=REFUSED if form.errors else 200)


@permission("travel.check_passes")
@require_POST
def choose(request):
    """Where an officer of several checkpoints is now; remembered until another is chosen. The page's script asks for no page in answer."""
    there = next((row for row in _checkpoints_of(request) if str(row.pk) == request.POST.get("checkpoint")), None)
    if there is None:
        raise Http404
    request.session[CHOSEN] = there.pk
    if request.accepts("text/html"):
        messages.success(request, _("Từ giờ các lượt được ghi ở %(checkpoint)s.") % {"checkpoint": there})
        return redirect("travel:checkpoint")
    return JsonResponse({"checkpoint": there.pk})


@permission("travel.check_passes")
@require_POST
def decide(request):
    """Judged anew: what was shown a moment ago comes from the browser."""
    here, form = _chosen(request, _checkpoints_of(request)), DecisionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Không ghi được lượt này. Hãy quét lại."))
        return redirect("travel:checkpoint")
    said, now = form.cleaned_data, timezone.now()
    answer = judge_text(said["text"], leaving=said["direction"] == Crossing.Direction.OUT, now=now)
    decided = {"direction": said["direction"], "let_through": said["decision"] == "through", "order": said["order"]}
    try:
        note_crossing(uuid=said["uuid"], checkpoint=here, answer=answer, by=request.user, now=now, **decided)
    except Refusal as refusal:
        messages.warning(request, refusal.for_people())
    else:
        messages.success(request, _("Đã ghi."))
    return redirect("travel:checkpoint")


@permission("travel.check_passes")
def checkpoint_keeper(request):
    return keeper(request, name="checkpoint", page=reverse("travel:checkpoint"), assets=ASSETS)


@permission("travel.check_passes")
@cache_control(private=True, no_store=True)
def pack(request):
    return JsonResponse(pack_for(_chosen(request, _checkpoints_of(request)), now=timezone.now()))


@permission("travel.check_passes")
@require_POST
def crossings(request):
    """A device's queue, written down at one of the officer's checkpoints. Whatever isn't one is answered with 422 and changes nothing."""
    mine = {row.pk: row for row in _checkpoints_of(request)}
    try:
        if len(request.body) > LARGEST_QUEUE:
            raise ValueError("too long")
        sent = json.loads(request.body)
        device_now = dt.datetime.fromtimestamp(sent["device_now"] / 1000, dt.UTC)
        here = mine[sent["checkpoint"]]
        if not isinstance(sent["crossings"], list):
            raise ValueError("crossings")
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return JsonResponse({"error": _("Không đọc được.")}, status=REFUSED)
    received = receive_crossings(checkpoint=here, sent=sent["crossings"], device_now=device_now, by=request.user, now=timezone.now())
    return JsonResponse({"kept": received.kept, "wrong": received.wrong, "clock_seconds": received.clock_seconds})


@permission("travel.read_crossings")
def inside(request):
    """Overstays first, each with whoever answers for the pass; then who is in; then each day's crossings by origin."""
    today = timezone.localdate()
    mine = Crossing.objects.visible_to(request.user)
    shown = ("checkpoint", "entry_pass__worker__user", "entry_pass__worker__home_province")
    hidden = ("entry_pass__token", "entry_pass__worker__birth_date", "entry_pass__worker__national_id")
    staying = mine.still_in().with_newest_pass().select_related(*shown).defer(*hidden)
    overstaying = mine.overstaying(today).with_newest_pass().select_related(*shown).defer(*hidden).order_by("entry_pass__valid_until", "pk")
    days = mine.filter(let_through=True, at__date__gt=today - dt.timedelta(days=DAYS_COUNTED))
    counted = days.values("at__date", "direction", "entry_pass__worker__home_province__name").annotate(number=Count("pk"))
    context = {
        "page": _with_passes(Paginator(staying, ROWS_PER_PAGE).get_page(request.GET.get("page"))),
        "overstaying": _with_passes(Paginator(overstaying, MOST_OVERSTAYING).get_page(1)),
        "twice": days.shown_twice().select_related(*shown).defer(*hidden)[:ROWS_PER_PAGE],
        "counted": counted.order_by("-at__date", "direction", "-number"),
        "today": today,
    }
    return render(request, "travel/inside.html", context)


def _with_passes(page: Page) -> Page:
    """Each row with `last_pass`: what the person has now, or had last."""
    page.object_list = list(page.object_list)
    passes = EntryPass.objects.select_related("factory", "issued_by").defer("token").in_bulk([row.newest_pass for row in page.object_list])
    for row in page.object_list:
        row.last_pass = passes[row.newest_pass]
    return page


def _checkpoints_of(request) -> list[Checkpoint]:
    """Those whose officer this is."""
    rows = list(Checkpoint.objects.staffed_by(request.user).order_by("pk"))
    if not rows:
        raise Http404
    return rows


def _chosen(request, mine: list[Checkpoint]) -> Checkpoint:
    """The one where the officer said to be, else the first."""
    return next((row for row in mine if row.pk == request.session.get(CHOSEN)), mine[0])


def _shown(answer: Answer | None, form: ScanForm) -> dict:
    if answer is None:
        return {"answer": None}
    entry_pass, last = answer.entry_pass, answer.last_entry
    values = {
        "time": f"{timezone.localtime(last.at):%H:%M %d/%m}" if last else "",
        "place": last.checkpoint.name if last else "",
        "from": f"{entry_pass.valid_from:%d/%m/%Y}" if entry_pass else "",
        "until": f"{entry_pass.valid_until:%d/%m/%Y}" if entry_pass else "",
    }
    return {
        "answer": answer,
        "verdict": words.verdicts()[answer.verdict],
        "because": entry_pass.revocation_reason if entry_pass and Reason.REVOKED in answer.reasons else "",
        "reasons": [words.reasons()[reason].format(**values) for reason in answer.reasons],
        "passes": answer.verdict in THROUGH,
        "holder": holder_of(entry_pass) if entry_pass else "",
        "text": form.cleaned_data["text"],
        "direction": form.cleaned_data["direction"],
    }
