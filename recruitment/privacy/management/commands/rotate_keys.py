"""Rewrite encrypted columns under the newest of FIELD_KEYS. It may be interrupted and run again at any time."""

import sys

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from recruitment.privacy.services.keys import rotate_columns


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a value is still under an older key")

    def handle(self, *, check: bool, **options):
        try:
            found = rotate_columns(check_only=check)
        except InvalidToken as error:
            raise CommandError(
                "A value can't be opened with any of FIELD_KEYS: put the key it was written with back at the end of the list."
            ) from error
        for column, values in found.items():
            self.stdout.write(f"{column}: {values} {'under an older key' if check else 'rewritten'}")
        if check and found.total():
            sys.exit(1)
