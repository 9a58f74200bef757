"""Make the next key that signs entry passes; it signs from two days on, so that every checkpoint knows it by then.

With --withdraw KID a key counts no more from now on, because its private half may have leaked; its passes are signed anew.
"""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recruitment.travel.models import PassKey
from recruitment.travel.services.keys import rotate_keys
from recruitment.travel.services.passes import withdraw_key


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--withdraw", metavar="KID", help="the key that must not count any more")

    def handle(self, *, withdraw, **options):
        if withdraw:
            try:
                signed = withdraw_key(kid=withdraw, by=None, on=timezone.localdate())
            except PassKey.DoesNotExist:
                raise CommandError(f"no key {withdraw}") from None
            self.stdout.write(f"{withdraw} counts no more; {signed} passes signed anew")
            return
        key = rotate_keys(now=timezone.now())
        self.stdout.write(f"{key.kid} signs from {timezone.localtime(key.signs_from):%Y-%m-%d %H:%M}")
