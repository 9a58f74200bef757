"""Delete what has been kept for its whole period; --dry-run only counts."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from recruitment.privacy.services.retention import run_retention


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, delete nothing")

    def handle(self, *, dry_run: bool, **options):
        for what, rows in run_retention(on=timezone.localdate(), dry_run=dry_run).items():
            self.stdout.write(f"{what}: {rows} {'due' if dry_run else 'deleted'}")
