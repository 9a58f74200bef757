"""What a site's own system reads and writes."""

import datetime as dt
import json
from itertools import count

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from rest_framework.throttling import ScopedRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from recruitment.quarantine.models import CapacityRequest, JournalEntry
from recruitment.quarantine.services.admissions import book_bed
from recruitment.quarantine.services.capacity import change_capacity, confirm_figures
from recruitment.quarantine.services.capacity_requests import Period, forget_requests, update_capacity_once, version_of
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CSRF = "x" * 32
CONFORMANCE = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(autouse=True)
def never_throttled(monkeypatch):
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"openings": None, "candidates": None, "capacity": None})


@pytest.fixture
def site(client):
    """A site of ten beds, whose manager is signed in."""
    site = SiteFactory(name="Khu Tân Lập")
    client.force_login(manager_of(site))
    return site


def address(site):
    return f"/api/v1/sites/{site.pk}/capacity"


keys = count()


def write(client, site, *periods, method="put", etag=None, key=None, **headers):
    """Set capacities of (first, last, beds); with the version of now and a new key unless said otherwise."""
    rows = [{"first": first.isoformat(), "last": last.isoformat(), "capacity": beds} for first, last, beds in periods]
    headers = {"if-match": client.get(address(site))["ETag"] if etag is None else etag, "idempotency-key": key or f"k{next(keys)}"} | headers
    headers = {name: value for name, value in headers.items() if value}
    return getattr(client, method)(address(site), json.dumps({"periods": rows}), content_type="application/json", headers=headers)


def test_the_figures_come_by_night_with_their_age_and_version(client, today, site):
    BackupPolicyFactory()
    book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + DAY, by=None)
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + DAY, beds=3, by=None, on=today)
    answer = client.get(address(site))
    body = answer.json()
    assert answer["ETag"].startswith('"') and "no-cache" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert (body["name"], body["state"], body["age_minutes"], body["not_offered_after_hours"]) == ("Khu Tân Lập", "fresh", 0, 24)
    assert len(body["nights"]) == 14
    assert body["nights"][0] == {"night": "2026-11-24", "capacity": 10, "reserved": 3, "occupied": 1, "usable": 6}
    assert [row["night"] for row in client.get(address(site), {"first": "2026-12-01", "nights": 2}).json()["nights"]] == ["2026-12-01", "2026-12-02"]


