"""What pages of applications show of onboarding."""

import datetime as dt

from django import template
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding.breach_words import sentence_of
from recruitment.onboarding.invariants import BY_CODE
from recruitment.onboarding.models import Acceptance, AcceptanceBatch, Breach, StartMove
from recruitment.onboarding.services import waiting
from recruitment.openings.models import Opening

register = template.Library()
RESULTS_SHOWN = dt.timedelta(hours=24)
ENDING_SOON = dt.timedelta(hours=24)
MOST_SHOWN = 5


@register.simple_tag(takes_context=True)
def recent_batches(context, opening=None) -> list[AcceptanceBatch]:
    """The reader's batches that are still carried out or finished within a day, of one opening or of all, with `people` and `done`."""
    still_of_use = Q(finished_at=None) | Q(finished_at__gte=timezone.now() - RESULTS_SHOWN)
    rows = AcceptanceBatch.objects.visible_to(context["request"].user).filter(still_of_use, **({"opening": opening} if opening else {}))
    counted = rows.annotate(people=Count("lines"), done=Count("lines", filter=~Q(lines__outcome="")))
    return list(counted.select_related("opening").order_by("-asked_at", "-pk")[:MOST_SHOWN])


@register.simple_tag(takes_context=True)
def ending_holds(context) -> list[dict]:
    """What the reader's openings hold for people whose time to answer or to confirm ends within a day, the first to end first."""
    own, now = Opening.objects.owned_by(context["request"].user), timezone.now()
    soon = (now, now + ENDING_SOON)
    offers = Application.objects.unanswered().filter(status=Application.Status.OFFERED, opening__in=own, answer_by__range=soon)
    offers = offers.select_related("worker__user", "opening").order_by("answer_by", "pk")[:MOST_SHOWN]
    accepted = Acceptance.objects.to_confirm().filter(application__opening__in=own, confirm_by__range=soon)
    accepted = accepted.select_related("application__worker__user", "application__opening").order_by("confirm_by", "pk")[:MOST_SHOWN]
    rows = [{"application": row, "ends": row.answer_by, "is_accepted": False} for row in offers]
    rows += [{"application": row.application, "ends": row.confirm_by, "is_accepted": True} for row in accepted]
    return sorted(rows, key=lambda row: row["ends"])[:MOST_SHOWN]


@register.simple_tag(takes_context=True)
def own_breaches(context) -> list[dict]:
    """What must hold for the reader's own people and does not, the oldest first, each with the page on which something can be done."""
    breaches = list(Breach.objects.open().for_the_factories_of(context["request"].user).select_related("factory")[:MOST_SHOWN])
    people = [breach.subject for breach in breaches if BY_CODE[breach.rule].of is Acceptance]
    applications = dict(Acceptance.objects.filter(pk__in=people).order_by().values_list("pk", "application")) if people else {}
    rows = []
    for breach in breaches:
        if application := applications.get(breach.subject) if BY_CODE[breach.rule].of is Acceptance else None:
            address = reverse("onboarding:tasks", args=[application])
        else:
            address = reverse("quarantine:factory_backup", args=[breach.factory_id])
        rows.append({"breach": breach, "sentence": sentence_of(breach), "address": address})
    return rows


@register.simple_tag
def place_in_queue(application: Application) -> waiting.PlaceInQueue | None:
    """Which in the queue, since when and for what; None for whoever does not wait for room."""
    return waiting.place_of(application)


@register.simple_tag
def moved_starts(application: Application) -> list[StartMove]:
    """From which day to which the start moved after the acceptance; without a query where `acceptance__moves` was prefetched."""
    acceptance = getattr(application, "acceptance", None)
    return list(acceptance.moves.all()) if acceptance else []
