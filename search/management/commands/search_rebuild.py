"""Build the search index anew beside the live one, then switch over."""

import time

from django.core.management.base import BaseCommand, CommandError

from search.documents import DOCUMENTS
from search.engines.contract import SearchError
from search.rebuilding import rebuild


class Command(BaseCommand):
    help = "Build the search index from the database beside the live one, which goes on answering, and switch over."

    def add_arguments(self, parser):
        parser.add_argument("kinds", nargs="*", metavar="kind", help=f"{' or '.join(DOCUMENTS)}; both if none is named")

    def handle(self, *, kinds, verbosity, **_options):
        if unknown := sorted(set(kinds) - set(DOCUMENTS)):
            raise CommandError(f"There is no index of {unknown[0]!r}: name {' or '.join(DOCUMENTS)}.")
        for kind in kinds or DOCUMENTS:
            begun = time.monotonic()

            def report(read: int, total: int, kind=kind) -> None:
                if verbosity:
                    self.stdout.write(f"{kind}: {read:,} of {total:,} rows")

            try:
                rows = rebuild(kind, report=report)
            except SearchError as error:
                raise CommandError(str(error)) from error
            if verbosity:
                self.stdout.write(f"{kind}: live, {rows:,} rows in {time.monotonic() - begun:.1f} s")
