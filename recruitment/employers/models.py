"""Enterprises and their factories."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from recruitment.accounts.models import Organisation, Role, User
from recruitment.places.models import Commune, IndustrialZone


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        if user.is_superuser or user.memberships.current().filter(role=Role.LABOUR_OFFICER).exists():
            return self
        return self.filter(organisation__memberships__in=user.memberships.current())

    def waiting_for_approval(self):
        return self.filter(status=Enterprise.Status.PENDING).order_by("requested_at", "pk")


class Enterprise(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", _("chờ duyệt")
        APPROVED = "approved", _("đã xác minh")
        REFUSED = "refused", _("không được duyệt")

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, verbose_name=_("tổ chức"))
    tax_code = models.CharField(_("mã số thuế"), max_length=14, unique=True)
    name = models.CharField(_("tên thường gọi"), max_length=160)
    legal_name = models.CharField(_("tên pháp lý"), max_length=200)
    status = FSMField(_("trạng thái"), default=Status.PENDING, choices=Status.choices, protected=True)
    requested_at = models.DateTimeField(_("gửi lúc"))
    decided_at = models.DateTimeField(_("quyết định lúc"), null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("người quyết định"))
    refusal_reason = models.CharField(_("lý do không duyệt"), max_length=300, blank=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("doanh nghiệp")
        verbose_name_plural = _("doanh nghiệp")
        constraints = [
            models.CheckConstraint(condition=Q(tax_code__regex=r"^[0-9]{10}(-[0-9]{3})?$"), name="tax_code_has_ten_or_thirteen_digits"),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at=None)
                | Q(status="approved", decided_at__isnull=False, decided_by__isnull=False)
                | (Q(status="refused", decided_at__isnull=False, decided_by__isnull=False) & ~Q(refusal_reason="")),
                name="enterprise_status_has_its_decision",
            ),
        ]

    def __str__(self):
        return self.name

    @transition(status, source=[Status.PENDING, Status.REFUSED], target=Status.APPROVED)
    def approve(self):
        """Posting is unlimited from now on."""

    @transition(status, source=Status.REFUSED, target=Status.PENDING)
    def ask_again(self):
        """What the department named has been mended."""

    @transition(status, source=Status.PENDING, target=Status.REFUSED)
    def refuse(self):
        """The enterprise is told why and may be approved later."""


class FactoryQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))


class Factory(models.Model):
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="factories", verbose_name=_("doanh nghiệp"))
    code = models.SlugField(_("mã nhà máy"), max_length=30, unique=True)
    name = models.CharField(_("tên nhà máy"), max_length=160)
    zone = models.ForeignKey(IndustrialZone, on_delete=models.PROTECT, related_name="factories", verbose_name=_("khu công nghiệp"))
    commune = models.ForeignKey(Commune, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("xã, phường"))
    address = models.CharField(_("địa chỉ"), max_length=200)
    out_of_province_workers = models.PositiveIntegerField(
        _("lao động ngoài tỉnh đang làm"), default=0, help_text=_("người đang ở nhà máy trước khi tuyển qua hệ thống này")
    )

    objects = FactoryQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("nhà máy")
        verbose_name_plural = _("nhà máy")

    def __str__(self):
        return self.name


class Workshop(models.Model):
    """A building or hall of a factory: what is locked as a whole when an infection can't be kept to one line."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="workshops", verbose_name=_("nhà máy"))
    name = models.CharField(_("tên xưởng"), max_length=80)

    class Meta:
        ordering = ["factory_id", "name", "pk"]
        verbose_name = _("xưởng")
        verbose_name_plural = _("xưởng")
        constraints = [models.UniqueConstraint(fields=["factory", "name"], name="one_workshop_per_factory_and_name")]

    def __str__(self):
        return self.name


class Line(models.Model):
    """A production line (chuyền) of a workshop."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="lines", verbose_name=_("xưởng"))
    name = models.CharField(_("tên chuyền"), max_length=80)

    class Meta:
        ordering = ["workshop_id", "name", "pk"]
        verbose_name = _("chuyền")
        verbose_name_plural = _("chuyền")
        constraints = [models.UniqueConstraint(fields=["workshop", "name"], name="one_line_per_workshop_and_name")]

    def __str__(self):
        return f"{self.workshop} · {self.name}"
