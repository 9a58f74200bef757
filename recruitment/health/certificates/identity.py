"""Whether a certificate's holder is the person of a profile: names compared as ICAO 9303 writes them, birth dates as far as they are known."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from recruitment.health.certificates.content import Holder
from recruitment.shared.words import plain

ICAO = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})  # doc 9303-3, section 6
SHORT = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ł": "l", "ı": "i"})
NOT_A_LETTER = re.compile(r"[\W\d_]+")


class Names(StrEnum):
    SAME = "same"
    PART = "part"  # one has words that the other lacks
    DIFFERENT = "different"


class Births(StrEnum):
    SAME = "same"  # as far as the certificate says: it may name only the year, or year and month
    MISSING = "missing"
    SWAPPED = "swapped"  # day and month changed places
    DIFFERENT = "different"


@dataclass(frozen=True)
class Comparison:
    names: Names
    births: Births

    @property
    def is_same_person(self) -> bool:
        return self.names == Names.SAME and self.births == Births.SAME

    @property
    def is_another_person(self) -> bool:
        """Not only spelled, dated or remembered otherwise."""
        return self.names == Names.DIFFERENT or self.births == Births.DIFFERENT


def compare(holder: Holder, *, name: str, birth_date: dt.date) -> Comparison:
    """The order of family and given names, accents and how letters are transliterated make no difference."""
    return Comparison(_compare_names(holder, name), _compare_births(holder.born, birth_date))


def _compare_names(holder: Holder, name: str) -> Names:
    spellings = [f"{holder.family_name} {holder.given_name}", f"{holder.machine_family_name} {holder.machine_given_name}"]
    pairs = [pair for spelling in spellings for pair in product(_foldings(spelling), _foldings(name)) if all(pair)]
    if any(sorted(one) == sorted(other) or _run_together(one, other) for one, other in pairs):
        return Names.SAME
    if any(_is_part(one, other) or _is_part(other, one) for one, other in pairs):
        return Names.PART
    return Names.DIFFERENT


def _foldings(name: str) -> list[tuple[str, ...]]:
    """The words of a name in plain letters, once with German and Nordic letters written out, once without their marks."""
    lower = name.casefold()
    return [tuple(NOT_A_LETTER.sub(" ", plain(lower.translate(table))).split()) for table in (ICAO, SHORT)]


def _run_together(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """NGUYENVAN AN is Nguyễn Văn An, whichever part comes first."""
    turned = {"".join(one[cut:] + one[:cut]) for cut in range(len(one))}
    return bool(turned & {"".join(other[cut:] + other[:cut]) for cut in range(len(other))})


def _is_part(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) >= 2 and not Counter(one) - Counter(other)


def _compare_births(born: str, birth_date: dt.date) -> Births:
    if not born:
        return Births.MISSING
    if birth_date.isoformat().startswith(born):
        return Births.SAME
    year, month, day = birth_date.isoformat().split("-")
    return Births.SWAPPED if born == f"{year}-{day}-{month}" else Births.DIFFERENT
