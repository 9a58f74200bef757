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
from search.documents import BY_DORMITORY, BY_SHUTTLE, RIDES, STOP
from search.forms import OpeningSearchForm
from search.lexicon import DORMITORY, EXPERIENCE, FILLER, OCCUPATION, PLACE, SHIFT, SHUTTLE
from search.queries.openings import OpeningParameters
from search.reading import PAY, START, Part, Reading

MOST_NAMES = 2  # zones or occupations that one label names


@dataclass(frozen=True)
class Search:
    """An address and what it asks for."""

    query: str
    parameters: OpeningParameters


@dataclass(frozen=True)
class Chip:
    """`without` it the search is wider; `alone` it is all that is asked. `kind` "": words without another meaning."""

    label: str
    without: Search
    alone: Search
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
        """The few occupations meant; of many, what was said."""
        meant = [name for key, name in self.occupations.items() if key in part.values]
        return ", ".join(meant) if 0 < len(meant) <= MOST_NAMES else part.phrases[0].shown

    def where(self, part: Part) -> str:
        """The few zones meant; of many, the place and how many there are."""
        meant = [name for key, name in self.zones.items() if key in part.values]
        if len(meant) <= MOST_NAMES:
            return _("ở %(place)s") % {"place": ", ".join(meant)}
        return _("quanh %(place)s (%(count)d khu)") % {"place": part.phrases[0].shown, "count": len(meant)}


def _from_words(address: QueryDict, parameters: OpeningParameters, reading: Reading, names: _Names) -> Iterator[Chip]:
    for part in reading.parts:
        if part.kind == FILLER:
            continue
        said, left, label = reading.typed[part.start : part.end], reading.without(part), _label(part, names)
        without = Search(_address(address, q=[left]), replace(parameters, q=left, page=1, after=()))
        alone = Search(_address(QueryDict(mutable=True), q=[said]), OpeningParameters(q=said))
        yield Chip(label or " ".join(part.words), without, alone, part.kind if label else "", said)


def _label(part: Part, names: _Names) -> str:
    """ "" for words that are only words."""
    label = {
        OCCUPATION: lambda: _("nghề: %(name)s") % {"name": names.of(part)},
        PLACE: lambda: names.where(part),
        SHIFT: lambda: ", ".join(str(Shift(value).label) for value in sorted(part.values)),
        PAY: lambda: _("từ %(wage)s") % {"wage": millions(part.value)},
        START: lambda: _("bắt đầu trước hoặc vào %(day)s") % {"day": day(part.value)},
        DORMITORY: lambda: _("có ký túc xá"),
        SHUTTLE: lambda: _("có xe đưa đón"),
        EXPERIENCE: lambda: _("không cần kinh nghiệm"),
    }.get(part.kind, lambda: "")()
    return _("trừ %(what)s") % {"what": label or " ".join(part.words)} if part.excluded else label


def _from_choices(form: OpeningSearchForm, parameters: OpeningParameters, names: _Names) -> Iterator[Chip]:
    chosen = form.chosen
    several = {
        "zones": [(row.pk, row.code, names.zones[row.pk]) for row in chosen.get("zones", ())],
        "occupations": [(row.pk, row.code, names.occupations[row.pk]) for row in chosen.get("occupations", ())],
        "shifts": [(shift, shift, str(Shift(shift).label)) for shift in parameters.shifts],
        "commute": [(way, way, commute_label(way)) for way in parameters.commute],
    }
    for name, values in several.items():
        for key, written, label in values:
            left = tuple(other for other in getattr(parameters, name) if other != key)
            yield _choice(form.data, parameters, name, label, left, (key,), [other for _key, other, _label in values if other != written], [written])
    single = {"exact": _("đúng các từ này"), "wage_from": _wage, "dormitory": _("có ký túc xá"), "start_by": _start}
    for name, label in single.items():
        if value := getattr(parameters, name):
            said = label(value) if callable(label) else label
            yield _choice(form.data, parameters, name, said, getattr(OpeningParameters(), name), value, [], form.data.getlist(name))


def _choice(address, parameters, name: str, label: str, left, chosen, written_left: list[str], written: list[str]) -> Chip:
    without = Search(_address(address, **{name: written_left}), replace(parameters, **{name: left, "page": 1, "after": ()}))
    alone = Search(_address(QueryDict(mutable=True), **{name: written}), OpeningParameters(**{name: chosen}))
    return Chip(label, without, alone, name)


def commute_label(way: str) -> str:
    ways = {BY_DORMITORY: _("ở ký túc xá, không phải đi lại"), BY_SHUTTLE: _("xe đưa đón, bất kỳ điểm nào")}
    ways |= {ride: _("đi xe không quá %(minutes)d phút, hoặc ở ký túc xá") % {"minutes": most} for most, ride in RIDES.items()}
    return ways.get(way) or _("xe đón tại %(stop)s") % {"stop": way.removeprefix(STOP)}


def _wage(amount: int) -> str:
    return _("từ %(wage)s") % {"wage": millions(amount)}


def _start(date: dt.date) -> str:
    return _("bắt đầu trước hoặc vào %(day)s") % {"day": day(date)}


def _address(address: QueryDict, **values: list[str]) -> str:
    changed = address.copy()
    for name, given in values.items():
        changed.setlist(name, given)
    return addresses.link(changed)
