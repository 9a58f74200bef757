from django.core.management.base import BaseCommand
from django.utils import timezone

from recruitment.onboarding.breach_words import sentence_of
from recruitment.onboarding.services.breaches import record_breaches


class Command(BaseCommand):
    help = "Every accepted worker has exactly what the rules ask for, and nothing is held for nobody; exits 1 and names every breach."

    def handle(self, **_options):
        breaches = record_breaches(on=timezone.localdate(), now=timezone.now())
        for breach in breaches:
            self.stdout.write(f"{breach.rule} {breach.subject} ({breach.get_owner_display()}): {sentence_of(breach)}")
        if breaches:
            self.stderr.write(f"{len(breaches)} breaches.")
            raise SystemExit(1)
        self.stdout.write("Everything that must hold holds.")
