"""From the job to the receipt and beyond, as a job seeker does it in a browser without script."""

import datetime as dt
import re
import threading
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.applications.services import applying, choosing
from recruitment.notifications.models import Message
from recruitment.workers.models import Worker
from tests.factories.applications import ApplicationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def home():
    """The recruiting province, whose policies decide."""
    return ProvinceFactory(home=True)


@pytest.fixture
def worker(client):
    worker = WorkerFactory(consented=True)
    client.force_login(worker.user)
    return worker


def latest_code(phone="+84912345678") -> str:
    return re.search(r"\d{6}", Message.objects.filter(address=phone, kind="code").latest("pk").text)[0]


def details(**changed) -> dict:
    return {
        "step": "send",
        "key": str(uuid4()),
        "phone": "0912 345 678",
        "name": "Lò Văn Pín",
        "birth_date": "06/05/1998",
        "home_province": ProvinceFactory().pk,
        "starts_on": "01/12/2026",
        "consents": ["application"],
    } | changed


def apply_page(opening) -> str:
    return reverse("applications:apply", args=[opening.pk])


def test_a_stranger_applies_on_one_page_with_a_code_and_gets_a_receipt(client):
    opening, answers = OpeningFactory(), details()
    asked = client.post(apply_page(opening), answers)
    assert asked.status_code == 200 and 'autocomplete="one-time-code"' in asked.content.decode() and not Worker.objects.exists()
    sent = client.post(apply_page(opening), answers | {"step": "apply", "code": latest_code()})
    application = Application.objects.get()
    assert sent.url == reverse("applications:application", args=[application.pk])
    receipt = client.get(sent.url).content.decode()
    assert application.receipt in receipt and "Đã gửi hồ sơ" in receipt
    assert (application.starts_on, application.worker.user.name) == (dt.date(2026, 12, 1), "Lò Văn Pín")
    assert list(application.worker.consents.values_list("purpose", flat=True)) == ["application"]


def test_consent_to_send_the_profile_is_asked_before_a_code_is_sent(client):
    answered = client.post(apply_page(OpeningFactory()), details(consents=[]))
    assert answered.status_code == 422 and "hãy đánh dấu" in answered.content.decode() and not Message.objects.exists()


def test_everything_wrong_is_named_at_once_and_kept(client):
    answered = client.post(apply_page(OpeningFactory()), details(phone="0912", birth_date="31/02/1998", starts_on="hôm qua"))
    shown = answered.content.decode()
    assert answered.status_code == 422
    for field, typed in {"phone": "0912", "birth_date": "31/02/1998", "starts_on": "hôm qua"}.items():
        assert f'href="#id_{field}"' in shown and f'value="{typed}"' in shown


def test_a_wrong_code_keeps_the_details_and_the_page_on_the_code(client):
    opening, answers = OpeningFactory(), details()
    client.post(apply_page(opening), answers)
    wrong = "000000" if latest_code() != "000000" else "111111"
    refused = client.post(apply_page(opening), answers | {"step": "apply", "code": wrong})
    shown = refused.content.decode()
    assert refused.status_code == 422 and "còn 4 lần thử" in shown and 'value="Lò Văn Pín"' in shown
    assert client.post(apply_page(opening), answers | {"step": "apply", "code": latest_code()}).status_code == 302


def test_the_same_form_sent_twice_shows_the_first_receipt(client):
    opening, answers = OpeningFactory(), details()
    client.post(apply_page(opening), answers)
    final = answers | {"step": "apply", "code": latest_code()}
    first, second = client.post(apply_page(opening), final), Client().post(apply_page(opening), final)
    assert first.url == second.url and Application.objects.count() == 1


