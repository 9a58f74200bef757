"""What phrases mean: occupations, places, shifts, benefits, abbreviations, other ways to say the same, and words that say nothing.

Pure: rows of occupations, zones and provinces in, so that a new synonym works without indexing anything; the rest comes from
data/phrases.csv. One folded phrase may have several meanings: accents decide between them where they were typed.
"""

import csv
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice, takewhile
from pathlib import Path

from recruitment.places.distances import distance_km
from search import text

DATA = Path(__file__).resolve().parent / "data"
OCCUPATION, PLACE, SHIFT, DORMITORY, SHUTTLE, EXPERIENCE = "occupation", "place", "shift", "dormitory", "shuttle", "experience"
WORDS, FILLER, PROVINCE = "words", "filler", "province"
CONDITIONS = (PLACE, SHIFT, DORMITORY, SHUTTLE, EXPERIENCE)  # what a structured field of an opening answers
ZONE_PREFIXES = ("kcn", "khu công nghiệp")
ZONE_ENDINGS = ("industrial zone", "industrial park")
COMMUNE_PREFIXES = ("xã", "phường")
NEAR_KM = 10  # as the crow flies, from the centre of a commune to a zone that is "near" it
CommuneRow = tuple[str, float, float]  # name, latitude, longitude
OccupationRow = tuple[int, str, str, tuple[str, ...]]  # primary key, name, English name, synonyms
ZoneRow = tuple[int, str, str, str, int, float, float]  # primary key, code, name, English name, province, latitude, longitude
ProvinceRow = tuple[int, str, str, int | None]  # primary key, name, English name, the province that it is part of now


@dataclass(frozen=True)
class Phrase:
    """Words of one kind, `shown` as people write them. `values` are primary keys of occupations or zones, or a shift; `instead` other words for the same.

    `exact` ones are never read with their accents left out: "cho o to" is no "chỗ ở".
    """

    kind: str
    words: tuple[str, ...]
    folded: tuple[str, ...]
    values: frozenset = frozenset()
    instead: tuple[tuple[str, ...], ...] = ()
    exact: bool = False
    shown: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Every phrase by its folded words, the length of the longest, and the words in them with and without accents."""

    meanings: Mapping[tuple[str, ...], Sequence[Phrase]]
    longest: int
    words: frozenset[str]
    folded_words: frozenset[str]

    def meanings_of(self, said: Sequence[str], *, accents: bool) -> list[Phrase]:
        """What these words say: letter for letter if that is known ("thợ máy" is not "thợ may"), else with accents left out.

        `accents`: the text was typed with a Vietnamese keyboard, so that a word without any has none.
        """
        known = self.meanings.get(tuple(map(fold_word, said)), ())
        exactly = [phrase for phrase in known if phrase.words == tuple(said)]
        return exactly or [phrase for phrase in known if not phrase.exact and self._left_out(said, phrase, accents=accents)]

    @cached_property
    def _spelled(self) -> list[tuple[str, Sequence[Phrase]]]:
        return sorted(((" ".join(folded), phrases) for folded, phrases in self.meanings.items()), key=lambda entry: entry[0])

    def beginning_with(self, folded: str) -> Iterator[tuple[str, Sequence[Phrase]]]:
        """Folded phrases that begin so, in the alphabet's order, with their meanings."""
        start = bisect_left(self._spelled, folded, key=lambda entry: entry[0])
        return takewhile(lambda entry: entry[0].startswith(folded), islice(self._spelled, start, None))

    def _left_out(self, said: Sequence[str], phrase: Phrase, *, accents: bool) -> bool:
        pairs = zip(said, phrase.words, phrase.folded, strict=True)
        return all(typed == meant or (typed == folded and not (accents and typed in self.words)) for typed, meant, folded in pairs)


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    return text.folded_tokens(word)[0]


