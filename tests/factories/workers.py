"""Job seekers. `WorkerFactory()` comes from another province at no declared level, has agreed to nothing and told nothing about health."""

import datetime as dt

import factory
from django.utils import timezone

from recruitment.workers.models import Consent, Employment, Shift, Worker, WorkerOccupation
from recruitment.workers.services.registration import identity_index_of
from tests.factories.accounts import UserFactory
from tests.factories.health import HealthEventFactory, HealthRecordFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.places import AreaLevelFactory, ProvinceFactory


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consent

    worker = factory.SubFactory("tests.factories.workers.WorkerFactory")
    purpose = Consent.Purpose.APPLICATION
    version = 1
    given_at = factory.LazyFunction(timezone.now)
    recorded_by = factory.SelfAttribute("worker.user")


class WorkerOccupationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WorkerOccupation

    worker = factory.SubFactory("tests.factories.workers.WorkerFactory")
    occupation = factory.SubFactory(OccupationFactory)
    experience_months = 12


def _from_level(level: int) -> factory.Trait:
    return factory.Trait(
        area_level=factory.RelatedFactory(AreaLevelFactory, factory_related_name=None, level=level, province=factory.SelfAttribute("..home_province"))
    )


class WorkerFactory(factory.django.DjangoModelFactory):
    """Traits: `consented` to every purpose; `with_green_card`, `with_yellow_card`, `unvaccinated`; `from_level_1_area` … `_4_`; `local`."""

    class Meta:
        model = Worker
        skip_postgeneration_save = True

    class Params:
        name = "Nông Thị Thử"
        local = factory.Trait(home_province=factory.SubFactory(ProvinceFactory, home=True))
        consented = factory.Trait(
            consent_to_application=factory.RelatedFactory(ConsentFactory, factory_related_name="worker", purpose=Consent.Purpose.APPLICATION),
            consent_to_matching=factory.RelatedFactory(ConsentFactory, factory_related_name="worker", purpose=Consent.Purpose.MATCHING),
            consent_to_health=factory.RelatedFactory(ConsentFactory, factory_related_name="worker", purpose=Consent.Purpose.HEALTH),
        )
        with_green_card = factory.Trait(
            first_dose=factory.RelatedFactory(HealthEventFactory, factory_related_name="worker", first_dose=True, days_ago=88),
            second_dose=factory.RelatedFactory(HealthEventFactory, factory_related_name="worker", days_ago=60),
        )
        with_yellow_card = factory.Trait(
            first_dose=factory.RelatedFactory(HealthEventFactory, factory_related_name="worker", first_dose=True, days_ago=20)
        )
        unvaccinated = factory.Trait()
        with_recent_test = factory.Trait(
            recent_test=factory.RelatedFactory(HealthEventFactory, factory_related_name="worker", negative_pcr=True, days_ago=1)
        )
        from_level_1_area = _from_level(1)
        from_level_2_area = _from_level(2)
        from_level_3_area = _from_level(3)
        from_level_4_area = _from_level(4)

    user = factory.SubFactory(UserFactory, name=factory.SelfAttribute("..name"))
    birth_date = dt.date(1998, 5, 6)
    identity_index = factory.LazyAttribute(lambda worker: identity_index_of(worker.user.name, worker.birth_date))
    home_province = factory.SubFactory(ProvinceFactory)
    shifts = factory.LazyFunction(lambda: [Shift.DAY, Shift.ROTATING])
    available_from = factory.LazyFunction(timezone.localdate)
    health_record = factory.RelatedFactory(HealthRecordFactory, factory_related_name="worker")


class EmploymentFactory(factory.django.DjangoModelFactory):
    """Works on line and team given, since ninety days."""

    class Meta:
        model = Employment

    worker = factory.SubFactory(WorkerFactory)
    since = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=90))
    factory = factory.SubFactory("tests.factories.employers.FactoryFactory")
