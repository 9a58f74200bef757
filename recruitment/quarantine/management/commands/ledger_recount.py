from django.core.management.base import BaseCommand

from recruitment.quarantine.services.recount import recount


class Command(BaseCommand):
    help = "Counts the ledger again from the journal, the stays and the reservations; exits 1 and names every difference."

    def handle(self, **_options):
        found = recount()
        for difference in found:
            self.stdout.write(str(difference))
        if found:
            self.stderr.write(f"{len(found)} differences.")
            raise SystemExit(1)
        self.stdout.write("The ledger is right.")