@lru_cache(maxsize=4)
def lexicon_of(
    occupations: tuple[OccupationRow, ...],
    zones: tuple[ZoneRow, ...] = (),
    provinces: tuple[ProvinceRow, ...] = (),
    communes: tuple[CommuneRow, ...] = (),
) -> Lexicon:
    places = _places(zones, provinces)
    taken = {phrase.words for phrase in places}
    near = [phrase for phrase in _communes(communes, zones) if phrase.words not in taken]
    phrases = [*_occupations(occupations), *places, *near, *_from_the_file()]
    table: dict[tuple[str, ...], list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        table[phrase.folded].append(phrase)
    return Lexicon(
        meanings=dict(table),
        longest=max(map(len, table)),
        words=frozenset(word for phrase in phrases for word in phrase.words),
        folded_words=frozenset(word for folded in table for word in folded),
    )


def _occupations(rows: Iterable[OccupationRow]) -> list[Phrase]:
    named: dict[tuple[str, ...], set[int]] = defaultdict(set)
    shown: dict[tuple[str, ...], str] = {}
    for pk, name, name_en, synonyms in rows:
        for title in (name, name_en, *synonyms):
            named[_words(title)].add(pk)
            shown.setdefault(_words(title), title)
    return [_phrase(OCCUPATION, words, values=frozenset(occupations), shown=shown[words]) for words, occupations in named.items() if words]


def _places(zones: Sequence[ZoneRow], provinces: Sequence[ProvinceRow]) -> list[Phrase]:
    """Zones by their names ("Yên Bình" is every zone whose name begins so), provinces that have some, and old names of both."""
    named: dict[tuple[str, ...], set[int]] = defaultdict(set)
    names = [(pk, _without(_words(name), ZONE_PREFIXES, ZONE_ENDINGS)) for pk, _code, *both, _province, _north, _east in zones for name in both]
    for pk, words in names:
        named[words].add(pk)
        named[words] |= {other for other, longer in names if longer[: len(words)] == words}
    codes = {code: pk for pk, code, *_rest in zones}
    for value, phrases in _rows(PLACE):
        for words in phrases:
            named[words] |= {codes[code] for code in value.split() if code in codes}
    also = dict(_rows(PROVINCE))
    for pk, name, name_en, successor in provinces:
        for words in (_words(name), _words(name_en), *also.get(name, ())):
            named[words] |= {zone for zone, _code, _name, _name_en, province, *_where in zones if province in (pk, successor)}
    return [_phrase(PLACE, words, values=frozenset(found), shown=_as_a_name(words)) for words, found in named.items() if words and found]


def _communes(communes: Iterable[CommuneRow], zones: Sequence[ZoneRow]) -> list[Phrase]:
    """A commune is the zones near it. Many are called like other things ("Trung Thành"), so their accents must be right."""
    found = []
    for name, latitude, longitude in communes:
        words = _without(_words(name), COMMUNE_PREFIXES, ())
        near = frozenset(pk for pk, *_names, north, east in zones if distance_km(latitude, longitude, north, east) <= NEAR_KM)
        if near:
            found.append(_phrase(PLACE, words, values=near, shown=_as_a_name(words), exact=True))
    return found


def _as_a_name(words: Iterable[str]) -> str:
    return " ".join(word.upper() if set(word) <= set("iv") else word.capitalize() for word in words)


def _without(words: tuple[str, ...], prefixes: Iterable[str], endings: Iterable[str]) -> tuple[str, ...]:
    for prefix in map(_words, prefixes):
        if words[: len(prefix)] == prefix and len(words) > len(prefix):
            words = words[len(prefix) :]
    for ending in map(_words, endings):
        if words[-len(ending) :] == ending and len(words) > len(ending):
            words = words[: -len(ending)]
    return words


def _from_the_file() -> list[Phrase]:
    found = []
    for kind in (WORDS, SHIFT, DORMITORY, SHUTTLE, EXPERIENCE, FILLER):
        for value, phrases in _rows(kind):
            for words, exact in phrases.items():
                others = tuple(other for other in phrases if other != words) if kind == WORDS else ()
                found.append(_phrase(kind, words, values=frozenset([value] if value else []), instead=others, exact=exact or kind == FILLER))
    return found


@cache
def _rows(kind: str) -> list[tuple[str, dict[tuple[str, ...], bool]]]:
    """The value of each row of one kind, and its phrases with whether they must be exact (marked "=")."""
    with (DATA / "phrases.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    return [(row["value"], {_words(phrase): phrase.startswith("=") for phrase in row["phrases"].split(";")}) for row in rows]


def _phrase(kind: str, words: tuple[str, ...], **more) -> Phrase:
    return Phrase(kind, words, tuple(map(fold_word, words)), **more)


def _words(title: str) -> tuple[str, ...]:
    return tuple(text.tokens(title))
