"""What a page showed when somebody began to edit it: nothing that was changed meanwhile is written over unseen.

A form carries `seen`, the version of what it was filled with; the service compares it under the lock and refuses with ChangedMeanwhile;
the page then shows what is typed beside what is kept, and sending it again writes it all the same.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recruitment.shared.refusals import Conflict


class ChangedMeanwhile(Conflict):
    """Somebody, or the same person on another page, saved it after the page was opened."""

    def for_people(self) -> str:
        return _("Mục này vừa được sửa ở trang khác, sau khi bạn mở trang này.")


@dataclass(frozen=True)
class Difference:
    """One field as people read it: what is typed and what is kept."""

    label: str
    this: str
    other: str


def version_of(values: Mapping[str, Any]) -> str:
    """Another one for other values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:24]


def refuse_if_changed(seen: str | None, version: str) -> None:
    """`seen` None overwrites whatever is there. Raises ChangedMeanwhile."""
    if seen is not None and seen != version:
        raise ChangedMeanwhile()


def differences(typed: forms.BaseForm, kept: forms.BaseForm) -> list[Difference]:
    """Fields that people would read differently. `typed` is valid; `kept` is the same form filled with what is kept."""
    pairs = [
        (str(field.label), shown(field, typed.cleaned_data.get(name)), shown(field, kept.get_initial_for_field(field, name)))
        for name, field in typed.fields.items()
        if not field.widget.is_hidden
    ]
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def shown(field: forms.Field, value: object) -> str:
    """A value as the page shows it; "—" for none."""
    if isinstance(value, QuerySet | list | tuple):
        return ", ".join(shown(field, item) for item in value) or "—"
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return pgettext("trả lời", "có") if value else pgettext("trả lời", "không")
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    choices = {} if isinstance(value, Model) else {str(key): str(label) for key, label in getattr(field, "choices", [])}
    return choices.get(str(value), str(field.prepare_value(value)) if not isinstance(value, Model) else str(value))
