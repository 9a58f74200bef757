"""What accepting a worker secured."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.health.models import Clearance
from recruitment.quarantine.models import BackupReservation, Stay


class AcceptanceQuerySet(models.QuerySet):
    def standing(self):
        """Not undone: what was secured is still held."""
        return self.filter(undone_at=None)


class Acceptance(models.Model):
    """One accepted application with the clearance it rested on, the entry bed, and the backup cover at that moment."""

    class Undoing(models.TextChoices):
        """Why it was undone: by the worker, by the recruiter for one of RECRUITERS_REASONS, or by the clock."""

        WITHDRAWN = "withdrawn", _("người lao động rút")
        MISTAKE = "mistake", _("nhận nhầm người")
        FEWER_NEEDED = "fewer_needed", _("nhà máy giảm số người cần")
        DATES = "dates", _("không hợp ngày đến")
        UNREACHABLE = "unreachable", _("không liên lạc được")
        OUTBREAK = "outbreak", _("nhà máy có ca bệnh")

    RECRUITERS_REASONS = [Undoing.MISTAKE, Undoing.FEWER_NEEDED, Undoing.DATES, Undoing.UNREACHABLE, Undoing.OUTBREAK]

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="acceptance")
    clearance = models.ForeignKey(Clearance, on_delete=models.PROTECT, related_name="+")
    arrives_on = models.DateField(_("ngày đến"))
    starts_on = models.DateField(_("ngày bắt đầu làm"))
    entry_stay = models.OneToOneField(Stay, null=True, on_delete=models.PROTECT, related_name="acceptance")
    reservation = models.ForeignKey(BackupReservation, null=True, on_delete=models.PROTECT, related_name="+")
    beds_added = models.PositiveIntegerField(default=0, help_text=_("giường dự phòng tăng thêm vì lần nhận này"))
    accepted_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_because = models.CharField(max_length=14, choices=Undoing, blank=True, default="", db_default="")
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__gte=models.F("arrives_on")), name="work_starts_after_arrival"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_because="") | Q(undone_at__isnull=False) & ~Q(undone_because=""),
                name="acceptance_is_undone_for_a_reason",
            ),
        ]
