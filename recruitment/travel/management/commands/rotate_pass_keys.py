"""Make the next key that signs entry passes; it signs from two days on, so that every checkpoint knows it by then."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from recruitment.travel.services.keys import rotate_keys


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        key = rotate_keys(now=timezone.now())
        self.stdout.write(f"{key.kid} signs from {timezone.localtime(key.signs_from):%Y-%m-%d %H:%M}")
