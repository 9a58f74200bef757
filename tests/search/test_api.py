"""The API: what partners and recruiters are told, what they may ask, and what they may not."""

import datetime as dt

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from rest_framework.throttling import ScopedRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from recruitment.openings.models import Opening
from recruitment.openings.services.closing import close_opening
from search.outbox import request_index
from tests.factories.employers import recruiter_of
from tests.factories.health import ClearanceFactory
from tests.factories.occupations import SkillFactory
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db

OPENINGS, CANDIDATES = "/api/v1/openings/", "/api/v1/candidates/"


@pytest.fixture(autouse=True)
def never_throttled(monkeypatch):
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"openings": None, "candidates": None, "capacity": None})


@pytest.fixture
def published(rebuilt):
    def published(**facts) -> Opening:
        opening = OpeningFactory(**facts)
        request_index("opening", [opening.pk])
        return opening

    return published


def person(occupation, **facts):
    worker = WorkerFactory(consented=True, **facts)
    WorkerOccupationFactory(worker=worker, occupation=occupation)
    ClearanceFactory(worker=worker, ready_on=worker.available_from)
    return worker


def asked(client, path, **parameters):
    answer = client.get(path, parameters)
    return answer.status_code, answer.json()


# Openings


def test_words_and_conditions_find_what_the_page_finds_with_its_counts(client, published, rebuilt):
    wanted = published(title="Công nhân đóng gói", has_dormitory=True, wage_max=9_000_000)
    published(title="Bảo vệ")
    rebuilt()
    status, found = asked(client, OPENINGS, q="dong goi", dormitory="true", wage_from=8_000_000)
    assert (status, found["total"], found["pages"], found["sort"], found["unavailable_since"]) == (200, 1, 1, "relevance", None)
    (opening,) = found["results"]
    assert (opening["id"], opening["title"], opening["zone"]["code"]) == (wanted.pk, wanted.title, wanted.factory.zone.code)
    assert opening["address"] == f"http://testserver/jobs/{wanted.pk}/"
    assert {value["value"]: value["count"] for value in found["facets"]["shifts"]}[wanted.shift] == 1


def test_an_opening_shows_nothing_that_the_public_page_does_not(client, published, rebuilt):
    published()
    rebuilt()
    (opening,) = asked(client, OPENINGS)[1]["results"]
    assert not {"created_by", "changed_by", "held", "accepted", "status", "import_key"} & opening.keys()


def test_codes_name_zones_and_occupations(client, published, rebuilt):
    one, _other = published(), published()
    rebuilt()
    assert [row["id"] for row in asked(client, OPENINGS, zones=[one.factory.zone.code], occupations=[one.occupation.code])[1]["results"]] == [one.pk]


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"wage_form": 8_000_000}, "wage_form"),
        ({"page": 0}, "page"),
        ({"page": 1_000_000}, "page"),
        ({"page": "two"}, "page"),
        ({"sort": "salary; DROP TABLE"}, "sort"),
        ({"sort": "match"}, "sort"),
        ({"shifts": "weekend"}, "shifts"),
        ({"zones": "nowhere"}, "zones"),
        ({"zones": "a\0b"}, "zones"),
        ({"occupations": "ạ\x89"}, "occupations"),
        ({"occupations": 10**30}, "occupations"),
        ({"wage_from": -1}, "wage_from"),
        ({"start_by": "2026-02-30"}, "start_by"),
        ({"commute": "helicopter"}, "commute"),
        ({"q": "x" * 10_000}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"after": 5}, "after"),
        ({"changed_since": "yesterday"}, "changed_since"),
        ({"changed_since": ""}, "changed_since"),
        ({"changed_since": "2026-11-24T08:00:00Z", "size": 101}, "size"),
        ({"changed_since": "2026-11-24T08:00:00Z", "q": "may"}, "q"),
    ],
)
def test_what_has_no_meaning_is_refused_and_the_parameter_named(client, parameters, named):
    status, errors = asked(client, OPENINGS, **parameters)
    assert (status, list(errors)) == (400, [named])
    assert all(errors[named])


def test_pages_are_bounded_and_turn(client, published, rebuilt):
    made = [published() for _ in range(25)]
    rebuilt()
    pages = [asked(client, OPENINGS, page=page)[1] for page in (1, 2, 3)]
    assert [len(page["results"]) for page in pages] == [20, 5, 0]
    assert {row["id"] for page in pages for row in page["results"]} == {opening.pk for opening in made}


def test_pages_followed_by_their_place_meet_everything_once_though_openings_come_meanwhile(client, published, rebuilt):
    known = [published().pk for _ in range(41)]
    rebuilt()
    met, after, page = [], {}, 1
    while after is not None:
        _status, found = asked(client, OPENINGS, sort="newest", page=page, **after)
        met += [opening["id"] for opening in found["results"]]
        after, page = {"after": found["next_after"]} if found["next_after"] else None, page + 1
        published()
        rebuilt()
    assert met == sorted(known, reverse=True)


