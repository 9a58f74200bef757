"""Infections at a factory: the cases, the contacts that were traced, what was locked, and what happened when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory, Line, Workshop
from recruitment.openings.models import Opening
from recruitment.quarantine.models.stays import Stay
from recruitment.shared.crypto import EncryptedJSONField
from recruitment.workers.models import Worker


class OutbreakQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Health officers, and the factory concerned."""
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role=Role.HEALTH_OFFICER).exists():
            return self
        return self.filter(factory__enterprise__organisation__memberships__in=memberships.filter(role=Role.RECRUITER)).distinct()

    def open(self):
        return self.filter(closed_at=None)


class Outbreak(models.Model):
    """One at a time for each factory: a further case belongs to the open one. `version` grows with every change of its people."""

    class Lock(models.TextChoices):
        NONE = "none", _("chưa khóa")
        LINE = "line", _("một chuyền")
        WORKSHOP = "workshop", _("một xưởng")
        FACTORY = "factory", _("cả nhà máy")

    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="outbreaks")
    opened_on = models.DateField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    locked = models.CharField(max_length=8, choices=Lock, default=Lock.NONE)
    locked_line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    locked_workshop = models.ForeignKey(Workshop, null=True, on_delete=models.PROTECT, related_name="+")
    paused_openings = models.ManyToManyField(Opening, related_name="+")

    objects = OutbreakQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["factory"], condition=Q(closed_at=None), name="one_open_outbreak_per_factory"),
            models.CheckConstraint(
                condition=Q(locked__in=["none", "factory"], locked_line=None, locked_workshop=None)
                | Q(locked="line", locked_line__isnull=False, locked_workshop=None)
                | Q(locked="workshop", locked_line=None, locked_workshop__isnull=False),
                name="lock_names_what_is_locked",
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(locked="none"), name="a_closed_outbreak_locks_nothing"),
        ]


class OutbreakPerson(models.Model):
    """Somebody who is, or met, a case. What he or she is, is a health fact: encrypted.

    `facts` is {"kind": "F0" | "F1" | "F2", "on": ISO date of the finding or the last contact, "met": ["line", …]}.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("đề xuất")
        CONFIRMED = "confirmed", _("đã xác nhận")
        DISMISSED = "dismissed", _("không phải")

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="people")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="+")
    facts = EncryptedJSONField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    stay = models.ForeignKey(Stay, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True, help_text=_("đã ra khỏi khu cách ly và trở lại làm việc"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["outbreak", "worker"], name="one_row_per_outbreak_and_person"),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None, stay=None)
                | Q(status="confirmed", decided_at__isnull=False)
                | Q(status="dismissed", decided_at__isnull=False, stay=None),
                name="outbreak_person_is_decided_before_moving",
            ),
            models.CheckConstraint(condition=Q(returned_at=None) | Q(status="confirmed", stay__isnull=False), name="only_who_was_away_returns"),
        ]

    @property
    def kind(self) -> str:
        return self.facts["kind"]


class OutbreakEvent(models.Model):
    """A line of the outbreak's timeline: `numbers` holds counts and names of places, never of people."""

    class Kind(models.TextChoices):
        DECLARED = "declared", _("khai báo ca bệnh")
        TRACED = "traced", _("đề xuất người tiếp xúc")
        CONFIRMED = "confirmed", _("chốt danh sách")
        HOUSED = "housed", _("xếp chỗ cách ly")
        LOCKED = "locked", _("khóa")
        UNLOCKED = "unlocked", _("mở lại")
        REPLACED = "replaced", _("xếp và mời người thay")
        SUPPORT = "support", _("xin Sở hỗ trợ người")
        RETURNED = "returned", _("trở lại làm việc")
        STOOD_DOWN = "stood_down", _("người thay về chỗ cũ")
        CLOSED = "closed", _("kết thúc")

    outbreak = models.ForeignKey(Outbreak, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    numbers = models.JSONField(default=dict)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
