"""`manage.py seed`: the demo province, in one transaction, so that an interrupted run leaves nothing behind."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from demo.certificates import send_a_certificate_to_try
from demo.employers import make_factories, make_openings, staff
from demo.liaisons import register_through_a_liaison
from demo.people import make_workers
from demo.pipeline import accept_a_batch, accept_some, make_applications
from demo.rooms import make_rooms, put_to_bed
from demo.rosters import declare_a_case, employ_some
from demo.site_day import live_through_a_day
from demo.sites import ask_for_a_dormitory, house_some, make_sites, reserve_backup
from demo.travel import make_checkpoints, make_routes, send_some
from demo.vaccination import plan_waves, report_some
from recruitment.accounts.models import Organisation, Role, User
from recruitment.health.services.assessments import assess_everybody
from recruitment.health.services.policies import load_admission_policies
from recruitment.onboarding.services.policies import load_onboarding_policies
from recruitment.places.models import AreaLevel, Province
from recruitment.quarantine.services.policies import load_backup_policies
from recruitment.workers.models import Worker

UNDECLARED = "Lai Châu"  # nobody declared its level: a few people for the queue of those whom no rule speaks of
LEVELS = {3: ["Hà Nội", "Nghệ An"], 4: ["Thành phố Hồ Chí Minh"], 2: ["Bắc Ninh", "Phú Thọ", "Hải Phòng"]}


class Command(BaseCommand):
    help = "Fills an empty database with the demo province (invented people and firms)."

    def add_arguments(self, parser):
        parser.add_argument("--workers", type=int, default=20_000)
        parser.add_argument("--openings", type=int, default=400)
        parser.add_argument("--factories", type=int, default=60)
        parser.add_argument("--sites", type=int, default=12)
        parser.add_argument("--seed", type=int, default=2021)
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are people already")

    def handle(self, *, workers, openings, factories, sites, seed, if_empty, **_options):
        if not settings.DEMO:
            raise CommandError("The demo province has accounts that anybody may use: only with DEMO=1, never where real people register.")
        if User.objects.exists():
            if if_empty:
                return
            raise CommandError("The database has people in it. Use an empty one: make reset.")
        started = time.monotonic()
        with transaction.atomic(), without_garbage_collection():
            self.fill(Random(seed), workers=workers, openings=openings, factories=factories, sites=sites)
        self.report(f"done in {time.monotonic() - started:.0f} s")

    def fill(self, random: Random, *, workers: int, openings: int, factories: int, sites: int) -> None:
        now, today = timezone.now(), timezone.localdate()
        call_command("load_reference_data", verbosity=0)
        load_admission_policies()
        load_backup_policies()
        load_onboarding_policies()
        officers = self.make_officers()
        set_area_levels(today)
        make_routes(today=today, by=officers[Role.LABOUR_OFFICER])
        checkpoints = make_checkpoints()
        plants = make_factories(random, count=factories, now=now, officer=officers[Role.LABOUR_OFFICER])
        houses = make_sites(random, count=sites, today=today, now=now, by=officers[Role.LABOUR_OFFICER])
        make_openings(random, plants, count=openings, today=today, now=now)
        self.report(f"{len(plants)} factories, {openings} openings, {sites} sites")
        make_workers(random, count=workers, today=today, now=now, report=self.report)
        move_some_where_no_level_is_declared(today)
        assess_everybody(by=None, on=today)
        send_a_certificate_to_try(worker=Worker.objects.filter(user__is_demo=True).order_by("user").select_related("user")[0], now=now)
        self.report("health assessed")
        analyse()
        make_rooms(houses, today=today)
        house_some(houses, today=today, by=officers[Role.LABOUR_OFFICER])
        put_to_bed(houses, today=today, by=officers[Role.LABOUR_OFFICER])
        live_through_a_day(houses, today=today, by=officers[Role.LABOUR_OFFICER])
        employ_some(random, plants, today=today)
        reserve_backup(random, plants, today=today, by=officers[Role.LABOUR_OFFICER])
        ask_for_a_dormitory(plants[0], today=today)
        make_applications(random, count=min(workers // 8, openings * 12), today=today, now=now)
        outcomes = accept_some(random, count=min(workers // 60, openings), today=today)
        accept_a_batch(today=today)
        self.report(f"pipeline: {outcomes['accepted']} accepted, {outcomes['refused']} refused with a reason")
        send_some(random, checkpoints, today=today, now=now)
        declare_a_case(plants, today=today, by=officers[Role.HEALTH_OFFICER])
        report_some(random, plants, today=today, by=officers[Role.HEALTH_OFFICER])
        plan_waves(today=today, by=officers[Role.HEALTH_OFFICER])
        register_through_a_liaison(today=today)

    def make_officers(self) -> dict[str, User]:
        labour = Organisation.objects.create(kind=Organisation.Kind.LABOUR_DEPARTMENT, name="Sở Nội vụ tỉnh Thái Nguyên (mẫu)")
        health = Organisation.objects.create(kind=Organisation.Kind.HEALTH_DEPARTMENT, name="Sở Y tế tỉnh Thái Nguyên (mẫu)")
        User.objects.create_user(email="quan-tri@mau.invalid", name="Quản trị mẫu", is_demo=True, is_staff=True, is_superuser=True)
        return {
            Role.LABOUR_OFFICER: staff(name="Cán bộ lao động mẫu", email="lao-dong@mau.invalid", organisation=labour, role=Role.LABOUR_OFFICER),
            Role.HEALTH_OFFICER: staff(name="Cán bộ y tế mẫu", email="y-te@mau.invalid", organisation=health, role=Role.HEALTH_OFFICER),
        }

    def report(self, line: str) -> None:
        self.stdout.write(f"seed: {line}")


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Rows made in bulk hold no cycles; looking for some among hundreds of thousands of them costs a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def analyse() -> None:
    """What the planner knows of empty tables makes each acceptance read all rows of full ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def set_area_levels(today) -> None:
    """Every province at level 1 for the exercise, but for the named ones."""
    level_of = {name: level for level, provinces in LEVELS.items() for name in provinces}
    AreaLevel.objects.bulk_create(
        [
            AreaLevel(province=province, level=level_of.get(province.name, 1), since=today.replace(month=1, day=1), document="Diễn tập (mẫu)")
            for province in Province.objects.existing_on(today).exclude(name=UNDECLARED)
        ]
    )


def move_some_where_no_level_is_declared(today) -> None:
    province = Province.objects.existing_on(today).get(name=UNDECLARED)
    some = list(Worker.objects.order_by("pk").values_list("pk", flat=True)[20:23])
    Worker.objects.filter(pk__in=some).update(home_province=province, home_commune=None)
