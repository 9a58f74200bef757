"""The frame's navigation: a row of links, and menus where there are too many."""

import pytest

from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_many_pages_share_menus_that_open_without_a_script_and_name_the_current_page(client):
    client.force_login(UserFactory(health_officer=True))
    page = client.get("/health/keys/").content.decode()
    assert '<details class="menu" name="menu"><summary class="current">Quy định, khóa ký</summary>' in page
    menu = page.split("Quy định, khóa ký</summary>")[1].split("</details>")[0]
    assert menu.count("<a ") == 3 and 'href="/health/keys/" aria-current="page"' in menu
    assert page.count('href="/health/keys/"') == 1
    assert "Tình hình</summary>" in page


def test_few_pages_stay_a_plain_row(client):
    client.force_login(UserFactory(site_manager=True))
    assert "<details" not in client.get("/messages/").content.decode().split("</header>")[0]
