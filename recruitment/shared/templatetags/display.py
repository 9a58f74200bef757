"""Values as people read them, in the language of the page. Built into every template (settings.TEMPLATES)."""

import datetime as dt
import re
from functools import lru_cache

import lucide
from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.shared import money

register = template.Library()

NOTHING = "–"
DAYS_COUNTED = 30


@register.filter
def dong(amount: int | None) -> str:
    """9500000 → 9.500.000 ₫; unknown → thỏa thuận."""
    return _("thỏa thuận") if amount is None else money.dong(amount)


@register.filter
def millions(amount: int | None) -> str:
    """9500000 → 9,5 triệu; unknown → thỏa thuận."""
    return _("thỏa thuận") if amount is None else money.millions(amount)


@register.simple_tag
def wage_range(lowest: int | None, highest: int | None) -> str:
    """The monthly range of an opening: 8,5 – 9,5 triệu."""
    return money.wage_range(lowest, highest)


@register.filter
def grouped(number: int | None) -> str:
    """1234 → 1.234"""
    return NOTHING if number is None else money.grouped(number)


@register.filter
def percent(share: float | None) -> str:
    """0.345 → 34,5 %; whole percents carry no decimal."""
    if share is None:
        return NOTHING
    value = round(share * 100, 1)
    return f"{number_format(int(value) if value == int(value) else value, use_l10n=True)}\N{NO-BREAK SPACE}%"


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """24/11/2026; a moment is taken in Vietnam's time."""
    if value is None:
        return NOTHING
    return f"{timezone.localtime(value) if isinstance(value, dt.datetime) else value:%d/%m/%Y}"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """09:05, 24/11/2026"""
    return NOTHING if value is None else f"{timezone.localtime(value):%H:%M, %d/%m/%Y}"


@register.filter
def clock(value: dt.time | None) -> str:
    """06:10"""
    return NOTHING if value is None else f"{value:%H:%M}"


@register.filter
def age(value: dt.datetime | None) -> str:
    """How long ago: vừa xong, 5 phút trước, 3 giờ trước, 2 ngày trước, and from a month on the date."""
    if value is None:
        return _("chưa có")
    minutes = int((timezone.now() - value).total_seconds() // 60)
    days = (timezone.localdate() - timezone.localdate(value)).days
    if minutes < 1:
        return _("vừa xong")
    if minutes < 60:
        return ngettext("%(count)s phút trước", "%(count)s phút trước", minutes) % {"count": minutes}
    if minutes < 24 * 60:
        return ngettext("%(count)s giờ trước", "%(count)s giờ trước", minutes // 60) % {"count": minutes // 60}
    if days <= DAYS_COUNTED:
        return ngettext("%(count)s ngày trước", "%(count)s ngày trước", days) % {"count": days}
    return day(value)


@register.filter
def experience(months: int) -> str:
    """0 → chưa có kinh nghiệm, 6 → 6 tháng, 30 → 2 năm 6 tháng"""
    years, rest = divmod(months, 12)
    parts = []
    if years:
        parts.append(ngettext("%(count)s năm", "%(count)s năm", years) % {"count": years})
    if rest:
        parts.append(ngettext("%(count)s tháng", "%(count)s tháng", rest) % {"count": rest})
    return " ".join(parts) or _("chưa có kinh nghiệm")


@register.filter
def local_phone(number: str | None) -> str:
    """+84912345678 → 0912 345 678"""
    return re.sub(r"^\+84(\d{3})(\d{3})(\d+)$", r"0\1 \2 \3", number or "")


@register.filter
def masked_phone(number: str | None) -> str:
    """+84912345678 → •••• ••• 678: enough for its owner to know it again."""
    return f"•••• ••• {number[-3:]}" if number else ""


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """A decorative Lucide icon in the text's colour. Screen readers skip it: the words beside it say everything."""
    return _drawn(name, size)


@lru_cache(maxsize=256)
def _drawn(name: str, size: int) -> SafeString:
    svg = lucide._render_icon(name, size, **{"class": "icon", "aria-hidden": "true", "focusable": "false"})
    return mark_safe(re.sub(r">\s+<", "><", svg.strip()).replace(" />", "/>"))  # noqa: S308 - the library's own drawing