def test_figures_that_did_not_change_are_not_sent_again(client, today, site):
    etag = client.get(address(site))["ETag"]
    again = client.get(address(site), headers={"if-none-match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + DAY, by=None)
    assert client.get(address(site), headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("query", [{"nights": 0}, {"nights": 1000}, {"nights": "x"}, {"first": "hôm nay"}, {"nihgts": 3}])
def test_a_question_without_meaning_is_refused_by_name(client, site, query):
    answer = client.get(address(site), query)
    assert (answer.status_code, list(answer.json())) == (400, list(query))


def test_several_periods_are_written_at_once_and_the_answer_shows_them(client, today, site):
    answer = write(client, site, (today, today + DAY, 20), (today + 2 * DAY, today + 2 * DAY, 5))
    assert answer.status_code == 200
    assert [night["capacity"] for night in answer.json()["nights"][:4]] == [20, 20, 5, 10]
    assert answer["ETag"] == client.get(address(site))["ETag"]
    assert [figures(site, today + offset * DAY)[0] for offset in range(4)] == [20, 20, 5, 10]
    assert list(differences()) == []


def test_a_patch_without_periods_confirms_the_figures(client, site):
    type(site).objects.filter(pk=site.pk).update(figures_confirmed_at=timezone.now() - dt.timedelta(hours=30))
    assert client.get(address(site)).json()["state"] == "stale"
    assert write(client, site, method="patch").json()["state"] == "fresh"
    assert write(client, site, method="put").status_code == 400


def test_whoever_has_not_seen_the_figures_of_now_writes_nothing_and_is_told_them(client, today, site):
    etag = client.get(address(site))["ETag"]
    change_capacity(site=site, first=today, until=today + DAY, capacity=12, by=manager_of(site), on=today)
    answer = write(client, site, (today, today, 20), etag=etag)
    assert (answer.status_code, answer.json()["nights"][0]["capacity"]) == (412, 12)
    assert answer["ETag"] == client.get(address(site))["ETag"]
    assert figures(site, today)[0] == 12
    assert write(client, site, (today, today, 20), etag=answer["ETag"]).status_code == 200
    assert write(client, site, (today, today, 21), etag="*").status_code == 200
    assert write(client, site, (today, today, 22), etag='W/"x", "y"').status_code == 412


def test_writing_needs_a_version_and_a_key(client, today, site):
    assert write(client, site, (today, today, 20), **{"if-match": None}).status_code == 428
    for key in (None, " ", "khóa", "x" * 129):
        answer = write(client, site, (today, today, 20), **{"idempotency-key": key})
        assert (answer.status_code, list(answer.json())) == (400, ["Idempotency-Key"])
    assert figures(site, today)[0] == 10


def test_the_same_key_gives_the_same_answer_and_changes_nothing_again(client, today, site):
    etag = client.get(address(site))["ETag"]
    first = write(client, site, (today, today, 20), etag=etag, key="gi-1")
    change_capacity(site=site, first=today, until=today + DAY, capacity=12, by=manager_of(site), on=today)
    again = write(client, site, (today, today, 20), etag=etag, key="gi-1")
    assert (again.status_code, again.json(), again["ETag"]) == (200, first.json(), first["ETag"])
    assert figures(site, today)[0] == 12
    other = write(client, site, (today, today, 21), etag=etag, key="gi-1")
    assert other.status_code == 422 and figures(site, today)[0] == 12


def test_a_key_is_somebodys_own_and_kept_for_a_day(client, today, site):
    write(client, site, (today, today, 20), key="a")
    client.force_login(manager_of(site))
    assert write(client, site, (today, today, 21), key="a").status_code == 200
    assert forget_requests(now=timezone.now() + dt.timedelta(hours=23)) == 0
    CapacityRequest.objects.update(made_at=timezone.now() - dt.timedelta(hours=25))
    assert write(client, site, (today, today, 22), key="a").status_code == 200
    assert forget_requests(now=timezone.now()) == 1
    assert CapacityRequest.objects.count() == 1


def test_a_request_that_came_too_late_leaves_its_key_free(client, today, site):
    assert write(client, site, (today, today, 20), etag='"old"', key="a").status_code == 412
    assert write(client, site, (today, today, 20), key="a").status_code == 200


def test_below_what_is_promised_is_refused_with_who_holds_how_many_and_nothing_is_written(client, today, site):
    factory = FactoryFactory(name="Nhà máy Bình Minh")
    reserve_backup_beds(factory=factory, site=site, first=today + DAY, until=today + 2 * DAY, beds=3, by=None, on=today)
    answer = write(client, site, (today, today, 20), (today + DAY, today + DAY, 2), key="a")
    body = answer.json()
    assert (answer.status_code, body["night"], body["promised"], body["asked"]) == (409, "2026-11-25", 3, 2)
    assert body["holders"] == ["Nhà máy Bình Minh: 3"] and "25/11/2026" in body["detail"]
    assert figures(site, today)[0] == 10
    again = write(client, site, (today, today, 20), (today + DAY, today + DAY, 2), key="a")
    assert (again.status_code, again.json()) == (409, body)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "periods"),
        ({"periods": []}, "periods"),
        ({"periods": [{"first": "2026-11-24", "last": "2026-11-24"}]}, "periods"),
        ({"periods": [{"first": "2026-11-24", "last": "2026-11-24", "capacity": -1}]}, "periods"),
        ({"periods": [{"first": "2026-11-24", "last": "2026-11-24", "capacity": 1.5}]}, "periods"),
        ({"periods": [{"first": "2026-11-24", "last": "2026-11-24", "capacity": 10**30}]}, "periods"),
        ({"periods": [{"first": "2026-11-23", "last": "2026-11-24", "capacity": 1}]}, "periods"),
        ({"periods": [{"first": "2026-11-25", "last": "2026-11-24", "capacity": 1}]}, "periods"),
        ({"periods": [{"first": "2026-11-25", "last": "2028-11-24", "capacity": 1}]}, "periods"),
        ({"periods": [{"first": "2026-11-24", "last": "2026-11-26", "capacity": 1}, {"first": "2026-11-26", "last": "2026-11-26", "capacity": 2}]}, "periods"),
        ({"periods": [{"first": "2026-11-24", "last": "2026-11-24", "capacity": 1, "x": 1}]}, "periods"),
        ({"periods": [], "capacity": 5}, "capacity"),
        ([1], "non_field_errors"),
        ("x", "non_field_errors"),
    ],
)  # fmt: skip
def test_a_body_without_meaning_is_refused_by_name(client, today, site, body, named):
    headers = {"if-match": "*", "idempotency-key": "k"}
    answer = client.put(address(site), json.dumps(body), content_type="application/json", headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, [named])
    assert figures(site, today)[0] == 10


