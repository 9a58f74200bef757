"""Staff come by invitation: an administrator makes the account, its owner sets the password."""

import datetime as dt

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.notifications.services.messages import send_to_address


@transaction.atomic
def invite_to_set_password(*, user: User, by: User, now: dt.datetime) -> None:
    """Send the owner of a staff account a link, valid for three days (PASSWORD_RESET_TIMEOUT), that sets the password once."""
    if not user.email:
        raise ValueError("only accounts with an e-mail address have a password")
    names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    address = f"{settings.SITE_ADDRESS}{reverse('account_reset_password_from_key', kwargs=names)}"
    with override(user.language):
        text = _("%(by)s mời bạn dùng Vùng Xanh. Mở đường dẫn sau trong 3 ngày để đặt mật khẩu:") % {"by": by.name}
    send_to_address(email=user.email, kind="invitation", text=f"{text}\n\n{address}", now=now)
