"""Reference data of places, occupations and skills, loaded again and again."""

import csv
import datetime as dt
import io
import runpy

import pytest
from django.core.management import call_command
from django.db.models import Count

from recruitment.occupations.models import Occupation, Skill
from recruitment.places.models import Commune, IndustrialZone, MinimumWage, Province
from recruitment.places.services import DATA, load_minimum_wages, load_provinces, load_zones

pytestmark = pytest.mark.django_db
REOPENING = dt.date(2021, 10, 20)
REFORM = dt.date(2025, 7, 1)


def test_loading_twice_leaves_one_of_everything():
    for _time in range(2):
        call_command("load_reference_data", stdout=io.StringIO())
    assert Province.objects.count() == 97
    assert Commune.objects.count() == 3321
    assert IndustrialZone.objects.count() == 8
    assert Occupation.objects.count() >= 60
    assert Skill.objects.count() >= 30
    assert MinimumWage.objects.in_force(region=2, on=dt.date(2026, 11, 24)).monthly == 4_730_000
    welder = Occupation.objects.get(code="7212.1")
    fitter = Occupation.objects.get(code="7214.1")
    assert fitter in welder.related.all()
    assert welder in fitter.related.all()


def test_each_day_has_the_provinces_of_its_system():
    load_provinces()
    assert Province.objects.existing_on(REFORM - dt.timedelta(days=1)).count() == 63
    assert Province.objects.existing_on(REFORM).count() == 34


def test_somebody_from_bac_kan_was_an_outsider_in_2021_and_is_local_now():
    load_provinces()
    bac_kan = Province.objects.get(name="Bắc Kạn")
    assert bac_kan != Province.objects.home(REOPENING)
    assert bac_kan.successor == Province.objects.home(REFORM)


def test_every_former_province_belongs_to_one_of_today_and_none_is_empty():
    load_provinces()
    assert not Province.objects.exclude(until=None).filter(successor=None).exists()
    assert not Province.objects.filter(until=None).annotate(olds=Count("predecessors")).filter(olds=0).exists()


def test_the_recruiting_province_has_its_ninety_two_communes():
    call_command("load_reference_data", verbosity=0)
    assert Commune.objects.filter(province=Province.objects.home(REFORM)).count() == 92


def test_what_an_administrator_changed_stays_until_it_is_restored():
    call_command("load_reference_data", verbosity=0)
    Occupation.objects.filter(code="7212.1").update(name="Thợ hàn bậc cao")
    IndustrialZone.objects.filter(code="yen-binh").update(name="KCN Yên Bình I")
    call_command("load_reference_data", verbosity=0)
    assert Occupation.objects.get(code="7212.1").name == "Thợ hàn bậc cao"
    assert IndustrialZone.objects.get(code="yen-binh").name == "KCN Yên Bình I"
    call_command("load_reference_data", restore=True, verbosity=0)
    assert Occupation.objects.get(code="7212.1").name == "Thợ hàn"
    assert IndustrialZone.objects.get(code="yen-binh").name == "KCN Yên Bình"


@pytest.mark.parametrize(
    ("region", "on", "monthly"),
    [
        (1, dt.date(2026, 1, 1), 5_310_000),
        (1, dt.date(2025, 12, 31), 4_960_000),
        (4, dt.date(2025, 6, 1), 3_450_000),
        (2, dt.date(2021, 10, 20), 3_920_000),
    ],
)
def test_the_minimum_wage_is_the_one_of_its_day(region, on, monthly):
    load_minimum_wages()
    assert MinimumWage.objects.in_force(region=region, on=on).monthly == monthly


def test_a_zone_that_spans_regions_takes_the_higher_wage():
    load_provinces()
    load_zones()
    assert IndustrialZone.objects.get(code="yen-binh-2").wage_region == 2


def test_province_and_commune_files_cover_the_whole_country():
    with (DATA / "provinces.csv").open(encoding="utf-8", newline="") as file:
        provinces = list(csv.DictReader(file))
    with (DATA / "communes.csv").open(encoding="utf-8", newline="") as file:
        communes = list(csv.DictReader(file))
    assert {row["province"] for row in communes} == {row["code"] for row in provinces if not row["until"]}
    names = {row["name"] for row in communes}
    assert {"Đặc khu Hoàng Sa", "Đặc khu Trường Sa"} <= names


def test_the_files_are_what_the_build_script_makes_of_its_source(tmp_path):
    runpy.run_path(str(DATA / "build.py"))["main"](tmp_path)
    for name in ("provinces.csv", "communes.csv"):
        assert (tmp_path / name).read_text(encoding="utf-8") == (DATA / name).read_text(encoding="utf-8")
