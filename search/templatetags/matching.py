"""What search results say, as sentences."""

from django import template

from search import explanations

register = template.Library()
register.filter("reason_text", explanations.reason_text)
register.filter("blocker_text", explanations.blocker_text)


@register.filter
def facet_count(values, wanted: str) -> int:
    """The count of one value of a facet, 0 without facets."""
    return next((value.count for value in values or () if value.value == wanted), 0)


@register.filter
def facet_chosen(values, wanted: str) -> bool:
    return any(value.chosen for value in values or () if value.value == wanted)
