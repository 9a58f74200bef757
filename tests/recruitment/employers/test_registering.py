"""An enterprise registers itself and waits."""

import pytest

from recruitment.accounts.models import Organisation, User
from recruitment.employers.models import Enterprise, Factory
from recruitment.employers.services.registering import EmailTaken, TaxCodeTaken, WeakPassword, register_enterprise
from tests.factories.accounts import UserFactory
from tests.factories.employers import EnterpriseFactory
from tests.factories.places import IndustrialZoneFactory


@pytest.fixture
def application(db):
    return {
        "tax_code": "4601234567",
        "legal_name": "Công ty TNHH Linh kiện Thử",
        "name": "Linh kiện Thử",
        "factory_name": "Nhà máy 1",
        "zone": IndustrialZoneFactory(),
        "address": "Lô B2",
        "contact_name": "Hoàng Thị Thử",
        "email": "tuyen-dung@thu.invalid",
        "password": "mat-khau-rat-dai-2026",
        "language": "vi",
    }


def test_a_new_enterprise_waits_with_its_factory_and_its_recruiter(application, today):
    recruiter = register_enterprise(**application, on=today)
    enterprise = Enterprise.objects.get()
    assert (enterprise.status, enterprise.decided_at) == (Enterprise.Status.PENDING, None)
    assert list(Factory.objects.visible_to(recruiter)) == list(enterprise.factories.all())
    assert recruiter.check_password(application["password"])


def test_the_same_form_twice_makes_one_enterprise(application, today):
    assert register_enterprise(**application, on=today) == register_enterprise(**application, on=today)
    assert (Enterprise.objects.count(), User.objects.count(), Organisation.objects.count()) == (1, 1, 1)


def test_a_known_tax_code_or_address_is_refused_and_leaves_nothing(application, today):
    EnterpriseFactory(tax_code="4601234567")
    organisations = Organisation.objects.count()
    with pytest.raises(TaxCodeTaken):
        register_enterprise(**application, on=today)
    UserFactory(recruiter=True, email="Tuyen-Dung@thu.invalid")
    with pytest.raises(EmailTaken):
        register_enterprise(**application | {"tax_code": "4600000001"}, on=today)
    assert Organisation.objects.count() == organisations + 1


def test_a_weak_password_is_refused_with_what_to_do(application, today):
    with pytest.raises(WeakPassword) as refusal:
        register_enterprise(**application | {"password": "123456"}, on=today)
    assert "12" in refusal.value.for_people()


@pytest.mark.django_db(transaction=True)
def test_two_people_registering_the_same_enterprise_at_once(race, application, today):
    addresses = [f"nguoi-{number}@thu.invalid" for number in range(4)]
    outcomes = race(4, lambda: register_enterprise(**application | {"email": addresses.pop()}, on=today))
    assert sorted(outcomes) == ["TaxCodeTaken"] * 3 + ["done"]
    assert Organisation.objects.count() == 1
