"""The rules about things: passes, seats, beds, rooms, reservations and waits that belong to nobody who is expected, and nights miscounted.

Whoever had not applied for anything when a bed was booked or a pass issued was sent by others than recruitment (a health authority,
before this system): that bed and that pass are theirs to answer for, and the no-show clock frees the bed.
"""

from django.utils.translation import gettext_lazy as _

from recruitment.applications.models import Application
from recruitment.onboarding.invariant_rules import Rule
from recruitment.onboarding.models import WaitingAcceptance
from recruitment.quarantine.models import BackupReservation, BedAssignment, Site, Stay
from recruitment.travel.models import EntryPass, Seat

THINGS = [
    Rule(
        "pass_of_nobody",
        EntryPass,
        "department",
        _("Giấy vào tỉnh %(label)s còn hiệu lực nhưng nhà máy không còn nhận người này."),
        """
        SELECT pass.id AS subject, pass.code AS label, pass.factory_id AS factory, '' AS expected, '' AS found
        FROM travel_entrypass AS pass WHERE pass.revoked_at IS NULL AND pass.valid_until >= %(today)s
        AND EXISTS (SELECT FROM applications_application AS any_one
                    WHERE any_one.worker_id = pass.worker_id AND any_one.created_at <= pass.issued_at)
        AND NOT EXISTS (
            SELECT FROM applications_application AS application JOIN openings_opening AS opening ON opening.id = application.opening_id
            LEFT JOIN onboarding_acceptance AS acceptance ON acceptance.application_id = application.id
            WHERE application.worker_id = pass.worker_id AND opening.factory_id = pass.factory_id
            AND (application.status = 'accepted' OR acceptance.id IS NOT NULL AND acceptance.undone_at IS NULL))
        """,
    ),
    Rule(
        "seat_of_nobody",
        Seat,
        "department",
        _("Ghế %(label)s được giữ cho người không nhà máy nào nhận."),
        """
        SELECT seat.id AS subject, route.name || ' #' || seat.number AS label, NULL::bigint AS factory, '' AS expected, '' AS found
        FROM travel_seat AS seat JOIN travel_trip AS trip ON trip.id = seat.trip_id JOIN travel_route AS route ON route.id = trip.route_id
        WHERE seat.status = 'held'
        AND NOT EXISTS (SELECT FROM applications_application AS application
                        LEFT JOIN onboarding_acceptance AS acceptance ON acceptance.application_id = application.id
                        WHERE application.worker_id = seat.worker_id AND (application.status = 'accepted' OR acceptance.id IS NOT NULL
                        AND (acceptance.undone_at IS NULL OR seat.held_at BETWEEN acceptance.accepted_at AND acceptance.undone_at)))
        """,
    ),
    Rule(
        "bed_of_nobody",
        Stay,
        "department",
        _("Giường %(label)s (%(found)s) không thuộc lần nhận, ổ dịch hay yêu cầu chuyển người nào."),
        """
        SELECT stay.id AS subject, site.name || ' #' || stay.id AS label, NULL::bigint AS factory, '' AS expected, stay.status AS found
        FROM quarantine_stay AS stay JOIN quarantine_site AS site ON site.id = stay.site_id
        WHERE stay.status IN ('held', 'booked') AND stay.leaves_on > %(today)s
        AND (stay.status = 'held' OR EXISTS (SELECT FROM applications_application AS any_one
                                             WHERE any_one.worker_id = stay.worker_id AND any_one.created_at <= stay.created_at))
        AND NOT EXISTS (SELECT FROM onboarding_acceptance AS acceptance WHERE acceptance.entry_stay_id = stay.id)
        AND NOT EXISTS (SELECT FROM quarantine_outbreakperson AS person WHERE person.stay_id = stay.id)
        AND NOT EXISTS (SELECT FROM quarantine_transfer AS transfer WHERE transfer.held_stay_id = stay.id
                        AND transfer.status IN ('requested', 'accepted', 'on_the_way'))
        """,
    ),
    Rule(
        "room_of_nobody",
        BedAssignment,
        "department",
        _("Giường trong phòng %(label)s được giữ quá lượt ở của người đó, hoặc ở khu khác (%(found)s)."),
        """
        SELECT assigned.id AS subject, site.name || ' ' || room.name AS label, NULL::bigint AS factory, '' AS expected, stay.status AS found
        FROM quarantine_bedassignment AS assigned JOIN quarantine_stay AS stay ON stay.id = assigned.stay_id
        JOIN quarantine_room AS room ON room.id = assigned.room_id JOIN quarantine_site AS site ON site.id = room.site_id
        WHERE upper(assigned.during) > %(today)s
        AND (room.site_id <> stay.site_id OR upper(assigned.during) > coalesce(stay.freed_from, stay.leaves_on))
        """,
    ),
    Rule(
        "reservation_of_nobody",
        BackupReservation,
        "department",
        _("Dự phòng ở %(label)s đã kết thúc hoặc hết hạn mời nhưng còn giữ %(found)s giường (cộng các đêm)."),
        """
        SELECT reservation.id AS subject, site.name AS label, reservation.factory_id AS factory, '0' AS expected,
               sum(nights.beds - nights.drawn)::text AS found
        FROM quarantine_backupreservation AS reservation JOIN quarantine_site AS site ON site.id = reservation.site_id
        JOIN quarantine_reservationnight AS nights ON nights.reservation_id = reservation.id
        LEFT JOIN quarantine_waitingrequest AS request ON request.id = reservation.request_id
        WHERE nights.night >= %(today)s AND nights.beds > nights.drawn AND (reservation.ended_at IS NOT NULL OR request.status <> 'offered')
        GROUP BY reservation.id, site.name
        """,
    ),
    Rule(
        "drawn_for_nobody",
        BackupReservation,
        "administrator",
        _("Dự phòng ở %(label)s ghi %(found)s giường đang dùng, theo lượt ở là %(expected)s (cộng các đêm)."),
        """
        WITH slept AS (
            SELECT stay.drawn_from_id, day::date AS night, count(*) AS beds FROM quarantine_stay AS stay,
            generate_series(greatest(stay.arrives_on, %(today)s), coalesce(stay.freed_from, stay.leaves_on) - 1, interval '1 day') AS day
            WHERE stay.drawn_from_id IS NOT NULL AND coalesce(stay.freed_from, stay.leaves_on) > %(today)s GROUP BY stay.drawn_from_id, day
        )
        SELECT reservation.id AS subject, site.name AS label, reservation.factory_id AS factory,
               sum(coalesce(slept.beds, 0))::text AS expected, sum(coalesce(nights.drawn, 0))::text AS found
        FROM (SELECT * FROM quarantine_reservationnight WHERE night >= %(today)s AND drawn > 0) AS nights
        FULL JOIN slept ON slept.drawn_from_id = nights.reservation_id AND slept.night = nights.night
        JOIN quarantine_backupreservation AS reservation ON reservation.id = coalesce(nights.reservation_id, slept.drawn_from_id)
        JOIN quarantine_site AS site ON site.id = reservation.site_id
        WHERE coalesce(nights.drawn, 0) <> coalesce(slept.beds, 0)
        GROUP BY reservation.id, site.name
        """,
    ),
    Rule(
        "ledger_of_nights",
        Site,
        "administrator",
        _("Sổ giường của %(label)s ghi %(found)s, theo dự phòng và lượt ở là %(expected)s (dự phòng + đang ở, cộng các đêm)."),
        """
        WITH promised AS (
            SELECT site_id, night, sum(reserved) AS reserved, sum(occupied) AS occupied FROM (
                SELECT reservation.site_id, nights.night, nights.beds - nights.drawn AS reserved, nights.drawn AS occupied
                FROM quarantine_reservationnight AS nights JOIN quarantine_backupreservation AS reservation ON reservation.id = nights.reservation_id
                WHERE nights.night >= %(today)s
                UNION ALL
                SELECT stay.site_id, day::date, 0, 1 FROM quarantine_stay AS stay,
                generate_series(greatest(stay.arrives_on, %(today)s), coalesce(stay.freed_from, stay.leaves_on) - 1, interval '1 day') AS day
                WHERE stay.drawn_from_id IS NULL AND coalesce(stay.freed_from, stay.leaves_on) > %(today)s
            ) AS parts GROUP BY site_id, night
        )
        SELECT site.id AS subject, site.name AS label, NULL::bigint AS factory,
               sum(coalesce(promised.reserved, 0)) || ' + ' || sum(coalesce(promised.occupied, 0)) AS expected,
               sum(coalesce(night.reserved, 0)) || ' + ' || sum(coalesce(night.occupied, 0)) AS found
        FROM (SELECT * FROM quarantine_sitenight WHERE night >= %(today)s) AS night
        FULL JOIN promised ON promised.site_id = night.site_id AND promised.night = night.night
        JOIN quarantine_site AS site ON site.id = coalesce(night.site_id, promised.site_id)
        WHERE (coalesce(night.reserved, 0), coalesce(night.occupied, 0)) <> (coalesce(promised.reserved, 0), coalesce(promised.occupied, 0))
        GROUP BY site.id, site.name
        """,
    ),
    Rule(
        "application_at_a_closed_opening",
        Application,
        "administrator",
        _("Hồ sơ %(label)s vẫn chờ (%(found)s) ở một tin đã đóng."),
        """
        SELECT application.id AS subject, application.receipt AS label, opening.factory_id AS factory, '' AS expected, application.status AS found
        FROM applications_application AS application JOIN openings_opening AS opening ON opening.id = application.opening_id
        WHERE opening.status = 'closed' AND opening.closed_at < %(late)s
        AND application.status IN ('invited', 'applied', 'shortlisted', 'offered', 'agreed')
        """,
    ),
    Rule(
        "waiting_for_nothing",
        WaitingAcceptance,
        "administrator",
        _("Hồ sơ %(label)s đã kết thúc (%(found)s) mà vẫn ở trong hàng chờ chỗ."),
        """
        SELECT wait.id AS subject, application.receipt AS label, opening.factory_id AS factory, '' AS expected, application.status AS found
        FROM onboarding_waitingacceptance AS wait
        JOIN applications_application AS application ON application.id = wait.application_id
        JOIN openings_opening AS opening ON opening.id = application.opening_id
        WHERE wait.ended_at IS NULL AND application.status NOT IN ('applied', 'shortlisted', 'agreed') AND application.changed_at < %(late)s
        """,
    ),
]
