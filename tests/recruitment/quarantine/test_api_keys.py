"""Keys with which the programs of a site come in."""

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.throttling import ScopedRateThrottle

from recruitment.accounts.models import ApiKey, Membership
from recruitment.accounts.services.api_keys import make_key, revoke_key
from recruitment.notifications.models import Message
from recruitment.quarantine.models import JournalEntry
from recruitment.quarantine.services.key_reminders import remind_of_expiring_keys
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WRITE, READ = ApiKey.Scope.WRITE_FIGURES, ApiKey.Scope.READ_FIGURES


def key_for(site, *, scope=WRITE, name="Phần mềm", last_day=None, by=None):
    now = timezone.now()
    facts = {"scope": scope, "name": name, "last_day": last_day or (now + 30 * DAY).date()}
    return make_key(organisation=site.organisation, by=by or manager_of(site), now=now, **facts)


def address(site):
    return f"/api/v1/sites/{site.pk}/capacity"


def shown(text):
    return {"authorization": f"Bearer {text}"}


def put(client, site, text, beds, *, today, key="k"):
    body = json.dumps({"periods": [{"first": today.isoformat(), "last": today.isoformat(), "capacity": beds}]})
    headers = shown(text) | {"if-match": "*", "idempotency-key": key}
    return client.put(address(site), body, content_type="application/json", headers=headers)


def form(**changes):
    return {"name": "Phần mềm bệnh viện", "scope": WRITE, "last_day": "01/06/2027"} | changes


def test_a_manager_makes_a_key_that_is_shown_once_and_opens_the_sites_figures(client, today):
    site = SiteFactory()
    manager = manager_of(site)
    client.force_login(manager)
    answer = client.post(f"/sites/{site.pk}/keys/", form())
    text = answer.context["text"]
    assert text in answer.content.decode() and "no-store" in answer["Cache-Control"]
    page = client.get(f"/sites/{site.pk}/keys/").content.decode()
    assert "Phần mềm bệnh viện" in page and manager.name in page and text not in page
    assert not [value for value in ApiKey.objects.values_list().get() if text in str(value)]
    client.logout()
    assert client.get(address(site), headers=shown(text)).status_code == 200
    assert put(client, site, text, 20, today=today).status_code == 200
    assert figures(site, today)[0] == 20


def test_the_journal_says_which_key_acted_for_whom(client, today):
    site = SiteFactory()
    manager = manager_of(site)
    key, text = key_for(site, by=manager)
    put(client, site, text, 20, today=today)
    headers = shown(text) | {"if-match": "*", "idempotency-key": "k2"}
    client.patch(address(site), "{}", content_type="application/json", headers=headers)
    said = JournalEntry.objects.filter(site=site, by=manager).values_list("change", "api_key")
    assert sorted(said) == [("capacity", key.pk), ("confirm", key.pk)]


def test_a_new_sites_first_figure_names_its_key_too(client, today):
    site = SiteFactory(beds=0)
    key, text = key_for(site)
    assert put(client, site, text, 20, today=today).status_code == 200
    assert {*JournalEntry.objects.filter(site=site).values_list("api_key", flat=True)} == {key.pk}


@pytest.mark.parametrize("text", ["", "vx_", "x" * 46, "vx_" + "x" * 43, "vx_" + "ấ" * 43, "Bearer"])
def test_a_key_that_never_was_is_refused_with_what_to_do(client, text):
    answer = client.get(address(SiteFactory()), headers=shown(text))
    assert (answer.status_code, answer["WWW-Authenticate"], answer["Content-Type"]) == (401, "Bearer", "application/json")
    assert "tạo khóa mới" in answer.json()["detail"]


def test_a_key_opens_nothing_after_its_last_day(client, today):
    site = SiteFactory()
    _key, text = key_for(site, last_day=today)
    assert client.get(address(site), headers=shown(text)).status_code == 200
    ApiKey.objects.update(made_at=timezone.now() - 2 * DAY, expires_at=timezone.now())
    answer = client.get(address(site), headers=shown(text))
    assert (answer.status_code, answer.json()["detail"]) == (401, "Khóa “Phần mềm” đã hết hạn. Hãy nhờ quản lý khu tạo khóa mới.")


