import datetime as dt
from uuid import uuid4

import pytest
from django.utils import timezone

from recruitment.travel.models import Crossing
from recruitment.travel.services.crossings import OrderNeeded, judge_text, note_crossing, receive_crossings
from recruitment.travel.services.packs import current_revocations, pack_for
from recruitment.travel.services.passes import issue_pass, revoke_pass
from recruitment.travel.verdicts import Reason, Verdict
from tests.factories.employers import FactoryFactory
from tests.factories.travel import CheckpointFactory
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture
def entry_pass(today):
    return issue_pass(worker=WorkerFactory(), factory=FactoryFactory(), valid_from=today, valid_until=today + 7 * DAY, by=None, on=today)


@pytest.fixture
def sent(entry_pass):
    """A crossing as a device writes it down."""

    def sent(**changes):
        usual = {"uuid": str(uuid4()), "number": entry_pass.pk, "direction": "in", "how": "scan", "verdict": "let_in", "reasons": []}
        return usual | {"let_through": True, "order": "", "at": int(timezone.now().timestamp() * 1000)} | changes

    return sent


@pytest.fixture
def receive(checkpoint):
    def receive(*rows, ahead=dt.timedelta()):
        now = timezone.now()
        return receive_crossings(checkpoint=checkpoint, sent=rows, device_now=now + ahead, by=checkpoint.officer, now=now)

    return receive


def says(text, *, leaving=False):
    answer = judge_text(text, leaving=leaving, now=timezone.now())
    return answer.verdict, list(answer.reasons)


@pytest.mark.parametrize(
    "write",
    [
        lambda entry_pass: entry_pass.token,
        lambda entry_pass: entry_pass.code,
        lambda entry_pass: f"{entry_pass.code[:4]}-{entry_pass.code[4:]}".lower(),
    ],
)
def test_a_pass_is_let_in_by_its_picture_or_its_code(entry_pass, write):
    assert says(write(entry_pass)) == (Verdict.LET_IN, [])


def test_a_revoked_pass_is_refused_from_the_next_sync_on(entry_pass, today):
    assert not current_revocations(on=today).is_revoked(entry_pass.pk)
    revoke_pass(entry_pass=entry_pass, reason="Rút đơn.", by=None)
    assert says(entry_pass.token) == (Verdict.REFUSE, [Reason.REVOKED])
    assert current_revocations(on=today).is_revoked(entry_pass.pk)


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("ABCD1234", Verdict.UNKNOWN, Reason.UNKNOWN_CODE),
        ("x", Verdict.UNKNOWN, Reason.UNKNOWN_CODE),
        ("VX1:", Verdict.UNKNOWN, Reason.UNREADABLE),
        ("https://example.invalid/mot-ma-qr-khac-hoan-toan", Verdict.UNKNOWN, Reason.UNREADABLE),
        ("VX1:" + "9" * 5000, Verdict.UNKNOWN, Reason.UNREADABLE),
    ],
)
def test_what_is_no_pass_is_not_known(text, verdict, reason):
    assert says(text) == (verdict, [reason])


def test_a_second_entry_within_hours_says_where_the_first_was(entry_pass, receive, sent):
    receive(sent())
    answer = judge_text(entry_pass.token, leaving=False, now=timezone.now())
    assert (answer.verdict, list(answer.reasons)) == (Verdict.CONDITIONAL, [Reason.SEEN])
    assert answer.last_entry.checkpoint.name.startswith("Chốt thử")


def test_a_crossing_sent_twice_is_one(receive, sent):
    row = sent()
    assert receive(row, row).kept == [row["uuid"]] * 2
    assert receive(row).kept == [row["uuid"]]
    assert Crossing.objects.count() == 1


def test_a_device_whose_clock_is_wrong_is_set_right(receive, sent):
    ahead = dt.timedelta(hours=2)
    row = sent(at=int((timezone.now() - 3 * DAY + ahead).timestamp() * 1000))
    assert receive(row, ahead=ahead).clock_seconds == 7200
    crossing = Crossing.objects.get()
    assert abs(crossing.at - (timezone.now() - 3 * DAY)) < dt.timedelta(seconds=5)
    assert crossing.clock_seconds == 7200


@pytest.mark.parametrize(
    "change",
    [
        {"uuid": "x"},
        {"verdict": "yes"},
        {"reasons": ["because"]},
        {"at": "now"},
        {"at": 10**30},
        {"at": 0},
        {"synced": "soon"},
        {"synced": 10**18},
        {"synced": 0},
        {"ahead": "a lot", "synced": 1_795_000_000_000},
        {"ahead": 10**30, "synced": 1_795_000_000_000},
        {"number": -1},
        {"number": "7"},
        {"let_through": 1},
        {"direction": "up"},
        {"order": None},
        {"verdict": "refuse", "reasons": ["revoked"]},
    ],
)
def test_what_no_device_of_ours_sends_is_not_kept_and_holds_nothing_up(receive, sent, change):
    wrong, right = sent(**change), sent()
    received = receive(wrong, right, "x")
    assert received.kept == [right["uuid"]]
    assert received.wrong == [wrong["uuid"], ""]


@pytest.mark.parametrize("days", [-40, -1, 3])
def test_a_clock_set_right_before_the_sending_moves_and_loses_no_crossing(receive, sent, days):
    """Written down two hours ago, an hour after the sync, by a clock that was days ahead or behind; the page asked to set it, and now it is right."""
    now, off = timezone.now(), dt.timedelta(days=days)
    happened = now - dt.timedelta(hours=2)
    told = {"at": in_milliseconds(happened + off), "synced": in_milliseconds(happened - dt.timedelta(hours=1)), "ahead": off.total_seconds() * 1000}
    row = sent(**told)
    assert receive(row).kept == [row["uuid"]]
    assert abs(Crossing.objects.get().at - happened) < dt.timedelta(seconds=2)


