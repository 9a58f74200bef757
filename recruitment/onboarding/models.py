"""What accepting a worker secured."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.health.models import Clearance
from recruitment.quarantine.models import BackupReservation, Stay


class Acceptance(models.Model):
    """One accepted application with the clearance it rested on, the entry bed, and the backup cover at that moment."""

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

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(starts_on__gte=models.F("arrives_on")), name="work_starts_after_arrival")]
