"""The query language itself: any combination of its clauses means what Elasticsearch says, and anything else is refused by name."""

import datetime as dt
from random import Random

import pytest
from elasticsearch.dsl import A, Q, Search
from hypothesis import given, settings
from hypothesis import strategies as st

from search.documents import DOCUMENTS
from search.engines.contract import UnknownField, UnsupportedQuery, Write
from search.engines.embedded.engine import EmbeddedEngine
from tests.conformance import generated
from tests.conformance.both import Engines, elasticsearch_if_any
from tests.conformance.oracle import answer as expected_answer

DAYS = [dt.date(2026, 11, 20) + dt.timedelta(days=days) for days in range(0, 50, 7)]
WAGES = list(range(5_000_000, 16_000_000, 1_500_000))


@pytest.fixture(scope="module")
def people():
    return [source for _facts, source in generated.candidates(Random(7), 400).values()]


@pytest.fixture(scope="module")
def few(tmp_path_factory, people):
    return holding(people, EmbeddedEngine(tmp_path_factory.mktemp("language")))


@pytest.fixture(scope="module")
def both(request, few, people):
    return Engines([few, *([holding(people, other)] if (other := elasticsearch_if_any(request, "language")) else [])])


def holding(people, engine):
    with engine.build("candidate") as build:
        build.write(Write(source["pk"], 1, source) for source in people)
        build.activate()
    return engine


def bounds(values):
    return st.dictionaries(st.sampled_from(["gte", "gt"]), st.sampled_from(values), max_size=1).flatmap(
        lambda low: st.dictionaries(st.sampled_from(["lte", "lt"]), st.sampled_from(values), max_size=1).map(lambda high: low | high)
    )


BOOSTS = st.sampled_from([1.0, 2.0, 6.0, 12.0, 40.0])
CONDITIONS = st.one_of(
    st.just(Q("match_all")),
    st.builds(lambda value: Q("term", occupations=value), st.sampled_from([0, *generated.OCCUPATIONS])),
    st.builds(lambda value: Q("term", shifts=value), st.sampled_from(["", "day", "night", "DAY"])),
    st.builds(lambda value: Q("term", needs_dormitory=value), st.booleans()),
    st.builds(lambda values: Q("terms", zones=values), st.lists(st.sampled_from(generated.ZONES), max_size=4)),
    st.builds(lambda values: Q("terms", shifts=values), st.lists(st.sampled_from(generated.SHIFTS), max_size=4)),
    st.builds(lambda values: Q("range", wage_wanted=values), bounds(WAGES)),
    st.builds(lambda values: Q("range", ready_on=values), bounds(DAYS)),
    st.builds(lambda field: Q("exists", field=field), st.sampled_from(["zones", "wage_wanted", "ready_on", "shifts", "skills", "needs_dormitory"])),
)
SCORED = st.builds(lambda condition, boost: Q("constant_score", filter=condition, boost=boost), CONDITIONS, BOOSTS)


def combined(parts):
    conditions = st.one_of(CONDITIONS, parts)
    return st.builds(
        lambda must, should, rest, needed: Q(
            "bool", must=must, should=should, **rest, **({} if needed is None or not should else {"minimum_should_match": needed})
        ),
        st.lists(parts, max_size=2),
        st.lists(parts, max_size=3),
        st.fixed_dictionaries(
            {}, optional={"filter": st.lists(conditions, min_size=1, max_size=2), "must_not": st.lists(conditions, min_size=1, max_size=2)}
        ),
        st.sampled_from([None, None, 0, 1, 2]),
    )


