"""The department's board of shortages, and the list behind each of its numbers."""

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import render
from django.utils import timezone

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.health.models import Clearance
from recruitment.labour_market.forms import RefusedForm, ScopeForm, read_scope
from recruitment.labour_market.services import shortages
from recruitment.labour_market.services.shortages import Scope

ROWS_PER_PAGE = 30
BOARD_ROWS_PER_PAGE = 60


@permission("labour_market.read")
def overview(request):
    form, scope = _scope(request)
    rows = shortages.shortages(scope)
    totals = {name: sum(getattr(row, name) for row in rows) for name in ("openings", "wanted", "pipeline", "missing")}
    context = {
        "board": Paginator(rows, BOARD_ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "totals": totals,
        "refusals": shortages.refusals_by_reason(scope),
        "ready": shortages.people_ready(scope).count(),
        "unanswered": shortages.openings_nobody_applied_to(scope).count(),
        "counted_at": timezone.now(),
    }
    return _page(request, "labour_market/shortages.html", form, scope, context)


@permission("labour_market.read")
def openings(request):
    form, scope = _scope(request)
    return _list(request, "labour_market/openings.html", form, scope, _with_factory(shortages.openings_in_need(scope)).order_by("starts_on", "pk"))


@permission("labour_market.read")
def no_applications(request):
    form, scope = _scope(request)
    return _list(request, "labour_market/no_applications.html", form, scope, _with_factory(shortages.openings_nobody_applied_to(scope)))


@permission("labour_market.read")
def on_the_way(request):
    form, scope = _scope(request)
    applications = shortages.people_on_the_way(scope).select_related("opening__factory__zone", "opening__occupation").order_by("created_at", "pk")
    return _list(request, "labour_market/on_the_way.html", form, scope, applications)


@permission("labour_market.read")
def refused(request):
    """Whom factories that lack people refused, and why: what could be trained, paid or arranged differently."""
    form, scope = _scope(request, RefusedForm)
    applications = shortages.people_refused(scope, reason=form.cleaned_data["reason"])
    return _list(request, "labour_market/refused.html", form, scope, applications.select_related("opening__factory").order_by("-changed_at", "-pk"))


@permission("labour_market.read")
def ready(request):
    form, scope = _scope(request)
    workers = (
        shortages.people_ready(scope)
        .select_related("home_province")
        .prefetch_related(
            "occupations__occupation", "zones", Prefetch("clearances", Clearance.objects.current().defer("decision"), to_attr="current_clearances")
        )
        .order_by("available_from", "pk")
    )
    return _list(request, "labour_market/ready.html", form, scope, workers)


def _scope(request, form_class=ScopeForm) -> tuple[ScopeForm, Scope]:
    form = read_scope(form_class, request.GET)
    zone, occupation = form.cleaned_data["zone"], form.cleaned_data["occupation"]
    return form, Scope(
        on=timezone.localdate(),
        weeks=form.cleaned_data["weeks"],
        zone=zone.pk if zone else None,
        occupation=occupation.pk if occupation else None,
    )


def _with_factory(openings):
    pipeline = Count("applications", filter=Q(applications__status__in=Application.PIPELINE_STATUSES))
    return openings.select_related("factory__zone", "occupation").with_places_left().annotate(pipeline=pipeline)


def _list(request, template, form, scope, queryset):
    page = Paginator(queryset, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return _page(request, template, form, scope, {"page": page, "rows": page.object_list})


def _page(request, template, form, scope, context):
    return render(request, template, {"form": form, "scope": scope, **context})
