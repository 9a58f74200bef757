"""Which of very many searches a changed document matches, in one process: the query language in plain Python behind an inverted index.

Pure. Each search is filed under its rarest condition, so a document calls up only the searches that share something rare with it.
Of these, every clause that many share is tested once and takes all of them out that it rules out (sets are the bits of a whole
number); what is left is asked the rest one by one. Equal searches are one. Whatever the language has beyond the clauses below is
refused by name, never guessed.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Key = tuple[str, object]  # a field and a value that a document has in it
MANY = 16  # searches that share a clause: from so many on it is tested for all of them together
UNSEEN = 0.5  # documents that are expected to have a value which no document of the sample has
ANYTHING = "match_all"


class UnknownClause(ValueError):
    """The query uses a part of the language that can't be watched; the message names it."""


class Document:
    """A source as sets of values."""

    __slots__ = ("values",)

    def __init__(self, source: Mapping[str, object], texts: Collection[str]):
        self.values = {name: _values(value, name in texts) for name, value in source.items() if value is not None}


Test = Callable[[Document], bool]


@dataclass
class Clause:
    """Something that must hold, and the slots of all watches that ask for it, as bits."""

    test: Test
    slots: int = 0


@dataclass
class Watch:
    """Clauses that must all hold, and everybody who waits for that."""

    clauses: Sequence[Clause]
    ids: set[int] = field(default_factory=set)
    left: Sequence[Test] = ()  # of the clauses that few share


class WatchIndex:
    """Searches to be matched with one document after the other."""

    def __init__(self, texts: Collection[str], sample: Iterable[Mapping[str, object]] = (), *, dates: Collection[str] = ()):
        """`texts` are fields that hold words between spaces, `dates` those that a query may ask for by days in ISO's notation.

        `sample` are documents to learn from which values are rare.
        """
        self.texts, self.dates = frozenset(texts), frozenset(dates)
        self.frequency: dict[Key, int] = {}
        self.slots: list[Watch] = []
        self.slot_of: dict[str, int] = {}  # by query
        self.whose: dict[int, Watch] = {}
        self.clauses: dict[str, Clause] = {}
        self.common: list[Clause] | None = None  # None: to be chosen anew
        self.filed: dict[str, dict[object, int]] = {}  # field, value: slots
        self.unfiled = 0
        for source in sample:
            for name, values in Document(source, self.texts).values.items():
                for value in values:
                    self.frequency[name, value] = self.frequency.get((name, value), 0) + 1

    def __len__(self) -> int:
        return len(self.whose)

    def add(self, search: int, query: Mapping) -> None:
        """Watch for whatever `query`, in Elasticsearch's notation, finds. UnknownClause."""
        name = canonical(query)
        if name not in self.slot_of:
            self._file(conjuncts(query))
            self.slot_of[name] = len(self.slots) - 1
        self.whose[search] = self.slots[self.slot_of[name]]
        self.whose[search].ids.add(search)

    def remove(self, search: int) -> None:
        self.whose.pop(search).ids.discard(search)

    def matching(self, source: Mapping[str, object]) -> set[int]:
        """The searches that find this document."""
        document, left = Document(source, self.texts), self.unfiled
        for name, filed in self.filed.items():
            for value in document.values.get(name, ()):
                left |= filed.get(value, 0)
        for clause in self._common():
            if left & clause.slots and not clause.test(document):
                left &= ~clause.slots
        found: set[int] = set()
        for slot in bits(left):
            watch = self.slots[slot]
            if watch.ids and all(test(document) for test in watch.left):
                found |= watch.ids
        return found

    def _file(self, parts: Sequence[Mapping]) -> None:
        clauses = [self._clause(part) for part in parts]  # first: it may refuse
        slot = 1 << len(self.slots)
        self.slots.append(Watch(clauses))
        for clause in clauses:
            clause.slots |= slot
        self.common = None
        keys = self._rarest(parts)
        if keys is None:
            self.unfiled |= slot
        for name, value in keys or ():
            filed = self.filed.setdefault(name, {})
            filed[value] = filed.get(value, 0) | slot

    def _common(self) -> list[Clause]:
        if self.common is None:
            self.common = [clause for clause in self.clauses.values() if clause.slots.bit_count() >= MANY]
            for watch in self.slots:
                watch.left = [clause.test for clause in watch.clauses if clause.slots.bit_count() < MANY]
        return self.common

    def _clause(self, part: Mapping) -> Clause:
        name = canonical(part)
        if name not in self.clauses:
            self.clauses[name] = Clause(self._compile_parts([part]))
        return self.clauses[name]

    def _rarest(self, clauses: Iterable[Mapping]) -> frozenset[Key] | None:
        """Of all that must hold, the keys met in the fewest documents."""
        return min((keys for clause in clauses if (keys := self._keys(clause)) is not None), key=self._documents, default=None)

    def _documents(self, keys: Iterable[Key]) -> float:
        return sum(self.frequency.get(key, UNSEEN) for key in keys)

    def _keys(self, clause: Mapping) -> frozenset[Key] | None:
        """Keys of which every document that the clause finds has one; None when that can't be said."""
        (name,) = clause
        if name in ("term", "terms"):
            field_name, values = _terms(clause)
            return frozenset((field_name, value) for value in values)
        if name not in ("bool", "constant_score"):
            return None
        parts = conjuncts(clause)
        return self._keys_of_one(parts[0]) if len(parts) == 1 else self._rarest(parts)

    def _keys_of_one(self, part: Mapping) -> frozenset[Key] | None:
        """Of k ways m must hold: whatever holds has one of any k - m + 1 of them."""
        if "bool" not in part:
            return self._keys(part)
        ways, needed = as_list(part["bool"].get("should")), _needed(part["bool"])
        keys = sorted((keys for way in ways if (keys := self._keys(way)) is not None), key=self._documents)[: len(ways) - needed + 1]
        return frozenset().union(*keys) if needed and len(keys) == len(ways) - needed + 1 else None

    def _compile(self, clause: Mapping) -> Test:
        ((name, body),) = clause.items()
        if name in ("term", "terms"):
            return _has_one_of(*_terms(clause))
        if name == "range":
            return self._in_range(body)
        if name == "exists":
            wanted = body["field"]
            return lambda document: bool(document.values.get(wanted))
        if name == ANYTHING:
            return lambda _document: True
        if name in ("bool", "constant_score"):
            return self._compile_parts(conjuncts(clause))
        raise UnknownClause(f"{name} can't be watched")

    def _in_range(self, body: Mapping) -> Test:
        ((name, bounds),) = body.items()
        if unknown := bounds.keys() - {"gte", "lte", "boost"}:
            raise UnknownClause(f"range.{min(unknown)} can't be watched")
        least, most = self._bound(name, bounds.get("gte"), float("-inf")), self._bound(name, bounds.get("lte"), float("inf"))

        def in_range(document: Document) -> bool:
            for value in document.values.get(name, ()):  # noqa: SIM110 - a generator costs more than the comparison
                if least <= value <= most:
                    return True
            return False

        return in_range

    def _bound(self, name: str, bound, missing: float):
        if bound is None:
            return missing
        return _value(dt.date.fromisoformat(bound) if name in self.dates and isinstance(bound, str) else bound)

    def _compile_parts(self, parts: Sequence[Mapping]) -> Test:
        tests = [self._compile_one(part) if "bool" in part else self._compile(part) for part in parts]
        if len(tests) == 1:
            return tests[0]
        return lambda document: all(test(document) for test in tests)

    def _compile_one(self, part: Mapping) -> Test:
        """A bool that `conjuncts` left whole: one thing that must not be, or some of many ways."""
        body = part["bool"]
        if "must_not" in body:
            (unwanted,) = (self._compile(clause) for clause in body["must_not"])
            return lambda document: not unwanted(document)
        ways, needed = [self._compile(way) for way in body["should"]], body["minimum_should_match"]
        if needed == 1:
            return lambda document: any(way(document) for way in ways)
        return lambda document: sum(way(document) for way in ways) >= needed


