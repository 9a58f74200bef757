"""What accepting a worker secured, and who waits to be accepted."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.health.models import Clearance
from recruitment.quarantine.models import BackupReservation, NoShow, Stay
from recruitment.travel.models import Crossing, EntryPass, Seat


class AcceptanceQuerySet(models.QuerySet):
    def standing(self):
        """Not undone: what was secured is still held."""
        return self.filter(undone_at=None)

    def to_confirm(self):
        """The worker has not said yes yet: what is held is freed at `confirm_by`."""
        return self.standing().filter(confirmed_at=None, confirm_by__isnull=False)

    def not_entered(self):
        """No checkpoint has let them in since."""
        entered = Crossing.objects.entries().filter(entry_pass__worker=OuterRef("application__worker"), at__gte=OuterRef("accepted_at"))
        return self.filter(~Exists(entered))

    def wanting_a_seat(self):
        """Want one and have none; neither aboard a bus nor in the province since."""
        mine = Seat.objects.taking_a_place().filter(worker=OuterRef("application__worker"), held_at__gte=OuterRef("accepted_at"))
        wanting = self.standing().filter(application__status=Application.Status.ACCEPTED, application__wants_trip=True)
        return wanting.not_entered().filter(~Exists(mine))

    def without_a_seat(self):
        """Had a seat and lost it with a bus that left without them or won't run."""
        lost = Seat.objects.filter(worker=OuterRef("application__worker"), held_at__gte=OuterRef("accepted_at"))
        return self.wanting_a_seat().filter(Exists(lost.filter(status__in=[Seat.Status.MISSED, Seat.Status.BUMPED])))

    def not_there(self):
        """Neither admitted at the site of the entry bed nor checked in at the factory."""
        return self.filter(entry_stay__admitted_at=None).exclude(first_shift__checked_in_at__isnull=False)

    def not_come(self):
        """The site gave the entry bed to somebody else, because nobody came for it in time (quarantine's NoShow)."""
        return self.standing().filter(entry_stay__pk__in=NoShow.objects.order_by().values("stay"))


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
        NOT_CONFIRMED = "not_confirmed", _("người lao động không xác nhận kịp")
        NO_SHOW = "no_show", _("người lao động không đến")
        NO_RIDE = "no_ride", _("lỡ xe, không có cách đi khác")

    RECRUITERS_REASONS = [Undoing.MISTAKE, Undoing.FEWER_NEEDED, Undoing.DATES, Undoing.UNREACHABLE, Undoing.OUTBREAK]

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="acceptance")
    clearance = models.ForeignKey(Clearance, on_delete=models.PROTECT, related_name="+")
    arrives_on = models.DateField(_("ngày đến"))
    starts_on = models.DateField(_("ngày bắt đầu làm"))
    entry_stay = models.OneToOneField(Stay, null=True, on_delete=models.PROTECT, related_name="acceptance")
    reservation = models.ForeignKey(BackupReservation, null=True, on_delete=models.PROTECT, related_name="+")
    beds_added = models.PositiveIntegerField(default=0, help_text=_("giường dự phòng tăng thêm vì lần nhận này"))
    from_outside = models.BooleanField(default=False, db_default=False, help_text=_("đến từ ngoài tỉnh: cần giấy vào tỉnh"))
    accepted_at = models.DateTimeField(default=timezone.now, help_text=_("mọi thứ được giữ từ lúc này"))
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirm_by = models.DateTimeField(null=True, help_text=_("người lao động xác nhận trước lúc này"))
    confirmed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True, help_text=_("đã nhắc nhà máy là chưa thấy người này đến"))
    to_decide = models.CharField(max_length=600, blank=True, default="", db_default="", help_text=_("vì sao không tự xếp lại được ngày"))
    ride_by = models.DateTimeField(null=True, help_text=_("mất ghế xe, giường đã trả: chỗ làm được giữ đến lúc này để tìm cách đi khác"))
    undone_at = models.DateTimeField(null=True)
    undone_because = models.CharField(max_length=14, choices=Undoing, blank=True, default="", db_default="")
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    # Found by the person, see services/journey.py; set where a page or a message names them.
    seat: Seat | None = None
    entry_pass: EntryPass | None = None

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__gte=models.F("arrives_on")), name="work_starts_after_arrival"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_because="") | Q(undone_at__isnull=False) & ~Q(undone_because=""),
                name="acceptance_is_undone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(confirm_by__isnull=False) | Q(confirmed_at__isnull=False), name="acceptance_is_confirmed_or_has_its_clock"
            ),
            models.CheckConstraint(condition=Q(ride_by=None) | Q(entry_stay=None), name="without_a_way_here_no_bed_is_held"),
        ]
        indexes = [
            models.Index(fields=["confirm_by"], condition=Q(confirmed_at=None, undone_at=None), name="acceptance_to_confirm"),
            models.Index(fields=["ride_by"], condition=Q(ride_by__isnull=False, undone_at=None), name="acceptance_without_a_ride"),
        ]


class WaitingAcceptanceQuerySet(models.QuerySet):
    def open(self):
        """In the order in which they are completed. An application that ended meanwhile waits for nothing."""
        statuses = Application.ACCEPTABLE_STATUSES
        return self.filter(ended_at=None, application__status__in=statuses).order_by("asked_at", "pk")


class WaitingAcceptance(models.Model):
    """The recruiter wants this person, and what lacks is room: it is completed by itself, in order, when room appears.

    What was lacking at the last try: a place, backup cover, a bed on the nights from `bed_from`, a seat that arrives from `seat_from` on.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("đã nhận")
        STOPPED = "stopped", _("thôi chờ")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="waits")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
    lacks_place = models.BooleanField(default=False, db_default=False)
    lacks_cover = models.BooleanField(default=False, db_default=False)
    bed_from = models.DateField(null=True)
    bed_until = models.DateField(null=True)
    seat_from = models.DateField(null=True)
    seat_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="")

    objects = WaitingAcceptanceQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(ended_at=None), name="one_open_wait_per_application"),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | Q(ended_at__isnull=False, outcome__in=["accepted", "stopped"]),
                name="a_wait_ends_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["asked_at", "id"], condition=Q(ended_at=None), name="wait_in_order")]


class TaskTick(models.Model):
    """A task that no fact of the system shows, ticked by a person (see task_list.py)."""

    class Code(models.TextChoices):
        PAPERS = "papers", _("giấy tờ tùy thân")
        CONTRACT = "contract", _("hợp đồng lao động")

    acceptance = models.ForeignKey(Acceptance, on_delete=models.CASCADE, related_name="ticks")
    code = models.CharField(max_length=10, choices=Code)
    ticked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["acceptance", "code"], name="one_tick_per_acceptance_and_task"),
            models.CheckConstraint(condition=Q(code__in=["papers", "contract"]), name="only_what_no_fact_shows_is_ticked"),
        ]


class StartMove(models.Model):
    """Under a standing acceptance the first possible day of work became another one; None: it can't be said now. The reason is health's to keep."""

    acceptance = models.ForeignKey(Acceptance, on_delete=models.CASCADE, related_name="moves")
    before = models.DateField(null=True)
    after = models.DateField(null=True)
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(before=None, after__isnull=False) | Q(before__isnull=False, after=None) | ~Q(before=models.F("after")),
                name="a_move_is_to_another_day",
            ),
            models.CheckConstraint(condition=Q(before__isnull=False) | Q(after__isnull=False), name="a_move_has_a_day"),
        ]
