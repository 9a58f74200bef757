"""What pages of applications show of onboarding."""

from django import template

from recruitment.applications.models import Application
from recruitment.onboarding.services import waiting

register = template.Library()


@register.simple_tag
def place_in_queue(application: Application) -> int | None:
    """From 1, or None for whoever does not wait for room."""
    return waiting.position_of(application)
