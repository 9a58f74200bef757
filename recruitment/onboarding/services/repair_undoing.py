"""Taking a repair back: possible while things still are as the repair left them; the breach is then open again."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import keep, locked
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance, Breach
from recruitment.onboarding.services.journey import pass_of, seat_of
from recruitment.onboarding.services.repairs import lock_person_of, reissue_pass
from recruitment.openings.services.places import fill_place, lock_openings
from recruitment.quarantine.models import Site, Stay
from recruitment.quarantine.services.admissions import book_bed
from recruitment.quarantine.services.securing import change_entry_bed
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import EntryPass, Seat
from recruitment.travel.services.passes import revoke_pass
from recruitment.travel.services.trips import give_up_seat
from recruitment.workers.models import Worker
from search.outbox import request_index

TIME_TO_MEND = dt.timedelta(hours=24)
OTHERS_HAVE_IT = gettext_lazy("giường đã trả thuộc về mọi người ngay lúc đó và có thể đã có người giữ")
TOLD = gettext_lazy("hạn đã qua và hai bên đã được báo; hãy mời hoặc nhận lại như thường")
COUNTED = gettext_lazy("con số được đếm lại từ hồ sơ, con số cũ là sai")
NOT_AGAIN = gettext_lazy("ghế đã trả và giấy đã thu hồi thì các chốt đã biết; cần thì cấp mới")
BY_HAND = gettext_lazy("quản trị hệ thống đã sửa sổ giường theo nhật ký")
WHY_NOT: dict[str, str | Promise] = {
    "places_filled": COUNTED,
    "places_held": COUNTED,
    "held_for_nobody": OTHERS_HAVE_IT,
    "bed_of_nobody": OTHERS_HAVE_IT,
    "room_of_nobody": OTHERS_HAVE_IT,
    "reservation_of_nobody": OTHERS_HAVE_IT,
    "entry_bed_of_an_undone_acceptance": OTHERS_HAVE_IT,
    "backup_cover": gettext_lazy("quy định vẫn đòi số giường này, trả lại thì thiếu ngay"),
    "seat_of_an_undone_acceptance": NOT_AGAIN,
    "seat_of_nobody": NOT_AGAIN,
    "seat_not_asked_for": NOT_AGAIN,
    "seat_of_another_day": gettext_lazy("ngày đến và giường đã theo chuyến xe; hãy đổi chuyến như thường"),
    "pass_of_nobody": NOT_AGAIN,
    "pass_of_another_way": gettext_lazy("giấy được viết lại theo chuyến đang giữ ghế, giấy cũ là sai"),
    "drawn_for_nobody": BY_HAND,
    "ledger_of_nights": BY_HAND,
    "confirmation_not_looked_after": TOLD,
    "answer_not_looked_after": TOLD,
    "ride_not_looked_after": TOLD,
    "missing_not_looked_after": TOLD,
    "application_at_a_closed_opening": TOLD,
    "waiting_for_nothing": gettext_lazy("hồ sơ đã kết thúc nên không còn gì để chờ"),
}


class NotUndoable(Refusal):
    """Carries `why`."""

    def for_people(self) -> str:
        return _("Lần sửa này không hoàn tác được: %(why)s.") % {"why": self.facts["why"]}


def state_of(breach: Breach) -> dict[str, Any]:
    """What the repair of this breach changes, as it is now; empty for repairs that can't be taken back."""
    return STATES[breach.rule](breach.subject) if breach.rule in STATES else {}


@transaction.atomic
def undo_repair(*, breach: Breach, reason: str, by: User, on: dt.date) -> Breach:
    """Put back what the repair changed and open the breach again. Repeating it changes nothing.

    Raises NotUndoable where it can't be, or where something was built on the repair; or NoCapacity where the former bed is taken.
    """
    breach = Breach.objects.select_for_update(of=("self",), no_key=True).get(pk=breach.pk)
    if breach.undone_at:
        return breach
    if breach.repaired_at is None or breach.rule not in UNDO:
        raise NotUndoable(why=WHY_NOT.get(breach.rule, _("không ai sửa bằng nút")))
    lock_person_of(breach)
    if not breach.trace or state_of(breach) != breach.trace["after"]:
        raise NotUndoable(why=_("từ lúc sửa đến nay đã có thay đổi khác dựa trên lần sửa này"))
    UNDO[breach.rule](breach.subject, breach.trace["before"], by, on)
    now = timezone.now()
    breach.undone_at, breach.undone_by, breach.undo_reason = now, by, reason
    breach.save(update_fields=["undone_at", "undone_by", "undo_reason"])
    again = {"rule": breach.rule, "subject": breach.subject, "mended_at": None}
    if any(one.subject == breach.subject for one in invariants.find(on=on, now=now, codes=[breach.rule])):
        facts = {"label": breach.label, "factory": breach.factory, "expected": breach.expected, "found": breach.found, "owner": breach.owner}
        Breach.objects.get_or_create(**again, defaults={**facts, "due_at": now + TIME_TO_MEND, "found_at": now, "seen_at": now})
    return breach


