"""Enterprises and factories. `FactoryFactory()` belongs to an approved enterprise in a zone of wage region II."""

import factory
from django.utils import timezone

from recruitment.accounts.models import Organisation
from recruitment.employers.models import Enterprise, Factory, Line, Workshop
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.places import IndustrialZoneFactory


class EnterpriseFactory(factory.django.DjangoModelFactory):
    """Approved; `waiting_for_approval` and `refused` are the other two situations."""

    class Meta:
        model = Enterprise

    class Params:
        waiting_for_approval = factory.Trait(status=Enterprise.Status.PENDING, decided_at=None, decided_by=None)
        refused = factory.Trait(status=Enterprise.Status.REFUSED, refusal_reason="Mã số thuế không có trong danh bạ.")

    organisation = factory.SubFactory(OrganisationFactory, kind=Organisation.Kind.ENTERPRISE, name=factory.SelfAttribute("..name"))
    tax_code = factory.Sequence(lambda number: f"46{number:08d}")
    name = factory.Sequence(lambda number: f"Doanh nghiệp thử {number}")
    legal_name = factory.LazyAttribute(lambda enterprise: f"Công ty TNHH {enterprise.name}")
    status = Enterprise.Status.APPROVED
    requested_at = factory.LazyFunction(timezone.now)
    decided_at = factory.LazyFunction(timezone.now)
    decided_by = factory.SubFactory(UserFactory, labour_officer=True)


class FactoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Factory

    class Params:
        waiting_for_approval = factory.Trait(enterprise=factory.SubFactory(EnterpriseFactory, waiting_for_approval=True))

    enterprise = factory.SubFactory(EnterpriseFactory)
    code = factory.Sequence(lambda number: f"nha-may-{number}")
    name = factory.Sequence(lambda number: f"Nhà máy thử {number}")
    zone = factory.SubFactory(IndustrialZoneFactory)
    address = "Lô A1"


class WorkshopFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Workshop

    name = factory.Sequence(lambda number: f"Xưởng {number}")
    factory = factory.SubFactory(FactoryFactory)


class LineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Line

    workshop = factory.SubFactory(WorkshopFactory)
    name = factory.Sequence(lambda number: f"Chuyền {number}")


def recruiter_of(enterprise_or_factory):
    """A signed-in-able recruiter who acts for this enterprise, or for this factory's."""
    enterprise = getattr(enterprise_or_factory, "enterprise", enterprise_or_factory)
    return UserFactory(recruiter=True, membership__organisation=enterprise.organisation)
