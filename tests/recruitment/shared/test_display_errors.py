"""Pages that say that something went wrong, in both languages."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "text"), [("vi", "Không tìm thấy trang này"), ("en", "This page could not be found")])
def test_an_unknown_address_is_explained_and_leads_on(client, language, text):
    client.cookies["django_language"] = language
    response = client.get("/khong-co-trang-nay/")
    assert response.status_code == 404 and text in response.content.decode() and f'href="{reverse("search:openings")}"' in response.content.decode()


def test_a_page_of_another_role_is_explained(client):
    client.force_login(UserFactory(labour_officer=True))
    response = client.get(reverse("workers:profile"))
    assert response.status_code == 403 and "không dành cho tài khoản của bạn" in response.content.decode()


def test_a_form_from_a_page_open_too_long_says_what_to_do():
    response = Client(enforce_csrf_checks=True).post(reverse("workers:sign_in"), {"phone": "0912345678"})
    assert response.status_code == 403 and "chưa được gửi" in response.content.decode()


def test_the_page_of_a_server_error_needs_nothing_and_speaks_both_languages():
    page = render_to_string("500.html")
    assert "Hệ thống gặp lỗi" in page and "Something went wrong" in page


def test_an_address_that_only_a_button_opens_says_so_to_whoever_types_it(client):
    client.force_login(UserFactory(recruiter=True))
    response = client.get("/applicants/1/shortlist/")
    assert response.status_code == 405 and response.headers["Allow"] == "POST" and "chỉ làm được bằng nút bấm" in response.content.decode()


def test_a_button_pressed_after_the_session_ended_leads_back_to_its_page(client):
    answer = client.post("/applicants/1/shortlist/", HTTP_REFERER="http://testserver/openings/7/applications/?tab=new")
    assert answer.url == "/staff/sign-in/?next=/openings/7/applications/%3Ftab%3Dnew"
    elsewhere = client.post("/applicants/1/shortlist/", HTTP_REFERER="https://evil.invalid/openings/")
    assert elsewhere.url == "/staff/sign-in/?next=/home/"


def test_more_than_the_server_takes_is_refused_with_a_page(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post(reverse("workers:sign_in"), {"phone": "0" * 500})
    assert response.status_code == 400 and "quá lớn" in response.content.decode() and "too large" in response.content.decode()


def test_too_many_tries_of_a_password_meet_a_page_that_says_how_long_to_wait(client):
    for _try in range(12):
        response = client.post(reverse("account_login"), {"login": "ai-do@thu.invalid", "password": "sai"})
    assert response.status_code in (200, 429) and ("thử lại sau" in response.content.decode() or "chờ 5 phút" in response.content.decode())