def test_a_used_code_lets_nobody_else_in(client):
    opening, answers = OpeningFactory(), details()
    client.post(apply_page(opening), answers)
    final = answers | {"step": "apply", "code": latest_code()}
    client.post(apply_page(opening), final)
    stranger = Client()
    refused = stranger.post(apply_page(OpeningFactory()), final | {"key": str(uuid4())})
    assert refused.status_code == 422 and "_auth_user_id" not in stranger.session


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_leaves_one_application_and_two_ways_to_it(client):
    opening, answers = OpeningFactory(), details()
    client.post(apply_page(opening), answers)
    final, found = answers | {"step": "apply", "code": latest_code()}, []

    def tap():
        found.append(Client().post(apply_page(opening), final))
        connections.close_all()

    taps = [threading.Thread(target=tap) for _ in range(2)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()
    receipt = reverse("applications:application", args=[Application.objects.get().pk])
    assert [response.headers.get("Location") for response in found] == [receipt, receipt]


def test_a_known_person_applies_with_one_tap(client, worker):
    opening = OpeningFactory()
    page = client.get(apply_page(opening)).content.decode()
    assert worker.user.name in page and 'name="phone"' not in page and 'name="consents"' not in page
    answers = {"starts_on": "01/12/2026", "key": re.search(r'name="key" value="([^"]+)"', page)[1]}
    first, second = client.post(apply_page(opening), answers), client.post(apply_page(opening), answers)
    assert first.url == second.url and Application.objects.count() == 1


def test_who_already_applied_is_led_to_the_receipt(client, worker):
    application = ApplicationFactory(worker=worker)
    again = client.post(apply_page(application.opening), {"starts_on": "01/12/2026", "key": str(uuid4())})
    assert again.url == reverse("applications:application", args=[application.pk])


def test_an_old_link_to_apply_leads_to_the_closed_job(client, worker):
    closed = OpeningFactory(closed=True)
    assert client.get(apply_page(closed)).url == reverse("search:opening", args=[closed.pk])
    assert client.post(apply_page(closed), {"starts_on": "01/12/2026", "key": str(uuid4())}).url == reverse("search:opening", args=[closed.pk])
    assert client.get(apply_page(OpeningFactory(draft=True))).status_code == 404


def test_the_page_says_what_the_factory_will_and_will_not_see(client, worker):
    page = client.get(apply_page(OpeningFactory())).content.decode()
    assert "Nhà máy sẽ thấy" in page and "không thấy: ngày sinh" in page


def test_an_offer_is_answered_on_its_page(client, worker):
    application = ApplicationFactory(worker=worker)
    recruiter = application.opening.created_by
    choosing.offer(application=application, by=recruiter, on=TODAY)
    address = reverse("applications:application", args=[application.pk])
    assert "Bạn trả lời" in client.get(address).content.decode()
    assert client.post(reverse("applications:agree", args=[application.pk])).url == address
    application = Application.objects.get(pk=application.pk)
    assert application.status == "agreed"
    assert "Nhà máy xác nhận" in client.get(address).content.decode()


def test_answering_what_was_never_offered_is_explained(client, worker):
    application = ApplicationFactory(worker=worker)
    shown = client.post(reverse("applications:agree", args=[application.pk]), follow=True).content.decode()
    assert "đã ứng tuyển" in shown and Application.objects.get(pk=application.pk).status == "applied"


def test_withdrawing_asks_once_more_and_says_what_is_lost(client, worker):
    application = ApplicationFactory(worker=worker)
    choosing.offer(application=application, by=application.opening.created_by, on=TODAY)
    address = reverse("onboarding:withdraw", args=[application.pk])
    assert "đang giữ một chỗ" in client.get(address).content.decode()
    shown = client.post(address, follow=True).content.decode()
    assert "Bạn đã rút hồ sơ" in shown
    application.opening.refresh_from_db(fields=["held"])
    assert application.opening.held == 0


def test_an_invitation_is_answered_by_applying(client, worker):
    opening = OpeningFactory()
    choosing.invite(opening=opening, workers=[worker.pk], by=opening.created_by, on=TODAY)
    assert "mời bạn" in client.get(reverse("applications:own")).content.decode()
    client.post(apply_page(opening), {"starts_on": "01/12/2026", "key": str(uuid4())})
    assert Application.objects.get().status == "applied"


def test_a_refusal_shows_its_reason_and_the_way_on(client, worker):
    application = ApplicationFactory(worker=worker)
    choosing.refuse(application=application, reason="filled", by=application.opening.created_by, on=TODAY)
    shown = client.get(reverse("applications:application", args=[application.pk])).content.decode()
    assert "Không được chọn: đã tuyển đủ" in shown and "Tìm việc khác" in shown


@pytest.mark.parametrize("name", ["applications:application", "applications:agree", "onboarding:withdraw"])
def test_nobody_touches_another_persons_application(client, worker, name):
    other = ApplicationFactory()
    response = client.post(reverse(name, args=[other.pk])) if name != "applications:application" else client.get(reverse(name, args=[other.pk]))
    assert response.status_code == 404


def test_my_applications_cost_the_same_for_one_and_for_thirty(client, worker):
    ApplicationFactory(worker=worker)
    client.get(reverse("applications:own"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("applications:own"))
    for _number in range(29):
        applying.apply(worker=worker, opening=OpeningFactory(), starts_on=TODAY, idempotency_key=None, by=worker.user, on=TODAY)
    with CaptureQueriesContext(connection) as thirty:
        shown = client.get(reverse("applications:own")).content.decode()
    assert shown.count("card-title") == 30 and len(one) == len(thirty)


def test_one_key_sent_to_two_openings_makes_two_applications(client, worker):
    key = str(uuid4())
    for opening in (OpeningFactory(), OpeningFactory()):
        answer = client.post(apply_page(opening), {"starts_on": "01/12/2026", "key": key})
        assert answer.status_code == 302
    assert Application.objects.filter(worker=worker).count() == 2


def test_an_offer_says_what_it_holds_before_it_is_agreed_to(client, worker):
    application = ApplicationFactory(worker=worker, status="offered", opening__held=1, opening__with_dormitory=True)
    page = client.get(reverse("applications:application", args=[application.pk])).content.decode()
    assert "Đề nghị gồm" in page and "6,5" in page and "100.000" in page and application.opening.factory.address in page
