"""Compiles the part of Elasticsearch's query language that the product uses, and refuses the rest by name.

Scores follow Elasticsearch: what matches counts its boost, filters count nothing. Boosts are whole numbers, so that every
engine adds them to the same sum. A scored term of a text or keyword is refused: Elasticsearch weighs it by its own statistics.
"""

from collections.abc import Callable, Mapping

from search.engines.contract import UnsupportedQuery
from search.engines.embedded.plans import Boolean, Constant, Plan
from search.engines.embedded.schema import Layout, stored

BOUNDS = {"gte": ("low", True), "gt": ("low", False), "lte": ("high", True), "lt": ("high", False)}
HIGHEST_BOOST = 1_000_000
RANGE_TYPES = ("long", "date")


class Compiler:
    """One kind of document's queries."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.clauses: dict[str, Callable[[Mapping], Plan]] = {
            "match_all": self._match_all,
            "bool": self._bool,
            "term": self._term,
            "terms": self._terms,
            "range": self._range,
            "exists": self._exists,
            "constant_score": self._constant_score,
        }

    def compile(self, query: Mapping) -> Plan:
        """UnsupportedQuery or UnknownField."""
        name, body = only_entry(query, "query")
        if name not in self.clauses:
            raise UnsupportedQuery(f"query {name!r}")
        return self.clauses[name](body)

    def filter(self, query: Mapping) -> Plan:
        """The same documents, asked for no scores. A keyword term may stand here."""
        name, body = only_entry(query, "query")
        return self._term_without_score(body) if name == "term" else self.compile(query)

    def _match_all(self, body: Mapping) -> Plan:
        refuse_unknown("match_all", body, {"boost"})
        return Constant(lambda view: None, boost_of(body))

    def _bool(self, body: Mapping) -> Plan:
        refuse_unknown("bool", body, {"must", "filter", "should", "must_not", "minimum_should_match"})
        if not any(as_list(body.get(part, [])) for part in ("must", "filter", "should", "must_not")):
            return self._match_all({})
        return Boolean(
            must=[self.compile(query) for query in as_list(body.get("must", []))],
            conditions=[self.filter(query) for query in as_list(body.get("filter", []))],
            should=[self.compile(query) for query in as_list(body.get("should", []))],
            must_not=[self.filter(query) for query in as_list(body.get("must_not", []))],
            needed=shoulds_needed(body),
        )

    def _constant_score(self, body: Mapping) -> Plan:
        refuse_unknown("constant_score", body, {"filter", "boost"})
        return Constant(self.filter(body["filter"]).mask, boost_of(body))

    def _term(self, body: Mapping) -> Plan:
        field, _options = only_entry(body, "term")
        if self.layout.type_of(field) in ("text", "keyword"):
            raise UnsupportedQuery(f"term on {field!r} outside a filter: its score differs between engines")
        return self._term_without_score(body)

    def _term_without_score(self, body: Mapping) -> Plan:
        field, options = only_entry(body, "term")
        value, boost = with_boost("term", options, "value")
        exactly = self._stored(field, value)
        return Constant(lambda view: view.within(field, (exactly, exactly)), boost)

    def _terms(self, body: Mapping) -> Plan:
        body = dict(body)
        boost = boost_of({"boost": body.pop("boost", 1)})
        field, values = only_entry(body, "terms")
        if not isinstance(values, list | tuple):
            raise UnsupportedQuery(f"terms on {field!r} with a lookup")
        self.layout.type_of(field)
        wanted = tuple({self._stored(field, value) for value in values})
        return Constant(lambda view: view.among(field, wanted), boost)

    def _range(self, body: Mapping) -> Plan:
        field, options = only_entry(body, "range")
        kind = self.layout.type_of(field)
        if kind not in RANGE_TYPES:
            raise UnsupportedQuery(f"range on the {kind} field {field!r}")
        refuse_unknown("range", options, {*BOUNDS, "boost"})
        bounds: dict[str, tuple[object, bool]] = {}
        for name, (side, inclusive) in BOUNDS.items():
            if options.get(name) is not None:
                if side in bounds:
                    raise UnsupportedQuery(f"range on {field!r} with two bounds on one side")
                bounds[side] = self._stored(field, options[name]), inclusive
        (low, with_low), (high, with_high) = bounds.get("low", (None, True)), bounds.get("high", (None, True))
        return Constant(lambda view: view.within(field, (low, high, with_low, with_high)), boost_of(options))

    def _exists(self, body: Mapping) -> Plan:
        refuse_unknown("exists", body, {"field", "boost"})
        field = body["field"]
        if self.layout.type_of(field) == "text":
            raise UnsupportedQuery(f"exists on the text field {field!r}")
        return Constant(lambda view: view.present(field), boost_of(body))

    def _stored(self, field: str, value: object) -> int | str:
        """The value as the field's column has it. UnsupportedQuery for one of another type."""
        kind = self.layout.type_of(field)
        try:
            return stored(kind, value)
        except (ValueError, TypeError) as error:
            raise UnsupportedQuery(f"{value!r} for the {kind} field {field!r}: {error}") from error


def shoulds_needed(body: Mapping) -> int:
    """How many `should` clauses a bool query demands: one at least where nothing else says what is found, even if it says 0.

    Some of none is refused: Elasticsearch then finds nothing, or everything.
    """
    least = 1 if body.get("should") and not body.get("must") and not body.get("filter") else 0
    needed = body.get("minimum_should_match", least)
    if not isinstance(needed, int) or isinstance(needed, bool) or needed < 0 or (needed and not body.get("should")):
        raise UnsupportedQuery(f"bool.minimum_should_match {needed!r} of {len(as_list(body.get('should', [])))}")
    return max(needed, least)


def only_entry(body: Mapping, what: str) -> tuple[str, object]:
    if len(body) != 1:
        raise UnsupportedQuery(f"{what} with {', '.join(sorted(body)) or 'nothing'} where one entry is expected")
    return next(iter(body.items()))


def with_boost(what: str, options: object, key: str) -> tuple[object, int]:
    """Elasticsearch's short form is the value itself, its long form has a boost."""
    if not isinstance(options, Mapping):
        return options, 1
    refuse_unknown(what, options, {key, "boost"})
    return options[key], boost_of(options)


def boost_of(body: Mapping) -> int:
    boost = body.get("boost", 1)
    if not isinstance(boost, int | float) or boost != int(boost) or not 0 <= boost <= HIGHEST_BOOST:
        raise UnsupportedQuery(f"boost {boost!r}: not a whole number up to {HIGHEST_BOOST}")
    return int(boost)


def refuse_unknown(what: str, options: Mapping, known: set[str]) -> None:
    if unknown := sorted(set(options) - known):
        raise UnsupportedQuery(f"{what}.{unknown[0]}")


def as_list(clauses: object) -> list:
    return list(clauses) if isinstance(clauses, list | tuple) else [clauses]
