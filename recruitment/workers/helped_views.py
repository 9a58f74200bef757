"""For liaisons: somebody beside them who has no phone is registered, and takes the profile over with a phone later."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from recruitment.accounts.models import Membership, Organisation, Role
from recruitment.accounts.permissions import permission
from recruitment.accounts.services.codes import check_code, send_code
from recruitment.shared.asking import explain
from recruitment.shared.refusals import Refusal
from recruitment.workers.forms import CodeForm, PhoneForm
from recruitment.workers.group_forms import HelperForm, PersonForm
from recruitment.workers.models import Worker
from recruitment.workers.services.groups import find_known, house_of_liaison, register_group
from recruitment.workers.services.helped import hand_over
from recruitment.workers.services.helpers import name_helper

REFUSED = 422
ROWS_PER_PAGE = 50
WAITING = "phone_to_hand_over"


@permission("workers.register_group")
@never_cache
@sensitive_post_parameters()
def person(request):
    """One person: with a phone a link is sent there, without one the consent given here and now is written down."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        today, house = timezone.localdate(), house_of_liaison(request.user)
        row = form.row(on=today)
        find_known([row], house=house)
        form.show_errors(row)
        if row.is_known:
            form.add_error(None, _("Người này đã có hồ sơ."))
        if not form.errors:
            try:
                register_group(rows=[row], organisation=house, by=request.user, on=today)
            except Refusal as refusal:
                form.add_error(None, refusal.for_people())
            else:
                messages.success(request, _("Đã đăng ký hộ %(name)s.") % {"name": row.values["name"]})
                return redirect("workers:groups" if row.values["phone"] else "workers:helped")
    return render(request, "workers/groups/person.html", {"form": form}, status=REFUSED if form.errors else 200)


@permission("workers.register_group")
@never_cache
def helped(request):
    """Those for whom a liaison of the house answers, and on which paper they agreed; to hand over to somebody else."""
    houses = request.user.memberships.current().filter(role=Role.LIAISON).values("organisation")
    near = Q(organisation__in=houses) | Q(organisation__province__in=Organisation.objects.filter(pk__in=houses).values("province"))
    people = Worker.objects.helped_by_house_of(request.user).order_by("user__name", "pk")
    return _name_helper(request, people, Membership.objects.answering().filter(near), page="workers:helped", template="workers/groups/helped.html")


@permission("workers.name_helpers")
@never_cache
def unanswered(request):
    """People without a phone whose helper has left, while no other is named."""
    people = Worker.objects.unanswered().order_by("home_province__name", "user__name", "pk")
    return _name_helper(request, people, Membership.objects.answering(), page="workers:unanswered", template="workers/groups/unanswered.html")


def _name_helper(request, people, helpers, *, page: str, template: str):
    helpers = helpers.select_related("user", "organisation").order_by("organisation__name", "user__name", "pk")
    form = HelperForm(request.POST if request.method == "POST" else None, people=people, helpers=helpers)
    if request.method == "POST" and form.is_valid():
        chosen, helper = [worker.pk for worker in form.cleaned_data["workers"]], form.cleaned_data["helper"]
        try:
            changed = name_helper(workers=chosen, helper=helper, by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            explain(form, refusal)
        else:
            done = ngettext("Từ giờ %(name)s nhận tin thay %(count)d người.", "Từ giờ %(name)s nhận tin thay %(count)d người.", changed)
            messages.success(request, done % {"name": helper.user, "count": changed})
            return redirect(page)
    rows = people.select_related("user__helper", "user__helper_house", "home_province").defer("birth_date", "national_id")
    rows = rows.with_answers_waited_for().prefetch_related("assisted_acts__by", "helper_changes__former", "helper_changes__helper")
    shown = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "form": form, "ticked": form["workers"].value() or []}
    return render(request, template, context, status=REFUSED if form.errors else 200)


@permission("workers.register_group")
@never_cache
def add_phone(request, pk):
    """The person beside the liaison has a phone now: a code goes there, and whoever reads it out takes the profile over.

    Whether the number has an account already is said to whoever has read the code out only.
    """
    worker = get_object_or_404(Worker.objects.helped_by_house_of(request.user).select_related("user"), pk=pk)
    waiting = request.session.get(WAITING)
    phone = waiting[1] if waiting and waiting[0] == pk and "again" not in request.GET else None
    form = (CodeForm if phone else PhoneForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            if phone:
                check_code(phone=phone, code=form.cleaned_data["code"], now=timezone.now())
                hand_over(worker=worker, phone=phone, by=request.user, on=timezone.localdate())
                del request.session[WAITING]
                messages.success(request, _("%(name)s đã có số riêng và tự trả lời từ giờ.") % {"name": worker.user.name})
                return redirect("workers:helped")
            send_code(phone=form.cleaned_data["phone"], address=request.META["REMOTE_ADDR"], now=timezone.now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.for_people())
        else:
            request.session[WAITING] = [pk, form.cleaned_data["phone"]]
            return redirect("workers:add_phone", pk)
    if phone:
        form.fields.pop("is_shared")
    return render(request, "workers/groups/add_phone.html", {"form": form, "worker": worker, "phone": phone}, status=REFUSED if form.errors else 200)