def test_a_key_is_revoked_at_once_after_a_question_and_its_name_is_free_again(client, today):
    site = SiteFactory()
    key, text = key_for(site)
    client.force_login(manager_of(site))
    assert "Phần mềm" in client.get(f"/keys/{key.pk}/revoke/").content.decode()
    assert client.get(address(site), headers=shown(text)).status_code == 200
    assert client.post(f"/keys/{key.pk}/revoke/")["Location"] == f"/sites/{site.pk}/keys/"
    answer = put(client, site, text, 20, today=today)
    assert answer.status_code == 401 and "thu hồi" in answer.json()["detail"]
    assert figures(site, today)[0] == 10
    assert client.post(f"/sites/{site.pk}/keys/", form(name="Phần mềm")).status_code == 200


def test_a_key_never_does_more_than_its_maker_still_may(client):
    site = SiteFactory()
    manager = manager_of(site)
    _key, text = key_for(site, by=manager)
    membership = Membership.objects.filter(user=manager)
    membership.update(ended_at=timezone.now())
    answer = client.get(address(site), headers=shown(text))
    assert answer.status_code == 401 and "không còn quản lý" in answer.json()["detail"]
    membership.update(ended_at=None)
    assert client.get(address(site), headers=shown(text)).status_code == 200
    type(manager).objects.filter(pk=manager.pk).update(is_active=False)
    assert client.get(address(site), headers=shown(text)).status_code == 401


def test_a_key_of_one_site_finds_no_other_even_of_the_same_manager(client, today):
    site, other = SiteFactory(), SiteFactory()
    manager = manager_of(site)
    Membership.objects.create(user=manager, organisation=other.organisation, role="site_manager")
    _key, text = key_for(site, by=manager)
    assert client.get(address(other), headers=shown(text)).status_code == 404
    assert put(client, other, text, 20, today=today).status_code == 404


def test_a_key_for_reading_writes_nothing(client, today):
    site = SiteFactory()
    _key, text = key_for(site, scope=READ)
    assert client.get(address(site), headers=shown(text)).status_code == 200
    assert put(client, site, text, 20, today=today).status_code == 403
    assert figures(site, today)[0] == 10


def test_a_key_opens_nothing_but_the_figures(client):
    site = SiteFactory()
    _key, text = key_for(site)
    assert client.get(f"/sites/{site.pk}/", headers=shown(text)).status_code == 302
    assert client.get(f"/api/v1/openings/{site.pk}/candidates", headers=shown(text)).status_code in (403, 404)


def test_two_programs_of_one_manager_may_use_the_same_idempotency_key(client, today):
    site = SiteFactory()
    manager = manager_of(site)
    (_one, first), (_two, second) = key_for(site, by=manager, name="A"), key_for(site, by=manager, name="B")
    assert put(client, site, first, 20, today=today).status_code == 200
    assert put(client, site, second, 21, today=today).status_code == 200
    assert put(client, site, first, 22, today=today).status_code == 422


def test_each_key_is_slowed_down_for_itself(client, monkeypatch):
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"capacity": "2/min"})
    site = SiteFactory()
    manager = manager_of(site)
    (_one, first), (_two, second) = key_for(site, by=manager, name="A"), key_for(site, by=manager, name="B")
    asked = [client.get(address(site), headers=shown(text)).status_code for text in (first, first, first, second)]
    assert asked == [200, 200, 429, 200]


def test_the_last_use_is_noted_at_most_once_an_hour(client):
    site = SiteFactory()
    key, text = key_for(site)
    client.get(address(site), headers=shown(text))
    key.refresh_from_db()
    noted = key.last_used_at
    client.get(address(site), headers=shown(text))
    key.refresh_from_db()
    assert noted and key.last_used_at == noted
    ApiKey.objects.update(last_used_at=noted - dt.timedelta(minutes=61))
    client.get(address(site), headers=shown(text))
    key.refresh_from_db()
    assert key.last_used_at > noted


