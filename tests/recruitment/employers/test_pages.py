"""Registering an enterprise on the page, and the department's queue."""

import pytest
from django.urls import reverse

from recruitment.accounts.models import User
from recruitment.employers.models import Enterprise
from recruitment.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.employers import EnterpriseFactory, FactoryFactory, recruiter_of
from tests.factories.places import IndustrialZoneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = UserFactory(labour_officer=True, name="Lường Thị Thử")
    client.force_login(person)
    return person


def application(**changes):
    return {
        "tax_code": "4601 234 567",
        "legal_name": "Công ty TNHH Linh kiện Thử",
        "name": "Linh kiện Thử",
        "factory_name": "Nhà máy 1",
        "zone": IndustrialZoneFactory().pk,
        "address": "Lô B2",
        "contact_name": "Hoàng Thị Thử",
        "email": "tuyen-dung@thu.invalid",
        "password": "mat-khau-rat-dai-2026",
    } | changes


def test_a_stranger_registers_and_is_at_work(client):
    response = client.post(reverse("employers:register"), application())
    assert response.url == reverse("openings:board")
    assert Enterprise.objects.get().tax_code == "4601234567"
    assert "đang chờ Sở duyệt" in client.get(response.url).content.decode()


def test_a_double_click_registers_once(client):
    sent = application()
    assert client.post(reverse("employers:register"), sent).status_code == client.post(reverse("employers:register"), sent).status_code == 302
    assert Enterprise.objects.count() == 1


@pytest.mark.parametrize("tax_code", ["", "46012345", "46012345678", "abcdefghij", "4601234567-1"])
def test_a_tax_code_that_is_none_keeps_what_was_typed(client, tax_code):
    response = client.post(reverse("employers:register"), application(tax_code=tax_code, name="Tên đã gõ"))
    assert response.status_code == 422
    assert "Tên đã gõ" in response.content.decode()
    assert "mat-khau-rat-dai-2026" not in response.content.decode()
    assert not User.objects.exists()


def test_a_branch_has_thirteen_digits(client):
    client.post(reverse("employers:register"), application(tax_code="4601234567001"))
    assert Enterprise.objects.get().tax_code == "4601234567-001"


@pytest.mark.parametrize(
    ("field", "value", "said"), [("password", "12345678", "12"), ("email", "khong-phai", "@"), ("tax_code", "4600000000", "đã đăng ký")]
)
def test_what_is_taken_weak_or_wrong_is_said_at_its_field(client, field, value, said):
    EnterpriseFactory(tax_code="4600000000")
    response = client.post(reverse("employers:register"), application(**{field: value}))
    assert response.status_code == 422
    assert said in response.content.decode()


def test_the_queue_is_oldest_first_and_empties(client, officer):
    second = EnterpriseFactory(waiting_for_approval=True, name="Sau", requested_at="2026-11-23T02:00:00Z")
    first = FactoryFactory(enterprise=EnterpriseFactory(waiting_for_approval=True, name="Trước", requested_at="2026-11-20T02:00:00Z")).enterprise
    page = client.get(reverse("employers:approvals")).content.decode()
    assert page.index("Trước") < page.index("Sau")
    client.post(reverse("employers:approve", args=[first.pk]))
    client.post(reverse("employers:refuse", args=[second.pk]), {"reason": "Sai mã số thuế."})
    assert set(Enterprise.objects.values_list("status", "refusal_reason")) == {("approved", ""), ("refused", "Sai mã số thuế.")}
    assert "Đã hết việc" in client.get(reverse("employers:approvals")).content.decode()


def test_a_refusal_without_a_reason_is_asked_for_one(client, officer):
    enterprise = EnterpriseFactory(waiting_for_approval=True)
    response = client.post(reverse("employers:refuse", args=[enterprise.pk]), {"reason": " "})
    assert response.status_code == 422
    assert Enterprise.objects.get(pk=enterprise.pk).status == "pending"


