"""Enterprises, factories and openings of the demo province."""

import datetime as dt
from functools import cache
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import F

from demo import names
from recruitment.accounts.models import Membership, Organisation, Role, User
from recruitment.employers.models import Enterprise, Factory
from recruitment.occupations.models import Occupation, Skill
from recruitment.openings.income import estimate_income
from recruitment.openings.models import Opening, ShuttleStop
from recruitment.places.models import IndustrialZone, MinimumWage
from recruitment.workers.models import Shift

# share of openings, occupation code, base wage range in thousand đồng a month, titles as factories write them
DEMAND = [
    (30, "8212", (5_400, 6_800), ["Công nhân lắp ráp điện tử", "Công nhân lắp ráp linh kiện", "Nhân viên vận hành dây chuyền lắp ráp"]),
    (14, "8153", (5_400, 7_200), ["Công nhân may công nghiệp", "Thợ may chuyền"]),
    (10, "7543", (5_600, 7_500), ["Nhân viên kiểm tra chất lượng (QC)", "Nhân viên KCS"]),
    (8, "9321", (5_300, 6_500), ["Công nhân đóng gói", "Lao động phổ thông đóng gói"]),
    (7, "7223", (6_500, 9_500), ["Thợ vận hành máy CNC", "Thợ tiện, phay CNC"]),
    (6, "7212", (6_500, 9_000), ["Thợ hàn", "Thợ hàn TIG, MIG"]),
    (6, "4321", (5_600, 7_500), ["Nhân viên kho", "Thủ kho"]),
    (5, "8344", (6_000, 8_000), ["Lái xe nâng"]),
    (5, "7412", (7_000, 10_000), ["Thợ bảo trì điện", "Nhân viên bảo trì cơ điện"]),
    (5, "8142", (5_500, 7_000), ["Công nhân đứng máy ép nhựa"]),
    (4, "3122", (8_000, 12_000), ["Tổ trưởng sản xuất", "Chuyền trưởng"]),
]
# the skills that go with each of them; nobody asks a forklift driver to sew
SKILLS = {
    "8212": ["han-thiec", "smt", "kinh-hien-vi", "ngoai-quan", "5s"],
    "8153": ["may-mot-kim", "vat-so", "5s"],
    "7543": ["ngoai-quan", "thuoc-cap", "kinh-hien-vi", "iso-9001", "excel"],
    "9321": ["5s", "ngoai-quan", "phan-mem-kho"],
    "7223": ["van-hanh-cnc", "lap-trinh-cnc", "tien-phay", "doc-ban-ve", "thuoc-cap"],
    "7212": ["han-tig", "han-mig", "doc-ban-ve", "an-toan"],
    "4321": ["phan-mem-kho", "excel", "xe-nang", "5s"],
    "8344": ["xe-nang", "an-toan", "phan-mem-kho"],
    "7412": ["dien-ba-pha", "plc", "khi-nen", "bao-tri-may", "dien-lanh"],
    "8142": ["ep-nhua", "khuon", "ngoai-quan", "5s"],
    "3122": ["5s", "an-toan", "iso-9001", "excel", "tieng-trung"],
}
STOPS = ["Bến xe Thái Nguyên", "Ngã tư Phố Cò", "Cổng chợ Điềm Thụy", "Ga Lưu Xá", "Trung tâm Phổ Yên", "Cầu Đa Phúc"]
PASSWORD = "du-lieu-mau-khong-co-that"  # only ever set with DEMO=1; the sign-in page needs none


@cache
def hashed_password() -> str:
    """Hashed once for all: each hash takes a second on purpose."""
    return make_password(PASSWORD)


def staff(*, name: str, email: str, organisation: Organisation, role: str) -> User:
    user = User.objects.create(email=email, name=name, password=hashed_password(), is_demo=True)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def occupations_in_demand() -> dict[str, Occupation]:
    """The first occupation of each unit group that factories ask for."""
    found = {}
    for _share, code, _wages, _titles in DEMAND:
        occupation = Occupation.objects.filter(code__startswith=code).order_by("code").first()
        if occupation is None:
            raise LookupError(f"no occupation in unit group {code}: load the reference data first")
        found[code] = occupation
    return found


def skills_in_demand() -> dict[int, list[Skill]]:
    """The skills that go with an occupation, by its primary key."""
    by_code = Skill.objects.in_bulk(field_name="code")
    return {occupation.pk: [by_code[code] for code in SKILLS[group]] for group, occupation in occupations_in_demand().items()}


