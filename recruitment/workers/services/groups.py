"""A liaison registers a group: all new people of a table at once or none. Consent is each person's own, from his or her own phone."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from recruitment.accounts.models import Organisation, Role, User
from recruitment.health.services.assessments import assess_people
from recruitment.notifications.services.messages import send_messages
from recruitment.occupations.models import Occupation
from recruitment.shared.refusals import Conflict
from recruitment.workers.group_tables import PersonRow
from recruitment.workers.models import AssistedAct, Consent, GroupRegistration, Shift, Worker, WorkerOccupation
from recruitment.workers.services.consents import WORDING_VERSION
from recruitment.workers.services.invitations import write_invitations
from search.outbox import request_index

ONE_GROUP_AT_A_TIME = 7_116_002  # an advisory lock: the same table sent twice at once registers nobody twice
CHUNK = 1000
NOT_YOURS = gettext_noop(
    "Không đăng ký hộ được: người này có thể đã có hồ sơ ngoài đơn vị của bạn, hoặc có mục trùng với người khác. "
    "Hãy xem lại số điện thoại, ngày sinh, số căn cước; đúng cả thì người này tự đăng nhập bằng số của mình."
)
OWN_BUT_DIFFERENT = {
    "phone": gettext_noop("Số này đã có tài khoản mang tên hoặc ngày sinh khác. Hãy hỏi lại người này."),
    "national_id": gettext_noop("Số căn cước này đã có hồ sơ mang tên hoặc ngày sinh khác. Hãy kiểm tra lại giấy tờ."),
    "name": gettext_noop("Đã có hồ sơ cùng họ tên và ngày sinh với số điện thoại khác. Nếu là người khác, hãy ghi số căn cước của cả hai."),
}


class RegisteredMeanwhile(Conflict):
    """Somebody of the table registered at this very moment; nothing was written."""

    def for_people(self) -> str:
        return _("Có người trong bảng vừa tự đăng ký. Chưa ghi gì cả: hãy tải lại trang để xem lại rồi ghi.")


def house_of_liaison(user: User) -> Organisation:
    """For which the liaison acts."""
    return Organisation.objects.filter(memberships__in=user.memberships.current().filter(role=Role.LIAISON)).order_by("pk")[0]


@dataclass(frozen=True)
class Known:
    """Somebody who is there already; `is_own`: registered by the same house, or answered for by it."""

    identity: str | None
    number: str | None
    is_own: bool


def find_known(rows: Sequence[PersonRow], *, house: Organisation) -> None:
    """Mark who is registered already, and say what speaks against a row; three queries for any number of rows.

    Of people of others a liaison learns neither who they are nor which of phone, national ID, name and birth date is theirs.
    """
    good = [row for row in rows if not row.errors]
    phones = [row.values["phone"] for row in good if row.values["phone"]]
    numbers = [row.national_id_index for row in good if row.national_id_index]
    by_phone: dict[str, list[Known]] = _known(User.objects.filter(phone__in=phones), "phone", house, worker="worker")
    workers = Worker.objects.all()
    by_number = _known(workers.filter(national_id_index__in=numbers), "national_id_index", house)
    by_identity = _known(workers.filter(identity_index__in=[row.identity for row in good]), "identity_index", house)
    for row in good:
        number = row.national_id_index
        alike = [known for known in by_identity.get(row.identity, []) if known.number is None or number is None or known.number == number]
        ways = {"phone": by_phone.get(row.values["phone"] or ""), "national_id": by_number.get(number or ""), "name": alike}
        field = next((field for field, known in ways.items() if known), None)
        if field:
            _mark(row, field, ways[field] or [])


def _known(found: QuerySet, key: str, house: Organisation, worker: str = "") -> dict[str, list[Known]]:
    """Those found, by `key`; `worker` is the way from them to the profile."""
    way, there = (f"{worker}__" if worker else ""), defaultdict(list)
    own = AssistedAct.objects.filter(worker=OuterRef(worker or "pk"), group__organisation=house)
    answered = Q(helper_house=house) if worker else Q(user__helper_house=house)
    rows = found.annotate(is_own=Q(Exists(own)) | answered).order_by().values_list(key, f"{way}identity_index", f"{way}national_id_index", "is_own")
    for value, identity, number, is_own in rows:
        there[value].append(Known(identity, number, is_own))
    return there


def _mark(row: PersonRow, field: str, found: Sequence[Known]) -> None:
    if not any(known.is_own for known in found):
        row.errors.append(("name", _(NOT_YOURS)))
    elif any(known.is_own and known.identity == row.identity for known in found) and (field != "name" or row.values["phone"] is None):
        row.is_known = True
    else:
        row.errors.append((field, _(OWN_BUT_DIFFERENT[field])))


@transaction.atomic
def register_group(*, rows: Sequence[PersonRow], organisation: Organisation, by: User, on: dt.date) -> GroupRegistration | None:
    """Register whoever of the table is new; None if nobody is. Whole or not at all, and again it changes nothing.

    Nobody of them is found by a factory before agreeing. Who has a phone gets a link there, to see and agree;
    who has none agrees on the signed paper that the row names, written down as an act in that person's name.
    Raises RegisteredMeanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_GROUP_AT_A_TIME])
    find_known(rows, house=organisation)
    new = [row for row in rows if row.is_new]
    if not new:
        return None
    group = GroupRegistration.objects.create(organisation=organisation, made_by=by)
    try:
        with transaction.atomic():
            workers = _create(new, organisation, by)
    except IntegrityError:
        raise RegisteredMeanwhile() from None
    _note(group, new, workers, by)
    _invite(organisation, new, workers, on)
    pks = [worker.pk for worker in workers]
    for start in range(0, len(pks), CHUNK):
        assess_people(pks[start : start + CHUNK], on=on)
    request_index("candidate", pks)
    return group


