"""Health events, admission policies as dated data, and the decisions taken under them."""

from recruitment.health.models.clearances import CardReminder, Clearance, ClearanceChange, Reassessment
from recruitment.health.models.decisions import OfficerDecision
from recruitment.health.models.events import ClaimHold, HealthEvent, HealthRecord
from recruitment.health.models.policies import AdmissionPolicy, AdmissionRule
from recruitment.health.models.trust import RevokedCertificate, TrustedKey

__all__ = [
    "AdmissionPolicy",
    "AdmissionRule",
    "CardReminder",
    "ClaimHold",
    "Clearance",
    "ClearanceChange",
    "HealthEvent",
    "HealthRecord",
    "OfficerDecision",
    "Reassessment",
    "RevokedCertificate",
    "TrustedKey",
]