def test_a_clock_set_twice_still_loses_no_crossing(receive, sent):
    now = timezone.now()
    told = {"at": in_milliseconds(now - 400 * DAY), "synced": in_milliseconds(now - DAY), "ahead": None}
    receive(sent(**told), sent(**told | {"at": in_milliseconds(now + 400 * DAY), "ahead": 5}))
    assert [abs(crossing.at - now) < dt.timedelta(seconds=5) for crossing in Crossing.objects.all()] == [True, True]


def in_milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_a_number_that_is_nobodys_is_written_down_without_a_pass(receive, sent):
    receive(sent(number=10**12))
    assert Crossing.objects.get().entry_pass is None


def test_against_the_verdict_nobody_passes_without_an_order(checkpoint):
    given = {"checkpoint": checkpoint, "direction": "in", "let_through": True, "by": checkpoint.officer, "now": timezone.now()}
    answer = judge_text("ABCD1234", leaving=False, now=timezone.now())
    with pytest.raises(OrderNeeded):
        note_crossing(uuid=uuid4(), answer=answer, order=" ", **given)
    assert note_crossing(uuid=uuid4(), answer=answer, order="Lệnh của Chủ tịch xã", **given).let_through


def test_whoever_came_and_left_is_no_longer_in(receive, sent, entry_pass):
    moments = [int((timezone.now() - hours * dt.timedelta(hours=1)).timestamp() * 1000) for hours in (3, 2, 1)]
    receive(sent(at=moments[0]))
    assert [crossing.entry_pass for crossing in Crossing.objects.still_in()] == [entry_pass]
    receive(sent(at=moments[1], direction="out"))
    assert not Crossing.objects.still_in().exists()
    receive(sent(at=moments[2]))
    assert Crossing.objects.still_in().count() == 1


def test_whoever_stays_after_the_pass_overstays_unless_at_work_by_then(receive, sent, entry_pass, today):
    receive(sent())
    later = today + 8 * DAY
    assert not Crossing.objects.overstaying(today + 7 * DAY).exists()
    assert Crossing.objects.overstaying(later).get().entry_pass == entry_pass
    EmploymentFactory(worker=entry_pass.worker, since=today + 3 * DAY)
    assert not Crossing.objects.overstaying(later).exists()


def test_who_comes_in_with_one_pass_and_leaves_with_the_next_has_left(receive, sent, entry_pass, today):
    moments = [int((timezone.now() - hours * dt.timedelta(hours=1)).timestamp() * 1000) for hours in (2, 1)]
    receive(sent(at=moments[0]))
    usual = {"worker": entry_pass.worker, "factory": entry_pass.factory, "by": None, "on": today}
    newer = issue_pass(valid_from=today, valid_until=today + 20 * DAY, **usual)
    assert not Crossing.objects.overstaying(today + 10 * DAY).exists()  # the pass shown on entering is over, the one in hand is not
    receive(sent(at=moments[1], number=newer.pk, direction="out"))
    assert not Crossing.objects.still_in().exists()


def test_whose_pass_is_revoked_after_coming_in_has_no_right_to_stay(receive, sent, entry_pass, today):
    receive(sent())
    revoke_pass(entry_pass=entry_pass, reason="Rút đơn.", by=None)
    assert Crossing.objects.overstaying(today).get().entry_pass == entry_pass


def test_two_phones_with_one_pass_at_checkpoints_without_a_network_are_found_when_both_have_sent(receive, sent, entry_pass):
    moments = [in_milliseconds(timezone.now() - hours * dt.timedelta(hours=1)) for hours in (5, 4, 3, 2)]
    receive(sent(at=moments[0]))
    assert not Crossing.objects.shown_twice().exists()
    receive(sent(at=moments[1]))
    [found] = Crossing.objects.shown_twice()
    assert found.before_at < found.at and found.before_where.startswith("Chốt thử")
    receive(sent(at=moments[2], direction="out"), sent(at=moments[3]))
    assert Crossing.objects.shown_twice().count() == 1  # who left in between came in twice


def test_a_second_entry_that_the_officer_knew_of_is_not_found_again(receive, sent, entry_pass):
    before, after = (in_milliseconds(timezone.now() - hours * dt.timedelta(hours=1)) for hours in (2, 1))
    receive(sent(at=before), sent(at=after, verdict="conditional", reasons=["seen"]))
    assert not Crossing.objects.shown_twice().exists()


def test_the_pack_names_nobody_and_holds_all_that_a_device_needs(checkpoint, entry_pass, receive, sent):
    receive(sent())
    taken = pack_for(checkpoint, now=timezone.now())
    assert taken["destinations"] == [entry_pass.factory.name]
    assert taken["keys"] == {entry_pass.key.kid: entry_pass.key.public}
    assert [number for number, _at, _place in taken["seen"]] == [entry_pass.pk]
    assert "Thử" not in str(taken["seen"]) and entry_pass.code not in str(taken)


def test_the_pack_takes_as_many_queries_for_one_pass_as_for_thirty(checkpoint, entry_pass, today, django_assert_num_queries):
    factory = FactoryFactory()
    for number in range(2):
        with django_assert_num_queries(5):
            pack_for(checkpoint, now=timezone.now())
        for _pass in range(28 * (number == 0)):
            issue_pass(worker=WorkerFactory(), factory=factory, valid_from=today, valid_until=today, by=None, on=today)
