"""How old a site's figures are: warned about after some hours, not offered after more (both are values of the backup policy)."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.places.distances import distance_km
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import BackupPolicy, Site, SiteIncident
from recruitment.shared.refusals import Refusal

FRESH, OLD, STALE = "fresh", "old", "stale"


class StaleFigures(Refusal):
    """The site has not confirmed its figures for too long to be offered. Carries `site`, `hours`."""

    field = "site"

    def for_people(self) -> str:
        return _("%(site)s đã quá %(hours)d giờ chưa xác nhận số liệu nên tạm ngừng nhận thêm. Hãy chọn khu khác hoặc gọi khu cập nhật.") % self.facts


class SiteLocked(Refusal):
    """An infection at the site locks it: it takes nobody. Carries `site`."""

    field = "site"

    def for_people(self) -> str:
        return _("%(site)s đang khóa vì có ca bệnh trong khu nên không nhận thêm người. Hãy chọn khu khác.") % self.facts


def limits(on: dt.date) -> BackupPolicy:
    """The policy in force, or one with the model's own limits where there is none."""
    return BackupPolicy.objects.in_force(on) or BackupPolicy()


def freshness(site: Site, *, policy: BackupPolicy, now: dt.datetime) -> str:
    """FRESH, OLD (ask for an update) or STALE (not offered to anybody)."""
    if site.figures_confirmed_at is None or site.figures_confirmed_at < now - dt.timedelta(hours=policy.stale_after_hours):
        return STALE
    return OLD if site.figures_confirmed_at < now - dt.timedelta(hours=policy.warn_after_hours) else FRESH


def sites_with_fresh_figures(*, on: dt.date) -> QuerySet[Site]:
    """Sites that may still be offered under the policy of the day: those with an infection that locks them take nobody."""
    oldest = timezone.now() - dt.timedelta(hours=limits(on).stale_after_hours)
    return Site.objects.filter(figures_confirmed_at__gte=oldest).exclude(incidents__in=SiteIncident.objects.locking_a_site()).order_by("pk")


def require_fresh_figures(site: Site, *, on: dt.date) -> None:
    """Raises StaleFigures or SiteLocked."""
    policy = limits(on)
    if freshness(site, policy=policy, now=timezone.now()) == STALE:
        raise StaleFigures(site=site, hours=policy.stale_after_hours)
    require_unlocked(site)


def require_unlocked(site: Site) -> None:
    """Raises SiteLocked."""
    if SiteIncident.objects.locking_a_site().filter(site=site).exists():
        raise SiteLocked(site=site)


def kilometres(site: Site, zone: IndustrialZone) -> float:
    return distance_km(site.latitude, site.longitude, zone.latitude, zone.longitude)


def nearest_first(sites: QuerySet[Site] | list[Site], zone: IndustrialZone) -> list[Site]:
    return sorted(sites, key=lambda site: (kilometres(site, zone), site.pk))
