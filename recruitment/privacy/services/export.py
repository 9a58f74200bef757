"""Everything that is kept about one person, for that person. Reads only."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import CASCADE, Model

from recruitment.accounts.models import SensitiveReading, User
from recruitment.applications.models import Application, ApplicationEvent
from recruitment.health.models import Clearance, HealthEvent, OfficerDecision
from recruitment.quarantine.models import Stay, SymptomReport
from recruitment.travel.models import Crossing, EntryPass, Seat
from recruitment.workers.models import AssistedAct, Consent, Employment, HelperChange, WorkerOccupation

LEFT_OUT = {"password", "id", "identity_index", "national_id_index", "user", "worker", "recipient", "person", "about"}  # keys of ours, and the person


def export_of(user: User) -> dict[str, Any]:
    """JSON-ready: the account, the profile, and one list for each kind of row. Texts as they are stored; times in ISO 8601."""
    found: dict[str, Any] = {"account": _row(user, ["name", "phone", "email", "language", "joined_at"])}
    if hasattr(user, "worker"):
        found |= _of_worker(user.worker)
    found["readings"] = _rows(SensitiveReading.objects.filter(person=user).order_by("pk"), ["reader", "what", "why", "at"])
    found["other"] = {}
    for model, rows in belonging_to(user):
        found["other"].setdefault(model.__name__, []).extend(_rows(rows, None))
    return found


def belonging_to(user: User) -> Iterable[tuple[type[Model], Any]]:
    """Rows that exist only for this person: whatever goes when the account goes (messages, saved searches, second factors, …)."""
    for relation in User._meta.related_objects:
        if relation.on_delete is CASCADE:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: user}).order_by("pk")
            if rows.exists():
                yield relation.related_model, rows


def _of_worker(worker) -> dict[str, Any]:
    return {
        "profile": _row(
            worker,
            ["birth_date", "national_id", "home_province", "home_commune", "status", "shifts", "wage_wanted", "available_from", "needs_dormitory"],
        ),
        "zones": [str(zone) for zone in worker.zones.all()],
        "skills": [str(skill) for skill in worker.skills.all()],
        "occupations": _rows(WorkerOccupation.objects.filter(worker=worker).order_by("pk"), ["occupation", "experience_months"]),
        "consents": _rows(Consent.objects.filter(worker=worker).order_by("pk"), ["purpose", "version", "given_at", "withdrawn_at"]),
        "health": _rows(HealthEvent.objects.filter(worker=worker).order_by("pk"), ["facts", "proof", "recorded_at", "removed_at"]),
        "officer_decisions": _rows(
            OfficerDecision.objects.filter(worker=worker).order_by("pk"), ["admits", "reason", "document", "valid_from", "valid_until", "status"]
        ),
        "assisted_acts": _rows(AssistedAct.objects.filter(worker=worker).order_by("pk"), ["act", "how", "paper", "receipt", "by", "at"]),
        "helper_changes": _rows(HelperChange.objects.filter(worker=worker).order_by("pk"), ["former", "helper", "house", "by", "at"]),
        "clearances": _rows(Clearance.objects.filter(worker=worker).order_by("pk"), ["assessed_on", "verdict", "ready_on", "decision", "policy"]),
        "applications": _rows(
            Application.objects.filter(worker=worker).select_related("opening").order_by("pk"),
            ["opening", "receipt", "status", "starts_on", "refusal", "ending", "created_at"],
        ),
        "application_events": _rows(ApplicationEvent.objects.filter(application__worker=worker).order_by("pk"), ["application", "status", "at"]),
        "stays": _rows(Stay.objects.filter(worker=worker).order_by("pk"), ["site", "arrives_on", "leaves_on", "status"]),
        "reports": _rows(SymptomReport.objects.filter(stay__worker=worker).order_by("pk"), ["at", "text"]),
        "seats": _rows(Seat.objects.filter(worker=worker).order_by("pk"), ["trip", "number", "pick_up", "status", "held_at"]),
        "passes": _rows(
            EntryPass.objects.filter(worker=worker).order_by("pk"),
            ["factory", "valid_from", "valid_until", "code", "issued_at", "revoked_at", "revocation_reason"],
        ),
        "crossings": _rows(Crossing.objects.filter(entry_pass__worker=worker).order_by("pk"), ["checkpoint", "direction", "verdict", "at"]),
        "employments": _rows(
            Employment.objects.filter(worker=worker).order_by("pk"), ["factory", "line", "team", "dormitory_room", "shuttle", "since", "until"]
        ),
    }


def _rows(rows, names: list[str] | None) -> list[dict[str, Any]]:
    foreign = [field.name for field in rows.model._meta.fields if field.is_relation and (names is None or field.name in names)]
    return [_row(row, names) for row in rows.select_related(*foreign)]


def _row(row: Model, names: list[str] | None) -> dict[str, Any]:
    wanted = names if names is not None else [field.name for field in row._meta.fields if field.name not in LEFT_OUT]
    return {name: _plain(getattr(row, name)) for name in wanted}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime | dt.time):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)
