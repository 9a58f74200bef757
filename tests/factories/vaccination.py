"""Coverage and waves. `CoverageReportFactory()` is of a factory, a week ago; pass `factory=None` and another subject instead."""

import datetime as dt

from django.utils import timezone
from factory import LazyAttribute, LazyFunction, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from recruitment.vaccination.models import CoverageReport, PriorityGroup, TransportOperator, VaccinationWave
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.places import CommuneFactory, ProvinceFactory


class TransportOperatorFactory(DjangoModelFactory):
    class Meta:
        model = TransportOperator

    name = Sequence(lambda number: f"Hợp tác xã xe thử {number}")
    key = LazyAttribute(lambda operator: TransportOperator.key_of(operator.name))


class CoverageReportFactory(DjangoModelFactory):
    class Meta:
        model = CoverageReport

    class Params:
        days_ago = 7
        of_operator = Trait(factory=None, operator=SubFactory(TransportOperatorFactory))
        of_commune = Trait(factory=None, commune=SubFactory(CommuneFactory, province=SubFactory(ProvinceFactory, home=True)))

    factory = SubFactory(FactoryFactory)
    people = 100
    one_dose = 80
    full_course = 60
    as_of = LazyAttribute(lambda report: timezone.localdate() - dt.timedelta(days=report.days_ago))
    reported_by = SubFactory(UserFactory)


class VaccinationWaveFactory(DjangoModelFactory):
    class Meta:
        model = VaccinationWave

    number = Sequence(lambda number: number + 1)
    group = PriorityGroup.INDUSTRIAL_ZONES
    starts_on = LazyFunction(timezone.localdate)
    ends_on = LazyAttribute(lambda wave: wave.starts_on + dt.timedelta(days=14))
    doses_planned = 1000
    changed_by = SubFactory(UserFactory)
    changed_at = LazyFunction(timezone.now)
