"""A row that is wrong is mended on the page: the error stands beside its cell, the other rows stay, and nothing is written before it is confirmed."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory

pytestmark = pytest.mark.django_db
TABLE = (
    "Họ và tên\tNgày sinh\tSố điện thoại\tTỉnh\n"
    "Nông Văn Dền\t06/05/1998\t0912345678\tCao Bằng\n"
    "Lý Xanh\t31/02/1998\t0987654321\tCao Bằng\n"
    "Hoàng Tím\t01/02/1997\t123\tXứ Lạ\n"
)
LY = {"3-name": "Lý Xanh", "3-birth_date": "28/02/1998", "3-phone": "0987654321", "3-province": "Cao Bằng"}


@pytest.fixture
def table(client):
    """The address of a table with two rows to mend."""
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    client.force_login(UserFactory(liaison=True))
    return client.post(reverse("workers:group_upload"), {"table": TABLE}).headers["Location"]


def test_each_wrong_cell_is_an_input_with_its_error(client, table):
    page = client.get(table).content.decode()
    assert 'name="3-birth_date"' in page and 'value="31/02/1998"' in page and "Không có ngày này" in page
    assert 'name="2-name"' not in page  # a row that is right is not a form


def test_a_mended_row_is_right_and_the_others_stay_as_they_are(client, table):
    page = client.post(f"{table}3/", LY, follow=True).content.decode()
    assert "Dòng 3 đã đúng" in page and "Đăng ký 2 người" in page and "Xứ Lạ" in page and not Worker.objects.exists()
    client.post(table)
    assert set(Worker.objects.values_list("user__name", flat=True)) == {"Nông Văn Dền", "Lý Xanh"}
    page = client.post(
        f"{table}4/", {"4-name": "Hoàng Tím", "4-birth_date": "01/02/1997", "4-phone": "0977777777", "4-province": "Cao Bằng"}, follow=True
    )
    assert "Đăng ký 1 người" in page.content.decode()
    client.post(table)
    assert Worker.objects.count() == 3


def test_what_is_still_wrong_keeps_what_was_typed_and_says_so(client, table):
    page = client.post(f"{table}3/", LY | {"3-birth_date": "30/02/1998"}, follow=True).content.decode()
    assert 'value="30/02/1998"' in page and "Không có ngày này" in page


def test_a_mended_row_is_compared_with_the_whole_table_again(client, table):
    page = client.post(f"{table}3/", LY | {"3-phone": "0912345678"}, follow=True).content.decode()
    assert "Trùng số điện thoại với dòng 2" in page


@pytest.mark.parametrize("typed", ["x" * 400, "Lý\x00Xanh"])
def test_what_no_cell_holds_changes_nothing(client, table, typed):
    page = client.post(f"{table}3/", LY | {"3-name": typed}, follow=True).content.decode()
    assert "chưa sửa" in page and "31/02/1998" in page


def test_a_row_that_is_not_there_and_a_table_that_is_gone(client, table):
    assert client.post(f"{table}99/", LY).status_code == 404
    cache.clear()
    assert "quá 30 phút" in client.post(f"{table}3/", LY, follow=True).content.decode()


def test_another_liaison_mends_nothing_in_it(client, table):
    client.force_login(UserFactory(liaison=True))
    assert "quá 30 phút" in client.post(f"{table}3/", LY, follow=True).content.decode()
