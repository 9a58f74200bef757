"""How old a site's figures are: warned about after some hours, not offered after more (policy values)."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from recruitment.quarantine.models import BackupPolicy, Site

FRESH, OLD, STALE = "fresh", "old", "stale"
WITHOUT_POLICY = BackupPolicy(warn_after_hours=12, stale_after_hours=24)


def freshness(site: Site, *, policy: BackupPolicy | None, now: dt.datetime) -> str:
    """"fresh", "old" (ask for an update) or "stale" (not offered to anybody)."""
    policy = policy or WITHOUT_POLICY
    if site.figures_confirmed_at is None or site.figures_confirmed_at < now - dt.timedelta(hours=policy.stale_after_hours):
        return STALE
    return OLD if site.figures_confirmed_at < now - dt.timedelta(hours=policy.warn_after_hours) else FRESH


def sites_with_fresh_figures(*, on: dt.date) -> QuerySet[Site]:
    """Sites whose figures may still be relied on under the policy of the day."""
    policy = BackupPolicy.objects.in_force(on) or WITHOUT_POLICY
    return Site.objects.filter(figures_confirmed_at__gte=timezone.now() - dt.timedelta(hours=policy.stale_after_hours)).order_by("pk")
