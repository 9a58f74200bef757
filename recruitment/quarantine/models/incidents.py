"""An infection among the people who stay at a site: the cases, who met them, what was locked, and when it was over."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.quarantine.models.rooms import Room
from recruitment.quarantine.models.sites import Site
from recruitment.quarantine.models.stays import Stay
from recruitment.shared.crypto import EncryptedJSONField


class SiteIncidentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Health officers, and the site concerned."""
        if user.memberships.current().filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.filter(site__in=Site.objects.managed_by(user))

    def open(self):
        return self.filter(closed_at=None)

    def locking_a_site(self):
        """The whole site takes nobody."""
        return self.open().filter(locked=SiteIncident.Lock.SITE)

    def locking_a_floor(self):
        """Rooms of one floor take nobody; those with people in stay open."""
        return self.open().filter(locked=SiteIncident.Lock.FLOOR)


class SiteIncident(models.Model):
    """One at a time for each site: a further case belongs to the open one. `closed_rooms` are those that the lock closed."""

    class Lock(models.TextChoices):
        NONE = "none", _("chưa khóa")
        FLOOR = "floor", _("một tầng")
        SITE = "site", _("cả khu")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="incidents")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    locked = models.CharField(max_length=5, choices=Lock, default=Lock.NONE)
    building = models.CharField(max_length=40, blank=True)
    floor = models.CharField(max_length=20, blank=True)
    closed_rooms = models.ManyToManyField(Room, related_name="+")

    objects = SiteIncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["site"], condition=Q(closed_at=None), name="one_open_incident_per_site"),
            models.CheckConstraint(condition=Q(locked__in=["none", "floor", "site"]), name="site_lock_exists"),
            models.CheckConstraint(condition=Q(locked="floor") | Q(building="", floor=""), name="only_a_locked_floor_is_named"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False, locked="none"),
                name="a_closed_incident_locks_nothing",
            ),
        ]


class SiteIncidentPerson(models.Model):
    """Somebody who is, or met, a case. What he or she is, is a health fact: encrypted.

    `facts` is {"kind": "F0" | "F1" | "F2", "on": ISO date of the finding}.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("đề xuất")
        CONFIRMED = "confirmed", _("đã xác nhận")
        DISMISSED = "dismissed", _("không phải")

    incident = models.ForeignKey(SiteIncident, on_delete=models.CASCADE, related_name="people")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="+")
    facts = EncryptedJSONField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "stay"], name="one_row_per_incident_and_stay"),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None) | Q(status__in=["confirmed", "dismissed"], decided_at__isnull=False),
                name="incident_person_is_decided_by_somebody",
            ),
        ]

    @property
    def kind(self) -> str:
        return self.facts["kind"]
