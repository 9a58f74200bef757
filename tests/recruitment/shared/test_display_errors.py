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
