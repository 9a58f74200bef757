"""Job seekers: what they can do, what they want, where they come from, what they agreed to, and where they work."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Membership, Organisation, Role, User
from recruitment.employers.models import Factory, Line
from recruitment.occupations.models import Occupation, Skill
from recruitment.places.models import Commune, IndustrialZone, Province
from recruitment.shared.crypto import EncryptedDateField, EncryptedTextField
from recruitment.shared.dated import DatedOrDefaultQuerySet


class Shift(models.TextChoices):
    """Shift patterns; openings offer one, workers accept several."""

    DAY = "day", _("ca ngày")
    NIGHT = "night", _("ca đêm")
    ROTATING = "rotating", _("ca xoay (ngày và đêm)")
    OFFICE = "office", _("giờ hành chính")


class WorkerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Recruiters see whoever consented to be found or applied to them; officers see everybody; a worker, him- or herself."""
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        if memberships.filter(role=Role.RECRUITER).exists():
            applied = self.filter(applications__opening__factory__enterprise__organisation__memberships__in=memberships)
            return self.filter(Q(pk__in=self.searchable().values("pk")) | Q(pk__in=applied.values("pk")))
        return self.filter(user=user)

    def helped(self):
        """Without a phone: somebody answers for them."""
        return self.filter(user__phone=None, user__helper__isnull=False, user__is_active=True)

    def helped_by_house_of(self, user):
        """A liaison of the same house answers for them."""
        houses = user.memberships.current().filter(role=Role.LIAISON).values("organisation")
        return self.helped().filter(user__helper_house__in=houses)

    def unanswered(self):
        """Whoever should answer for them is no liaison of the house any more: account closed, or role ended."""
        there = Membership.objects.answering().filter(user=OuterRef("user__helper"), organisation=OuterRef("user__helper_house"))
        return self.helped().filter(~Exists(there))

    def with_answers_waited_for(self):
        """`waiting`: invitations and offers that the person has not answered."""
        return self.annotate(waiting=Count("applications", filter=Q(applications__status__in=["invited", "offered"])))

    def searchable(self):
        """Looking for work and agreed to be found by employers."""
        agreed = Consent.objects.filter(purpose=Consent.Purpose.MATCHING, withdrawn_at=None, worker=OuterRef("pk"))
        return self.filter(Exists(agreed), status=Worker.Status.LOOKING)


class Worker(models.Model):
    class Status(models.TextChoices):
        LOOKING = "looking", _("đang tìm việc")
        HIRED = "hired", _("đã được nhận")
        HIDDEN = "hidden", _("tạm ẩn")

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="worker")
    birth_date = EncryptedDateField(_("ngày sinh"))
    national_id = EncryptedTextField(_("số căn cước"), null=True, blank=True)
    national_id_index = models.CharField(max_length=64, null=True, unique=True, editable=False)
    identity_index = models.CharField(max_length=64, db_index=True, editable=False, help_text=_("họ tên không dấu + ngày sinh, để tìm người trùng"))
    home_province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="+", verbose_name=_("đang ở tỉnh"))
    home_commune = models.ForeignKey(Commune, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("xã, phường"))
    status = models.CharField(_("trạng thái"), max_length=10, choices=Status, default=Status.LOOKING)
    shifts = ArrayField(models.CharField(max_length=10, choices=Shift), default=list, verbose_name=_("ca làm được"))
    zones = models.ManyToManyField(IndustrialZone, blank=True, verbose_name=_("khu công nghiệp muốn làm"), help_text=_("để trống: khu nào cũng được"))
    skills = models.ManyToManyField(Skill, blank=True, verbose_name=_("kỹ năng"))
    wage_wanted = models.PositiveIntegerField(_("thu nhập mong muốn (đồng/tháng)"), null=True, blank=True)
    available_from = models.DateField(_("đi làm được từ ngày"))
    needs_dormitory = models.BooleanField(_("cần ký túc xá"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = _("người lao động")
        verbose_name_plural = _("người lao động")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["looking", "hired", "hidden"]), name="worker_status_exists"),
            models.CheckConstraint(condition=Q(wage_wanted=None) | Q(wage_wanted__range=(1_000_000, 200_000_000)), name="wage_wanted_is_believable"),
            models.CheckConstraint(condition=Q(shifts__len__gte=1), name="worker_takes_at_least_one_shift"),
            models.CheckConstraint(
                condition=Q(national_id=None, national_id_index=None) | Q(national_id__isnull=False, national_id_index__isnull=False),
                name="national_id_has_its_index",
            ),
        ]

    def __str__(self):
        return f"#{self.pk}"


