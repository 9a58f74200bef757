"""Ways out for SMS. A real gateway is a class with the same `send`, named by the setting SMS_SENDER."""

import json
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils import timezone


class SmsSender(Protocol):
    def send(self, *, reference: str, phone: str, text: str) -> None:
        """Hand one message over; the same `reference` twice is the same message. Any exception means: try again later."""


class FileSender:
    """For the demo and the tests: one JSON line per message in a file per day."""

    def send(self, *, reference: str, phone: str, text: str) -> None:
        directory = Path(settings.SMS_FILE_PATH)
        directory.mkdir(parents=True, exist_ok=True)
        now = timezone.localtime()
        line = json.dumps({"at": now.isoformat(), "reference": reference, "phone": phone, "text": text}, ensure_ascii=False)
        with (directory / f"{now:%Y-%m-%d}.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