def make_factories(random: Random, *, count: int, now: dt.datetime, officer: User) -> list[Factory]:
    """`count` factories of about three quarters as many enterprises; the last three enterprises wait for approval."""
    zones = list(IndustrialZone.objects.order_by("pk"))
    enterprises = max(4, count * 3 // 4)
    factories = []
    for number in range(enterprises):
        name = names.enterprise(number)
        waiting = number >= enterprises - 3
        organisation = Organisation.objects.create(kind=Organisation.Kind.ENTERPRISE, name=f"{name} (mẫu)")
        enterprise = Enterprise.objects.create(
            organisation=organisation,
            tax_code=f"46{number:08d}",
            name=f"{name} (mẫu)",
            legal_name=f"Công ty TNHH {name} (mẫu)",
            status=Enterprise.Status.PENDING if waiting else Enterprise.Status.APPROVED,
            requested_at=now - dt.timedelta(hours=random.randint(2, 60), days=0 if waiting else 90),
            decided_at=None if waiting else now - dt.timedelta(days=80),
            decided_by=None if waiting else officer,
        )
        staff(name=names.person(random), email=f"tuyen-dung-{number + 1}@mau.invalid", organisation=organisation, role=Role.RECRUITER)
        plants = 2 if number < count - enterprises else 1
        for plant in range(plants):
            zone = zones[(number + plant * 3) % len(zones)]
            factories.append(
                Factory(
                    enterprise=enterprise,
                    code=f"mau-{number + 1:03d}-{plant + 1}",
                    name=f"Nhà máy {name} {plant + 1 if plants > 1 else ''}".strip() + " (mẫu)",
                    zone=zone,
                    address=f"Lô {random.choice('ABCDEF')}{random.randint(1, 40)}, {zone.name}",
                    out_of_province_workers=random.choice([40, 80, 120, 200, 350, 600, 1200]),
                )
            )
    return Factory.objects.bulk_create(factories)


def make_openings(random: Random, factories: list[Factory], *, count: int, today: dt.date, now: dt.datetime) -> None:
    """Nine in ten published, the rest drafts and closed ones; wages never below the region's minimum on `today`."""
    occupations = occupations_in_demand()
    skills = skills_in_demand()
    minimum = {region: row.monthly if (row := MinimumWage.objects.in_force(region=region, on=today)) else 0 for region in range(1, 5)}
    approved = [factory for factory in factories if factory.enterprise.status == Enterprise.Status.APPROVED]
    recruiters = {row.organisation_id: row.user_id for row in Membership.objects.filter(role=Role.RECRUITER)}
    openings = []
    for _number in range(count):
        factory = random.choice(approved)
        _share, code, (low, high), titles = random.choices(DEMAND, weights=[row[0] for row in DEMAND])[0]
        openings.append(_opening(random, factory, occupations[code], random.choice(titles), (low, high), minimum, recruiters, today, now))
    Opening.objects.bulk_create(openings, batch_size=500)
    ShuttleStop.objects.bulk_create(
        [
            ShuttleStop(opening=opening, name=name, departs_at=dt.time(6, 10 + 5 * order), ride_minutes=random.choice([15, 20, 30, 40]) - 5 * order)
            for opening in openings
            if random.random() < 0.5
            for order, name in enumerate(random.sample(STOPS, 2))
        ],
        batch_size=1000,
    )
    wanted = Opening.skills.through
    wanted.objects.bulk_create(
        [
            wanted(opening_id=opening.pk, skill_id=skill.pk)
            for opening in openings
            if random.random() < 0.4
            for skill in random.sample(skills[opening.occupation_id], 2)
        ],
        batch_size=1000,
    )


def _opening(random, factory, occupation, title, wages, minimum, recruiters, today, now) -> Opening:
    shift = random.choices([Shift.DAY, Shift.NIGHT, Shift.ROTATING, Shift.OFFICE], weights=[35, 12, 45, 8])[0]
    base = max(random.randint(*wages) * 1000, minimum[factory.zone.wage_region])
    overtime = random.choice([0, 4, 8, 12])
    allowances = random.choice([300_000, 500_000, 800_000, 1_200_000])
    income = estimate_income(base_wage=base, allowances=allowances, overtime_hours_per_week=overtime, shift=shift)
    dormitory = random.random() < 0.55
    published = now - dt.timedelta(hours=random.randint(1, 24 * 13))
    status = random.choices([Opening.Status.PUBLISHED, Opening.Status.DRAFT, Opening.Status.CLOSED], weights=[92, 4, 4])[0]
    draft, closed = status == Opening.Status.DRAFT, status == Opening.Status.CLOSED
    return Opening(
        factory=factory,
        occupation=occupation,
        title=title,
        description="Tin mẫu do hệ thống sinh ra để dùng thử; không phải việc thật.",
        headcount=random.choice([5, 10, 15, 20, 30, 50, 80]),
        shift=shift,
        overtime_hours_per_week=overtime,
        rest_day="Chủ nhật",
        starts_on=today + dt.timedelta(days=random.randint(3, 30)),
        closes_on=today + dt.timedelta(days=random.randint(30, 60)),
        experience_months=random.choice([0, 0, 0, 0, 6, 12]),
        base_wage=base,
        allowances=allowances,
        wage_min=income.wage_min,
        wage_max=income.wage_max,
        has_dormitory=dormitory,
        dormitory_fee=random.choice([0, 100_000, 200_000]) if dormitory else 0,
        dormitory_distance_km=random.choice(["0.3", "0.8", "1.5", "3.0"]) if dormitory else None,
        dormitory_people_per_room=random.choice([4, 6, 8]) if dormitory else None,
        dormitory_months=random.choice([None, 6, 12]) if dormitory else None,
        meals=random.choice(["Cơm ca miễn phí", "Hỗ trợ 25.000 đồng mỗi bữa", ""]),
        status=status,
        published_at=None if draft else published,
        confirmed_at=None if draft else published,
        closed_at=now - dt.timedelta(hours=2) if closed else None,
        outcome=random.choice([Opening.Outcome.FILLED, Opening.Outcome.CANCELLED]) if closed else "",
        created_by_id=recruiters[factory.enterprise.organisation_id],
    )


def places_left() -> list[Opening]:
    return list(
        Opening.objects.filter(status=Opening.Status.PUBLISHED, headcount__gt=F("held") + F("accepted")).select_related("factory").order_by("pk")
    )
