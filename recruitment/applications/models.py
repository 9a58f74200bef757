"""Applications: one open one per worker and opening, with every step kept."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.openings.models import Opening
from recruitment.shared.dated import DatedOrDefaultQuerySet
from recruitment.workers.models import Worker


class AnswerPolicy(models.Model):
    """How many hours people have to answer, and how long another bus is sought for whoever lost a seat. No published figures exist: every value is dated data."""

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    answer_hours = models.PositiveSmallIntegerField(_("trả lời lời mời, đề nghị trong (giờ)"), default=72)
    confirm_hours = models.PositiveSmallIntegerField(_("xác nhận sau khi được nhận trong (giờ)"), default=48)
    last_reminder_hours = models.PositiveSmallIntegerField(_("nhắc lần cuối trước hạn (giờ)"), default=12)
    rebook_days = models.PositiveSmallIntegerField(_("lỡ xe: tìm chuyến khác trong (ngày)"), default=3, db_default=3)
    ride_hours = models.PositiveSmallIntegerField(_("lỡ xe, chưa có chuyến khác: giữ chỗ làm trong (giờ)"), default=48, db_default=48)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedOrDefaultQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("thời hạn trả lời")
        verbose_name_plural = _("thời hạn trả lời")
        constraints = [
            models.CheckConstraint(condition=Q(answer_hours__range=(1, 720), confirm_hours__range=(1, 720)), name="answers_within_a_month"),
            models.CheckConstraint(
                condition=Q(rebook_days__range=(0, 14), ride_hours__range=(1, 720)), name="another_bus_is_sought_within_two_weeks"
            ),
            models.CheckConstraint(condition=Q(last_reminder_hours__lt=F("answer_hours")), name="last_reminder_within_the_time_to_answer"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="answer_policy_ends_after_it_begins"),
        ]

    def __str__(self):
        return self.number


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The worker's own; a recruiter's factories'; all to labour officers."""
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role=Role.LABOUR_OFFICER).exists():
            return self
        return self.filter(Q(worker__user=user) | Q(opening__factory__in=Factory.objects.visible_to(user)))

    def open(self):
        return self.filter(status__in=Application.OPEN_STATUSES)

    def unanswered(self):
        """Invitations and offers: the worker has until `answer_by`."""
        return self.filter(status__in=[Application.Status.INVITED, Application.Status.OFFERED], answer_by__isnull=False)

    def waiting_for_room(self):
        """The recruiter wants them, and what lacks is a place, a bed or a seat (onboarding's WaitingAcceptance)."""
        return self.filter(waits__isnull=False, waits__ended_at=None, status__in=Application.ACCEPTABLE_STATUSES)

    def waiting_for_a_place(self):
        """Of those, whoever lacked a place at the last try, in the order of the queue."""
        waiting = self.filter(waits__ended_at=None, waits__lacks_place=True, status__in=Application.ACCEPTABLE_STATUSES)
        return waiting.order_by("waits__asked_at", "waits__pk")

    def in_pipeline(self):
        """Open, but not yet accepted."""
        return self.filter(status__in=Application.PIPELINE_STATUSES)


