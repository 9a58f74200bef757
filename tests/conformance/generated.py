"""Thousands of openings and candidates from a seed, as facts and as the documents made of them. No database."""

import datetime as dt
from collections.abc import Sequence
from random import Random

from recruitment.employers.models import Enterprise, Factory
from recruitment.occupations.models import Occupation
from recruitment.openings.models import Opening
from recruitment.places.models import IndustrialZone
from recruitment.workers.models import Shift
from search.projections import candidate_source, opening_source
from search.scoring import CandidateFacts, OpeningFacts

TODAY = dt.date(2026, 11, 24)
OCCUPATIONS = list(range(1, 21))
RELATED = {
    occupation: frozenset(other for other in (occupation - 1, occupation + 1) if other in OCCUPATIONS and (min(occupation, other) % 3))
    for occupation in OCCUPATIONS
}
SKILLS = list(range(1, 13))
ZONES = list(range(1, 8))
TRADES = [
    "Công nhân may",
    "Thợ hàn",
    "Công nhân lắp ráp điện tử",
    "Kỹ thuật viên bảo trì máy",
    "Nhân viên kho",
    "Công nhân đóng gói",
    "Vận hành máy ép nhựa",
]
ADDED = ["ca đêm", "lương cao", "không cần kinh nghiệm", "KCN Yên Bình", "đi làm ngay", "thời vụ", ""]
WAGES = [None, *range(5_000_000, 16_000_000, 500_000)]
SHIFTS = [shift.value for shift in Shift]


def days(random: Random, first: int, last: int) -> dt.date:
    return TODAY + dt.timedelta(days=random.randint(first, last))


def candidate(random: Random) -> CandidateFacts:
    return CandidateFacts(
        experience={occupation: random.choice([0, 0, 1, 6, 11, 12, 13, 24, 720]) for occupation in random.sample(OCCUPATIONS, random.randint(0, 3))},
        skills=frozenset(random.sample(SKILLS, random.randint(0, 4))),
        wage_wanted=random.choice(WAGES),
        zones=frozenset(random.sample(ZONES, random.choice([0, 0, 1, 3]))),
        shifts=frozenset(random.sample(SHIFTS, random.randint(1, 3))),
        needs_dormitory=random.random() < 0.5,
        ready_on=random.choice([None, days(random, -5, 40), days(random, -1, 10)]),
    )


def opening(random: Random, pk: int) -> tuple[Opening, list[int]]:
    """An unsaved row and its skills."""
    factory = Factory(
        name=f"Nhà máy {random.choice('ABCDE')}",
        enterprise=Enterprise(name=f"Hồng Lam {random.randint(1, 9)}", legal_name="Công ty TNHH Thử"),
        zone=IndustrialZone(pk=random.choice(ZONES), name=f"KCN số {random.randint(1, 7)}", name_en="Zone"),
    )
    occupation = random.choice(OCCUPATIONS)
    row = Opening(
        pk=pk,
        factory=factory,
        occupation=Occupation(pk=occupation, name=f"nghề {occupation}", name_en=f"trade {occupation}"),
        title=f"{random.choice(TRADES)} {random.choice(ADDED)}".strip(),
        description=random.choice(["Lắp ráp linh kiện theo dây chuyền.", "Đứng máy, ca xoay.", ""]),
        headcount=10,
        held=random.choice([0, 0, 3]),
        accepted=random.choice([0, 7, 7]),
        shift=random.choice(SHIFTS),
        starts_on=days(random, -20, 40),
        closes_on=random.choice([None, days(random, -3, 30)]),
        experience_months=random.choice([0, 0, 6, 12, 24]),
        wage_max=random.choice(WAGES),
        has_dormitory=random.random() < 0.4,
        published_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=random.randint(0, 2000)),
    )
    return row, sorted(random.sample(SKILLS, random.randint(0, 4)))


def facts_of(row: Opening, skills: list[int], *, on: dt.date) -> OpeningFacts:
    return OpeningFacts(
        occupation=row.occupation_id,
        related_occupations=RELATED[row.occupation_id],
        skills=frozenset(skills),
        experience_months=row.experience_months,
        wage_top=row.wage_max,
        zone=row.factory.zone_id,
        shift=row.shift,
        has_dormitory=row.has_dormitory,
        starts_on=max(row.starts_on, on),
    )


def openings(random: Random, count: int, *, titles: Sequence[str] = ()) -> dict[int, tuple[Opening, list[int], dict]]:
    """Primary key → row, skills, document: so many with an invented title, and one for each of `titles`."""
    made = {}
    for pk, title in zip(random.sample(range(1, 10 * (count + len(titles))), count + len(titles)), [None] * count + list(titles), strict=True):
        row, skills = opening(random, pk)
        row.title = title or row.title
        made[pk] = row, skills, opening_source(row, skills, random.choice([{}, {"Bến xe Thái Nguyên": 10 * random.randint(1, 7)}]))
    return made


def candidates(random: Random, count: int) -> dict[int, tuple[CandidateFacts, dict]]:
    """Primary key → facts, document."""
    made = {}
    for pk in random.sample(range(1, 10 * count), count):
        facts = candidate(random)
        made[pk] = facts, candidate_source(pk, facts)
    return made
