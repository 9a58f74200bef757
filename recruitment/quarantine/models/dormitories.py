"""Factories' own dormitories that are to serve as quarantine sites (“ba tại chỗ”)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.quarantine.models.sites import Site


class DormitoryRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both departments, and the factory that asks."""
        if user.is_superuser or user.memberships.current().filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(factory__in=Factory.objects.visible_to(user))

    def waiting(self):
        """Whoever has waited longest first."""
        return self.filter(status=DormitoryRequest.Status.PENDING).order_by("asked_at", "pk")


class DormitoryRequest(models.Model):
    """A factory asks that a dormitory of its own be approved; approved, it is a site whose beds are the factory's backup."""

    class Status(models.TextChoices):
        PENDING = "pending", _("chờ duyệt")
        APPROVED = "approved", _("đã duyệt")
        REFUSED = "refused", _("không được duyệt")
        WITHDRAWN = "withdrawn", _("đã rút")

    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="dormitory_requests")
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    beds = models.PositiveIntegerField()
    rooms = models.PositiveIntegerField()
    contact = models.CharField(max_length=120)
    conditions = models.CharField(max_length=600)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    site = models.OneToOneField(Site, null=True, on_delete=models.PROTECT, related_name="dormitory_request")

    objects = DormitoryRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["factory"], condition=Q(status="pending"), name="one_open_dormitory_request_per_factory"),
            models.CheckConstraint(condition=Q(rooms__gte=1, beds__gte=F("rooms")), name="a_dormitory_has_a_bed_in_every_room"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_by=None, decided_at=None, reason="", site=None)
                | Q(status="approved", decided_by__isnull=False, decided_at__isnull=False, site__isnull=False)
                | Q(status="refused", decided_by__isnull=False, decided_at__isnull=False, site=None) & ~Q(reason="")
                | Q(status="withdrawn", decided_by__isnull=False, decided_at__isnull=False, site=None, reason=""),
                name="dormitory_request_has_its_decision",
            ),
        ]

    def __str__(self):
        return f"{self.name} · {self.factory}"