def bits(number: int) -> Iterator[int]:
    """The places of its ones."""
    for place, byte in enumerate(number.to_bytes((number.bit_length() + 7) // 8, "little")):
        while byte:
            lowest = byte & -byte
            yield place * 8 + lowest.bit_length() - 1
            byte ^= lowest


def canonical(query: Mapping) -> str:
    """The same words for the same query."""
    return json.dumps(query, sort_keys=True, default=str, ensure_ascii=False)


def conjuncts(query: Mapping) -> list[Mapping]:
    """What must hold, part by part; what only scores is left out."""
    if "constant_score" in query:
        return conjuncts(query["constant_score"]["filter"])
    if "bool" not in query:
        return [query]
    body = query["bool"]
    if unknown := body.keys() - {"must", "filter", "should", "must_not", "minimum_should_match", "boost"}:
        raise UnknownClause(f"bool.{min(unknown)} can't be watched")
    parts = [part for clause in [*as_list(body.get("must")), *as_list(body.get("filter"))] for part in conjuncts(clause)]
    parts += [{"bool": {"must_not": [clause]}} for clause in as_list(body.get("must_not"))]
    if needed := _needed(body):
        parts.append({"bool": {"should": as_list(body["should"]), "minimum_should_match": needed}})
    return parts


def as_list(clauses) -> list:
    return [] if clauses is None else list(clauses) if isinstance(clauses, list | tuple) else [clauses]


def _needed(body: Mapping) -> int:
    """How many of the shoulds must hold."""
    ways = as_list(body.get("should"))
    asked = body.get("minimum_should_match", 1 if ways and not body.get("must") and not body.get("filter") else 0)
    if not isinstance(asked, int) or asked < 0:
        raise UnknownClause(f"minimum_should_match {asked!r} can't be watched")
    return asked if ways else 0


def _terms(clause: Mapping) -> tuple[str, frozenset]:
    """The field, and the values of which one is wanted."""
    ((name, body),) = clause.items()
    ((field_name, wanted),) = ((key, value) for key, value in body.items() if key != "boost")
    if name == "terms":
        return field_name, frozenset(wanted)
    return field_name, frozenset([wanted["value"] if isinstance(wanted, Mapping) else wanted])


def _has_one_of(name: str, wanted: frozenset) -> Test:
    if len(wanted) == 1:
        (only,) = wanted
        return lambda document: only in document.values.get(name, ())
    return lambda document: name in document.values and not wanted.isdisjoint(document.values[name])


def _values(value, is_text: bool) -> frozenset:
    if is_text:
        return frozenset(str(value).split())
    return frozenset(map(_value, value)) if isinstance(value, list | tuple) else frozenset([_value(value)])


def _value(value):
    """Days and moments as seconds, so that they compare with each other."""
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp()
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC).timestamp()
    return value
