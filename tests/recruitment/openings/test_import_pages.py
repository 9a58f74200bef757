"""Importing a table: try, see, confirm, and never send the file twice."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from recruitment.openings.models import Opening
from tests.factories.employers import FactoryFactory, recruiter_of

pytestmark = pytest.mark.django_db
TABLE = "chức danh,mức lương,số lượng\nCông nhân may,8 - 10 triệu,20\nThợ hàn,Từ 9.5 triệu,5\n,8 triệu,3\n"


@pytest.fixture
def factory():
    return FactoryFactory()


@pytest.fixture
def recruiter(client, factory):
    person = recruiter_of(factory)
    client.force_login(person)
    return person


def upload(client, factory, content=TABLE, name="bang.csv", **more):
    return client.post(reverse("openings:import"), {"factory": factory.pk, "file": SimpleUploadedFile(name, content.encode()), **more})


def test_a_table_is_tried_seen_and_confirmed(client, recruiter, factory):
    tried = upload(client, factory)
    assert Opening.objects.count() == 0
    page = client.get(tried.url).content.decode()
    assert "Công nhân may" in page
    assert "Nhập 2 tin" in page
    confirmed = client.post(tried.url)
    assert confirmed.url == tried.url
    assert Opening.objects.filter(factory=factory, status="draft").count() == 2
    result = client.get(tried.url).content.decode()
    assert reverse("openings:manage", args=[Opening.objects.get(title="Thợ hàn").pk]) in result


def test_a_double_click_on_confirm_and_the_same_table_again_make_no_doubles(client, recruiter, factory):
    tried = upload(client, factory)
    client.post(tried.url)
    client.post(tried.url)
    assert client.get(tried.url).content.decode().count(">tin mới</span>") == 2
    client.post(upload(client, factory).url)
    assert Opening.objects.count() == 2


def test_what_publishing_lacks_is_said_before_and_the_draft_is_kept(client, recruiter, factory):
    tried = upload(client, factory, publish="on")
    assert "Còn thiếu" in client.get(tried.url).content.decode()
    client.post(tried.url)
    assert set(Opening.objects.values_list("status", flat=True)) == {"draft"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("bang.csv", "", "không có dòng nào"), ("anh.png", "\x89PNG", "không phải là bảng"), ("bang.csv", "a,b\n1,2\n", "tiêu đề")],
)
def test_a_file_that_is_no_table_says_what_to_do(client, recruiter, factory, name, content, said):
    response = upload(client, factory, content=content, name=name)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_no_file_and_no_factory_are_named(client, recruiter):
    response = client.post(reverse("openings:import"), {})
    assert response.status_code == 422
    assert "Hãy chọn tệp" in response.content.decode()


def test_after_half_an_hour_the_file_is_asked_for_again(client, recruiter, factory):
    tried = upload(client, factory)
    second = upload(client, factory)
    assert client.get(tried.url).url == reverse("openings:import")
    client.cookies.clear()
    client.force_login(recruiter_of(factory))
    assert client.post(second.url).url == reverse("openings:import")
    assert Opening.objects.count() == 0


def test_a_table_goes_only_to_own_factories(client, recruiter):
    assert upload(client, FactoryFactory()).status_code == 422


def test_the_check_asks_as_often_for_thirty_rows_as_for_one(client, recruiter, factory, django_assert_num_queries, django_assert_max_num_queries):
    header = "chức danh,mức lương\n"
    one = upload(client, factory, content=header + "Thợ hàn,9 triệu\n").url
    with django_assert_max_num_queries(20) as queries:
        client.get(one)
        asked = len(queries)
    thirty = upload(client, factory, content=header + "".join(f"Thợ hàn {number},9 triệu\n" for number in range(30))).url
    with django_assert_num_queries(asked):
        client.get(thirty)


def test_a_long_table_is_imported_as_drafts_but_not_published_at_once(client, recruiter, factory):
    table = "chức danh\n" + "".join(f"Thợ hàn {number}\n" for number in range(301))
    refused = upload(client, factory, content=table, publish="on")
    assert refused.status_code == 422
    assert "300 dòng" in refused.content.decode()
    client.post(upload(client, factory, content=table).url)
    assert Opening.objects.count() == 301


def test_cells_pasted_from_a_spreadsheet_become_drafts(client, recruiter, factory):
    pasted = TABLE.replace(",", "\t")
    tried = client.post(reverse("openings:import"), {"factory": factory.pk, "table": pasted})
    client.post(tried.url)
    assert set(Opening.objects.values_list("title", flat=True)) == {"Công nhân may", "Thợ hàn"}


def test_pasted_text_that_is_no_table_is_kept_and_answered_at_its_field(client, recruiter, factory):
    answer = client.post(reverse("openings:import"), {"factory": factory.pk, "table": "chỉ có một dòng chữ"})
    assert answer.status_code == 422 and "chỉ có một dòng chữ" in answer.content.decode()
    assert "table" in answer.context["form"].errors and "file" not in answer.context["form"].errors