def _create(rows: Sequence[PersonRow], organisation: Organisation, by: User) -> list[Worker]:
    users = User.objects.bulk_create(
        [
            User(
                name=row.values["name"],
                phone=row.values["phone"],
                helper=None if row.values["phone"] else by,
                helper_house=None if row.values["phone"] else organisation,
                password="!",  # noqa: S106 - no password opens it
            )
            for row in rows
        ],
        batch_size=CHUNK,
    )
    workers = Worker.objects.bulk_create(
        [
            Worker(
                user=user,
                birth_date=row.values["birth_date"],
                national_id=row.values["national_id"],
                national_id_index=row.national_id_index,
                identity_index=row.identity,
                home_province=row.values["province"],
                available_from=row.values["available_from"],
                shifts=[Shift.DAY],
            )
            for user, row in zip(users, rows, strict=True)
        ],
        batch_size=CHUNK,
    )
    occupations = {row.code: row for row in Occupation.objects.filter(code__in={row.values["occupation"] for row in rows})}
    WorkerOccupation.objects.bulk_create(
        [
            WorkerOccupation(worker=worker, occupation=occupations[row.values["occupation"]])
            for worker, row in zip(workers, rows, strict=True)
            if row.values["occupation"] in occupations
        ],
        batch_size=CHUNK,
    )
    return workers


def _note(group: GroupRegistration, rows: Sequence[PersonRow], workers: Sequence[Worker], by: User) -> None:
    acts = [AssistedAct(worker=worker, group=group, act=AssistedAct.Act.REGISTERED, by=by) for worker in workers]
    signed = [(worker, row.values) for worker, row in zip(workers, rows, strict=True) if row.values["paper"] and not row.values["phone"]]
    acts += [
        AssistedAct(worker=worker, group=group, act=AssistedAct.Act.CONSENTED, how=values["how"], paper=values["paper"], by=by)
        for worker, values in signed
    ]
    AssistedAct.objects.bulk_create(acts, batch_size=CHUNK)
    now = timezone.now()
    Consent.objects.bulk_create(
        [
            Consent(worker=worker, purpose=purpose, version=WORDING_VERSION, given_at=now, recorded_by=by)
            for worker, values in signed
            for purpose in values["purposes"]
        ],
        batch_size=CHUNK,
    )


def _invite(organisation: Organisation, rows: Sequence[PersonRow], workers: Sequence[Worker], on: dt.date) -> None:
    now, told = timezone.now(), [worker for worker, row in zip(workers, rows, strict=True) if row.values["phone"]]
    links = write_invitations(told, now=now, on=on)
    with override("vi"):  # the language of new accounts
        text = _(
            "%(house)s đã tạo hồ sơ tìm việc cho bạn trên Vùng Xanh. Bấm %(link)s (đến hết %(until)s, dùng một lần, đừng chuyển cho ai) "
            "hoặc đăng nhập bằng số này để xem, sửa và đồng ý; chưa đồng ý thì chưa ai thấy."
        )
    sent = [(worker.user, text % {"house": organisation.name, "link": link.address, "until": f"{link.until:%d/%m}"}) for worker, link in links]
    send_messages(sent, kind="registered_for_you", link="/my/consents/", now=now)
