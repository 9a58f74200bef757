"""How one opening fits the person who looks: the number the recruiter sees too, three reasons, and every blocker with what removes it.

Only here are the health rules' own words added, since the reader is the person they are about.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from recruitment.health.explanations import sentences
from recruitment.health.models import AdmissionRule, Clearance
from recruitment.health.policy import NO_CARD
from recruitment.health.rulebook import YELLOW
from recruitment.openings.models import Opening
from recruitment.shared.templatetags.display import day
from recruitment.workers.models import Consent, Worker
from search.explanations import WORKER, blocker_text, reason_text
from search.projections import candidate_facts, opening_facts
from search.scoring import score

REASONS_SHOWN = 3
ABOUT_HEALTH = ("ready", "ready_unknown")
MISSING_DOSE = {
    YELLOW: _("Thiếu mũi 2: tiêm hôm nay thì đủ từ %(day)s."),
    NO_CARD: _("Chưa có mũi nào được tính: tiêm hôm nay thì mũi đầu được tính từ %(day)s."),
}


@dataclass(frozen=True)
class Blocker:
    """`rule` is the scoring rule's id; `acts` say what removes it, and from when."""

    rule: str
    text: str
    acts: Sequence[str] = ()


@dataclass(frozen=True)
class OwnMatch:
    score: int
    best: int
    reasons: Sequence[str]
    blockers: Sequence[Blocker]


def explained(opening: Opening, worker: Worker, *, on: dt.date) -> OwnMatch:
    match = score(opening_facts([opening.pk], on=on)[opening.pk], candidate_facts([worker.pk])[worker.pk])
    about_health = _health_acts(worker, on=on) if any(note.rule in ABOUT_HEALTH for note in match.blockers) else []
    return OwnMatch(
        score=match.score,
        best=match.best,
        reasons=[reason_text(note) for note in match.reasons[:REASONS_SHOWN]],
        blockers=[Blocker(note.rule, blocker_text(note, WORKER), about_health if note.rule in ABOUT_HEALTH else ()) for note in match.blockers],
    )


def _health_acts(worker: Worker, *, on: dt.date) -> list[str]:
    """What the rules ask of this person and from when, as the decision says; and what a missing dose would change."""
    agreed = Consent.objects.filter(worker=worker, purpose=Consent.Purpose.HEALTH, withdrawn_at=None).exists()
    clearance = Clearance.objects.current().filter(worker=worker).first() if agreed else None
    if clearance is None:
        return []
    return [*_missing_dose(clearance, on=on), *sentences(clearance)]


def _missing_dose(clearance: Clearance, *, on: dt.date) -> list[str]:
    """Where quarantine or a refusal comes from a dose that was not given: from when it would count under the policy of the decision."""
    missing = MISSING_DOSE.get(clearance.decision.get("card"))
    waits = clearance.entry_quarantine_days or clearance.ready_on is None
    days = AdmissionRule.objects.filter(policy=clearance.policy_id).aggregate(days=Max("dose_after_days"))["days"]
    if not (missing and waits and days):
        return []
    return [str(missing) % {"day": day(on + dt.timedelta(days=days))}]
