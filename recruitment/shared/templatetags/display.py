"""Values as people read them, in the language of the page."""

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.shared import money

register = template.Library()


@register.filter
def dong(amount: int | None) -> str:
    """9500000 → 9.500.000 ₫; unknown → "thỏa thuận"."""
    return _("thỏa thuận") if amount is None else money.dong(amount)


@register.filter
def millions(amount: int | None) -> str:
    return _("thỏa thuận") if amount is None else money.millions(amount)


@register.simple_tag
def wage_range(lowest: int | None, highest: int | None) -> str:
    """The monthly range of an opening, unknown wages labelled as such."""
    if lowest is None and highest is None:
        return _("Lương thỏa thuận")
    if lowest is None:
        return _("tới %(wage)s") % {"wage": money.millions(highest)}
    if highest is None:
        return _("từ %(wage)s") % {"wage": money.millions(lowest)}
    if round(lowest, -5) == round(highest, -5):
        return _("khoảng %(wage)s") % {"wage": money.millions(highest)}
    return f"{money.millions(lowest)} – {money.millions(highest)}"


@register.filter
def grouped(number: int) -> str:
    return money.grouped(number)


@register.filter
def day(date: dt.date | None) -> str:
    return f"{date:%d/%m/%Y}" if date else "—"


@register.filter
def age(moment: dt.datetime | None) -> str:
    """How long ago, in the largest unit that is not zero."""
    if moment is None:
        return _("chưa có")
    minutes = max(0, int((timezone.now() - moment).total_seconds() // 60))
    if minutes < 1:
        return _("vừa xong")
    if minutes < 60:
        return ngettext("%(count)d phút trước", "%(count)d phút trước", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        return ngettext("%(count)d giờ trước", "%(count)d giờ trước", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)d ngày trước", "%(count)d ngày trước", minutes // 1440) % {"count": minutes // 1440}


@register.filter
def masked_phone(phone: str | None) -> str:
    """+84912345678 → •••• ••• 678."""
    return f"•••• ••• {phone[-3:]}" if phone else ""


@register.filter
def local_phone(phone: str | None) -> str:
    """+84912345678 → 0912 345 678."""
    if not phone or not phone.startswith("+84"):
        return phone or ""
    digits = f"0{phone[3:]}"
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"
