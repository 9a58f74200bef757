"""What a certificate may say, and what the record keeps of it."""

import datetime as dt

import pytest

from recruitment.health.certificates.content import parse_content
from recruitment.health.certificates.facts import facts_of
from recruitment.health.certificates.problems import Problem, Unreadable
from tests.factories.certificates import NOW, holder, negative_test, recovery, vaccination


def facts(document: dict, at: dt.datetime = NOW) -> dict:
    return facts_of(parse_content(document), at)


def problem_of(document: dict) -> Problem:
    with pytest.raises(Unreadable) as refused:
        facts(document)
    return refused.value.problem


def test_a_dose_becomes_a_dose():
    assert facts(vaccination()) == {"kind": "dose", "on": "2026-07-01", "number": 2, "full_course": True, "vaccine": "Pfizer"}


@pytest.mark.parametrize(
    ("product", "number", "series", "vaccine", "full"),
    [
        ("EU/1/20/1507", 1, 2, "Moderna", False),
        ("EU/1/20/1525", 1, 1, "Janssen", True),
        ("EU/1/20/1528", 1, 1, "Pfizer", False),  # a single dose after an infection: the recovery counts by itself
        ("EU/1/20/1528", 3, 3, "Pfizer", True),
        ("EU/1/21/1529", 2, 1, "AstraZeneca", True),
        ("Abdala", 2, 3, "Abdala", False),
        ("Abdala", 3, 3, "Abdala", True),
        ("BBIBP-CorV", 2, 2, "Vero Cell", True),
        ("Made-Elsewhere", 1, 2, "", False),
        ("Made-Elsewhere", 2, 2, "", True),
    ],
)
def test_the_makers_course_decides_and_the_series_only_for_unknown_products(product, number, series, vaccine, full):
    found = facts(vaccination(mp=product, dn=number, sd=series))
    assert (found["vaccine"], found["full_course"]) == (vaccine, full)


@pytest.mark.parametrize(("code", "method"), [("LP6464-4", "pcr"), ("LP217198-3", "antigen")])
@pytest.mark.parametrize(("result", "word"), [("260415000", "negative"), ("260373001", "positive")])
def test_a_test_keeps_method_result_and_when_the_sample_was_taken(code, method, result, word):
    found = facts(negative_test(tt=code, tr=result))
    assert found == {"kind": "test", "on": "2026-11-23", "at": "2026-11-23T08:30:00+07:00", "method": method, "result": word}


def test_the_day_of_a_sample_is_the_day_in_vietnam():
    assert facts(negative_test(sc="2026-11-22T18:30:00Z"))["on"] == "2026-11-23"
    assert facts(negative_test(sc="2026-11-22T18:30:00"))["at"] == "2026-11-23T01:30:00+07:00"
    assert facts(negative_test(sc=dt.datetime(2026, 11, 22, 18, 30, tzinfo=dt.UTC)))["on"] == "2026-11-23"


def test_somebody_is_recovered_from_the_first_day_of_the_certificate():
    assert facts(recovery()) == {"kind": "recovery", "on": "2026-10-12"}


@pytest.mark.parametrize(
    "document",
    [
        vaccination(dt="2026-11-25"),
        vaccination(dt="2019-11-30"),
        vaccination(person=holder(dob="2026-07-02")),
        vaccination(person=holder(dob="2026-08")),
        negative_test(sc="2026-11-24T09:00:01+07:00"),
        recovery(fr="2026-10-13"),
        recovery(du="2026-10-01"),
        recovery(fr="2026-11-25", df="2026-11-26"),
    ],
)
def test_what_cannot_be_is_refused(document):
    assert problem_of(document) == Problem.IMPLAUSIBLE


def test_the_day_of_birth_and_today_are_possible():
    assert facts(vaccination(person=holder(dob="2026-07-01")))["on"] == "2026-07-01"
    assert facts(vaccination(dt="2026-11-24"))["on"] == "2026-11-24"
    assert facts(vaccination(dt="2026-07-01T00:00:00"))["on"] == "2026-07-01"


@pytest.mark.parametrize("born", ["", "1998", "1998-05", "1998-05-06", "1998-05-06T00:00:00"])
def test_a_birth_date_may_be_partial_or_empty(born):
    assert parse_content(vaccination(person=holder(dob=born))).holder.born == born[:10]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (vaccination(person=holder(dob="1898-05-06")), "dob"),
        (vaccination(person=holder(dob="1998-02-30")), "dob"),
        (vaccination(person=holder(dob="6/5/1998")), "dob"),
        (vaccination(person=holder(ver="2.0.0")), "ver"),
        (vaccination(person=holder(ver=1)), "ver"),
        (vaccination(person=holder(nam={"fnt": "Nông"})), "fnt"),
        (vaccination(person=holder(nam={"fnt": None, "gnt": None})), "fnt"),
        (vaccination(person=holder(nam={"fn": "N" * 81})), "fn"),
        (vaccination(person=holder() | {"nam": "Nông"}), "nam"),
        (vaccination(tg="1"), "tg"),
        (vaccination(dn=0), "dn"),
        (vaccination(dn=True), "dn"),
        (vaccination(dn="2"), "dn"),
        (vaccination(sd=10), "sd"),
        (vaccination(dt="2026-7-1"), "dt"),
        (vaccination(dt="2026-07-01T10:00:00"), "dt"),
        (vaccination(dt="2026-02-30"), "dt"),
        (vaccination(co="Việt Nam"), "co"),
        (vaccination(ci=None), "ci"),
        (vaccination(mp=""), "mp"),
        (vaccination(ma=None), "ma"),
        (negative_test(tt="LP1"), "tt"),
        (negative_test(tr="1"), "tr"),
        (negative_test(sc="2026-11-23"), "sc"),
        (negative_test(sc="2026-11-23T25:00:00Z"), "sc"),
        (recovery(fr=None), "fr"),
        (holder(), "exactly one"),
        (holder(v=[]), "exactly one"),
        (vaccination() | {"t": negative_test()["t"]}, "exactly one"),
        (holder(v=vaccination()["v"] * 2), "v"),
        (holder(v=["dose"]), "v"),
        (holder(v={"dn": 2}), "v"),
    ],
)
def test_what_breaks_the_schema_is_refused_with_the_field(document, field):
    with pytest.raises(Unreadable, match=field) as refused:
        parse_content(document)
    assert refused.value.problem == Problem.SCHEMA


def test_empty_groups_beside_the_filled_one_are_forgiven():
    assert parse_content(vaccination() | {"t": None, "r": None}).kind == "vaccination"


@pytest.mark.parametrize("document", [None, [], "v", 3])
def test_what_is_no_document_at_all_is_refused(document):
    with pytest.raises(Unreadable) as refused:
        parse_content(document)
    assert refused.value.problem == Problem.STRUCTURE
