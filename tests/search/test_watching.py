"""Which saved searches a document matches: the same as asking every one of them, whatever they are filed under."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.watching import UnknownClause, WatchIndex, bits
from tests.conformance.oracle import evaluate

DAY = dt.date(2026, 11, 24)
TEXTS, DATES = ("title",), ("starts_on",)
WORDS = ["may", "hàn", "kho", "ca"]
DOCUMENTS = st.fixed_dictionaries(
    {
        "title": st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join),
        "zone": st.integers(1, 4),
        "skills": st.lists(st.integers(1, 4), max_size=3),
        "wage_top": st.none() | st.integers(5, 12),
        "has_dormitory": st.booleans(),
        "starts_on": st.none() | st.integers(0, 9).map(lambda days: DAY + dt.timedelta(days=days)),
    }
)
LEAVES = st.one_of(
    st.sampled_from(WORDS).map(lambda word: {"term": {"title": word}}),
    st.integers(1, 4).map(lambda zone: {"term": {"zone": {"value": zone, "boost": 2.0}}}),
    st.lists(st.integers(1, 4), max_size=3).map(lambda skills: {"terms": {"skills": skills}}),
    st.booleans().map(lambda has: {"term": {"has_dormitory": has}}),
    st.integers(5, 12).map(lambda wage: {"range": {"wage_top": {"gte": wage}}}),
    st.integers(0, 9).map(lambda days: {"range": {"starts_on": {"lte": DAY + dt.timedelta(days=days)}}}),
    st.just({"exists": {"field": "wage_top"}}),
    st.just({"match_all": {}}),
)


def _bools(inner):
    some = st.lists(inner, max_size=3)

    def combined(parts) -> dict:
        must, filters, should, must_not, needed = parts
        body = {"must": must, "filter": filters, "should": should, "must_not": must_not}
        body = {name: clauses for name, clauses in body.items() if clauses}
        return {"bool": body | ({"minimum_should_match": min(needed, len(should))} if needed and should else {})}

    wrapped = inner.map(lambda query: {"constant_score": {"filter": query, "boost": 3.0}})
    return st.tuples(some, some, some, st.lists(inner, max_size=2), st.integers(0, 3)).map(combined) | wrapped


QUERIES = st.recursive(LEAVES, _bools, max_leaves=8)


@given(st.lists(QUERIES, max_size=30), st.lists(DOCUMENTS, max_size=5), st.lists(DOCUMENTS, max_size=4))
def test_a_document_matches_exactly_the_searches_that_find_it(queries, documents, sample):
    index = WatchIndex(TEXTS, sample, dates=DATES)
    for number, query in enumerate(queries):
        index.add(number, query)
    for document in documents:
        found = {number for number, query in enumerate(queries) if evaluate(query, document) is not None}
        assert index.matching(document) == found


@given(st.lists(QUERIES, min_size=1, max_size=20), DOCUMENTS)
def test_so_it_is_when_many_share_clauses(queries, document):
    shared = [{"bool": {"filter": [query, {"term": {"zone": document["zone"]}}]}} for query in queries]
    index = WatchIndex(TEXTS, [document], dates=DATES)
    for number, query in enumerate(shared * 20):
        index.add(number, query)
    assert index.matching(document) == {number for number, query in enumerate(shared * 20) if evaluate(query, document) is not None}


def test_a_stopped_search_matches_no_more_and_its_twin_goes_on():
    index, document = WatchIndex(TEXTS), {"title": "thợ may", "zone": 3}
    for number in (1, 2):
        index.add(number, {"term": {"title": "may"}})
    index.remove(1)
    assert (index.matching(document), len(index)) == ({2}, 1)
    index.add(1, {"term": {"title": "may"}})
    assert index.matching(document) == {1, 2}


def test_days_of_a_stored_condition_are_text_and_compare_as_days():
    index = WatchIndex(TEXTS, dates=DATES)
    index.add(1, {"range": {"starts_on": {"lte": "2026-11-24", "gte": "2026-11-20"}}})
    assert index.matching({"title": "", "starts_on": DAY}) == {1}
    assert index.matching({"title": "", "starts_on": DAY + dt.timedelta(days=1)}) == set()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"match": {"title": "may"}}, "match"),
        ({"bool": {"must": [{"fuzzy": {"title": "may"}}]}}, "fuzzy"),
        ({"bool": {"filter": [], "boosting": 1}}, "bool.boosting"),
        ({"range": {"wage_top": {"gt": 3}}}, "range.gt"),
        ({"bool": {"should": [{"match_all": {}}], "minimum_should_match": "75%"}}, "minimum_should_match"),
    ],
)
def test_what_can_t_be_watched_is_refused_by_name_and_leaves_no_trace(query, named):
    index = WatchIndex(TEXTS)
    with pytest.raises(UnknownClause, match=named):
        index.add(1, query)
    assert (len(index), index.matching({"title": "may"})) == (0, set())


@given(st.sets(st.integers(0, 300)))
def test_the_ones_of_a_number_are_its_places(places):
    assert set(bits(sum(1 << place for place in places))) == places
