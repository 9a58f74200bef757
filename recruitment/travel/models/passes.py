"""Entry passes, and the keys that sign them."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Factory
from recruitment.shared.crypto import EncryptedTextField
from recruitment.travel.models.trips import Seat
from recruitment.workers.models import Worker


class PassKeyQuerySet(models.QuerySet):
    def signing_at(self, now: dt.datetime, *, passes_last: dt.timedelta):
        """The newest whose turn has come and which is believed as long as the longest pass lasts, or None."""
        return self.filter(signs_from__lte=now, trusted_until__gt=now + passes_last, withdrawn_at=None).order_by("-signs_from", "-pk").first()

    def trusted_at(self, now: dt.datetime):
        """Checkpoints believe these: the coming key too, so that they know it before its first pass."""
        return self.filter(trusted_until__gt=now, withdrawn_at=None).order_by("pk")


class PassKey(models.Model):
    """An ES256 key pair. `kid` names it in every pass; checkpoints hold the public half (`x` and `y`, 64 bytes in hex)."""

    kid = models.CharField(max_length=16, unique=True)
    public = models.CharField(max_length=128)
    private = EncryptedTextField()
    signs_from = models.DateTimeField()
    trusted_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PassKeyQuerySet.as_manager()

    class Meta:
        ordering = ["signs_from", "pk"]
        constraints = [models.CheckConstraint(condition=Q(trusted_until__gt=F("signs_from")), name="pass_key_is_trusted_while_it_signs")]


class EntryPassQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The person, the factory's recruiters, both departments."""
        if user.is_superuser or user.memberships.current().filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER]).exists():
            return self
        return self.filter(Q(factory__in=Factory.objects.visible_to(user)) | Q(worker__user=user))

    def not_revoked(self):
        return self.filter(revoked_at=None)

    def live_on(self, day: dt.date):
        """Neither revoked nor over; it may begin later."""
        return self.not_revoked().filter(valid_until__gte=day)


class EntryPass(models.Model):
    """Who may enter the province for which factory, on which days (both included). `token` is the text of the QR code: signed, and
    encrypted here because it names the person. `code`: what is read out or typed where no code can be scanned."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="passes")
    factory = models.ForeignKey(Factory, on_delete=models.PROTECT, related_name="passes")
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="passes")
    valid_from = models.DateField()
    valid_until = models.DateField()
    code = models.CharField(max_length=8, unique=True)
    key = models.ForeignKey(PassKey, on_delete=models.PROTECT, related_name="passes")
    token = EncryptedTextField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revocation_reason = models.CharField(max_length=300, blank=True)

    objects = EntryPassQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("giấy vào tỉnh")
        verbose_name_plural = _("giấy vào tỉnh")
        constraints = [
            models.UniqueConstraint(fields=["worker", "factory"], condition=Q(revoked_at=None), name="one_pass_per_person_and_factory"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="pass_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{8}$"), name="pass_code_can_be_read_out"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revocation_reason="") | (Q(revoked_at__isnull=False) & ~Q(revocation_reason="")),
                name="revoked_pass_says_why",
            ),
        ]
        indexes = [models.Index(fields=["valid_until"], name="pass_by_last_day")]
