"""Every document of FACTS, cell by cell: one person each, with dates at the edges."""

import datetime as dt

import pytest

from recruitment.health.policy import assess
from recruitment.health.rulebook import Contact, PersonFacts, Rulebook
from tests.recruitment.health.documents import BOOK, DAY, POLICIES, course, one_dose, recovered, sampled

D = dt.date
BEFORE_ANY = D(2021, 9, 26)
CV_4616 = D(2021, 10, 1)
CV_8318 = D(2021, 10, 4)
CV_8399 = D(2021, 10, 8)
QD_4800 = D(2021, 10, 15)
TN_1910 = D(2021, 10, 25)
CV_5532 = D(2021, 11, 20)
QD_218 = D(2022, 2, 1)
HCMC, BINH_DUONG, DONG_NAI, LONG_AN = (frozenset([code]) for code in ("79", "74", "75", "80"))


def outcome(found) -> tuple:
    """(verdict, days until work, isolation place and days, monitoring, document); the days count from the day asked about."""
    return found.verdict, found.entry_quarantine_place, found.entry_quarantine_days, found.monitoring_days, found.policy and found.policy.number


NATION = Rulebook(policy for policy in POLICIES if not policy.provincial)  # as a province without documents of its own would read them


def cell(day, person, expected, ready_after, follow_ups=()):
    return pytest.param(day, person, expected, ready_after, follow_ups, id=f"{day} {expected[-1]} {expected[:4]}")


