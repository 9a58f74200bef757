"""Vaccination coverage of the demo province and three waves of doses: invented counts."""

import datetime as dt
from random import Random

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.places.models import Commune, Province
from recruitment.vaccination.models import PriorityGroup
from recruitment.vaccination.services.reporting import Figures, operators_named, report_many
from recruitment.vaccination.services.waves import plan_wave

OPERATORS = ["Xe khách Sông Công (mẫu)", "Hợp tác xã vận tải Phổ Yên (mẫu)", "Xe đưa đón công nhân Điềm Thụy (mẫu)", "Vận tải hàng Sông Cầu (mẫu)"]
COMMUNES = 12
# group, doses planned, received, given; the days from today on which the wave starts and ends
WAVES = [
    (PriorityGroup.INDUSTRIAL_ZONES, 30_000, 30_000, 27_400, (-40, -20)),
    (PriorityGroup.TRANSPORT_WORKERS, 2_000, 1_500, 1_200, (-12, 5)),
    (PriorityGroup.RESIDENTS, 90_000, 0, 0, (10, 40)),
]


def report_some(random: Random, factories: list[Factory], *, today: dt.date, by: User) -> None:
    """Five factories in six have reported, some long ago; all operators and a few communes have."""
    spoken = [factory for factory in factories if random.random() < 5 / 6]
    operators = [operator for _key, operator in sorted(operators_named(OPERATORS).items())]
    home = Province.objects.home(today)
    communes = list(Commune.objects.filter(province=home).order_by("pk")[:COMMUNES])
    for subjects, people in ((spoken, (120, 2_500)), (operators, (25, 300)), (communes, (4_000, 15_000))):
        report_many([(subject, _figures(random, people, today)) for subject in subjects], by=by)


def plan_waves(*, today: dt.date, by: User) -> None:
    for number, (group, planned, received, given, (starts, ends)) in enumerate(WAVES, start=1):
        plan_wave(
            number=number,
            group=group,
            starts_on=today + dt.timedelta(days=starts),
            ends_on=today + dt.timedelta(days=ends),
            doses_planned=planned,
            doses_received=received,
            doses_given=given,
            by=by,
        )


def _figures(random: Random, people: tuple[int, int], today: dt.date) -> Figures:
    count = random.randint(*people)
    one_dose = round(count * random.uniform(0.7, 1))
    return Figures(
        people=count,
        one_dose=one_dose,
        full_course=round(one_dose * random.uniform(0.5, 1)),
        as_of=today - dt.timedelta(days=random.choice([0, 1, 2, 3, 6, 12, 45])),
    )
