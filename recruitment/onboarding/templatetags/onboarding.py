"""What pages of applications show of onboarding."""

import datetime as dt

from django import template
from django.db.models import Count, Q
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding.models import AcceptanceBatch, StartMove
from recruitment.onboarding.services import waiting

register = template.Library()
RESULTS_SHOWN = dt.timedelta(hours=24)
MOST_SHOWN = 5


@register.simple_tag(takes_context=True)
def recent_batches(context, opening=None) -> list[AcceptanceBatch]:
    """The reader's batches that are still carried out or finished within a day, of one opening or of all, with `people` and `done`."""
    still_of_use = Q(finished_at=None) | Q(finished_at__gte=timezone.now() - RESULTS_SHOWN)
    rows = AcceptanceBatch.objects.visible_to(context["request"].user).filter(still_of_use, **({"opening": opening} if opening else {}))
    counted = rows.annotate(people=Count("lines"), done=Count("lines", filter=~Q(lines__outcome="")))
    return list(counted.select_related("opening").order_by("-asked_at", "-pk")[:MOST_SHOWN])


@register.simple_tag
def place_in_queue(application: Application) -> int | None:
    """From 1, or None for whoever does not wait for room."""
    return waiting.position_of(application)


@register.simple_tag
def moved_starts(application: Application) -> list[StartMove]:
    """From which day to which the start moved after the acceptance; without a query where `acceptance__moves` was prefetched."""
    acceptance = getattr(application, "acceptance", None)
    return list(acceptance.moves.all()) if acceptance else []