def test_an_administrator_makes_keys_for_any_site_and_a_manager_for_the_own_only(client, today):
    site, other = SiteFactory(), SiteFactory()
    key_for(other, name="Của khu khác")
    client.force_login(manager_of(site))
    assert client.get(f"/sites/{other.pk}/keys/").status_code == 404
    assert client.post(f"/keys/{ApiKey.objects.get().pk}/revoke/").status_code == 404
    administrator = UserFactory(administrator=True)
    client.force_login(administrator)
    made = client.post(f"/sites/{site.pk}/keys/", form()).context["text"]
    client.logout()
    assert put(client, site, made, 20, today=today).status_code == 200
    assert JournalEntry.objects.filter(site=site, by=administrator).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 61}, "name"), ({"scope": "all"}, "scope"), ({"last_day": "24/11/2027"}, "last_day"),
     ({"last_day": "23/11/2026"}, "last_day"), ({"last_day": ""}, "last_day")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_the_field_and_makes_no_key(client, changes, field):
    site = SiteFactory()
    client.force_login(manager_of(site))
    answer = client.post(f"/sites/{site.pk}/keys/", form(**changes))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not ApiKey.objects.exists()


def test_pressing_twice_makes_one_key(client):
    site = SiteFactory()
    client.force_login(manager_of(site))
    client.post(f"/sites/{site.pk}/keys/", form())
    assert client.post(f"/sites/{site.pk}/keys/", form()).status_code == 422
    assert ApiKey.objects.count() == 1


def test_the_database_keeps_no_key_longer_than_a_year(today):
    key_for(SiteFactory(), last_day=today + 364 * DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.update(expires_at=timezone.now() + 366 * DAY)


def test_a_key_sent_over_plain_http_is_sent_to_https_and_read_by_nobody(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    site = SiteFactory()
    _key, text = key_for(site)
    assert client.get(address(site), headers=shown(text)).status_code == 301
    assert ApiKey.objects.get().last_used_at is None


def test_no_key_reaches_the_logs(client, caplog, today):
    caplog.set_level("DEBUG")
    site = SiteFactory()
    _key, text = key_for(site)
    wrong = "vx_" + "x" * 43
    client.get(address(site), headers=shown(wrong))
    put(client, site, text, 20, today=today)
    assert caplog.records
    assert text not in caplog.text and wrong not in caplog.text


def test_the_list_asks_the_database_as_often_for_thirty_keys_as_for_one(client, django_assert_max_num_queries):
    site = SiteFactory()
    manager = manager_of(site)
    client.force_login(manager)
    counted = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            key_for(site, by=manager, name=f"Hệ thống {number}")
        with django_assert_max_num_queries(30) as queries:
            client.get(f"/sites/{site.pk}/keys/")
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_description_names_how_a_key_is_shown(client):
    described = client.get("/api/v1/schema/?format=json").json()
    assert described["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer", "bearerFormat": "vx_…"}
    operation = described["paths"]["/api/v1/sites/{id}/capacity"]["get"]
    assert {"key": []} in operation["security"] and "401" in operation["responses"]


def test_whoever_made_a_key_is_told_once_before_it_expires(today):
    site = SiteFactory()
    manager = manager_of(site)
    key_for(site, by=manager, last_day=today + 20 * DAY)
    ApiKey.objects.update(made_at=timezone.now() - 100 * DAY)
    now = timezone.now()
    assert [remind_of_expiring_keys(now=now + days * DAY) for days in (1, 5, 8, 9)] == [0, 0, 1, 0]
    [told] = Message.objects.filter(recipient=manager, channel="app")
    assert "Phần mềm" in told.text and f"{today + 20 * DAY:%d/%m/%Y}" in told.text and told.link == f"/sites/{site.pk}/keys/"


def test_a_key_of_a_few_days_is_not_reminded_of_on_its_first(today):
    key_for(SiteFactory(), last_day=today + 6 * DAY)
    assert [remind_of_expiring_keys(now=timezone.now() + days * DAY) for days in (0, 1, 5)] == [0, 0, 1]


def test_nobody_is_reminded_of_a_key_that_opens_nothing_any_more(today):
    site = SiteFactory()
    gone = manager_of(site, is_active=False)
    key_for(site, by=gone, name="A", last_day=today + 3 * DAY)
    revoked, _text = key_for(site, name="B", last_day=today + 3 * DAY)
    revoke_key(key=revoked, by=revoked.made_by, on=today)
    key_for(site, name="C", last_day=today)
    assert remind_of_expiring_keys(now=timezone.now() + 2 * DAY) == 0
    assert not Message.objects.exists()
