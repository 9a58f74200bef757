"""The forms of a page as a browser would send them back untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

NOT_SENT = {"submit", "button", "reset", "image"}


@dataclass
class Form:
    """`values` by field name, each a list; a box that isn't ticked is there with an empty list: it can be typed into all the same."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)


class FormReader(HTMLParser):
    def __init__(self, page: str, address: str):
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.address = address
        self._form: Form | None = None
        self._select: str | None = None
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "form":
            self._form = Form(found.get("action") or self.address, found.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None:
            return
        name, kind = found.get("name", ""), found.get("type", "text")
        if tag == "option" and self._select:
            self._add_option(found)
        elif not name:
            return
        elif tag == "select":
            self._select = name
            self._form.values.setdefault(name, [])
        elif tag == "textarea":
            self._area = name
            self._form.values[name] = [""]
        elif tag == "button" or (tag == "input" and kind in NOT_SENT):
            self._form.values.setdefault(name, [found.get("value", "")])
        elif tag == "input":
            sent = self._form.values.setdefault(name, [])
            if kind not in ("checkbox", "radio") or "checked" in found:
                sent.append(found.get("value", ""))

    def _add_option(self, found: dict[str, str]) -> None:
        chosen = self._form.values[self._select]
        if "selected" in found:
            chosen[:] = [found.get("value", "")]
        elif not chosen:
            chosen.append(found.get("value", ""))

    def handle_data(self, data):
        if self._form is not None and self._area:
            self._form.values[self._area] = [self._form.values[self._area][0] + data]

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
