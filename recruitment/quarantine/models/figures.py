"""What a site's manager said of its beds, each time: kept whole, so that a second person sees what the first has changed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.quarantine.models.rooms import RoomKind
from recruitment.quarantine.models.sites import Site

LARGEST_SITE = 10_000


class FigureUpdate(models.Model):
    """One press of “Ghi” or “Không đổi”, or a room opened or closed.

    `key` comes with the page, so that a phone without a network may send the same update again. `noted_at`: when it was written down.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="figure_updates")
    key = models.UUIDField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["site_id", "-pk"]
        constraints = [models.UniqueConstraint(fields=["site", "key"], name="one_update_per_key")]


class KindFigures(models.Model):
    """Beds in rooms of one kind: all, with somebody in, closed, and held back; what is left of all without the last two may be promised."""

    update = models.ForeignKey(FigureUpdate, on_delete=models.CASCADE, related_name="kinds")
    kind = models.CharField(_("loại phòng"), max_length=10, choices=RoomKind)
    total = models.PositiveIntegerField(_("tổng"))
    occupied = models.PositiveIntegerField(_("có người"))
    closed = models.PositiveIntegerField(_("đóng"))
    held = models.PositiveIntegerField(_("giữ"))

    class Meta:
        ordering = ["update_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["update", "kind"], name="one_row_per_update_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=RoomKind.values), name="counted_kind_exists"),
            models.CheckConstraint(
                condition=Q(total__gte=F("closed") + F("held"), total__lte=LARGEST_SITE), name="closed_and_held_are_some_of_all_beds"
            ),
            models.CheckConstraint(condition=Q(total__gte=F("occupied")), name="occupied_are_some_of_all_beds"),
        ]

    @property
    def usable(self) -> int:
        return self.total - self.closed - self.held
