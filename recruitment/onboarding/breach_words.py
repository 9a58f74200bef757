"""A breach in one sentence, in the language of the page."""

from recruitment.applications.models import Application
from recruitment.onboarding.invariants import BY_CODE
from recruitment.onboarding.models import Breach
from recruitment.quarantine.models import Stay
from recruitment.workers.models import Worker

STATUSES = {status.value: status.label for statuses in (Stay.Status, Worker.Status, Application.Status) for status in statuses}


def sentence_of(breach: Breach) -> str:
    """What is wrong, with what it should be; statuses in words."""
    facts = {"label": breach.label, "expected": _in_words(breach.expected), "found": _in_words(breach.found)}
    return str(BY_CODE[breach.rule].sentence) % facts


def _in_words(text: str) -> str:
    return str(STATUSES.get(text, text))
