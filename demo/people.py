"""Twenty thousand invented job seekers, written in bulk: the pages write one at a time through the services."""

import datetime as dt
from random import Random

from demo import names
from demo.employers import DEMAND, occupations_in_demand, skills_in_demand
from recruitment.accounts.models import User
from recruitment.health.models import HealthEvent, HealthRecord
from recruitment.places.models import Commune, IndustrialZone, Province
from recruitment.workers.models import Consent, Shift, Worker, WorkerOccupation
from recruitment.workers.services.registration import identity_index_of

CHUNK = 2000
# weight of each home province's name: neighbours send most, but people come from all over
NEIGHBOURS = {"Cao Bằng": 16, "Lạng Sơn": 16, "Tuyên Quang": 16, "Bắc Ninh": 10, "Phú Thọ": 9, "Hà Nội": 6, "Thái Nguyên": 8, "Nghệ An": 5}


def make_workers(random: Random, *, count: int, today: dt.date, now: dt.datetime, report) -> None:
    origins = _origins(today)
    choices = _Choices(random)
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        workers = _make_chunk(random, numbers, origins, choices, today, now)
        _make_health_events(random, workers, today)
        report(f"{numbers[-1] + 1:,} / {count:,} workers")


class _Choices:
    """Reference rows that every worker draws from, read once."""

    def __init__(self, random: Random):
        self.occupations = [(share, occupation) for (share, *_), occupation in zip(DEMAND, occupations_in_demand().values(), strict=True)]
        self.zones = list(IndustrialZone.objects.order_by("pk"))
        self.skills = skills_in_demand()

    def occupation(self, random: Random):
        return random.choices([row[1] for row in self.occupations], weights=[row[0] for row in self.occupations])[0]


def _origins(today: dt.date):
    provinces = list(Province.objects.existing_on(today).order_by("code"))
    communes: dict[int, list[int]] = {}
    for pk, province_id in Commune.objects.order_by("code").values_list("pk", "province_id"):
        communes.setdefault(province_id, []).append(pk)
    return [(NEIGHBOURS.get(province.name, 1), province, communes.get(province.pk, [])) for province in provinces]


def _make_chunk(random, numbers, origins, choices, today, now) -> list[Worker]:
    users = User.objects.bulk_create(
        [User(phone=f"+84900{number:06d}", name=names.person(random), password="!", is_demo=True, joined_at=now) for number in numbers]
    )
    weights = [row[0] for row in origins]
    workers = []
    for user in users:
        _weight, province, communes = random.choices(origins, weights=weights)[0]
        born = today.replace(day=1) - dt.timedelta(days=random.randint(18 * 366, 45 * 365))
        workers.append(
            Worker(
                user=user,
                birth_date=born,
                identity_index=identity_index_of(user.name, born),
                home_province=province,
                home_commune_id=random.choice(communes) if communes else None,
                shifts=random.choice(
                    [[Shift.DAY], [Shift.DAY, Shift.OFFICE], [Shift.DAY, Shift.NIGHT, Shift.ROTATING], [Shift.ROTATING, Shift.DAY], [Shift.OFFICE]]
                ),
                wage_wanted=random.choice([None, 7_000_000, 8_000_000, 8_500_000, 9_000_000, 10_000_000, 12_000_000]),
                available_from=today + dt.timedelta(days=random.choice([0, 0, 0, 3, 7, 14, 30])),
                needs_dormitory=random.random() < 0.6,
            )
        )
    Worker.objects.bulk_create(workers)
    _make_wishes(random, workers, choices, now)
    return workers


def _make_wishes(random, workers, choices, now) -> None:
    occupations, zones, skills, consents = [], [], [], []
    for worker in workers:
        own = sorted({choices.occupation(random) for _ in range(random.choice([1, 1, 2]))}, key=lambda occupation: occupation.pk)
        for occupation in own:
            occupations.append(WorkerOccupation(worker=worker, occupation=occupation, experience_months=random.choice([0, 0, 3, 6, 12, 24, 60])))
        if random.random() < 0.4:
            zones += [Worker.zones.through(worker_id=worker.pk, industrialzone_id=zone.pk) for zone in random.sample(choices.zones, 2)]
        skills += [
            Worker.skills.through(worker_id=worker.pk, skill_id=skill.pk)
            for skill in random.sample(choices.skills[own[0].pk], random.choice([0, 1, 2]))
        ]
        for purpose, share in [(Consent.Purpose.APPLICATION, 1), (Consent.Purpose.MATCHING, 0.93), (Consent.Purpose.HEALTH, 0.97)]:
            if random.random() < share:
                consents.append(Consent(worker=worker, purpose=purpose, version=1, given_at=now, recorded_by=worker.user))
    WorkerOccupation.objects.bulk_create(occupations, batch_size=CHUNK)
    Worker.zones.through.objects.bulk_create(zones, batch_size=CHUNK)
    Worker.skills.through.objects.bulk_create(skills, batch_size=CHUNK)
    Consent.objects.bulk_create(consents, batch_size=CHUNK)


def _make_health_events(random, workers, today) -> None:
    """Six in ten with a full course, two with one dose, two with none; every third with a fresh test."""
    events = []
    for worker in workers:
        doses = random.choices([2, 1, 0], weights=[62, 20, 18])[0]
        first = today - dt.timedelta(days=random.randint(30, 300))
        for number in range(1, doses + 1):
            day = first + dt.timedelta(days=28 * (number - 1))
            if day <= today:
                facts = {"kind": "dose", "on": day.isoformat(), "number": number, "full_course": number == 2, "vaccine": "Vắc-xin mẫu"}
                events.append(HealthEvent(worker=worker, facts=facts, recorded_by=worker.user))
        if random.random() < 0.33:
            day = today - dt.timedelta(days=random.randint(0, 4))
            facts = {
                "kind": "test",
                "on": day.isoformat(),
                "at": f"{day.isoformat()}T08:00:00+07:00",
                "method": random.choice(["pcr", "antigen"]),
                "result": "negative",
            }
            events.append(HealthEvent(worker=worker, facts=facts, recorded_by=worker.user))
    HealthRecord.objects.bulk_create([HealthRecord(worker=worker, version=1) for worker in workers])
    HealthEvent.objects.bulk_create(events, batch_size=CHUNK)
