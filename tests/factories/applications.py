"""Applications. `ApplicationFactory()` has just been sent by somebody who agreed to everything."""

import factory
from django.utils import timezone

from recruitment.applications.models import Application
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory


class ApplicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Application

    worker = factory.SubFactory(WorkerFactory, consented=True)
    opening = factory.SubFactory(OpeningFactory)
    receipt = factory.Sequence(lambda number: f"VX-{number:08d}")
    status = Application.Status.APPLIED
    starts_on = factory.LazyFunction(timezone.localdate)
