"""`manage.py import_openings FILE --factory CODE`: what the page for importing a table does."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.openings.reading import MOST_MEGABYTES, TableRow, read_table
from recruitment.openings.services.importing import ImportedRow, Outcome, import_openings
from recruitment.openings.unreadable import UnreadableFile
from recruitment.shared.money import wage_range


class Command(BaseCommand):
    help = "Imports openings from a CSV or XLSX file as drafts of one factory; the same rows again make no doubles."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--factory", required=True, metavar="CODE")
        parser.add_argument("--by", metavar="EMAIL", help="whose openings they are; by default the factory's first recruiter")
        parser.add_argument("--dry-run", action="store_true", help="report only, keep nothing")
        parser.add_argument("--publish", action="store_true", help="publish what has no obstacle")
        parser.add_argument("--json", action="store_true", help="one JSON object a row")

    def handle(self, *, file: Path, factory: str, by: str | None, dry_run: bool, publish: bool, json: bool, **_options):
        plant = Factory.objects.filter(code=factory).select_related("enterprise").first()
        if plant is None:
            raise CommandError(f"Không có nhà máy mã “{factory}”. / There is no factory with the code “{factory}”.")
        imported = import_openings(
            rows=rows_of(file),
            factory=plant,
            by=user(by, plant),
            on=timezone.localdate(),
            dry_run=dry_run,
            publish=publish,
        )
        for row in imported:
            self.stdout.write(row.as_json() if json else line_of(row))
        if not json:
            count = {outcome: sum(row.outcome == outcome for row in imported) for outcome in Outcome}
            self.stdout.write(
                f"{len(imported)} rows: {count[Outcome.NEW]} new, {count[Outcome.ALREADY]} imported before, {count[Outcome.REFUSED]} refused"
                + (" (dry run: nothing was kept)" if dry_run else "")
            )


def rows_of(file: Path) -> list[TableRow]:
    """The table's rows; a file that can't be opened or read ends the command."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_MEGABYTES * 2**20 + 1)
        return read_table(filename=file.name, content=content)
    except OSError as error:
        raise CommandError(f"Không mở được tệp {file}: {error.strerror}. / The file can't be opened.") from error
    except UnreadableFile as refusal:
        raise CommandError(f"{file}: {refusal.for_people()}") from refusal


def user(email: str | None, factory: Factory) -> User:
    if email:
        found = User.objects.filter(email__iexact=email).first()
        if found is None:
            raise CommandError(f"Không có tài khoản {email}. / There is no account {email}.")
        return found
    recruiters = User.objects.filter(memberships__organisation=factory.enterprise.organisation_id, memberships__role=Role.RECRUITER)
    found = recruiters.order_by("pk").first() or User.objects.filter(is_superuser=True).order_by("pk").first()
    if found is None:
        raise CommandError("Nhà máy chưa có người tuyển dụng: hãy ghi --by EMAIL. / The factory has no recruiter: name one with --by.")
    return found


def line_of(row: ImportedRow) -> str:
    parts = [f"{row.row}", row.outcome, row.title[:60] or "—", row.occupation or "—", wage_range(row.wage_min, row.wage_max), row.place or "—"]
    return " | ".join(parts) + "".join(f"\n    {error}" for error in row.errors)
