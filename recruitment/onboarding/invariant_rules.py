"""The rules about accepted people (held_for_nobody.py has those about things): for each its code, whose it is to mend, the sentence, and the statement that finds what breaks it.

Every statement gives: subject (the primary key of a row of `of`), label (what people call it), factory (its key, or NULL), expected
and found (texts for the sentence). `today` and `late` (an hour ago) are its parameters.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recruitment.applications.models import Application
from recruitment.employers.models import Factory
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services import gate
from recruitment.openings.models import Opening
from recruitment.quarantine.services.cover import covers
from recruitment.workers.models import Worker

OPENING = """
SELECT opening.id AS subject, opening.title AS label, opening.factory_id AS factory, counted.number::text AS expected, opening.{column}::text AS found
FROM openings_opening AS opening
JOIN LATERAL (SELECT count(*) AS number FROM applications_application WHERE opening_id = opening.id AND status IN ({statuses})) AS counted ON true
WHERE opening.{column} <> counted.number
"""
ACCEPTANCE = """
SELECT acceptance.id AS subject, application.receipt AS label, opening.factory_id AS factory, {expected} AS expected, {found} AS found
FROM onboarding_acceptance AS acceptance
JOIN applications_application AS application ON application.id = acceptance.application_id
JOIN openings_opening AS opening ON opening.id = application.opening_id
JOIN health_clearance AS clearance ON clearance.id = acceptance.clearance_id
LEFT JOIN quarantine_stay AS stay ON stay.id = acceptance.entry_stay_id
WHERE {condition}
"""
NOT_ENTERED = (
    "NOT EXISTS (SELECT FROM travel_crossing AS crossing JOIN travel_entrypass AS pass ON pass.id = crossing.entry_pass_id "
    "WHERE pass.worker_id = application.worker_id AND crossing.let_through AND crossing.direction = 'in' AND crossing.at >= acceptance.accepted_at)"
)
LATE = dt.timedelta(hours=1)  # how long the schedule may be behind before it counts as a breach
COMING = "acceptance.undone_at IS NULL AND acceptance.ride_by IS NULL"  # whoever lost a seat keeps the place alone until there is a way here
ASKS_FOR_A_BED = "clearance.entry_quarantine_place = 'site' AND clearance.entry_quarantine_days > 0"
HELD_SEAT = "FROM travel_seat AS seat JOIN travel_trip AS trip ON trip.id = seat.trip_id WHERE seat.worker_id = application.worker_id AND seat.status = 'held'"
ARRIVES, DEPARTS = (f"(trip.{column} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date" for column in ("arrives_at", "departs_at"))
SEAT_NOT_ON_THE_PASS = (
    f"SELECT {HELD_SEAT} AND EXISTS (SELECT FROM travel_entrypass AS pass WHERE pass.worker_id = application.worker_id "  # noqa: S608 - constants
    "AND pass.factory_id = opening.factory_id AND pass.revoked_at IS NULL "
    f"AND (pass.seat_id IS DISTINCT FROM seat.id OR {DEPARTS} NOT BETWEEN pass.valid_from AND pass.valid_until))"
)
NOT_THERE = (
    "(stay.id IS NULL OR stay.admitted_at IS NULL) AND NOT EXISTS (SELECT FROM onboarding_firstshift AS shift "
    "WHERE shift.acceptance_id = acceptance.id AND shift.checked_in_at IS NOT NULL)"
)


@dataclass(frozen=True)
class Rule:
    """`owner` is one of Breach.Owner; `sentence` has %(label)s, %(expected)s and %(found)s; `rows` is the statement, or what gives its rows."""

    code: str
    of: type[Model]
    owner: str
    sentence: str | Promise
    rows: str | Callable[[dt.date, dt.datetime], list[tuple]]


def _short_of_cover(on: dt.date, now: dt.datetime) -> list[tuple]:
    """Factories with accepted people whose own cover, or whose pool's, is less than the policy asks."""
    standing = Acceptance.objects.standing().values("application__opening__factory")
    factories = list(Factory.objects.filter(pk__in=standing).select_related("zone").order_by("pk"))
    return [
        (row.factory.pk, row.factory.name, row.factory.pk, str(row.needed), str(row.held))
        for row in (covers(factories, on=on) if factories else [])
        if row.held < row.needed
    ]


