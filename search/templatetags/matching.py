"""What search results say, as sentences."""

from django import template

from search import addresses, chips, explanations

register = template.Library()
register.filter("reason_text", explanations.reason_text)
register.filter("blocker_text", explanations.blocker_text)
register.filter("commute_label", chips.commute_label)
register.filter("address_link", addresses.link)
register.filter("place", addresses.written_place)


@register.filter
def facet_count(values, wanted: str) -> int:
    """The count of one value of a facet, 0 without facets."""
    return next((value.count for value in values or () if value.value == wanted), 0)


@register.filter
def facet_chosen(values, wanted: str) -> bool:
    return any(value.chosen for value in values or () if value.value == wanted)


@register.filter
def most(values, number: int) -> list:
    """The values of a facet that most hits have."""
    return sorted((value for value in values or () if value.count), key=lambda value: -value.count)[:number]
