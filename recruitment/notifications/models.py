"""Messages to people: written in the transaction that causes them, delivered after commit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import User


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user, channel=Message.Channel.APP)

    def unread(self):
        return self.filter(read_at=None)

    def due(self, now):
        return self.filter(delivered_at=None, parked_at=None, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")


class Message(models.Model):
    """One message on one channel. The text never holds a health fact or an ID."""

    class Channel(models.TextChoices):
        SMS = "sms", _("tin nhắn SMS")
        EMAIL = "email", _("e-mail")
        APP = "app", _("trong ứng dụng")

    recipient = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="messages")
    about = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="messages_passed_on", db_index=False, help_text=_("ai nhận qua người nhận tin thay")
    )
    address = models.CharField(max_length=254, blank=True, help_text=_("số điện thoại hoặc e-mail lúc gửi"))
    channel = models.CharField(max_length=5, choices=Channel)
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=600)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(delivered_at=None, parked_at=None), name="message_due"),
            models.Index(fields=["recipient", "channel", "-created_at"], name="message_list"),
            models.Index(fields=["recipient"], condition=Q(channel="app", read_at=None), name="message_unread"),
            models.Index(fields=["about"], condition=Q(about__isnull=False), name="message_passed_on"),
        ]
        constraints = [models.CheckConstraint(condition=Q(channel="app") | ~Q(address=""), name="message_has_an_address")]