def _missing(on: dt.date, now: dt.datetime) -> list[tuple]:
    """Who was not seen at the factory long after everything should have been freed."""
    rows = gate.overdue(now=now - LATE)
    return [(row.pk, row.application.receipt, row.application.opening.factory_id, "", f"{row.arrives_on:%d/%m/%Y}") for row in rows]


ACCEPTED = [
    Rule(
        "places_filled",
        Opening,
        "department",
        _("Tin %(label)s ghi đã nhận %(found)s người, theo hồ sơ là %(expected)s."),
        OPENING.format(column="accepted", statuses="'accepted'"),
    ),
    Rule(
        "places_held",
        Opening,
        "department",
        _("Tin %(label)s ghi đang giữ %(found)s chỗ, theo hồ sơ là %(expected)s."),
        OPENING.format(column="held", statuses="'offered', 'agreed'"),
    ),
    Rule(
        "accepted_without_anything",
        Application,
        "department",
        _("Hồ sơ %(label)s ở trạng thái đã nhận nhưng không có lần nhận nào còn hiệu lực."),
        """
        SELECT application.id AS subject, application.receipt AS label, opening.factory_id AS factory, '1' AS expected, '0' AS found
        FROM applications_application AS application JOIN openings_opening AS opening ON opening.id = application.opening_id
        WHERE application.status = 'accepted'
        AND NOT EXISTS (SELECT FROM onboarding_acceptance AS acceptance
                        WHERE acceptance.application_id = application.id AND acceptance.undone_at IS NULL)
        """,
    ),
    Rule(
        "held_for_nobody",
        Acceptance,
        "department",
        _("Hồ sơ %(label)s đã kết thúc (%(found)s) nhưng chỗ, giường vẫn được giữ cho người này."),
        ACCEPTANCE.format(
            expected="'accepted'", found="application.status", condition="acceptance.undone_at IS NULL AND application.status <> 'accepted'"
        ),
    ),
    Rule(
        "hired_or_not",
        Worker,
        "administrator",
        _("Người lao động %(label)s ghi là %(found)s, theo hồ sơ phải là %(expected)s."),
        """
        SELECT worker.id AS subject, '#' || worker.id AS label, NULL::bigint AS factory,
               CASE WHEN accepted.id IS NULL THEN 'looking' ELSE 'hired' END AS expected, worker.status AS found
        FROM workers_worker AS worker
        LEFT JOIN applications_application AS accepted ON accepted.worker_id = worker.id AND accepted.status = 'accepted'
        WHERE worker.status <> 'hired' AND accepted.id IS NOT NULL OR worker.status = 'hired' AND accepted.id IS NULL
        AND NOT EXISTS (SELECT FROM workers_employment AS employment WHERE employment.worker_id = worker.id AND employment.until IS NULL)
        """,
    ),
    Rule(
        "backup_cover",
        Factory,
        "factory",
        _("%(label)s phải giữ %(expected)s giường dự phòng cho người đã nhận, đang giữ %(found)s."),
        _short_of_cover,
    ),
    Rule(
        "entry_bed_missing",
        Acceptance,
        "factory",
        _("Hồ sơ %(label)s phải có giường cách ly %(expected)s ngày nhưng không có (%(found)s)."),
        ACCEPTANCE.format(
            expected="clearance.entry_quarantine_days::text",
            found="coalesce(stay.status, '0')",
            condition=f"{COMING} AND {ASKS_FOR_A_BED} AND NOT EXISTS (SELECT FROM quarantine_stay AS bed "
            "WHERE bed.worker_id = application.worker_id AND bed.status <> 'cancelled' AND bed.leaves_on > acceptance.arrives_on)",
        ),
    ),
    Rule(
        "entry_bed_of_other_nights",
        Acceptance,
        "factory",
        _("Giường của hồ sơ %(label)s là %(found)s, ngày đến và số ngày cách ly là %(expected)s."),
        ACCEPTANCE.format(
            expected="acceptance.arrives_on || ' + ' || clearance.entry_quarantine_days",
            found="stay.arrives_on || ' + ' || (stay.leaves_on - stay.arrives_on)",
            condition=f"acceptance.undone_at IS NULL AND {ASKS_FOR_A_BED} AND stay.status = 'booked' AND "
            "(stay.arrives_on <> acceptance.arrives_on OR stay.leaves_on - stay.arrives_on <> clearance.entry_quarantine_days)",
        ),
    ),
    Rule(
        "entry_bed_not_asked_for",
        Acceptance,
        "factory",
        _("Hồ sơ %(label)s giữ một giường cách ly mà quy định không yêu cầu (%(found)s)."),
        ACCEPTANCE.format(
            expected="'0'", found="stay.status", condition=f"acceptance.undone_at IS NULL AND NOT ({ASKS_FOR_A_BED}) AND stay.status = 'booked'"
        ),
    ),
    Rule(
        "entry_bed_of_an_undone_acceptance",
        Acceptance,
        "department",
        _("Giường cách ly vẫn được giữ cho hồ sơ %(label)s đã hủy nhận (%(found)s)."),
        ACCEPTANCE.format(expected="'cancelled'", found="stay.status", condition="acceptance.undone_at IS NOT NULL AND stay.status = 'booked'"),
    ),
    Rule(
        "seat_missing",
        Acceptance,
        "factory",
        _("Hồ sơ %(label)s muốn đi xe nhưng không có ghế trên chuyến nào."),
        ACCEPTANCE.format(
            expected="'1'",
            found="'0'",
            condition=f"{COMING} AND {NOT_THERE} AND application.wants_trip AND acceptance.arrives_on >= %(today)s AND NOT EXISTS "
            "(SELECT FROM travel_seat AS seat WHERE seat.worker_id = application.worker_id AND seat.status IN ('held', 'boarded') "
            "AND seat.held_at >= acceptance.accepted_at)",
        ),
    ),
    Rule(
        "seat_of_an_undone_acceptance",
        Acceptance,
        "department",
        _("Ghế trên xe vẫn được giữ cho hồ sơ %(label)s đã hủy nhận (%(found)s)."),
        ACCEPTANCE.format(
            expected="'given_up'",
            found="'held'",
            condition="acceptance.undone_at IS NOT NULL AND EXISTS (SELECT FROM travel_seat AS seat WHERE seat.worker_id = application.worker_id "
            "AND seat.status = 'held' AND seat.held_at BETWEEN acceptance.accepted_at AND acceptance.undone_at) "
            "AND NOT EXISTS (SELECT FROM applications_application AS other WHERE other.worker_id = application.worker_id AND other.status = 'accepted')",
        ),
    ),
    Rule(
        "pass_missing",
        Acceptance,
        "factory",
        _("Hồ sơ %(label)s của người ngoài tỉnh chưa có giấy vào tỉnh còn hiệu lực."),
        ACCEPTANCE.format(
            expected="'1'",
            found="'0'",
            condition=f"{COMING} AND acceptance.from_outside AND acceptance.arrives_on >= %(today)s AND NOT EXISTS "
            "(SELECT FROM travel_entrypass AS pass WHERE pass.worker_id = application.worker_id AND pass.factory_id = opening.factory_id "
            "AND pass.revoked_at IS NULL AND acceptance.arrives_on BETWEEN pass.valid_from AND pass.valid_until)",
        ),
    ),
    Rule(
        "pass_of_another_way",
        Acceptance,
        "factory",
        _("Giấy vào tỉnh của hồ sơ %(label)s không ghi chuyến xe đang giữ ghế (%(expected)s), hoặc không có hiệu lực ngày xe chạy."),
        ACCEPTANCE.format(
            expected=f"(SELECT {DEPARTS}::text {HELD_SEAT})",
            found="''",
            condition=f"{COMING} AND acceptance.from_outside AND acceptance.arrives_on >= %(today)s AND EXISTS ({SEAT_NOT_ON_THE_PASS})",
        ),
    ),
    Rule(
        "seat_not_asked_for",
        Acceptance,
        "factory",
        _("Hồ sơ %(label)s báo tự đi nhưng vẫn giữ một ghế xe (đến ngày %(found)s)."),
        ACCEPTANCE.format(
            expected="''",
            found=f"(SELECT {ARRIVES}::text {HELD_SEAT})",
            condition=f"acceptance.undone_at IS NULL AND application.wants_trip IS NOT TRUE AND EXISTS (SELECT {HELD_SEAT})",
        ),
    ),
    Rule(
        "seat_of_another_day",
        Acceptance,
        "factory",
        _("Xe của hồ sơ %(label)s đến ngày %(found)s, giường và ngày đến là %(expected)s."),
        ACCEPTANCE.format(
            expected="acceptance.arrives_on::text",
            found=f"(SELECT {ARRIVES}::text {HELD_SEAT})",
            condition=f"{COMING} AND application.wants_trip AND EXISTS (SELECT {HELD_SEAT} AND {ARRIVES} <> acceptance.arrives_on)",
        ),
    ),
    Rule(
        "confirmation_not_looked_after",
        Acceptance,
        "administrator",
        _("Hạn xác nhận của hồ sơ %(label)s đã qua (%(found)s) mà chỗ chưa được trả lại."),
        ACCEPTANCE.format(
            expected="''",
            found="to_char(acceptance.confirm_by AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM HH24:MI')",
            condition="acceptance.undone_at IS NULL AND acceptance.confirmed_at IS NULL AND acceptance.confirm_by < %(late)s "
            f"AND {NOT_THERE} AND NOT EXISTS (SELECT FROM travel_seat AS seat "
            "WHERE seat.worker_id = application.worker_id AND seat.status = 'boarded' AND seat.held_at >= acceptance.accepted_at) AND " + NOT_ENTERED,
        ),
    ),
    Rule(
        "ride_not_looked_after",
        Acceptance,
        "administrator",
        _("Hạn tìm cách đi khác của hồ sơ %(label)s đã qua (%(found)s) mà chỗ chưa được trả lại."),
        ACCEPTANCE.format(
            expected="''",
            found="to_char(acceptance.ride_by AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM HH24:MI')",
            condition="acceptance.undone_at IS NULL AND acceptance.ride_by < %(late)s AND NOT EXISTS (SELECT FROM onboarding_firstshift AS shift "
            "WHERE shift.acceptance_id = acceptance.id AND shift.checked_in_at IS NOT NULL) AND " + NOT_ENTERED,
        ),
    ),
    Rule(
        "answer_not_looked_after",
        Application,
        "administrator",
        _("Hạn trả lời của hồ sơ %(label)s đã qua (%(found)s) mà chỗ chưa được trả lại."),
        """
        SELECT application.id AS subject, application.receipt AS label, opening.factory_id AS factory, '' AS expected,
               to_char(application.answer_by AT TIME ZONE 'Asia/Ho_Chi_Minh', 'DD/MM HH24:MI') AS found
        FROM applications_application AS application JOIN openings_opening AS opening ON opening.id = application.opening_id
        WHERE application.status IN ('invited', 'offered') AND application.answer_by < %(late)s
        """,
    ),
    Rule(
        "missing_not_looked_after",
        Acceptance,
        "administrator",
        _("Hồ sơ %(label)s hẹn đến %(found)s, không ai thấy, đã quá hạn mà chỗ chưa được trả lại."),
        _missing,
    ),
]
