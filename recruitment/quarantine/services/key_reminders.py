"""Two weeks before a site's key expires whoever made it is told, once: its program would stop from one day to the next."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import ApiKey
from recruitment.notifications.services.messages import tell

BEFORE = dt.timedelta(days=14)


def remind_of_expiring_keys(*, now: dt.datetime) -> int:
    """How many makers were told. Each key is a transaction: it can be repeated, interrupted, and run twice at once."""
    due = ApiKey.objects.to_remind_of(now, BEFORE).filter(made_by__is_active=True)
    return sum(_remind(pk, now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _remind(pk: int, now: dt.datetime) -> bool:
    if not ApiKey.objects.not_revoked().filter(pk=pk, reminded_at=None).update(reminded_at=now):
        return False
    key = ApiKey.objects.select_related("made_by", "organisation__site").get(pk=pk)
    facts = {"name": key, "site": key.organisation.site, "day": f"{key.last_day:%d/%m/%Y}"}
    tell(
        [key.made_by],
        lambda: _("Khóa “%(name)s” của %(site)s chỉ dùng được đến hết %(day)s. Hãy tạo khóa mới và thay trong phần mềm trước ngày đó.") % facts,
        kind="key_expires",
        link=f"/sites/{key.organisation.site.pk}/keys/",
        now=now,
    )
    return True
