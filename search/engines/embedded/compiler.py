"""Compiles the part of Elasticsearch's query language that the product uses to tantivy, and refuses the rest by name.

Scores follow Elasticsearch: exact matches count their boost, filters nothing, words BM25. What would need a scored keyword
term is refused, since the engines count those differently.
"""

from collections.abc import Callable, Mapping

import tantivy
from tantivy import Occur, Query

from search.engines.contract import UnsupportedQuery
from search.engines.embedded.schema import Layout, in_utc

BOUNDS = {"gte": ("lower_bound", "include_lower", True), "gt": ("lower_bound", "include_lower", False)} | {
    "lte": ("upper_bound", "include_upper", True),
    "lt": ("upper_bound", "include_upper", False),
}
RANGE_TYPES = {"long": tantivy.FieldType.Integer, "date": tantivy.FieldType.Date}
LARGEST_LONG = 2**63 - 1


class Compiler:
    """One kind of document's queries."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.schema = layout.schema
        self.clauses: dict[str, Callable[[Mapping], Query]] = {
            "match_all": self._match_all,
            "bool": self._bool,
            "term": self._term,
            "terms": self._terms,
            "range": self._range,
            "exists": self._exists,
            "match": self._match,
            "multi_match": self._multi_match,
            "constant_score": self._constant_score,
        }

    def compile(self, query: Mapping) -> Query:
        """UnsupportedQuery or UnknownField."""
        name, body = only_entry(query, "query")
        if name not in self.clauses:
            raise UnsupportedQuery(f"query {name!r}")
        return self.clauses[name](body)

    def filter(self, query: Mapping) -> Query:
        """The same documents, each with score 0. A keyword term may stand here: it is not asked for a score."""
        name, body = only_entry(query, "query")
        compiled = self._term_without_score(body) if name == "term" else self.compile(without_optional(query))
        return Query.const_score_query(compiled, 0.0)

    def _match_all(self, body: Mapping) -> Query:
        refuse_unknown("match_all", body, {"boost"})
        return Query.const_score_query(Query.all_query(), float(body.get("boost", 1)))

    def _bool(self, body: Mapping) -> Query:
        refuse_unknown("bool", body, {"must", "filter", "should", "must_not", "minimum_should_match"})
        must = [self.compile(query) for query in as_list(body.get("must", []))]
        must += [self.filter(query) for query in as_list(body.get("filter", []))]
        should = [self.compile(query) for query in as_list(body.get("should", []))]
        must_not = [self.filter(query) for query in as_list(body.get("must_not", []))]
        needed = shoulds_needed(body)
        if not must and not (should and needed):  # tantivy wants something to start from
            must = [Query.const_score_query(Query.all_query(), 0.0 if should or must_not else 1.0)]
        parts = [(Occur.Must, query) for query in must] + [(Occur.Should, query) for query in should]
        return Query.boolean_query(parts + [(Occur.MustNot, query) for query in must_not], minimum_number_should_match=needed or None)

    def _constant_score(self, body: Mapping) -> Query:
        refuse_unknown("constant_score", body, {"filter", "boost"})
        return Query.const_score_query(self.filter(body["filter"]), float(body.get("boost", 1)))

    def _term(self, body: Mapping) -> Query:
        field, _options = only_entry(body, "term")
        if self.layout.type_of(field) in ("text", "keyword"):
            raise UnsupportedQuery(f"term on {field!r} outside a filter: its score differs between engines")
        return self._term_without_score(body)

    def _term_without_score(self, body: Mapping) -> Query:
        field, options = only_entry(body, "term")
        value, boost = with_boost("term", options, "value")
        return Query.const_score_query(self._exactly(field, value), boost)

    def _terms(self, body: Mapping) -> Query:
        body = dict(body)
        boost = float(body.pop("boost", 1))
        field, values = only_entry(body, "terms")
        if not isinstance(values, list | tuple):
            raise UnsupportedQuery(f"terms on {field!r} with a lookup")
        self.layout.type_of(field)
        typed = [self._typed(field, value) for value in values]
        return Query.const_score_query(Query.term_set_query(self.schema, field, typed) if typed else Query.empty_query(), boost)

    def _exactly(self, field: str, value) -> Query:
        return Query.term_query(self.schema, field, self._typed(field, value))

    def _range(self, body: Mapping) -> Query:
        field, options = only_entry(body, "range")
        kind = self.layout.type_of(field)
        if kind not in RANGE_TYPES:
            raise UnsupportedQuery(f"range on the {kind} field {field!r}")
        refuse_unknown("range", options, {*BOUNDS, "boost"})
        bounds: dict[str, object] = {}
        for name, (bound, inclusion, inclusive) in BOUNDS.items():
            if options.get(name) is not None:
                if bound in bounds:
                    raise UnsupportedQuery(f"range on {field!r} with two bounds on one side")
                bounds |= {bound: self._typed(field, options[name]), inclusion: inclusive}
        if not bounds:
            return self._exists({"field": field})
        return Query.const_score_query(Query.range_query(self.schema, field, RANGE_TYPES[kind], **bounds), float(options.get("boost", 1)))

    def _exists(self, body: Mapping) -> Query:
        refuse_unknown("exists", body, {"field", "boost"})
        if self.layout.type_of(body["field"]) == "text":
            raise UnsupportedQuery(f"exists on the text field {body['field']!r}")
        return Query.const_score_query(Query.exists_query(body["field"]), float(body.get("boost", 1)))

    def _match(self, body: Mapping) -> Query:
        field, options = only_entry(body, "match")
        if not isinstance(options, Mapping):
            options = {"query": options}
        refuse_unknown("match", options, {"query", "operator", "boost"})
        return self._words(field, options["query"], operator_of(options), float(options.get("boost", 1)))

    def _multi_match(self, body: Mapping) -> Query:
        refuse_unknown("multi_match", body, {"query", "fields", "operator", "type"})
        if body.get("type", "best_fields") != "best_fields":
            raise UnsupportedQuery(f"multi_match.type {body['type']!r}")
        fields = [field.partition("^") for field in body["fields"]]
        operator = operator_of(body)
        return Query.disjunction_max_query([self._words(field, body["query"], operator, float(boost or 1)) for field, _caret, boost in fields])

    def _words(self, field: str, words: str, operator: Occur, boost: float) -> Query:
        if self.layout.type_of(field) != "text":
            raise UnsupportedQuery(f"match on {field!r}, which is not text")
        parts = [(operator, Query.term_query(self.schema, field, word, index_option="freq")) for word in words.split()]
        return Query.boost_query(Query.boolean_query(parts), boost) if parts else Query.empty_query()

    def _typed(self, field: str, value: object) -> object:
        """The value in the field's type. UnsupportedQuery for one that isn't."""
        kind = self.layout.type_of(field)
        try:
            if kind == "date":
                return in_utc(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise UnsupportedQuery(f"{value!r} for the date field {field!r}: {error}") from error
        fits = {"long": is_long, "boolean": lambda given: isinstance(given, bool), "keyword": is_text, "text": is_text}[kind]
        if not fits(value):
            raise UnsupportedQuery(f"{value!r} for the {kind} field {field!r}")
        return value


def shoulds_needed(body: Mapping) -> int:
    """How many `should` clauses a bool query demands."""
    needed = body.get("minimum_should_match", 1 if body.get("should") and not body.get("must") and not body.get("filter") else 0)
    if not isinstance(needed, int) or isinstance(needed, bool) or needed < 0:
        raise UnsupportedQuery(f"bool.minimum_should_match {needed!r}")
    return needed


def without_optional(query: Mapping) -> Mapping:
    """The query without clauses that only add to scores: they are most of a ranking's work and change no count."""
    name, body = only_entry(query, "query")
    if name != "bool" or shoulds_needed(body) or not (body.get("must") or body.get("filter")):
        return query
    kept = {part: clauses for part, clauses in body.items() if part not in ("should", "minimum_should_match")}
    return {"bool": kept | {"must": [without_optional(clause) for clause in as_list(body.get("must", []))]}}


def is_long(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST_LONG <= value <= LARGEST_LONG


def is_text(value: object) -> bool:
    return isinstance(value, str)


def operator_of(options: Mapping) -> Occur:
    operator = options.get("operator", "or").lower()
    if operator not in ("and", "or"):
        raise UnsupportedQuery(f"operator {operator!r}")
    return Occur.Must if operator == "and" else Occur.Should


def only_entry(body: Mapping, what: str) -> tuple[str, object]:
    if len(body) != 1:
        raise UnsupportedQuery(f"{what} with {', '.join(sorted(body)) or 'nothing'} where one entry is expected")
    return next(iter(body.items()))


def with_boost(what: str, options: object, key: str) -> tuple[object, float]:
    """Elasticsearch's short form is the value itself, its long form has a boost."""
    if not isinstance(options, Mapping):
        return options, 1.0
    refuse_unknown(what, options, {key, "boost"})
    return options[key], float(options.get("boost", 1))


def refuse_unknown(what: str, options: Mapping, known: set[str]) -> None:
    if unknown := sorted(set(options) - known):
        raise UnsupportedQuery(f"{what}.{unknown[0]}")


def as_list(clauses: object) -> list:
    return list(clauses) if isinstance(clauses, list | tuple) else [clauses]
