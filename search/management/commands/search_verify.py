"""Compare the search index with the database; name every difference."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from search.documents import DOCUMENTS
from search.engines.contract import IndexUnavailable
from search.outbox import request_index
from search.sync import drain
from search.verification import Difference, differences


class Command(BaseCommand):
    help = "Compare the search index with the database. Names every difference and exits 1 if there is any."

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="send the documents that differ again, then compare once more")

    def handle(self, *, repair, **_options):
        try:
            found = self.compare()
            if found and repair:
                self.repair(found)
                found = self.compare()
        except IndexUnavailable as error:
            raise CommandError(str(error)) from error
        if found:
            hint = "Run search_rebuild." if repair else "Run search_verify --repair."
            raise CommandError(f"{len(found):,} documents differ. {hint}")
        self.stdout.write("The index equals the database.")

    def compare(self) -> list[Difference]:
        found = [difference for kind in DOCUMENTS for difference in differences(kind)]
        for difference in found:
            self.stdout.write(str(difference))
        return found

    def repair(self, found: list[Difference]) -> None:
        for kind in DOCUMENTS:
            request_index(kind, [difference.document for difference in found if difference.kind == kind])
        sent = drain(now=timezone.now()).sent
        self.stdout.write(f"Sent {sent:,} documents again.")
