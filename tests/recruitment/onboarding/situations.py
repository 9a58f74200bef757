"""What acceptance tests start from: a policy of the day, a site, and people from a province with a known level."""

import datetime as dt

from django.utils import timezone

from recruitment.accounts.models import Membership, Role
from recruitment.health.models import AdmissionRule
from tests.factories.applications import ApplicationFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import AreaLevelFactory, ProvinceFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory
from tests.factories.travel import RouteFactory, TripFactory
from tests.factories.workers import WorkerFactory


class Province:
    """`rule` are the fields of the one admission rule; `places` and `beds` bound what can be accepted."""

    def __init__(self, *, places: int = 10, beds: int = 10, backup_per_hundred: int = 100, **rule):
        self.home = ProvinceFactory(home=True)
        policy = AdmissionPolicyFactory(jurisdiction=self.home, number="QĐ 1/THỬ")
        AdmissionRuleFactory(policy=policy, position=1, **rule)
        BackupPolicyFactory(beds_per_hundred=backup_per_hundred, minimum_beds=0)
        self.site = SiteFactory(beds=beds)
        self.opening = OpeningFactory(headcount=places)
        self.recruiter = self.opening.created_by
        self.origin = ProvinceFactory()
        AreaLevelFactory(province=self.origin, level=2)

    def with_recruiter_at_the_factory(self) -> "Province":
        """So that messages to the factory have somebody to reach, and the pages somebody to open them."""
        Membership.objects.create(user=self.recruiter, organisation=self.opening.factory.enterprise.organisation, role=Role.RECRUITER)
        return self

    def bus(self, *, arrives_on: dt.date, seats: int = 20):
        """A trip from where the applicants live to the factory's zone, that sets off and arrives on this day."""
        route = RouteFactory(origin=self.origin, zones=[self.opening.factory.zone])
        at = timezone.make_aware(dt.datetime.combine(arrives_on, dt.time(14)))
        return TripFactory(route=route, departs_at=at, arrives_at=at + dt.timedelta(hours=5), capacity=seats)

    def applicant(self, **fields):
        worker = WorkerFactory(consented=True, home_province=self.origin)
        return ApplicationFactory(worker=worker, opening=self.opening, **fields)


ENTRY_QUARANTINE = {"quarantine_place": AdmissionRule.Place.SITE, "quarantine_days": 7}
