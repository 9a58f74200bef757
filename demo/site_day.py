"""What a manager finds at the gate on the day of the exercise: tests due and overdue, a report, a paper, and somebody who never came."""

import datetime as dt

from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.quarantine.models import NoShow, Site, Stay, StayTest
from recruitment.quarantine.services.admissions import cancel_stay
from recruitment.quarantine.services.reports import report_symptoms

TEST_DAYS = (0, 6)  # days 1 and 7 of a stay, as CV 8399/BYT asks of whoever has one dose


def live_through_a_day(sites: list[Site], *, today: dt.date, by: User) -> None:
    """Tests for everybody who is in, a report from one person at the first site, and one bed there that nobody came for."""
    inside = Stay.objects.filter(site__in=sites, status=Stay.Status.ADMITTED).order_by("pk")
    due = [StayTest(stay=stay, due_on=today + dt.timedelta(days=day), method=StayTest.Method.PCR) for stay in inside for day in TEST_DAYS]
    StayTest.objects.bulk_create(due, ignore_conflicts=True)
    first = inside.filter(site=sites[0]).select_related("worker__user").first()
    if first:
        report_symptoms(stay=first, text="Tôi hơi đau họng từ sáng, chưa sốt (mẫu).", by=first.worker.user, on=today)
    missing = Stay.objects.filter(site=sites[0], status=Stay.Status.BOOKED).order_by("-pk").first()
    if missing:
        NoShow.objects.create(stay=cancel_stay(stay=missing, by=None, on=today), freed_at=timezone.now())
