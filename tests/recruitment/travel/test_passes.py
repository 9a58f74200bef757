import datetime as dt

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from recruitment.privacy.services.erasure import erase_worker
from recruitment.travel.models import EntryPass, PassKey
from recruitment.travel.pass_text import Claims, read
from recruitment.travel.services.crossings import holder_of, judge_text
from recruitment.travel.services.keys import rotate_keys
from recruitment.travel.services.passes import ReasonNeeded, WrongPeriod, issue_pass, revoke_pass
from recruitment.travel.services.trips import hold_seat
from recruitment.travel.tasks import sign_passes_again
from tests.factories.employers import FactoryFactory
from tests.factories.travel import TripFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture
def give(today):
    """Issue a pass; the same person and factory unless others are named."""
    usual = {"worker": WorkerFactory(), "factory": FactoryFactory(name="Nhà máy Sông Công")}

    def give(**changes):
        return issue_pass(**usual | {"valid_from": today, "valid_until": today + WEEK, "by": None, "on": today} | changes)

    return give


def public_keys():
    return dict(PassKey.objects.values_list("kid", "public"))


def test_a_pass_says_who_where_and_when_and_nothing_else(give, today):
    seat = hold_seat(worker=WorkerFactory(), trip=TripFactory(vehicle="20B-00077"), by=None, on=today)
    entry_pass = give(worker=seat.worker, seat=seat)
    assert read(entry_pass.token, keys=public_keys()) == Claims(
        issuer="19",
        number=entry_pass.pk,
        holder="N. T. Thử · 1998",
        destination="Nhà máy Sông Công",
        bus="20B-00077 26/11 06:00",
        valid_from=today,
        valid_until=today + WEEK,
    )


def test_asking_again_gives_the_same_pass(give):
    assert give() == give()
    assert EntryPass.objects.count() == 1


def test_other_dates_replace_the_pass_and_revoke_the_old_one(give, today):
    old = give()
    new = give(valid_until=today + 2 * WEEK)
    old.refresh_from_db()
    assert new.pk != old.pk and new.code != old.code
    assert old.revoked_at and old.revocation_reason == "Đã thay bằng giấy mới."
    assert list(EntryPass.objects.not_revoked()) == [new]


def test_another_bus_leaves_the_code_as_it_is_and_the_old_picture_still_counts(give, today):
    worker = WorkerFactory()
    old = give(worker=worker)
    seat = hold_seat(worker=worker, trip=TripFactory(vehicle="20B-00099"), by=None, on=today)
    new = give(worker=worker, seat=seat)
    assert (new.pk, new.code, new.revoked_at) == (old.pk, old.code, None)
    assert read(new.token, keys=public_keys()).bus.startswith("20B-00099")
    assert judge_text(old.token, leaving=False, now=timezone.now()).verdict == "let_in"


def test_a_key_that_leaked_counts_no_more_and_its_passes_are_signed_anew(give, today, capsys):
    old, over = give(), give(worker=WorkerFactory(), valid_from=today - WEEK, valid_until=today - WEEK)
    call_command("rotate_pass_keys", withdraw=old.key.kid)
    assert "1 passes signed anew" in capsys.readouterr().out
    new = EntryPass.objects.get(pk=old.pk)
    assert new.key != old.key and new.code == old.code
    assert [judge_text(token, leaving=False, now=timezone.now()).verdict for token in (new.token, old.token)] == ["let_in", "unknown"]
    assert EntryPass.objects.get(pk=over.pk).key == old.key
    with pytest.raises(CommandError):
        call_command("rotate_pass_keys", withdraw="0000")


def test_a_pass_that_was_being_written_while_its_key_was_withdrawn_is_believed_again_soon(give, today):
    late = give()
    PassKey.objects.filter(pk=late.key_id).update(withdrawn_at=timezone.now())  # its row was not there yet to be signed anew
    assert judge_text(late.token, leaving=False, now=timezone.now()).verdict == "unknown"
    assert sign_passes_again() == 1
    signed = EntryPass.objects.get(pk=late.pk)
    assert signed.code == late.code
    assert judge_text(signed.token, leaving=False, now=timezone.now()).verdict == "let_in"
    assert sign_passes_again() == 0


def test_an_erased_persons_passes_name_nobody(give, today):
    entry_pass = give()
    erase_worker(worker=entry_pass.worker, by=None, on=today)
    gone = EntryPass.objects.get(pk=entry_pass.pk)
    assert gone.revoked_at and gone.token == ""
    assert holder_of(gone) == ""
    assert judge_text(entry_pass.code, leaving=False, now=timezone.now()).verdict == "refuse"


def test_a_pass_to_another_factory_leaves_the_first_alone(give):
    first = give()
    give(factory=FactoryFactory())
    first.refresh_from_db()
    assert first.revoked_at is None


def test_a_revoked_pass_keeps_its_first_reason(give):
    entry_pass = give()
    with pytest.raises(ReasonNeeded):
        revoke_pass(entry_pass=entry_pass, reason=" ", by=None)
    for reason in ("Rút đơn.", "Lý do khác."):
        revoked = revoke_pass(entry_pass=entry_pass, reason=reason, by=None)
    assert revoked.revocation_reason == "Rút đơn."
    assert give().pk != entry_pass.pk


@pytest.mark.parametrize("days", [-1, 90])
def test_a_pass_lasts_one_to_ninety_days(give, today, days):
    with pytest.raises(WrongPeriod):
        give(valid_until=today + dt.timedelta(days=days))


def test_neither_the_private_key_nor_the_person_stands_in_the_database_in_clear(give):
    entry_pass = give()
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, private FROM travel_entrypass JOIN travel_passkey ON travel_passkey.id = key_id")
        token, private = (bytes(value) for value in cursor.fetchone())
    assert entry_pass.token.encode() not in token
    assert b"PRIVATE" not in private


def test_the_next_key_is_known_two_days_before_it_signs_and_the_old_one_believed_until_its_passes_are_over(give, today):
    first = give()
    coming = rotate_keys(now=timezone.now())
    assert rotate_keys(now=timezone.now()) == coming
    assert give(worker=WorkerFactory()).key == first.key
    assert set(PassKey.objects.trusted_at(timezone.now())) == {first.key, coming}
    with time_machine.travel(timezone.now() + dt.timedelta(days=3)):
        assert give(worker=WorkerFactory()).key == coming
    assert read(first.token, keys=public_keys()).number == first.pk
    with time_machine.travel(timezone.now() + dt.timedelta(days=123)):
        assert list(PassKey.objects.trusted_at(timezone.now())) == [coming]
