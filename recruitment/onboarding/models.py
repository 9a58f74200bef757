"""What accepting a worker secured."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.employers.models import Factory, Line
from recruitment.health.models import Clearance
from recruitment.quarantine.models import BackupReservation, NoShow, Outbreak, Stay
from recruitment.travel.models import Crossing, EntryPass, Seat
from recruitment.workers.models import Worker


class AcceptanceQuerySet(models.QuerySet):
    def standing(self):
        """Not undone: what was secured is still held."""
        return self.filter(undone_at=None)

    def to_confirm(self):
        """The worker has not said yes yet: what is held is freed at `confirm_by`."""
        return self.standing().filter(confirmed_at=None, confirm_by__isnull=False)

    def without_a_seat(self):
        """Wanted a seat, had one, and lost it with a bus that left without them or won't run; neither seated, aboard nor in the province since."""
        mine = Seat.objects.filter(worker=OuterRef("application__worker"), held_at__gte=OuterRef("accepted_at"))
        lost = mine.filter(status__in=[Seat.Status.MISSED, Seat.Status.BUMPED])
        wanting = self.standing().filter(application__status=Application.Status.ACCEPTED, application__wants_trip=True)
        entered = Crossing.objects.entries().filter(entry_pass__worker=OuterRef("application__worker"), at__gte=OuterRef("accepted_at"))
        return wanting.filter(Exists(lost), ~Exists(mine.taking_a_place()), ~Exists(entered))

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
    """The recruiter wants this person, and what lacks is room: it is completed by itself, in order, when room appears."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("đã nhận")
        STOPPED = "stopped", _("thôi chờ")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="waits")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True)
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


class ReplacementQuerySet(models.QuerySet):
    def standing_in(self):
        """The factory's own people who took over a post, or will on its first day."""
        return self.filter(source=Replacement.Source.OWN, ended_at=None)


class Replacement(models.Model):
    """Somebody who keeps production going during an outbreak: an own person at the post of one who is out, or somebody offered work.

    An own person's former post is kept (`home_line`, `home_team`) and given back when the person who was out returns.
    """

    class Source(models.TextChoices):
        OWN = "own", _("người của nhà máy")
        APPLICANT = "applicant", _("người đã ứng tuyển")
        CANDIDATE = "candidate", _("người phù hợp được mời")

    outbreak = models.ForeignKey(Outbreak, on_delete=models.PROTECT, related_name="replacements")
    source = models.CharField(max_length=10, choices=Source)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="replacements")
    replaces = models.ForeignKey(Worker, null=True, on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(Application, null=True, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    team = models.CharField(max_length=40, blank=True)
    home_line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    home_team = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source="own", replaces__isnull=False, application=None)
                | Q(source__in=["applicant", "candidate"], replaces=None, application__isnull=False, moved_at=None, ended_at=None),
                name="replacement_takes_a_post_or_is_asked",
            ),
            models.UniqueConstraint(fields=["worker"], condition=Q(source="own", ended_at=None), name="stands_in_for_one_person_at_a_time"),
            models.UniqueConstraint(
                fields=["outbreak", "replaces"], condition=Q(source="own", ended_at=None), name="one_stand_in_for_each_person_out"
            ),
            models.UniqueConstraint(fields=["outbreak", "application"], condition=Q(application__isnull=False), name="asked_once_for_an_outbreak"),
        ]
        indexes = [models.Index(fields=["starts_on"], condition=Q(source="own", ended_at=None), name="replacement_standing_in")]


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


class BreachQuerySet(models.QuerySet):
    def open(self):
        """The oldest first."""
        return self.filter(mended_at=None).order_by("found_at", "pk")


class Breach(models.Model):
    """Something that must never be (onboarding/invariants.py) and was found: who has to see to it, by when, and how it ended.

    Rows are kept: they are the journal of repairs.
    """

    class Owner(models.TextChoices):
        FACTORY = "factory", _("nhà máy")
        DEPARTMENT = "department", _("Sở")
        ADMINISTRATOR = "administrator", _("quản trị hệ thống")

    rule = models.CharField(max_length=40)
    subject = models.BigIntegerField()
    label = models.CharField(max_length=200)
    factory = models.ForeignKey(Factory, null=True, on_delete=models.CASCADE, related_name="+")
    expected = models.CharField(max_length=120, blank=True)
    found = models.CharField(max_length=120, blank=True)
    owner = models.CharField(max_length=14, choices=Owner)
    due_at = models.DateTimeField()
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)
    repaired_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    repaired_at = models.DateTimeField(null=True)
    repair_reason = models.CharField(max_length=300, blank=True, default="")
    outcome = models.CharField(max_length=600, blank=True, default="")

    objects = BreachQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject"], condition=Q(mended_at=None), name="one_open_breach_per_rule_and_subject"),
            models.CheckConstraint(
                condition=Q(repaired_at=None, repaired_by=None) | Q(repaired_at__isnull=False, repaired_by__isnull=False) & ~Q(repair_reason=""),
                name="repair_has_its_reason",
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.label}"


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


class FirstShift(models.Model):
    """The way from arrival to work of one acceptance: the code for the gate, who checked the person in, and the first shift.

    `said_started_at` is the worker's own tap; the shift counts once the factory has confirmed it.
    """

    acceptance = models.OneToOneField(Acceptance, primary_key=True, on_delete=models.PROTECT, related_name="first_shift")
    code = models.CharField(max_length=8, unique=True)
    checked_in_at = models.DateTimeField(null=True)
    checked_in_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    said_started_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_in_at=None, checked_in_by=None) | Q(checked_in_at__isnull=False, checked_in_by__isnull=False),
                name="somebody_checked_the_person_in",
            ),
            models.CheckConstraint(
                condition=Q(started_on=None, confirmed_by=None)
                | Q(started_on__isnull=False, confirmed_by__isnull=False, checked_in_at__isnull=False),
                name="a_first_shift_follows_the_check_in",
            ),
        ]


class StayedCheck(models.Model):
    """Whether it went well: asked of the worker 7 and 30 days after the first shift, answered by one tap."""

    class Answer(models.TextChoices):
        WELL = "well", _("đang làm, ổn")
        TROUBLE = "trouble", _("đang làm, có khó khăn")
        LEFT = "left", _("đã nghỉ")

    DAYS = [7, 30]

    first_shift = models.ForeignKey(FirstShift, on_delete=models.CASCADE, related_name="checks")
    day = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    asked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=7, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first_shift", "day"], name="one_check_per_person_and_day"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | Q(answer__in=["well", "trouble", "left"], answered_at__isnull=False),
                name="an_answer_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(asked_at=None), name="check_to_ask")]
