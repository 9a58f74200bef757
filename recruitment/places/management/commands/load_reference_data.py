"""`manage.py load_reference_data`: places, minimum wages, occupations and skills from the files of the project."""

from django.core.management.base import BaseCommand
from django.db import transaction

from recruitment.occupations.services import load_occupations, load_skills
from recruitment.places.services import load_area_level_criteria, load_communes, load_minimum_wages, load_provinces, load_zones

STEPS = {
    "provinces": load_provinces,
    "communes": load_communes,
    "zones": load_zones,
    "minimum wages": load_minimum_wages,
    "area level criteria": load_area_level_criteria,
    "occupations": load_occupations,
    "skills": load_skills,
}


class Command(BaseCommand):
    help = "Adds missing reference data (places, minimum wages, occupations, skills); run after migrate, as often as you like."

    def add_arguments(self, parser):
        parser.add_argument("--restore", action="store_true", help="overwrite what administrators changed with the project's files")

    def handle(self, *, restore, verbosity, **_options):
        with transaction.atomic():
            loaded = {name: load(restore=restore) for name, load in STEPS.items()}
        if verbosity:
            self.stdout.write("reference data: " + ", ".join(f"{count} {name}" for name, count in loaded.items()))