class WorkerOccupation(models.Model):
    """An occupation the worker can do or wants to do, with the experience in it."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="occupations")
    occupation = models.ForeignKey(Occupation, on_delete=models.PROTECT, related_name="+", verbose_name=_("nghề"))
    experience_months = models.PositiveSmallIntegerField(_("kinh nghiệm (tháng)"), default=0)

    class Meta:
        ordering = ["-experience_months", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker", "occupation"], name="one_row_per_worker_and_occupation"),
            models.CheckConstraint(condition=Q(experience_months__lte=720), name="experience_is_a_working_life_at_most"),
        ]


class Consent(models.Model):
    """Agreement to one purpose, in the wording of one version; withdrawing closes the row (Law 91/2025/QH15)."""

    class Purpose(models.TextChoices):
        APPLICATION = "application", _("gửi hồ sơ tới nhà máy tôi ứng tuyển")
        MATCHING = "matching", _("cho nhà máy khác tìm thấy tôi (che tên và số điện thoại)")
        HEALTH = "health", _("dùng thông tin tiêm chủng, xét nghiệm để tính ngày vào làm")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose)
    version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker", "purpose"], condition=Q(withdrawn_at=None), name="one_open_consent_per_purpose"),
            models.CheckConstraint(condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")), name="consent_ends_after_it_begins"),
        ]


class EmploymentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A factory's own recruiters, officers of the departments, and the person."""
        memberships = user.memberships.current()
        if user.is_superuser or memberships.filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(Q(factory__in=Factory.objects.visible_to(user)) | Q(worker__user=user))

    def current_on(self, day):
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class Employment(models.Model):
    """Where somebody works and with whom: the line and team, the dormitory room and the bus decide who meets whom."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="employments")
    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="employments", verbose_name=_("nhà máy"))
    line = models.ForeignKey(Line, null=True, blank=True, on_delete=models.PROTECT, related_name="employments", verbose_name=_("chuyền"))
    team = models.CharField(_("tổ, ca"), max_length=40, blank=True)
    dormitory_room = models.CharField(_("phòng ký túc xá"), max_length=40, blank=True)
    shuttle = models.CharField(_("xe đưa đón"), max_length=40, blank=True)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        ordering = ["factory_id", "line_id", "team", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(until=None), name="one_open_employment_per_worker"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="employment_ends_after_it_begins"),
        ]
        indexes = [
            models.Index(fields=["factory", "line", "team"], condition=Q(until=None), name="employment_by_team"),
            models.Index(fields=["factory", "dormitory_room"], condition=Q(until=None), name="employment_by_room"),
        ]


class GroupRegistrationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The liaisons of the same house."""
        mine = user.memberships.current().filter(role=Role.LIAISON)
        return self.filter(organisation__in=mine.values("organisation"))

    def with_figures(self):
        """`people` registered, and how many of them have `agreed` to anything since."""
        open_consent = Q(acts__worker__consents__isnull=False, acts__worker__consents__withdrawn_at=None)
        agreed = Count("acts__worker", distinct=True, filter=open_consent)
        people = Count("acts__worker", distinct=True, filter=Q(acts__act=AssistedAct.Act.REGISTERED))
        return self.annotate(people=people, agreed=agreed)


class GroupRegistration(models.Model):
    """One table of people, entered by a liaison for his or her house."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = GroupRegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]


class InvitationPolicy(models.Model):
    """How long the link lives that somebody registered by another gets on the own phone."""

    number = models.CharField(_("số văn bản"), max_length=60)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField(_("đường dẫn dùng được trong (ngày)"), default=14)
    is_exercise = models.BooleanField(_("diễn tập"), default=False)

    objects = DatedOrDefaultQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        verbose_name = _("thời hạn lời mời của đầu mối")
        verbose_name_plural = _("thời hạn lời mời của đầu mối")
        constraints = [
            models.CheckConstraint(condition=Q(valid_days__range=(1, 60)), name="an_invitation_lives_a_day_to_two_months"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="invitation_policy_ends_after_it_begins"),
        ]

    def __str__(self):
        return self.number


class InvitationQuerySet(models.QuerySet):
    def usable(self, now):
        """Neither used nor over, of a person who still has the phone it was sent to."""
        return self.filter(used_at=None, expires_at__gt=now, worker__user__is_active=True, worker__user__phone__isnull=False)


class Invitation(models.Model):
    """The short link to the own profile, sent to the phone of somebody whom another person registered; kept as a digest only."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker"], condition=Q(used_at=None), name="one_open_invitation_per_person"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="invitation_ends_after_it_was_sent"),
        ]


class AssistedAct(models.Model):
    """What somebody did in this person's name; the person reads it."""

    class Act(models.TextChoices):
        REGISTERED = "registered", _("đăng ký hồ sơ")
        CONSENTED = "consented", _("ghi lại sự đồng ý")
        PHONE = "phone", _("thêm số điện thoại")
        APPLIED = "applied", _("ứng tuyển")
        AGREED = "agreed", _("trả lời đồng ý")
        CONFIRMED = "confirmed", _("xác nhận sẽ đến")
        WITHDREW = "withdrew", _("từ chối, rút hồ sơ")

    class How(models.TextChoices):
        """In which way somebody without a phone agreed, side by side with whoever wrote it down."""

        PAPER = "paper", _("ký giấy đồng ý")
        WITNESS = "witness", _("nói đồng ý trước người làm chứng, có biên bản")

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="assisted_acts")
    group = models.ForeignKey(GroupRegistration, on_delete=models.PROTECT, related_name="acts")
    act = models.CharField(max_length=10, choices=Act)
    how = models.CharField(_("đồng ý bằng cách nào"), max_length=7, choices=How, blank=True, default="", db_default="")
    paper = models.CharField(_("số giấy đồng ý hoặc biên bản"), max_length=60, blank=True)
    receipt = models.CharField(_("biên nhận"), max_length=12, blank=True, default="", db_default="", help_text=_("của hồ sơ ứng tuyển"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["worker", "act", "receipt"], name="one_act_of_a_kind_for_a_person_and_application"),
            models.CheckConstraint(
                condition=Q(act__in=["registered", "consented", "phone"], receipt="")
                | Q(act__in=["applied", "agreed", "confirmed", "withdrew"]) & ~Q(receipt=""),
                name="an_act_about_an_application_names_it",
            ),
            models.CheckConstraint(condition=~Q(act="consented") | ~Q(paper=""), name="a_signed_consent_has_its_paper"),
            models.CheckConstraint(condition=~Q(act="consented") | Q(how__in=["paper", "witness"]), name="a_consent_in_person_says_how"),
        ]


class HelperChange(models.Model):
    """From `at` on another person answers for somebody without a phone; `by` nobody: the former one had left. The person reads it."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="helper_changes")
    former = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    helper = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    house = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
