"""Provinces (as since 2025-07-01), communes, zones, wages and area levels."""

import datetime as dt
from string import ascii_uppercase, digits

import factory

from recruitment.places.models import AreaLevel, Commune, IndustrialZone, MinimumWage, Province

TWO_LETTER_CODES = [first + second for first in ascii_uppercase for second in digits + ascii_uppercase]
SINCE_REFORM = dt.date(2025, 7, 1)


class ProvinceFactory(factory.django.DjangoModelFactory):
    """A province that isn't the recruiting one, unless `home=True`; its code never meets a real one."""

    class Meta:
        model = Province
        django_get_or_create = ("code", "since")

    class Params:
        home = factory.Trait(code="19", name="Thái Nguyên", name_en="Thai Nguyen", latitude=21.594, longitude=105.848)

    code = factory.Sequence(lambda number: TWO_LETTER_CODES[number % len(TWO_LETTER_CODES)])
    name = factory.Sequence(lambda number: f"Tỉnh thử {number}")
    name_en = factory.Sequence(lambda number: f"Test province {number}")
    since = SINCE_REFORM
    latitude = 22.66
    longitude = 106.26


class CommuneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Commune

    province = factory.SubFactory(ProvinceFactory)
    code = factory.Sequence(lambda number: f"T{number % 10_000:04d}")
    name = factory.Sequence(lambda number: f"Xã thử {number}")
    latitude = 22.66
    longitude = 106.26


class IndustrialZoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = IndustrialZone

    code = factory.Sequence(lambda number: f"khu-thu-{number}")
    name = factory.Sequence(lambda number: f"KCN Thử {number}")
    name_en = factory.Sequence(lambda number: f"Test Industrial Zone {number}")
    province = factory.SubFactory(ProvinceFactory, home=True)
    wage_region = 2
    latitude = 21.415
    longitude = 105.894


class MinimumWageFactory(factory.django.DjangoModelFactory):
    """Region II in 2026, Decree 293/2025."""

    class Meta:
        model = MinimumWage
        django_get_or_create = ("region", "since")

    region = 2
    since = dt.date(2026, 1, 1)
    monthly = 4_730_000
    document = "293/2025/NĐ-CP"


class AreaLevelFactory(factory.django.DjangoModelFactory):
    """The level of a whole province; pass `commune=` for one of its communes."""

    class Meta:
        model = AreaLevel

    province = factory.SubFactory(ProvinceFactory)
    commune = None
    level = 1
    since = dt.date(2026, 1, 1)
    document = "QĐ thử"
