"""Twelve quarantine sites around the zones, with a year of nights and backup beds for most factories."""

import datetime as dt
from random import Random

from django.utils import timezone

from demo import names
from demo.employers import staff
from recruitment.accounts.models import Organisation, Role, User
from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import Site
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.capacity import open_site_nights
from recruitment.quarantine.services.dormitories import ask_for_approval
from recruitment.quarantine.services.reservations import ensure_backup_cover
from recruitment.quarantine.services.waiting import ask_for_beds, make_offers
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

SITES = [
    ("Khu cách ly tập trung", Site.Kind.CENTRAL, (300, 600)),
    ("Ký túc xá được duyệt", Site.Kind.DORMITORY, (120, 300)),
    ("Khách sạn cách ly", Site.Kind.HOTEL, (60, 120)),
]


def make_sites(random: Random, *, count: int, today: dt.date, now: dt.datetime, by: User) -> list[Site]:
    """Most figures are fresh, one is old enough to be warned about and one too old to be offered."""
    zones = list(IndustrialZone.objects.order_by("pk"))
    sites = []
    for number in range(count):
        label, kind, beds = SITES[number % len(SITES)]
        zone = zones[number % len(zones)]
        name = f"{label} số {number + 1} · {zone.name} (mẫu)"
        organisation = Organisation.objects.create(kind=Organisation.Kind.SITE, name=name)
        site = Site.objects.create(
            organisation=organisation,
            code=f"mau-{number + 1:02d}",
            name=name,
            kind=kind,
            zone=zone,
            address=f"Gần {zone.name}",
            latitude=zone.latitude + random.uniform(-0.03, 0.03),
            longitude=zone.longitude + random.uniform(-0.03, 0.03),
            figures_confirmed_at=now - dt.timedelta(hours={count - 1: 30, count - 2: 15}.get(number, random.randint(0, 9))),
        )
        staff(name=names.person(random), email=f"khu-cach-ly-{number + 1}@mau.invalid", organisation=organisation, role=Role.SITE_MANAGER)
        open_site_nights(site=site, capacity=random.randint(*beds) // 10 * 10, by=by, on=today)
        sites.append(site)
    return sites


def reserve_backup(random: Random, factories: list[Factory], *, today: dt.date, by: User) -> None:
    """Four factories in five have their cover already; the rest show what a recruiter sees without it, and two of them wait for beds."""
    without = []
    for factory in factories:
        if random.random() < 0.8:
            try:
                ensure_backup_cover(factory=factory, extra_workers=0, by=by, on=today)
            except Refusal:
                continue  # sites are full: a true state for the department to see
        else:
            without.append(factory)
    for factory in without[-2:]:
        ask_for_beds(factory=factory, beds=random.randint(6, 20), first=today, until=today + dt.timedelta(days=30), by=by, on=today)
    make_offers(now=timezone.now(), on=today)  # until those who wait have been asked, free beds are nobody else's


def ask_for_a_dormitory(factory: Factory, *, today: dt.date) -> None:
    """One factory of the demo's recruiter waits for the departments' answer."""
    recruiter = User.objects.filter(memberships__organisation__enterprise__factories=factory).order_by("pk").first()
    conditions = "Phòng có nhà vệ sinh riêng, suất ăn phát tận cửa, khu lấy mẫu ở sân (mẫu)."
    facts = {
        "name": "Ký túc xá B",
        "address": factory.address,
        "beds": 120,
        "rooms": 40,
        "contact": "Phòng hành chính (mẫu)",
        "conditions": conditions,
    }
    ask_for_approval(factory=factory, by=recruiter, on=today, **facts)


def house_some(sites: list[Site], *, today: dt.date, by: User) -> None:
    """At every site three people are expected today and three have arrived: contacts sent there before the platform existed, who look for no work."""
    found = list(Worker.objects.filter(applications=None).order_by("-pk")[: len(sites) * 6])
    Worker.objects.filter(pk__in=[worker.pk for worker in found]).update(status=Worker.Status.HIDDEN)
    people = iter(found)
    for site in sites:
        for number, worker in zip(range(6), people, strict=False):
            stay = book_bed(worker=worker, site=site, arrives_on=today, leaves_on=today + dt.timedelta(days=7), by=by)
            if number < 3:
                admit(stay=stay, by=by, on=today)