def test_an_answer_that_is_still_true_is_not_sent_again(client, published, rebuilt):
    published()
    rebuilt()
    first = client.get(OPENINGS)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert client.get(OPENINGS, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    published()
    rebuilt()
    assert client.get(OPENINGS, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_twenty_openings_cost_as_many_queries_as_one(client, published, rebuilt):
    def queries() -> int:
        rebuilt()
        client.get(OPENINGS)
        with CaptureQueriesContext(connection) as captured:
            client.get(OPENINGS)
        return len(captured)

    published()
    one = queries()
    for _ in range(19):
        published()
    assert queries() == one


def test_whoever_asks_too_often_is_told_when_to_come_back(client, published, rebuilt, monkeypatch):
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"openings": "2/min"})
    rebuilt()
    answers = [client.get(OPENINGS, REMOTE_ADDR="203.0.113.9", headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert client.get(OPENINGS, REMOTE_ADDR="203.0.113.10").status_code == 200


# Following


def follow(client, since: dt.datetime, **parameters) -> dict:
    status, answer = asked(client, OPENINGS, changed_since=since.isoformat(), **parameters)
    assert status == 200
    return answer


def test_a_partner_hears_of_what_is_new_and_of_what_is_gone(client, published, today):
    begun = timezone.now()
    kept, closed = published(), published()
    OpeningFactory(draft=True)
    close_opening(opening=closed, outcome=Opening.Outcome.CANCELLED, by=recruiter_of(closed.factory), on=today)
    answer = follow(client, begun)
    assert {row["id"]: row["gone"] for row in answer["results"]} == {kept.pk: False, closed.pk: True}
    assert {row["id"]: (row["opening"] or {}).get("title") for row in answer["results"]} == {kept.pk: kept.title, closed.pk: None}
    assert answer["more"] is False


def test_a_draft_is_not_spoken_of(client, rebuilt):
    begun = timezone.now()
    request_index("opening", [OpeningFactory(draft=True).pk])
    assert follow(client, begun)["results"] == []


def test_an_opening_whose_row_is_deleted_is_gone(client, rebuilt):
    begun = timezone.now()
    request_index("opening", [987654])
    assert [(row["id"], row["gone"]) for row in follow(client, begun)["results"]] == [(987654, True)]


def test_following_next_meets_every_opening_however_small_the_pages(client, published):
    begun = timezone.now()
    made = [published().pk for _ in range(7)]
    request_index("opening", made[:5])  # five at once share nearly one moment
    answer, met = follow(client, begun, size=2), []
    for _ in range(10):
        met += [row["id"] for row in answer["results"]]
        if not answer["more"]:
            break
        answer = client.get(answer["next"]).json()
    assert sorted(met) == sorted(made)


def test_a_change_whose_transaction_ended_late_is_still_met(client, published):
    """Its moment lies before what a partner has read already."""
    begun = timezone.now()
    published()
    answer = follow(client, begun - dt.timedelta(minutes=5))
    late = published()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE search_indexrequest SET requested_at = %s WHERE document = %s", [begun - dt.timedelta(seconds=20), late.pk])
    assert late.pk in [row["id"] for row in client.get(answer["next"]).json()["results"]]


# Candidates


def test_recruiters_see_people_for_their_own_opening_without_name_or_phone(client, rebuilt, today):
    opening = OpeningFactory(starts_on=today + dt.timedelta(days=7))
    opening.skills.add(SkillFactory())
    worker = person(opening.occupation)
    rebuilt()
    client.force_login(recruiter_of(opening.factory))
    answer = client.get(CANDIDATES, {"opening": opening.pk})
    found = answer.json()
    assert (answer.status_code, answer.headers["Cache-Control"], found["total"]) == (200, "private, no-store", 1)
    (candidate,) = found["results"]
    assert set(candidate) == {"id", "occupations", "score", "best", "reasons", "blockers"}
    assert (candidate["id"], candidate["occupations"][0]["occupation"]["code"]) == (worker.pk, opening.occupation.code)
    assert 0 < candidate["score"] < candidate["best"]
    assert all(note["text"] for note in candidate["reasons"] + candidate["blockers"])
    assert worker.user.name not in answer.text
    assert str(worker.user.phone) not in answer.text


def test_people_are_nobodys_but_the_openings_own_recruiters(client, rebuilt):
    opening = OpeningFactory()
    rebuilt()
    assert client.get(CANDIDATES, {"opening": opening.pk}).status_code == 403
    client.force_login(WorkerFactory().user)
    assert client.get(CANDIDATES, {"opening": opening.pk}).status_code == 403
    client.force_login(recruiter_of(OpeningFactory().factory))
    assert client.get(CANDIDATES, {"opening": opening.pk}).status_code == 404
    assert client.get(CANDIDATES, {"opening": 987654321}).status_code == 404


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({}, "opening"),
        ({"opening": "x"}, "opening"),
        ({"opening": 1, "fit": "x"}, "fit"),
        ({"opening": 1, "skills": "x"}, "skills"),
        ({"opening": 1, "sex": "f"}, "sex"),
    ],
)
def test_what_has_no_meaning_about_people_is_refused_too(client, parameters, named):
    client.force_login(recruiter_of(OpeningFactory().factory))
    status, errors = asked(client, CANDIDATES, **parameters)
    assert (status, list(errors)) == (400, [named])


# The description


@pytest.fixture
def application():
    """The whole application, which keeps the test's connection instead of closing it after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


CONFORMANCE = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_whatever_the_description_allows_is_answered_as_it_says(client, application, published, rebuilt):
    """Generated requests to every address, as a recruiter: no error of ours, and answers of the status and shape described."""
    opening = published()
    rebuilt()
    client.force_login(recruiter_of(opening.factory))
    session = client.cookies["sessionid"].value
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in described.get_all_operations()]
    assert {operation.path for operation in operations} >= {OPENINGS, CANDIDATES}
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def holds(case):
            case.cookies["sessionid"], case.headers["Accept-Encoding"] = session, "identity"
            case.call_and_validate(checks=CONFORMANCE)

        holds()