def _acceptance(subject: int) -> Acceptance:
    related = Acceptance.objects.select_related("application__worker", "application__opening__factory__zone", "entry_stay")
    return related.get(pk=subject)


def _status(subject: int) -> dict:
    accepted = Application.objects.filter(worker=subject, status=Application.Status.ACCEPTED).values_list("pk", flat=True).first()
    return {"status": Worker.objects.values_list("status", flat=True).get(pk=subject), "accepted": accepted}


def _application(subject: int) -> dict:
    application = Application.objects.get(pk=subject)
    return {"application": application.status, "ending": application.ending, "worker": _status(application.worker_id)["status"]}


def _bed(subject: int) -> dict:
    stay = _acceptance(subject).entry_stay
    if stay is None:
        return {"stay": None}
    return {"stay": stay.pk, "status": stay.status, "site": stay.site_id, "first": stay.arrives_on.isoformat(), "until": stay.leaves_on.isoformat()}


def _seat(subject: int) -> dict:
    seat = seat_of(_acceptance(subject).application.worker)
    return {"seat": seat.pk if seat else None, "status": seat.status if seat else ""}


def _pass(subject: int) -> dict:
    application = _acceptance(subject).application
    entry_pass = pass_of(application.worker, application.opening.factory)
    return {"pass": entry_pass.pk if entry_pass else None, "crossed": bool(entry_pass and entry_pass.crossings.exists())}


def _set_status(worker: int, status: str) -> None:
    Worker.objects.filter(pk=worker).update(status=status, changed_at=timezone.now())
    request_index("candidate", [worker])


def _former_status(subject: int, before: dict, by: User, on: dt.date) -> None:
    _set_status(subject, before["status"])


def _former_application(subject: int, before: dict, by: User, on: dt.date) -> None:
    application = locked(Application(pk=subject))
    lock_openings(pks=[application.opening_id])
    fill_place(opening=application.opening, held=False)
    application.stand_again()
    application.ending = ""
    keep(application, by=by)
    _set_status(application.worker_id, before["worker"])


def _former_bed(subject: int, before: dict, by: User, on: dt.date) -> None:
    """The bed taken by the repair is given up; the former one, if it was held, is taken again."""
    acceptance = _acceptance(subject)
    stay = acceptance.entry_stay if acceptance.entry_stay and acceptance.entry_stay.status == Stay.Status.BOOKED else None
    change_entry_bed(zone=acceptance.application.opening.factory.zone, stay=stay, entry=None, by=by, on=on)
    former = Stay.objects.get(pk=before["stay"]) if before["stay"] else None
    if former and before["status"] == Stay.Status.BOOKED:
        first, until = (dt.date.fromisoformat(before[name]) for name in ("first", "until"))
        worker = acceptance.application.worker
        former = book_bed(worker=worker, site=Site.objects.get(pk=before["site"]), arrives_on=first, leaves_on=until, by=by)
    acceptance.entry_stay = former
    acceptance.save(update_fields=["entry_stay"])


def _no_seat(subject: int, before: dict, by: User, on: dt.date) -> None:
    """The pass goes back to what it is without that bus."""
    give_up_seat(seat=Seat.objects.get(pk=_seat(subject)["seat"]), by=by, on=on)
    reissue_pass(_acceptance(subject), None, by, on)


def _no_pass(subject: int, before: dict, by: User, on: dt.date) -> None:
    revoke_pass(entry_pass=EntryPass.objects.get(pk=_pass(subject)["pass"]), reason=_("Giấy được cấp nhầm khi sửa dữ liệu."), by=by)


STATES: dict[str, Callable[[int], dict]] = {
    "accepted_without_anything": _application,
    "hired_or_not": _status,
    "entry_bed_missing": _bed,
    "entry_bed_of_other_nights": _bed,
    "entry_bed_not_asked_for": _bed,
    "seat_missing": _seat,
    "pass_missing": _pass,
}
UNDO: dict[str, Callable[[int, dict, User, dt.date], None]] = {
    "accepted_without_anything": _former_application,
    "hired_or_not": _former_status,
    "entry_bed_missing": _former_bed,
    "entry_bed_of_other_nights": _former_bed,
    "entry_bed_not_asked_for": _former_bed,
    "seat_missing": _no_seat,
    "pass_missing": _no_pass,
}
