"""The one base of everything a service may refuse."""

from typing import Any

from django.utils.translation import gettext as _


class Refusal(Exception):
    """A service can't do what was asked; subclasses carry what a person needs to act.

    `field` names the form field concerned, or None for the whole form.
    """

    field: str | None = None

    def __init__(self, **facts: Any):
        self.facts = facts
        self.__dict__.update(facts)
        super().__init__(", ".join(f"{name}={value}" for name, value in facts.items()))

    def for_people(self) -> str:
        """One translated sentence that says what is wrong and what to do."""
        return _("Không thực hiện được. Hãy tải lại trang và thử lại.")


class Conflict(Refusal):
    """Somebody else changed the object in the meantime."""

    def for_people(self) -> str:
        return _("Người khác vừa thay đổi mục này. Hãy tải lại trang, xem phần thay đổi rồi làm lại nếu vẫn cần.")