def test_the_second_officer_is_told_who_decided(client, officer):
    enterprise = EnterpriseFactory(waiting_for_approval=True)
    client.post(reverse("employers:approve", args=[enterprise.pk]))
    assert "Lường Thị Thử" in client.post(reverse("employers:approve", args=[enterprise.pk]), follow=True).content.decode()


def test_recruiters_do_not_approve_themselves(client):
    factory = FactoryFactory(waiting_for_approval=True)
    client.force_login(recruiter_of(factory))
    assert client.post(reverse("employers:approve", args=[factory.enterprise.pk])).status_code == 403
    assert client.get(reverse("employers:approvals")).status_code == 403


def test_the_queue_asks_as_often_for_thirty_as_for_one(client, officer, django_assert_num_queries, django_assert_max_num_queries):
    FactoryFactory(waiting_for_approval=True)
    with django_assert_max_num_queries(20) as queries:
        client.get(reverse("employers:approvals"))
    for _number in range(29):
        FactoryFactory(waiting_for_approval=True)
    with django_assert_num_queries(len(queries)):
        client.get(reverse("employers:approvals"))


def test_administrators_see_the_reference_data(client):
    factory = FactoryFactory()
    client.force_login(UserFactory(administrator=True))
    for name, row in (("enterprise", factory.enterprise), ("factory", factory)):
        assert client.get(reverse(f"admin:employers_{name}_changelist"), {"q": "thử"}).status_code == 200
        assert client.get(reverse(f"admin:employers_{name}_change", args=[row.pk])).status_code == 200


def test_the_officer_sees_what_to_compare_before_deciding(client, officer):
    factory = FactoryFactory(waiting_for_approval=True, address="Lô CN-05")
    person = recruiter_of(factory)
    page = client.get(reverse("employers:approve", args=[factory.enterprise.pk])).content.decode()
    assert all(fact in page for fact in (factory.enterprise.tax_code, factory.enterprise.legal_name, "Lô CN-05", person.email))
    assert Enterprise.objects.get().status == "pending"


def test_the_enterprise_is_told_mends_and_asks_again(client, officer):
    factory = FactoryFactory(waiting_for_approval=True)
    enterprise, recruiter = factory.enterprise, recruiter_of(factory)
    client.post(reverse("employers:refuse", args=[enterprise.pk]), {"reason": "Mã số thuế của chi nhánh khác."})
    assert "Mã số thuế của chi nhánh khác" in Message.objects.get(recipient=recruiter, channel="email").text
    client.force_login(recruiter)
    again = reverse("employers:resubmit", args=[enterprise.pk])
    assert again in client.get(reverse("openings:board")).content.decode()
    EnterpriseFactory(tax_code="4600009999")
    mended = {"tax_code": "4600009999", "legal_name": "Công ty TNHH Mới", "name": "Mới"}
    taken = client.post(again, mended)
    assert taken.status_code == 422 and "đã đăng ký" in taken.content.decode() and 'value="Công ty TNHH Mới"' in taken.content.decode()
    client.post(again, mended | {"tax_code": "46 0000 1111"})
    now = Enterprise.objects.get(pk=enterprise.pk)
    assert (now.status, now.tax_code, now.refusal_reason, now.decided_by) == ("pending", "4600001111", "", None)
    assert client.post(again, mended).status_code == 404  # it waits already
    client.force_login(officer)
    client.post(reverse("employers:approve", args=[enterprise.pk]))
    assert "đăng tin không giới hạn" in Message.objects.filter(recipient=recruiter, kind="enterprise_approved", channel="app").get().text


def test_another_enterprise_is_not_to_be_mended_by_strangers(client):
    client.force_login(recruiter_of(FactoryFactory()))
    assert client.get(reverse("employers:resubmit", args=[EnterpriseFactory(refused=True).pk])).status_code == 404