class Application(models.Model):
    """From the first tap to the gate. `offered` and `agreed` hold one of the opening's places; `accepted` fills one."""

    class Status(models.TextChoices):
        INVITED = "invited", _("được mời")
        APPLIED = "applied", _("đã ứng tuyển")
        SHORTLISTED = "shortlisted", _("vào danh sách ngắn")
        OFFERED = "offered", _("được đề nghị nhận việc")
        AGREED = "agreed", _("đã đồng ý đề nghị")
        ACCEPTED = "accepted", _("đã được nhận")
        REFUSED = "refused", _("không được chọn")
        WITHDRAWN = "withdrawn", _("đã rút")
        CLOSED = "closed", _("đã khép lại")

    PIPELINE_STATUSES = [Status.INVITED, Status.APPLIED, Status.SHORTLISTED, Status.OFFERED, Status.AGREED]
    OPEN_STATUSES = [*PIPELINE_STATUSES, Status.ACCEPTED]
    HOLDING_STATUSES = [Status.OFFERED, Status.AGREED]
    ACCEPTABLE_STATUSES = [Status.APPLIED, Status.SHORTLISTED, Status.AGREED]

    class Refusal(models.TextChoices):
        """Why a factory refused; health may not be a reason before an offer."""

        EXPERIENCE = "experience", _("chưa đủ kinh nghiệm")
        SKILL = "skill", _("chưa đúng tay nghề")
        SHIFT = "shift", _("không hợp ca làm")
        START_DATE = "start_date", _("không hợp ngày bắt đầu")
        WAGE = "wage", _("không hợp mức lương")
        UNREACHABLE = "unreachable", _("không liên lạc được")
        FILLED = "filled", _("đã tuyển đủ")

    class Ending(models.TextChoices):
        HIRED_ELSEWHERE = "hired_elsewhere", _("người lao động đã nhận việc nơi khác")
        OPENING_CLOSED = "opening_closed", _("tin tuyển dụng đã đóng")
        UNDONE = "undone", _("nhà máy hủy việc nhận")
        NO_ANSWER = "no_answer", _("hết hạn trả lời")
        NOT_CONFIRMED = "not_confirmed", _("hết hạn xác nhận")
        NO_SHOW = "no_show", _("người lao động không đến")
        NO_RIDE = "no_ride", _("lỡ xe, không có cách đi khác")

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="applications")
    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="applications")
    receipt = models.CharField(_("số biên nhận"), max_length=12, unique=True)
    idempotency_key = models.UUIDField(null=True, unique=True)
    status = FSMField(_("trạng thái"), choices=Status.choices, default=Status.APPLIED, protected=True)
    starts_on = models.DateField(_("ngày bắt đầu mong muốn"), null=True)
    wants_trip = models.BooleanField(_("muốn đi xe được tổ chức"), null=True, help_text=_("để trống: chưa hỏi"))
    answer_by = models.DateTimeField(_("hạn trả lời"), null=True)
    reminders = models.PositiveSmallIntegerField(default=0, db_default=0, help_text=_("số lần đã nhắc trả lời"))
    refusal = models.CharField(_("lý do"), max_length=12, choices=Refusal, blank=True)
    ending = models.CharField(max_length=16, choices=Ending, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "opening"],
                condition=Q(status__in=["invited", "applied", "shortlisted", "offered", "agreed", "accepted"]),
                name="one_open_application_per_worker_and_opening",
            ),
            models.UniqueConstraint(fields=["worker"], condition=Q(status="accepted"), name="one_accepted_application_per_worker"),
            models.CheckConstraint(
                condition=Q(status__in=["invited", "applied", "shortlisted", "offered", "agreed", "accepted", "withdrawn"])
                | (Q(status="refused") & ~Q(refusal=""))
                | (Q(status="closed") & ~Q(ending="")),
                name="application_status_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["opening", "status"]),
            models.Index(fields=["worker", "-created_at"]),
            models.Index(fields=["answer_by"], condition=Q(status__in=["invited", "offered"]), name="application_to_be_answered"),
        ]

    def __str__(self):
        return self.receipt

    @transition(status, source=Status.INVITED, target=Status.APPLIED)
    def answer_invitation(self):
        """The worker applied after being invited."""

    @transition(status, source=Status.APPLIED, target=Status.SHORTLISTED)
    def shortlist(self):
        """The recruiter keeps the person in view."""

    @transition(status, source=[Status.APPLIED, Status.SHORTLISTED], target=Status.OFFERED)
    def offer(self):
        """A place is held for the worker's answer."""

    @transition(status, source=Status.OFFERED, target=Status.AGREED)
    def agree(self):
        """The worker said yes; the place stays held."""

    @transition(status, source=ACCEPTABLE_STATUSES, target=Status.ACCEPTED)
    def accept(self):
        """Place, clearance and beds are secured: see onboarding."""

    @transition(status, source=PIPELINE_STATUSES, target=Status.REFUSED)
    def refuse(self):
        """With a coded reason."""

    @transition(status, source=OPEN_STATUSES, target=Status.WITHDRAWN)
    def withdraw(self):
        """By the worker, at any state."""

    @transition(status, source=PIPELINE_STATUSES, target=Status.CLOSED)
    def end(self):
        """Ended by something else: hired elsewhere, or the opening closed."""

    @transition(status, source=Status.ACCEPTED, target=Status.CLOSED)
    def undo(self):
        """What was accepted comes to nothing, not by the worker's wish: see onboarding."""

    @transition(status, source=Status.CLOSED, target=Status.ACCEPTED)
    def stand_again(self):
        """Its ending was a mistake: somebody noted as missing came after all, or a repair is taken back. See onboarding."""


class ApplicationEvent(models.Model):
    """What happened to an application, when, and who did it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="events")
    status = models.CharField(max_length=12, choices=Application.Status)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
