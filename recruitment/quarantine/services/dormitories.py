"""A factory's own dormitory becomes a quarantine site: asked for, approved or refused."""

import datetime as dt
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import Membership, Organisation, Role, User
from recruitment.employers.models import Factory
from recruitment.notifications.services.messages import tell
from recruitment.quarantine.models import DormitoryRequest, FreedBeds, Site
from recruitment.quarantine.services.capacity import OPEN_AHEAD, change_capacity
from recruitment.quarantine.services.freed_beds import note_offers_made
from recruitment.quarantine.services.holders import lock_holder
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.shared.refusals import Conflict, Refusal


class AskedAlready(Refusal):
    """A request of the factory waits for an answer. Carries `factory`."""

    def for_people(self) -> str:
        return _("Nhà máy đã có một yêu cầu đang chờ duyệt. Hãy đợi trả lời rồi gửi tiếp.")


class DecidedAlready(Conflict):
    """Another officer was faster, or the factory took the request back. Carries `dormitory`, the request."""

    def for_people(self) -> str:
        dormitory = self.facts["dormitory"]
        return _("Yêu cầu này đã xong: %(status)s, bởi %(person)s.") % {"person": dormitory.decided_by, "status": dormitory.get_status_display()}


@transaction.atomic
def ask_for_approval(
    *, factory: Factory, name: str, address: str, beds: int, rooms: int, contact: str, conditions: str, by: User, on: dt.date
) -> DormitoryRequest:
    """Both departments are told. Raises AskedAlready."""
    facts = {"name": name, "address": address, "beds": beds, "rooms": rooms, "contact": contact, "conditions": conditions}
    try:
        with transaction.atomic():
            request = DormitoryRequest.objects.create(factory=factory, asked_by=by, asked_at=timezone.now(), **facts)
    except IntegrityError:
        raise AskedAlready(factory=factory) from None
    _tell_officers(request, lambda: _("%(factory)s xin duyệt ký túc xá %(beds)s giường làm khu cách ly.") % {"factory": factory, "beds": beds})
    return request


@transaction.atomic
def withdraw_request(*, dormitory: DormitoryRequest, by: User, on: dt.date) -> DormitoryRequest:
    """The factory takes back what nobody has answered yet; those who were to answer are told. Repeating it changes nothing. Raises DecidedAlready."""
    dormitory = _locked(dormitory)
    if dormitory.status == DormitoryRequest.Status.WITHDRAWN:
        return dormitory
    _require_pending(dormitory)
    _decide(dormitory, DormitoryRequest.Status.WITHDRAWN, by=by)
    facts = {"factory": dormitory.factory, "name": dormitory.name}
    _tell_officers(dormitory, lambda: _("%(factory)s đã rút yêu cầu duyệt ký túc xá %(name)s.") % facts)
    return dormitory


@transaction.atomic
def approve_dormitory(*, dormitory: DormitoryRequest, by: User, on: dt.date) -> Site:
    """The dormitory is a site from tonight, managed by whoever asked; all its beds are the factory's backup, for the coming year.

    Beds of the factory's own house are not offered to those on the waiting list. Raises DecidedAlready.
    """
    factory = DormitoryRequest.objects.select_related("factory").get(pk=dormitory.pk).factory
    lock_holder(factory)
    dormitory = _locked(dormitory)
    _require_pending(dormitory)
    name, zone = f"{dormitory.name} · {factory.name}"[:160], factory.zone
    organisation = Organisation.objects.create(kind=Organisation.Kind.SITE, name=name)
    place = {"zone": zone, "commune": factory.commune, "address": dormitory.address, "latitude": zone.latitude, "longitude": zone.longitude}
    site = Site.objects.create(organisation=organisation, code=f"ktx-{dormitory.pk}", name=name, kind=Site.Kind.DORMITORY, **place)
    Membership.objects.create(user=dormitory.asked_by, organisation=organisation, role=Role.SITE_MANAGER)
    until = on + OPEN_AHEAD
    change_capacity(site=site, first=on, until=until, capacity=dormitory.beds, by=by, on=on)
    site.refresh_from_db()  # its figures are fresh now
    note_offers_made(list(FreedBeds.objects.filter(site=site).values_list("site_id", "version")))
    reserve_backup_beds(factory=factory, site=site, first=on, until=until, beds=dormitory.beds, by=by, on=on)
    _decide(dormitory, DormitoryRequest.Status.APPROVED, by=by, site=site)
    facts = {"name": dormitory.name, "beds": dormitory.beds}
    tell(
        Membership.objects.recruiting_for([factory.pk]).people(),
        lambda: _("%(name)s được duyệt làm khu cách ly: %(beds)s giường được giữ làm dự phòng của nhà máy.") % facts,
        kind="dormitory_approved",
        link=f"/backup/{factory.pk}/",
        now=timezone.now(),
    )
    return site


@transaction.atomic
def refuse_dormitory(*, dormitory: DormitoryRequest, reason: str, by: User, on: dt.date) -> DormitoryRequest:
    """For a reason that the factory reads. Raises DecidedAlready."""
    dormitory = _locked(dormitory)
    _require_pending(dormitory)
    _decide(dormitory, DormitoryRequest.Status.REFUSED, by=by, reason=reason)
    tell(
        Membership.objects.recruiting_for([dormitory.factory_id]).people(),
        lambda: _("%(name)s chưa được duyệt làm khu cách ly: %(reason)s") % {"name": dormitory.name, "reason": reason},
        kind="dormitory_refused",
        link=f"/backup/{dormitory.factory_id}/dormitory/",
        now=timezone.now(),
    )
    return dormitory


def _tell_officers(request: DormitoryRequest, text: Callable[[], str]) -> None:
    officers = Membership.objects.current().filter(role__in=[Role.LABOUR_OFFICER, Role.HEALTH_OFFICER])
    tell(officers.people(), text, kind="dormitory_asked", link=f"/capacity/dormitories/{request.pk}/", now=timezone.now())


def _locked(dormitory: DormitoryRequest) -> DormitoryRequest:
    rows = DormitoryRequest.objects.select_for_update(of=("self",), no_key=True).select_related("factory", "asked_by", "decided_by")
    return rows.get(pk=dormitory.pk)


def _require_pending(dormitory: DormitoryRequest) -> None:
    if dormitory.status != DormitoryRequest.Status.PENDING:
        raise DecidedAlready(dormitory=dormitory)


def _decide(dormitory: DormitoryRequest, status: str, *, by: User, site: Site | None = None, reason: str = "") -> None:
    dormitory.status, dormitory.decided_by, dormitory.decided_at, dormitory.site, dormitory.reason = status, by, timezone.now(), site, reason
    dormitory.save(update_fields=["status", "decided_by", "decided_at", "site", "reason"])
