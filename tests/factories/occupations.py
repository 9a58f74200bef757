"""Occupations and skills."""

import factory

from recruitment.occupations.models import Occupation, Skill


class OccupationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Occupation

    code = factory.Sequence(lambda number: f"T{number % 10_000_000}")
    name = factory.Sequence(lambda number: f"Nghề thử {number}")
    name_en = factory.Sequence(lambda number: f"Test occupation {number}")


class SkillFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Skill

    code = factory.Sequence(lambda number: f"ky-nang-{number}")
    name = factory.Sequence(lambda number: f"Kỹ năng thử {number}")
    name_en = factory.Sequence(lambda number: f"Test skill {number}")
