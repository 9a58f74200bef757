"""The language in which a person reads pages and messages."""

from django.db import transaction

from recruitment.accounts.models import User


@transaction.atomic
def speak(*, user: User, language: str) -> None:
    """Messages to this person are written in `language` (a code of settings.LANGUAGES) from now on."""
    User.objects.filter(pk=user.pk).update(language=language)