def test_bytes_that_are_no_json_are_refused(client, site):
    headers = {"if-match": "*", "idempotency-key": "k"}
    assert client.put(address(site), b"\xff{", content_type="application/json", headers=headers).status_code == 400
    assert client.put(address(site), b"a=1", content_type="text/plain", headers=headers).status_code == 415


def test_only_the_sites_own_manager_reads_and_writes(client, site):
    other = SiteFactory()
    assert client.get(address(other)).status_code == 404
    assert write(client, other, etag="*", method="patch").status_code == 404
    assert client.get(f"/api/v1/sites/{10**30}/capacity").status_code == 404
    for trait in ("labour_officer", "recruiter", "health_officer"):
        client.force_login(UserFactory(**{trait: True}))
        assert client.get(address(site)).status_code == 403
        assert write(client, site, etag="*", method="patch").status_code == 403
    client.logout()
    assert client.get(address(site)).status_code == 401


def test_every_change_of_the_ledger_is_another_version(today, site):
    versions = [version_of(site)]
    change_capacity(site=site, first=today + 200 * DAY, until=today + 201 * DAY, capacity=3, by=None, on=today)
    versions.append(version_of(site))
    confirm_figures(site=site, by=None, on=today)
    versions.append(version_of(site))
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + DAY, beds=3, by=None, on=today)
    versions.append(version_of(site))
    assert len(set(versions)) == 4


def test_a_hurried_system_that_sends_twice_at_once_changes_once(race, today):
    site = SiteFactory()
    manager, seen = manager_of(site), [version_of(site)]
    facts = {"site": site, "periods": [Period(today, today, 20)], "key": "k", "seen": seen, "by": manager, "now": timezone.now(), "on": today}
    assert race(4, lambda: update_capacity_once(**facts)) == ["done"] * 4
    assert JournalEntry.objects.filter(site=site, capacity_delta=10, until=today + DAY).count() == 1


def test_two_systems_that_saw_the_same_figures_do_not_overwrite_each_other(race, today):
    site = SiteFactory()
    manager, seen, turn = manager_of(site), [version_of(site)], count()

    def update():
        number = next(turn)
        facts = {"key": f"k{number}", "seen": seen, "by": manager, "now": timezone.now(), "on": today}
        update_capacity_once(site=site, periods=[Period(today, today, 20 + number)], **facts)

    assert sorted(race(4, update)) == ["FiguresChanged"] * 3 + ["done"]


def test_every_answer_is_one_that_the_description_names(client, site):
    """Requests made from the description, signed in as the site's manager."""
    session = client.cookies["sessionid"].value
    for signal, dispatch in ((request_started, close_old_connections), (request_finished, close_old_connections)):
        signal.disconnect(dispatch)
    try:
        described = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
        operations = [found.ok() for found in described.get_all_operations()]
        mine = [operation for operation in operations if operation.path == "/api/v1/sites/{id}/capacity"]
        assert len(mine) == 3
        for operation in mine:

            @given(case=operation.as_strategy())
            @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
            def holds(case):
                case.path_parameters = {"id": site.pk}
                case.cookies.update({"sessionid": session, "csrftoken": CSRF})
                case.headers.update({"Accept-Encoding": "identity", "X-CSRFToken": CSRF})
                case.call_and_validate(checks=CONFORMANCE)

            holds()
    finally:
        for signal, dispatch in ((request_started, close_old_connections), (request_finished, close_old_connections)):
            signal.connect(dispatch)
