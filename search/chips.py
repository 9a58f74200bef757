"""What a search was understood to ask for, as labels that can be taken back: each with the address without it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from recruitment.occupations.models import Occupation
from recruitment.places.models import IndustrialZone
from recruitment.shared.templatetags.display import day, millions
from recruitment.workers.models import Shift
from search import addresses
from search.documents import BY_DORMITORY, BY_SHUTTLE
from search.forms import OpeningSearchForm
from search.lexicon import DORMITORY, EXPERIENCE, FILLER, OCCUPATION, PLACE, SHIFT, SHUTTLE
from search.queries.openings import OpeningParameters
from search.reading import START, WAGE, Part, Reading

MOST_NAMES = 2  # zones or occupations that one label names


@dataclass(frozen=True)
class Chip:
    """`query` is the address without it, `parameters` what that address asks for. `kind` "": words without another meaning."""

    label: str
    query: str
    parameters: OpeningParameters
    kind: str = ""
    title: str = ""  # the words it was read from


def chips(form: OpeningSearchForm, parameters: OpeningParameters, reading: Reading) -> list[Chip]:
    """First what was read from the words, then what was chosen, in the order of the form; plain words too, of `kind` ""."""
    if not form.is_bound:
        return []
    names = _Names(parameters, reading)
    return [*_from_words(form.data, parameters, reading, names), *_from_choices(form, parameters, names)]


class _Names:
    """The zones and occupations that labels name, read at once."""

    def __init__(self, parameters: OpeningParameters, reading: Reading):
        occupations = {*parameters.occupations, *(value for part in reading.parts if part.kind == OCCUPATION for value in part.values)}
        self.occupations = {row.pk: str(row) for row in Occupation.objects.filter(pk__in=occupations).order_by("name", "pk")} if occupations else {}
        placed = parameters.zones or any(part.kind == PLACE for part in reading.parts)
        self.zones = {row.pk: str(row) for row in IndustrialZone.objects.order_by("name", "pk")} if placed else {}

    def of(self, part: Part) -> str:
        """The few zones or occupations meant; of many, the words themselves."""
        table = self.zones if part.kind == PLACE else self.occupations
        meant = [table[key] for key in table if key in part.values]
        return ", ".join(meant) if 0 < len(meant) <= MOST_NAMES else " ".join(part.words)


def _from_words(address: QueryDict, parameters: OpeningParameters, reading: Reading, names: _Names) -> Iterator[Chip]:
    for part in reading.parts:
        if part.kind == FILLER:
            continue
        said = reading.typed[part.start : part.end]
        label = _label(part, names)
        without = reading.without(part)
        changed = address.copy()
        changed["q"] = without
        kind = part.kind if label else ""
        yield Chip(label or said, addresses.link(changed), replace(parameters, q=without, page=1), kind, said)


def _label(part: Part, names: _Names) -> str:
    """ "" for words that are only words."""
    label = {
        OCCUPATION: lambda: _("nghề: %(name)s") % {"name": names.of(part)},
        PLACE: lambda: _("ở %(place)s") % {"place": names.of(part)},
        SHIFT: lambda: ", ".join(str(Shift(value).label) for value in sorted(part.values)),
        WAGE: lambda: _("từ %(wage)s") % {"wage": millions(part.value)},
        START: lambda: _("bắt đầu trước hoặc vào %(day)s") % {"day": day(part.value)},
        DORMITORY: lambda: _("có ký túc xá"),
        SHUTTLE: lambda: _("có xe đưa đón"),
        EXPERIENCE: lambda: _("không cần kinh nghiệm"),
    }.get(part.kind, lambda: "")()
    return _("trừ %(what)s") % {"what": label or " ".join(part.words)} if part.excluded else label


def _from_choices(form: OpeningSearchForm, parameters: OpeningParameters, names: _Names) -> Iterator[Chip]:
    if parameters.exact:
        yield Chip(_("đúng các từ này"), _without(form.data, "exact"), replace(parameters, exact=False, page=1), "exact")
    chosen = form.chosen
    for name, label in (("zones", lambda row: names.zones[row.pk]), ("occupations", lambda row: names.occupations[row.pk])):
        for row in chosen.get(name, ()):
            left = tuple(key for key in getattr(parameters, name) if key != row.pk)
            yield Chip(label(row), _without(form.data, name, row.code), replace(parameters, **{name: left, "page": 1}), name)
    for name, label in (("shifts", lambda value: str(Shift(value).label)), ("commute", commute_label)):
        for value in getattr(parameters, name):
            left = tuple(other for other in getattr(parameters, name) if other != value)
            yield Chip(label(value), _without(form.data, name, value), replace(parameters, **{name: left, "page": 1}), name)
    for name, label in (("wage_from", _wage), ("dormitory", lambda _chosen: _("có ký túc xá")), ("start_by", _start)):
        if value := getattr(parameters, name):
            nothing = getattr(OpeningParameters(), name)
            yield Chip(label(value), _without(form.data, name), replace(parameters, **{name: nothing, "page": 1}), name)


def commute_label(way: str) -> str:
    ways = {BY_DORMITORY: _("ở ký túc xá, không phải đi lại"), BY_SHUTTLE: _("xe đưa đón, bất kỳ điểm nào")}
    return ways.get(way) or _("xe đón ở %(stop)s") % {"stop": way.removeprefix("stop:")}


def _wage(amount: int) -> str:
    return _("từ %(wage)s") % {"wage": millions(amount)}


def _start(date: dt.date) -> str:
    return _("bắt đầu trước hoặc vào %(day)s") % {"day": day(date)}


def _without(address: QueryDict, name: str, value: str | None = None) -> str:
    changed = address.copy()
    changed.setlist(name, [other for other in changed.getlist(name) if value is not None and other != value])
    return addresses.link(changed)