OF_THE_PROVINCE = [
    # Thái Nguyên CV 4616, in force on 2021-09-27: before it no document rules a green area
    cell(BEFORE_ANY, PersonFacts(1, tests=(sampled(BEFORE_ANY, 10),)), ("conditional", "", 0, 0, "CV 4616"), 1),
    cell(D(2021, 9, 27), PersonFacts(1, tests=(sampled(D(2021, 9, 27), 10),)), ("cleared", "", 0, 0, "CV 4616"), 0),
    cell(CV_4616, PersonFacts(1, tests=(sampled(CV_4616, 72),)), ("cleared", "", 0, 0, "CV 4616"), 0),
    cell(CV_4616, PersonFacts(1, tests=(sampled(CV_4616, 73),)), ("cleared", "home", 3, 0, "CV 4616"), 3, [1, 3]),
    cell(CV_4616, PersonFacts(1, tests=(sampled(CV_4616, 10, "antigen"),)), ("cleared", "home", 3, 0, "CV 4616"), 3, [1, 3]),
    cell(CV_4616, PersonFacts(2, course(CV_4616, 14), (sampled(CV_4616, 72),)), ("cleared", "", 0, 3, "CV 4616"), 0, [3]),
    cell(CV_4616, PersonFacts(2, course(CV_4616, 14), (sampled(CV_4616, 73),)), ("cleared", "home", 7, 7, "CV 4616"), 7, [1, 7]),
    cell(CV_4616, PersonFacts(2, one_dose(CV_4616, 14), (sampled(CV_4616, 1),)), ("cleared", "home", 7, 7, "CV 4616"), 7, [1, 7]),
    cell(CV_4616, PersonFacts(2, tests=(sampled(CV_4616, 10),), **recovered(CV_4616 - DAY)), ("cleared", "home", 7, 7, "CV 4616"), 7, [1, 7]),
    cell(CV_4616, PersonFacts(2), ("cleared", "home", 7, 7, "CV 4616"), 7, [1, 7]),
    # its last day is 18 October: three days at home are sooner over than the wait for the notice of the 19th
    cell(QD_4800, PersonFacts(1), ("cleared", "home", 3, 0, "CV 4616"), 3, [1, 3]),
    cell(D(2021, 10, 17), PersonFacts(1), ("conditional", "", 0, 0, "TN 19/10/2021"), 2),
    # Thái Nguyên's notice of 2021-10-19: levels 1 to 3 freely, level 4 by vaccination
    cell(D(2021, 10, 18), PersonFacts(2), ("conditional", "", 0, 0, "TN 19/10/2021"), 1),
    cell(D(2021, 10, 19), PersonFacts(2), ("cleared", "", 0, 0, "TN 19/10/2021"), 0),
    cell(TN_1910, PersonFacts(1), ("cleared", "", 0, 0, "TN 19/10/2021"), 0),
    cell(TN_1910, PersonFacts(3), ("cleared", "", 0, 0, "TN 19/10/2021"), 0),
    cell(TN_1910, PersonFacts(4, course(TN_1910, 14)), ("cleared", "", 0, 7, "TN 19/10/2021"), 0),
    cell(TN_1910, PersonFacts(4, one_dose(TN_1910, 14)), ("cleared", "home", 7, 7, "TN 19/10/2021"), 7, [1, 7]),
    cell(TN_1910, PersonFacts(4), ("cleared", "home", 14, 14, "TN 19/10/2021"), 14, [1, 7, 14]),
    # Thái Nguyên CV 5532 of November 2021
    cell(D(2021, 10, 31), PersonFacts(4, course(TN_1910, 20)), ("cleared", "", 0, 7, "TN 19/10/2021"), 0),
    cell(D(2021, 11, 1), PersonFacts(4, course(TN_1910, 20)), ("cleared", "", 0, 14, "CV 5532"), 0),
    cell(CV_5532, PersonFacts(1), ("cleared", "", 0, 0, "CV 5532"), 0),
    cell(CV_5532, PersonFacts(4, course(CV_5532, 13)), ("conditional", "", 0, 14, "CV 5532"), 1),
    cell(CV_5532, PersonFacts(4, course(CV_5532, 14)), ("cleared", "", 0, 14, "CV 5532"), 0),
    cell(CV_5532, PersonFacts(4, one_dose(CV_5532, 14)), ("cleared", "home", 7, 7, "CV 5532"), 7, [1, 7]),
    cell(CV_5532, PersonFacts(4, one_dose(CV_5532, 13)), ("conditional", "home", 7, 7, "CV 5532"), 8, [1, 7]),
    cell(CV_5532, PersonFacts(4), ("cleared", "home", 14, 14, "CV 5532"), 14),
    # recovered on the last day of a month: six months end on the last of February
    cell(D(2022, 2, 28), PersonFacts(4, **recovered(D(2021, 8, 31))), ("cleared", "", 0, 14, "CV 5532"), 0),
    cell(D(2022, 3, 1), PersonFacts(4, **recovered(D(2021, 8, 31))), ("cleared", "home", 14, 14, "CV 5532"), 14),
    cell(D(2022, 4, 14), PersonFacts(2), ("cleared", "", 0, 0, "CV 5532"), 0),
]
OF_THE_NATION = [
    # CV 8318/BYT of 2021-10-03: high and very high risk
    cell(D(2021, 10, 3), PersonFacts(3, course(CV_8318, 15), (sampled(D(2021, 10, 3), 72),)), ("cleared", "", 0, 7, "CV 8318/BYT"), 0, [1, 7]),
    cell(CV_8318, PersonFacts(4, course(CV_8318, 20), (sampled(CV_8318, 73),)), ("conditional", "", 0, 7, "CV 8318/BYT"), 1, [1, 7]),
    cell(CV_8318, PersonFacts(4, tests=(sampled(CV_8318, 1),), **recovered(D(2021, 4, 4))), ("cleared", "", 0, 7, "CV 8318/BYT"), 0, [1, 7]),
    # CV 8399/BYT of 2021-10-06: people from four named provinces, whatever their level
    cell(CV_8399, PersonFacts(4, course(CV_8399, 14), places=HCMC), ("cleared", "", 0, 7, "CV 8399/BYT"), 0),
    cell(CV_8399, PersonFacts(1, places=BINH_DUONG, **recovered(D(2021, 4, 8))), ("cleared", "", 0, 7, "CV 8399/BYT"), 0),
    cell(D(2021, 10, 6), PersonFacts(None, course(D(2021, 10, 6), 100), places=LONG_AN), ("cleared", "", 0, 7, "CV 8399/BYT"), 0),
    # NQ 128 and QĐ 4800 from 2021-10-12
    cell(D(2021, 10, 11), PersonFacts(4), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 2),
    cell(D(2021, 10, 12), PersonFacts(1), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 0),
    cell(QD_4800, PersonFacts(2), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 0),
    cell(QD_4800, PersonFacts(3), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 0),
    cell(QD_4800, PersonFacts(4, tests=(sampled(QD_4800, 72, "antigen"),)), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 0),
    cell(QD_4800, PersonFacts(4, tests=(sampled(QD_4800, 73),)), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 1),
    cell(QD_4800, PersonFacts(2, locked_down=True), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 1),
    cell(QD_4800, PersonFacts(3, contacts=(Contact(QD_4800, "suspected"),)), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 1),
    cell(QD_4800, PersonFacts(2, contacts=(Contact(QD_4800, "suspected"),)), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 0),
    # QĐ 218 of 2022-01-27 replaces QĐ 4800: another threshold, the same journeys
    cell(D(2022, 1, 26), PersonFacts(2), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 0),
    cell(D(2022, 1, 26), PersonFacts(4), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 4800/QĐ-BYT"), 1),
    cell(D(2022, 1, 27), PersonFacts(2), ("cleared", "", 0, 0, "NQ 128/NQ-CP, QĐ 218/QĐ-BYT"), 0),
    cell(QD_218, PersonFacts(4), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 218/QĐ-BYT"), 1),
    cell(QD_218, PersonFacts(1, locked_down=True), ("conditional", "", 0, 0, "NQ 128/NQ-CP, QĐ 218/QĐ-BYT"), 1),
]


def check(book, day, person, expected, ready_after, follow_ups):
    found = assess(person, book, day)
    assert outcome(found) == expected
    assert (found.ready_on - day).days == ready_after
    before_entry = [found.travel_on] if any(reason.code == "test_needed" for reason in found.reasons) else []
    assert [due for due, _method in found.tests_due] == before_entry + [found.travel_on + number * DAY for number in follow_ups]


@pytest.mark.parametrize(("day", "person", "expected", "ready_after", "follow_ups"), OF_THE_PROVINCE)
def test_a_person_is_treated_as_the_provinces_document_of_the_day_says(day, person, expected, ready_after, follow_ups):
    check(BOOK, day, person, expected, ready_after, follow_ups)


@pytest.mark.parametrize(("day", "person", "expected", "ready_after", "follow_ups"), OF_THE_NATION)
def test_where_the_province_says_nothing_the_nations_document_of_the_day_decides(day, person, expected, ready_after, follow_ups):
    check(NATION, day, person, expected, ready_after, follow_ups)


FOUR_PROVINCES = [HCMC, BINH_DUONG, DONG_NAI, LONG_AN]


@pytest.mark.parametrize("place", FOUR_PROVINCES)
@pytest.mark.parametrize(
    ("taken", "waits", "days", "monitoring", "follow_ups"),
    [
        (course(CV_8399, 14), 0, 0, 7, []),
        (course(CV_8399, 13), 1, 0, 7, []),
        (one_dose(CV_8399, 14), 0, 7, 7, [1, 7]),
        (one_dose(CV_8399, 13), 1, 7, 7, [1, 7]),
        ((), 0, 14, 14, [1, 7, 14]),
    ],
)
def test_cv_8399_goes_by_the_card(place, taken, waits, days, monitoring, follow_ups):
    """On its own: beside the document of 12 October it would pay to wait for that."""
    alone = Rulebook(policy for policy in POLICIES if policy.number == "CV 8399/BYT")
    found = assess(PersonFacts(4, taken, places=place), alone, CV_8399)
    assert ((found.travel_on - CV_8399).days, found.entry_quarantine_days, found.monitoring_days) == (waits, days, monitoring)
    assert [(due - found.travel_on).days for due, _method in found.tests_due] == follow_ups


def test_cv_8318_leaves_everybody_else_to_the_health_authority_with_the_tests_to_take():
    found = assess(PersonFacts(4, one_dose(CV_8318, 30), (sampled(CV_8318, 1),)), Rulebook(p for p in POLICIES if p.number == "CV 8318/BYT"), CV_8318)
    assert (found.verdict, found.ready_on, found.reasons[-1].code) == ("undecided", None, "officer_decides")
    assert found.reasons[-1].facts == {"number": "CV 8318/BYT"}
    assert [((due - CV_8318).days, method) for due, method in found.tests_due] == [(day, "antigen") for day in (3, 6, 9, 12, 14)]


EXPOSED = [
    # document, exposure, doses or recovery, until when at home or at a site, tests, watched until; all in days after the exposure
    ("QĐ 2787/QĐ-BYT", D(2021, 12, 15), {"doses": course(D(2021, 12, 15), 30)}, 14, [], 14),
    ("CV 10696/BYT", D(2021, 12, 16), {"doses": course(D(2021, 12, 16), 14)}, 7, [1, 7], 14),
    ("CV 10696/BYT", D(2022, 2, 20), {"doses": course(D(2022, 2, 20), 30)}, 7, [1, 7], 14),
    ("CV 10696/BYT", D(2022, 2, 20), recovered(D(2021, 8, 20)), 7, [1, 7], 14),
    ("CV 762/BYT", D(2022, 2, 21), {"doses": course(D(2022, 2, 21), 1)}, 5, [5], 10),
    ("CV 762/BYT", D(2022, 2, 28), recovered(D(2021, 11, 30)), 5, [5], 10),
    ("CV 762/BYT", D(2022, 4, 14), {"doses": course(D(2022, 4, 14), 300)}, 5, [5], 10),
]


@pytest.mark.parametrize(("number", "exposed", "evidence", "away", "follow_ups", "watched"), EXPOSED)
def test_a_close_contact_is_kept_as_the_document_of_the_exposure_says(number, exposed, evidence, away, follow_ups, watched):
    found = assess(PersonFacts(1, contacts=(Contact(exposed, "F1"),), **evidence), BOOK, exposed)
    reason = next(reason for reason in found.reasons if reason.code == "contact")
    assert (reason.facts["number"], reason.facts["until"]) == (number, exposed + away * DAY)
    assert [due for due, _method in found.tests_due] == [exposed + number * DAY for number in follow_ups]
    assert found.ready_on == exposed + away * DAY and found.monitoring_days == watched - away


UNRULED = [
    ("CV 10696/BYT", D(2021, 12, 20), {"doses": course(D(2021, 12, 20), 13)}),
    ("CV 10696/BYT", D(2022, 1, 31), {"doses": course(D(2022, 1, 31), 185)}),  # the second dose on 30 July: six months ended on the 30th
    ("CV 762/BYT", D(2022, 3, 1), {"doses": one_dose(D(2022, 3, 1), 60)}),
    ("CV 762/BYT", D(2022, 3, 1), recovered(D(2021, 11, 30))),
]


@pytest.mark.parametrize(("number", "exposed", "evidence"), UNRULED)
def test_a_close_contact_outside_the_documents_class_is_left_to_a_health_officer(number, exposed, evidence):
    found = assess(PersonFacts(1, contacts=(Contact(exposed, "F1"),), **evidence), BOOK, exposed)
    assert (found.verdict, found.reasons[0].code, found.reasons[0].facts["number"]) == ("undecided", "contact_undecided", number)


def test_cv_1909_ends_the_quarantine_of_close_contacts_but_asks_ten_days_of_care():
    last, first = D(2022, 4, 14), D(2022, 4, 15)
    assert assess(PersonFacts(1, contacts=(Contact(last, "F1"),)), BOOK, last).verdict == "undecided"
    found = assess(PersonFacts(1, contacts=(Contact(first, "F1"),)), BOOK, first)
    assert (found.verdict, found.entry_quarantine_days, found.monitoring_days) == ("cleared", 0, 10)


@pytest.mark.parametrize(
    ("level", "doses", "place", "days", "tested"),
    [
        (1, 0, "", 0, False), (2, 0, "", 0, False), (3, 2, "", 0, False), (3, 1, "site", 3, True), (3, 0, "site", 7, True),
        (4, 2, "", 0, True), (4, 1, "site", 7, True), (4, 0, "site", 14, True),
    ],
)  # fmt: skip
def test_the_exercise_asks_more_the_higher_the_level_and_the_fewer_the_doses(level, doses, place, days, tested):
    day = D(2026, 11, 24)
    taken = {0: (), 1: one_dose(day, 30), 2: course(day, 30)}[doses]
    found = assess(PersonFacts(level, taken), BOOK, day)
    assert (found.entry_quarantine_place, found.entry_quarantine_days) == (place, days)
    assert found.verdict == ("conditional" if tested else "cleared")
    assert (found.ready_on - day).days == days + tested
