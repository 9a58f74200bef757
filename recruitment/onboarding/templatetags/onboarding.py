"""What pages of applications show of onboarding."""

from django import template

from recruitment.applications.models import Application
from recruitment.onboarding.models import StartMove
from recruitment.onboarding.services import waiting

register = template.Library()


@register.simple_tag
def place_in_queue(application: Application) -> int | None:
    """From 1, or None for whoever does not wait for room."""
    return waiting.position_of(application)


@register.simple_tag
def moved_starts(application: Application) -> list[StartMove]:
    """From which day to which the start moved after the acceptance; without a query where `acceptance__moves` was prefetched."""
    acceptance = getattr(application, "acceptance", None)
    return list(acceptance.moves.all()) if acceptance else []
