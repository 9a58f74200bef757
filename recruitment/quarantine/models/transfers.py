"""People moved from one site to another, or out of sight of this system: both ends confirm, one at a time for each person."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.quarantine.models.sites import Site
from recruitment.quarantine.models.stays import Stay


class TransferQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Both sites, and health officers."""
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role=Role.HEALTH_OFFICER).exists():
            return self
        mine = Site.objects.managed_by(user)
        return self.filter(Q(stay__site__in=mine) | Q(destination__in=mine))

    def open(self):
        return self.filter(status__in=Transfer.OPEN_STATUSES)

    def to_call_off(self, now):
        """Left without an answer for too long, or for a stay that has ended; somebody on the way is only ever waited for."""
        return self.filter(Q(answer_by__lt=now) | ~Q(stay__in=Stay.objects.holding_a_bed()), status__in=["requested", "accepted"])


class Transfer(models.Model):
    """`destination` None means somewhere this system does not know (`elsewhere` says where): a real end, counted as such.

    `held_stay` is the bed held at the destination from its acceptance on. `answer_by`: when whoever is to act next must have acted.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("chờ nơi nhận trả lời")
        ACCEPTED = "accepted", _("nơi nhận đã giữ giường, chờ đi")
        ON_THE_WAY = "on_the_way", _("đang trên đường")
        COMPLETED = "completed", _("đã đến nơi")
        REFUSED = "refused", _("nơi nhận từ chối")
        CANCELLED = "cancelled", _("đã hủy")

    OPEN_STATUSES = (Status.REQUESTED, Status.ACCEPTED, Status.ON_THE_WAY)

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="transfers")
    destination = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="transfers_here")
    elsewhere = models.CharField(_("nơi khác"), max_length=120, blank=True)
    held_stay = models.OneToOneField(Stay, null=True, on_delete=models.PROTECT, related_name="arrived_by")
    status = FSMField(default=Status.REQUESTED, choices=Status.choices, protected=True)
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text=_("lúc chuyển sang trạng thái này"))
    answer_by = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stay"], condition=Q(status__in=["requested", "accepted", "on_the_way"]), name="one_open_transfer_per_person"
            ),
            models.CheckConstraint(
                condition=Q(destination__isnull=False, elsewhere="") | (Q(destination=None) & ~Q(elsewhere="")), name="transfer_goes_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(status="requested", held_stay=None, answer_by__isnull=False)
                | Q(status__in=["accepted", "on_the_way"], answer_by__isnull=False)
                | Q(status="completed", answer_by=None)
                | (Q(status__in=["refused", "cancelled"], answer_by=None) & ~Q(reason="")),
                name="transfer_status_has_what_it_needs",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "on_the_way", "completed"]) | Q(destination=None) | Q(held_stay__isnull=False),
                name="transfer_under_way_holds_a_bed",
            ),
            models.CheckConstraint(condition=Q(moved_at__gte=F("requested_at")), name="transfer_moves_after_the_request"),
        ]
        indexes = [models.Index(fields=["answer_by"], condition=Q(status__in=["requested", "accepted", "on_the_way"]), name="transfer_due")]

    @transition(status, source=Status.REQUESTED, target=Status.ACCEPTED)
    def accept(self):
        """The destination holds a bed."""

    @transition(status, source=Status.REQUESTED, target=Status.REFUSED)
    def refuse(self):
        """The destination says why not."""

    @transition(status, source=[Status.REQUESTED, Status.ACCEPTED], target=Status.ON_THE_WAY)
    def depart(self):
        """Sent off; a destination of ours must have accepted before."""

    @transition(status, source=Status.ON_THE_WAY, target=Status.COMPLETED)
    def complete(self):
        """Arrived."""

    @transition(status, source=OPEN_STATUSES, target=Status.CANCELLED)
    def cancel(self):
        """Called off by either end, or left without an answer for too long."""
