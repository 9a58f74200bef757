"""The numbers of the quick update, one small form for each kind of room."""

import datetime as dt
import uuid

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as now_translated
from django.utils.translation import gettext_lazy as _

from recruitment.quarantine.models import RoomKind
from recruitment.quarantine.models.figures import LARGEST_SITE
from recruitment.quarantine.services.figures import Counts
from recruitment.shared.forms import CountField

FIGURES = ("occupied", "closed", "held")


class KindForm(forms.Form):
    """`total` can be typed only where the site has no rooms of the kind; `booked` is what the book of rooms has."""

    total = CountField(label=_("Tổng"), smallest=0, largest=LARGEST_SITE)
    occupied = CountField(label=_("Có người"), smallest=0, largest=LARGEST_SITE)
    closed = CountField(label=_("Đóng"), smallest=0, largest=LARGEST_SITE)
    held = CountField(label=_("Giữ"), smallest=0, largest=LARGEST_SITE)

    def __init__(self, data=None, *, kind: str, said: Counts | None, booked: Counts | None):
        start = said or booked or Counts(kind, 0, 0, 0, 0)
        total = booked.total if booked else start.total
        initial = {"total": total, "occupied": start.occupied, "closed": start.closed, "held": start.held}
        super().__init__(data, prefix=kind, initial=initial)
        self.kind, self.booked = kind, booked
        if booked:
            self.fields["total"].disabled = True

    @property
    def label(self) -> str:
        return RoomKind(self.kind).label

    def steppers(self):
        """The fields between − and +."""
        return [self[name] for name in (FIGURES if self.booked else ("total", *FIGURES))]

    def clean(self):
        values = self.cleaned_data
        if {"total", "closed", "held"} <= values.keys() and values["closed"] + values["held"] > values["total"]:
            self.add_error("closed", now_translated("Đóng và giữ cộng lại nhiều hơn tổng số %(total)d giường.") % {"total": values["total"]})
        if {"total", "occupied"} <= values.keys() and values["occupied"] > values["total"]:
            self.add_error("occupied", now_translated("Đang ở nhiều hơn tổng số %(total)d giường.") % {"total": values["total"]})
        return values

    def counts(self) -> Counts:
        values = self.cleaned_data
        return Counts(self.kind, values["total"], values["occupied"], values["closed"], values["held"])

    def stepped(self, figure: str, by: int) -> None:
        """Show the number after a press of − or +; whatever can't be read stays as it was typed."""
        self.data = self.data.copy()
        name = self.add_prefix(figure)
        try:
            self.data[name] = str(min(LARGEST_SITE, max(0, int(self.data.get(name) or 0) + by)))
        except ValueError:
            return


def read_key(text: str) -> uuid.UUID:
    """The key that came with the page; a new one where there is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def read_number(text: str) -> int:
    """The key of the update that was seen; 0 where it can't be read, which counts as not seen."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def read_moment(text: str) -> dt.datetime | None:
    """When a phone wrote the figures down, by its own clock; None where it doesn't say."""
    try:
        moment = parse_datetime(text[:40])
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None
