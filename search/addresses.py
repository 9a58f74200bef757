"""The address of a search is its state, and shared links outlive the code: `v` says how it is written.

1 (no `v`): zones and occupations are primary keys. 2: they are codes, which mean the same after a reload of the tables.
"""

import re
from collections.abc import Collection, Sequence

from django.db.models import Model
from django.http import QueryDict

from recruitment.occupations.models import Occupation
from recruitment.places.models import IndustrialZone

VERSION = "2"
TRACKING = ("utm_", "fbclid", "gclid", "zarsrc")  # added by the services through which people share links
PLACE_WRITTEN = re.compile(r"-?\d{1,19}(_-?\d{1,19}){1,3}", re.ASCII)
FARTHEST = 2**63
PLACE = ("page", "after")  # where in the list, not what is in it
LONGEST_SHOWN = 40  # characters of what the page says it ignored
CODED: dict[str, type[Model]] = {"zones": IndustrialZone, "occupations": Occupation}


def current(address: QueryDict) -> QueryDict:
    """The same address as the newest version writes it."""
    changed = address.copy()
    if "v" not in address:
        for name, model in CODED.items():
            if name in changed:
                changed.setlist(name, _codes(model, changed.getlist(name)))
    changed.pop("v", None)
    return changed


def unknown_names(address: QueryDict, known: Collection[str]) -> list[str]:
    """Parts of the address that mean nothing here."""
    return [shortened(name) for name in address if name not in known and name != "v" and not name.startswith(TRACKING)]


def link(address: QueryDict) -> str:
    """The query of a link to this state, on its first page."""
    kept = address.copy()
    for place in PLACE:
        kept.pop(place, None)
    if any(name in kept for name in CODED):
        kept["v"] = VERSION
    return kept.urlencode()


def written_place(place: Sequence[int]) -> str | None:
    """A place in a list (contract.Hit) as an address has it; None for no place."""
    return "_".join(map(str, place)) or None


def place_of(written: str) -> tuple[int, ...]:
    """The place that was written so; () for what isn't one."""
    numbers = tuple(map(int, written.split("_"))) if PLACE_WRITTEN.fullmatch(written) else ()
    return numbers if all(-FARTHEST <= number < FARTHEST for number in numbers) else ()


def shortened(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"


def _codes(model: type[Model], values: Collection[str]) -> list[str]:
    """Codes of these primary keys; what is none stays as it is, to be named as unknown."""
    keys = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10]
    codes = dict(model._default_manager.filter(pk__in=keys).values_list("pk", "code"))
    return [codes.get(int(value), value) if value.isascii() and value.isdigit() and len(value) < 10 else value for value in values]
