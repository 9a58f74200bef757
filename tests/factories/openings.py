"""Openings. `OpeningFactory()` is published with ten free places; `draft`, `paused`, `closed` and `full` are other situations."""

import datetime as dt

import factory
from django.utils import timezone

from recruitment.openings.models import Opening, ShuttleStop
from recruitment.workers.models import Shift
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.occupations import OccupationFactory


class OpeningFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Opening
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(status=Opening.Status.DRAFT, published_at=None, confirmed_at=None)
        paused = factory.Trait(status=Opening.Status.PAUSED)
        closed = factory.Trait(status=Opening.Status.CLOSED, closed_at=factory.LazyFunction(timezone.now), outcome=Opening.Outcome.FILLED)
        full = factory.Trait(accepted=factory.SelfAttribute("headcount"))
        with_dormitory = factory.Trait(has_dormitory=True, dormitory_fee=100_000, dormitory_distance_km="0.8")
        with_shuttle = factory.Trait(
            shuttle_stop=factory.RelatedFactory("tests.factories.openings.ShuttleStopFactory", factory_related_name="opening")
        )

    occupation = factory.SubFactory(OccupationFactory)
    title = factory.Sequence(lambda number: f"Công nhân lắp ráp {number}")
    description = "Lắp ráp linh kiện theo dây chuyền."
    headcount = 10
    shift = Shift.DAY
    rest_day = "Chủ nhật"
    starts_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=7))
    closes_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))
    base_wage = 6_000_000
    allowances = 500_000
    wage_min = 6_500_000
    wage_max = 6_500_000
    status = Opening.Status.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)
    confirmed_at = factory.SelfAttribute("published_at")
    created_by = factory.SubFactory(UserFactory, recruiter=True)
    factory = factory.SubFactory(FactoryFactory)  # last: from here on the name is the field's, not the library's


class ShuttleStopFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShuttleStop

    opening = factory.SubFactory(OpeningFactory)
    name = "Bến xe Thái Nguyên"
    departs_at = dt.time(6, 10)
