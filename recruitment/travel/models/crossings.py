"""Checkpoints, and everybody who crossed one: only ever added to."""

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Organisation, Role, User
from recruitment.travel.models.passes import EntryPass
from recruitment.travel.verdicts import RECENT, Reason, Verdict
from recruitment.workers.models import Employment


class CheckpointQuerySet(models.QuerySet):
    def staffed_by(self, user):
        return self.filter(organisation__memberships__in=user.memberships.current().filter(role=Role.CHECKPOINT_OFFICER)).distinct()


class Checkpoint(models.Model):
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, verbose_name=_("tổ chức"))
    name = models.CharField(_("tên chốt"), max_length=120, unique=True)
    road = models.CharField(_("trên đường"), max_length=120, blank=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("chốt kiểm dịch")
        verbose_name_plural = _("chốt kiểm dịch")

    def __str__(self):
        return self.name


class CrossingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officers of both departments and of every checkpoint: who came in at one leaves by another."""
        roles = [Role.LABOUR_OFFICER, Role.HEALTH_OFFICER, Role.CHECKPOINT_OFFICER]
        if user.is_superuser or user.memberships.current().filter(role__in=roles).exists():
            return self
        return self.none()

    def entries(self):
        return self.filter(direction=Crossing.Direction.IN, let_through=True, entry_pass__isnull=False)

    def still_in(self):
        """The last entry of each person, where no later exit is known, whichever of the person's passes it was with."""
        later = Crossing.objects.filter(entry_pass__worker=OuterRef("entry_pass__worker"), let_through=True).filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
        )
        return self.entries().filter(~Exists(later))

    def with_newest_pass(self):
        """`newest_pass`: the key of the pass that the person was given last; the one shown at the checkpoint may have been replaced since."""
        passes = EntryPass.objects.filter(worker=OuterRef("entry_pass__worker")).order_by("-pk")
        return self.annotate(newest_pass=Subquery(passes.values("pk")[:1]))

    def shown_twice(self):
        """Entries soon after another one with the same pass that the officer couldn't know of: two phones with one picture, at checkpoints without a
        network. `before_at` and `before_where`: the earlier one."""
        earlier = Crossing.objects.filter(entry_pass=OuterRef("entry_pass"), let_through=True, at__lt=OuterRef("at")).order_by("-at", "-pk")
        rows = self.entries().annotate(
            before=Subquery(earlier.values("direction")[:1]),
            before_at=Subquery(earlier.values("at")[:1]),
            before_where=Subquery(earlier.values("checkpoint__name")[:1]),
        )
        soon = rows.filter(before=Crossing.Direction.IN, before_at__gt=F("at") - RECENT)
        return soon.exclude(reasons__contains=Reason.SEEN.value)

    def overstaying(self, on: dt.date):
        """In without a pass that counts, over or revoked, and not employed here: whoever has started work stays by right."""
        at_work = Employment.objects.current_on(on).filter(worker=OuterRef("entry_pass__worker"))
        live = EntryPass.objects.live_on(on).filter(worker=OuterRef("entry_pass__worker"))
        return self.still_in().filter(~Exists(at_work), ~Exists(live))


class Crossing(models.Model):
    """One pass at one checkpoint, as the officer's device wrote it down.

    `uuid` is the device's own: sent twice, it is one crossing. `at` is by the server's clock, `clock_seconds` how far the device's was
    ahead. `let_through` against the verdict names the order it was done by.
    """

    class Direction(models.TextChoices):
        IN = "in", _("vào")
        OUT = "out", _("ra")

    class How(models.TextChoices):
        SCAN = "scan", _("quét mã QR")
        CODE = "code", _("nhập mã 8 ký tự")

    VERDICTS = [
        (Verdict.LET_IN.value, _("Cho vào")),
        (Verdict.CONDITIONAL.value, _("Cho vào có điều kiện")),
        (Verdict.REFUSE.value, _("Không cho vào")),
        (Verdict.UNKNOWN.value, _("Không rõ")),
    ]

    uuid = models.UUIDField(unique=True)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="crossings", verbose_name=_("chốt kiểm dịch"))
    entry_pass = models.ForeignKey(EntryPass, null=True, on_delete=models.PROTECT, related_name="crossings")
    direction = models.CharField(max_length=3, choices=Direction)
    how = models.CharField(max_length=4, choices=How)
    verdict = models.CharField(max_length=12, choices=VERDICTS)
    reasons = models.CharField(max_length=120, blank=True)
    let_through = models.BooleanField()
    order = models.CharField(_("theo lệnh"), max_length=200, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    offline = models.BooleanField()
    clock_seconds = models.IntegerField(default=0)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CrossingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("lượt qua chốt")
        verbose_name_plural = _("lượt qua chốt")
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=["in", "out"]), name="crossing_goes_in_or_out"),
            models.CheckConstraint(condition=Q(verdict__in=[verdict.value for verdict in Verdict]), name="crossing_verdict_exists"),
            models.CheckConstraint(
                condition=Q(let_through=False) | Q(verdict__in=["let_in", "conditional"]) | ~Q(order=""), name="against_the_verdict_only_by_order"
            ),
            models.CheckConstraint(condition=Q(at__lte=F("received_at") + dt.timedelta(minutes=1)), name="crossing_happened_before_it_is_known"),
        ]
        indexes = [models.Index(fields=["entry_pass", "-at"], name="crossing_by_pass"), models.Index(fields=["-at"], name="crossing_by_time")]