QUERIES = st.recursive(SCORED, combined, max_leaves=8)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")  # a counterexample names all documents
@given(
    query=QUERIES,
    order=st.sampled_from(
        [
            ["_score", {"pk": "asc"}],
            ["_score", {"wage_wanted": "asc"}, {"pk": "desc"}],
            [{"wage_wanted": "desc"}, {"pk": "desc"}],
            [{"ready_on": "asc"}, {"pk": "asc"}],
        ]
    ),
)
@settings(max_examples=200, deadline=None)
def test_any_combination_of_clauses_finds_scores_and_orders_as_plain_python_does(both, people, query, order):
    search = Search().query(query).sort(*order).extra(size=500)
    found, expected = both.search("candidate", search), expected_answer(search.to_dict(), people)
    assert [hit.document for hit in found.hits] == [document for document, _score in expected.hits]
    if order[0] == "_score":
        assert [hit.score for hit in found.hits] == [score for _document, score in expected.hits]
    assert found.total == expected.total
    if len(found.hits) > 2:
        middle = found.hits[len(found.hits) // 2]
        rest = both.search("candidate", search.extra(search_after=list(middle.place)))
        assert rest.hits == found.hits[len(found.hits) // 2 + 1 :]
        assert rest.total == found.total


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (Q("fuzzy", shifts="dya"), "fuzzy"),
        (Q("prefix", shifts="da"), "prefix"),
        (Q("wildcard", shifts="d*"), "wildcard"),
        (Q("query_string", query="shifts:day"), "query_string"),
        (Q("function_score", query=Q("match_all")), "function_score"),
        (Q("script_score", query=Q("match_all"), script={"source": "1"}), "script_score"),
        (Q("term", shifts="day"), "shifts"),
        (Q("range", shifts={"gte": "a"}), "shifts"),
        (Q("range", wage_wanted={"gte": 1, "format": "x"}), "range.format"),
        (Q("range", wage_wanted={"gte": 1, "gt": 2}), "two bounds"),
        (Q("range", wage_wanted={"gte": 8.5}), "8.5"),
        (Q("range", wage_wanted={"gte": 10**30}), "wage_wanted"),
        (Q("range", ready_on={"gte": "now-1d/d"}), "now-1d/d"),
        (Q("range", ready_on={"gte": 3}), "ready_on"),
        (Q("terms", zones=["one"]), "'one'"),
        (Q("terms", zones=[True]), "True"),
        (Q("bool", should=[Q("match_all")], minimum_should_match="75%"), "75%"),
        (Q("bool", must=[Q("match_all")], minimum_should_match=1), "minimum_should_match 1 of 0"),
        (Q("bool", must=[Q("match_all")], boost=2), "bool.boost"),
        (Q("match", shifts="day"), "match"),
        (Q("multi_match", query="day", fields=["shifts"]), "multi_match"),
        (Q("constant_score", filter=Q("match_all"), boost=1.5), "boost 1.5"),
        (Q("constant_score", filter=Q("match_all"), boost=-1), "boost -1"),
    ],
)
def test_what_the_engine_does_not_speak_is_refused_by_name(few, query, named):
    with pytest.raises(UnsupportedQuery, match=named.replace("*", r"\*")):
        few.search("candidate", Search().query(query).sort("pk"))


@pytest.mark.parametrize(
    ("search", "named"),
    [
        (Search().query("match_all"), "'pk'"),
        (Search().sort("_score"), "'pk'"),
        (Search().sort("shifts", "pk"), "shifts"),
        (Search().sort("pk", "_score"), "'pk'"),
        (Search().sort({"pk": {"order": "asc", "mode": "min"}}), "sort.mode"),
        (Search().sort("pk").extra(size=10_001), "10000"),
        (Search().sort("pk").extra(**{"from": -1}), "-1"),
        (Search().sort("pk").extra(size=-5), "-5"),
        (Search().sort("pk").highlight("title"), "highlight"),
        (Search().sort("pk").extra(search_after=[1, 2]), "search_after"),
        (Search().sort("pk").extra(search_after=["a"]), "search_after"),
        (Search().sort("pk").extra(search_after=[True]), "search_after"),
        (Search().sort("pk").extra(search_after=[1], **{"from": 20}), "search_after"),
    ],
)
def test_sorts_and_options_it_does_not_speak_are_refused_by_name(few, search, named):
    with pytest.raises(UnsupportedQuery, match=named):
        few.search("candidate", search)


@pytest.mark.parametrize(
    "aggregation",
    [A("avg", field="wage_wanted"), A("terms", field="ready_on"), A("terms", field="shifts", min_doc_count=0), A("cardinality", field="shifts")],
)
def test_aggregations_it_does_not_speak_are_refused(few, aggregation):
    search = Search().sort("pk")
    search.aggs.bucket("counted", aggregation)
    with pytest.raises(UnsupportedQuery):
        few.search("candidate", search)


def test_a_field_outside_the_mapping_is_refused_in_queries_and_documents(few, people):
    with pytest.raises(UnknownField, match="home_province"):
        few.search("candidate", Search().query("terms", home_province=[1]).sort("pk"))
    with pytest.raises(UnknownField, match="birth_date"):
        few.write("candidate", [Write(1, 1, people[0] | {"birth_date": dt.date(1998, 5, 6)})])


def test_terms_come_most_frequent_first_then_in_their_own_order_and_the_rest_is_summed(both, people):
    search = Search().sort("pk").extra(size=0)
    search.aggs.bucket("zones", "terms", field="zones", size=3)
    found = both.search("candidate", search).aggregations["zones"]
    counted = {zone: sum(zone in source["zones"] for source in people) for zone in generated.ZONES}
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    assert [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]] == ordered[:3]
    assert found["sum_other_doc_count"] == sum(count for _zone, count in ordered[3:])


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents_refuse_fields_that_nobody_declared(kind):
    assert DOCUMENTS[kind]._doc_type.mapping.to_dict()["dynamic"] == "strict"
