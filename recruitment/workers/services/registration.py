"""Registering a job seeker."""

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.occupations.models import Occupation
from recruitment.places.models import Commune, Province
from recruitment.shared.crypto import blind_index
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Consent, Shift, Worker, WorkerOccupation
from recruitment.workers.services.consents import set_consents
from search.outbox import request_index

WORKING_AGE = 15  # Labour Code 2019, art. 3.1
OLDEST = 80


class TooYoung(Refusal):
    """Below the working age. Carries `age`."""

    field = "birth_date"

    def for_people(self) -> str:
        return _("Phải đủ %(age)d tuổi mới được đi làm (Bộ luật Lao động 2019). Hãy kiểm tra lại ngày sinh.") % {"age": WORKING_AGE}


class UnlikelyAge(Refusal):
    """Carries `age`."""

    field = "birth_date"

    def for_people(self) -> str:
        return _("Ngày sinh này cho tuổi %(age)d. Hãy kiểm tra lại năm sinh.") % {"age": self.facts["age"]}


def identity_index_of(name: str, birth_date: dt.date) -> str:
    """A keyed digest of the name without accents, case or spacing and the birth date: equal for the same person written twice."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    plain = " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
    return blind_index("identity", f"{plain}|{birth_date.isoformat()}")


def check_age(birth_date: dt.date, *, on: dt.date) -> None:
    """Raises TooYoung or UnlikelyAge."""
    age = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    if age < WORKING_AGE:
        raise TooYoung(age=age)
    if age > OLDEST:
        raise UnlikelyAge(age=age)


@transaction.atomic
def account_of_phone(*, phone: str, name: str = "", language: str = "vi") -> User:
    """The account of a phone that has just been proved by a code; made if there is none. Two at once get the same one."""
    user, _created = User.objects.get_or_create(phone=phone, defaults={"name": name, "language": language, "password": "!"})
    return user


@transaction.atomic
def register_worker(
    *,
    user: User,
    name: str,
    birth_date: dt.date,
    home_province: Province,
    home_commune: Commune | None = None,
    available_from: dt.date,
    shifts: Collection[str] = (Shift.DAY,),
    occupations: Mapping[Occupation, int] | None = None,
    wage_wanted: int | None = None,
    needs_dormitory: bool = False,
    consents: Collection[str] = (),
    by: User,
    on: dt.date,
) -> Worker:
    """Make this account a job seeker's. Registering twice returns the profile that is there, unchanged but for new consents.

    `occupations` maps each to months of experience. Raises TooYoung or UnlikelyAge.
    """
    check_age(birth_date, on=on)
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    worker = Worker.objects.filter(user=user).first()
    if worker is None:
        User.objects.filter(pk=user.pk).update(name=name)
        worker = Worker.objects.create(
            user=user,
            birth_date=birth_date,
            identity_index=identity_index_of(name, birth_date),
            home_province=home_province,
            home_commune=home_commune,
            available_from=available_from,
            shifts=list(shifts),
            wage_wanted=wage_wanted,
            needs_dormitory=needs_dormitory,
        )
        rows = [
            WorkerOccupation(worker=worker, occupation=occupation, experience_months=months) for occupation, months in (occupations or {}).items()
        ]
        WorkerOccupation.objects.bulk_create(rows)
    set_consents(worker=worker, given={Consent.Purpose(purpose) for purpose in consents}, withdrawn=set(), by=by, on=on)
    request_index("candidate", [worker.pk])
    return worker
