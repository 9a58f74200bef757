"""Acceptances with everything that follows them, batches, replacements, and breaches of what must hold."""

from recruitment.onboarding.models.acceptances import Acceptance, StartMove, TaskTick, WaitingAcceptance
from recruitment.onboarding.models.arriving import FirstShift, GatePolicy, StayedCheck
from recruitment.onboarding.models.batches import AcceptanceBatch, BatchLine
from recruitment.onboarding.models.breaches import Breach
from recruitment.onboarding.models.cohorts import Cohort
from recruitment.onboarding.models.passes import OverstayNotice, PassPolicy
from recruitment.onboarding.models.replacements import Replacement

__all__ = [
    "Acceptance",
    "AcceptanceBatch",
    "BatchLine",
    "Breach",
    "Cohort",
    "FirstShift",
    "GatePolicy",
    "OverstayNotice",
    "PassPolicy",
    "Replacement",
    "StartMove",
    "StayedCheck",
    "TaskTick",
    "WaitingAcceptance",
]
