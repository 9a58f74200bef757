"""Saved searches: told once a day of what is new, nothing twice, ended when there is no need any more."""

import datetime as dt
import os
import signal

import pytest
from django.db import connection, connections
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from recruitment.notifications.models import Message
from recruitment.openings.models import Opening
from recruitment.workers.models import Worker
from search import alerts, saved_searches, sync
from search.alerts import send_digests
from search.models import AlertDigest, AlertItem, IndexRequest, SavedSearch
from search.outbox import request_index
from search.saved_searches import describe, end_searches, mute, save_candidate_search, save_opening_search, stop, unmute
from search.sync import drain
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.health import ClearanceFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import IndustrialZoneFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db
TOMORROW = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh_process():
    """What an earlier test's process remembered of saved searches is gone."""
    alerts._watched.clear()


@pytest.fixture
def worker():
    return WorkerFactory(consented=True)


@pytest.fixture
def save(index, worker, today):
    def save(address="q=đóng gói", by=None):
        return save_opening_search(address=QueryDict(address), by=by or worker.user, on=today)

    return save


def publish(now, **facts) -> Opening:
    opening = OpeningFactory(**{"title": "Công nhân đóng gói"} | facts)
    touch(opening, now)
    return opening


def touch(row, now, kind="opening") -> None:
    request_index(kind, [row.pk])
    drain(now=now)


def texts(user, channel="app") -> list[str]:
    return list(Message.objects.filter(recipient=user, kind="alerts", channel=channel).order_by("pk").values_list("text", flat=True))


def test_a_new_opening_is_told_once_in_the_morning(save, worker, today, now):
    save()
    opening = publish(now)
    assert send_digests(on=today, now=now) == 1
    (text,) = texts(worker.user)
    assert "1 việc mới cho “đóng gói”: Công nhân đóng gói" in text
    assert texts(worker.user, "sms") == [text]
    touch(opening, now)
    assert send_digests(on=today + TOMORROW, now=now) == 0


def test_one_digest_a_day_and_the_rest_the_next_morning(save, worker, today, now):
    save()
    publish(now)
    send_digests(on=today, now=now)
    publish(now, title="Thợ đóng gói bậc hai")
    assert send_digests(on=today, now=now) == 0
    assert send_digests(on=today + TOMORROW, now=now) == 1
    assert "Thợ đóng gói bậc hai" in texts(worker.user)[-1] and "Công nhân đóng gói" not in texts(worker.user)[-1]


def test_what_was_there_when_the_search_was_saved_is_not_new(index, save, worker, today, now):
    there = publish(now)
    other = publish(now, title="Thợ hàn")
    save()
    touch(there, now)
    assert send_digests(on=today, now=now) == 0
    Opening.objects.filter(pk=other.pk).update(title="Thợ đóng gói mẫu")  # comes to fit only now
    touch(other, now)
    assert send_digests(on=today, now=now) == 1


def test_several_searches_are_one_message(save, worker, today, now):
    zone = IndustrialZoneFactory(name="KCN Sông Thử")
    for address in ("q=đóng gói", "q=thợ hàn", f"zones={zone.code}&v=2", "dormitory=on"):
        save(address)
    publish(now, factory__zone=zone), publish(now, title="Thợ hàn", with_dormitory=True)
    assert send_digests(on=today, now=now) == 1
    (text,) = texts(worker.user)
    assert "“đóng gói”" in text and "“thợ hàn”" in text and "2 tìm kiếm khác" in text
    assert len(text) <= 600
    assert AlertItem.objects.waiting().count() == 0


def test_what_closed_was_hidden_or_applied_to_meanwhile_is_not_told(save, worker, today, now):
    save()
    closed, applied = publish(now), publish(now, title="Đóng gói hàng")
    Opening.objects.filter(pk=closed.pk).update(status="paused")
    ApplicationFactory(worker=worker, opening=applied)
    assert send_digests(on=today, now=now) == 0
    Opening.objects.filter(pk=closed.pk).update(status="published")
    assert send_digests(on=today, now=now) == 1


def test_messages_hold_nothing_but_openings_and_two_links(save, worker, today, now, settings):
    settings.SITE_ADDRESS = "https://vung-xanh.thu.invalid"
    save()
    publish(now)
    send_digests(on=today, now=now)
    (text,) = texts(worker.user)
    assert "https://vung-xanh.thu.invalid/my/searches/" in text
    assert "https://vung-xanh.thu.invalid/alerts/stop/" in text
    assert worker.user.phone[3:] not in text and worker.user.name not in text


def test_an_english_reader_gets_english(save, worker, today, now):
    type(worker.user).objects.filter(pk=worker.user.pk).update(language="en")
    save()
    publish(now)
    send_digests(on=today, now=now)
    assert texts(worker.user)[0].startswith("1 new job for “đóng gói”")


def test_saving_the_same_again_gives_the_same_and_there_is_a_limit(save, worker, today):
    first = save("q=đóng gói&sort=newest&page=3&shifts=night&shifts=day")
    assert save("shifts=day&shifts=night&q=đóng gói") == first
    assert describe(first) == "đóng gói · ca ngày, ca đêm"
    for number in range(saved_searches.MOST_SAVED - 1):
        save(f"q=nghề {number}")
    with pytest.raises(saved_searches.TooManySaved):
        save("q=một cái nữa")
    stop(search=first, by=worker.user, on=today)
    assert save("q=một cái nữa").ended_at is None


def test_it_ends_when_its_owner_is_hired_or_its_time_is_over_and_says_why(save, worker, today, now):
    search = save()
    publish(now)
    Worker.objects.filter(pk=worker.pk).update(status="hired")
    assert send_digests(on=today, now=now) == 0
    assert end_searches(on=today) == 1
    assert end_searches(on=today) == 0
    search.refresh_from_db()
    assert search.ending == "hired"
    other = save(by=WorkerFactory(consented=True).user)
    end_searches(on=today + saved_searches.LASTS)
    assert SavedSearch.objects.get(pk=other.pk).ended_at is None
    end_searches(on=today + saved_searches.LASTS + TOMORROW)
    assert SavedSearch.objects.get(pk=other.pk).ending == "expired"


def test_stopped_and_muted_searches_gather_nothing_and_a_new_one_is_seen_at_once(save, worker, today, now):
    stopped, muted = save("q=đóng gói"), save("q=công nhân")
    publish(now)
    assert AlertItem.objects.count() == 2
    stop(search=stopped, by=worker.user, on=today)
    mute(search=muted, by=worker.user)
    publish(now, title="Đóng gói, công nhân")
    assert AlertItem.objects.count() == 2
    unmute(search=muted, by=worker.user)
    publish(now, title="Công nhân đóng gói gấp")
    assert list(AlertItem.objects.values_list("search", flat=True)).count(muted.pk) == 2


@pytest.fixture
def opening(today):
    return OpeningFactory(starts_on=today + dt.timedelta(days=10), occupation=OccupationFactory(), title="Thợ may chuyền 7")


@pytest.fixture
def recruiter(opening):
    return recruiter_of(opening.factory)


def tailor(opening, ready_in: int | None) -> Worker:
    person = WorkerFactory(consented=True)
    WorkerOccupationFactory(worker=person, occupation=opening.occupation)
    if ready_in is not None:
        ClearanceFactory(worker=person, ready_on=person.available_from + dt.timedelta(days=ready_in))
    return person


def test_a_recruiter_is_told_of_people_who_are_new_or_newly_able_to_start(index, opening, recruiter, today, now):
    SiteFactory(latitude=opening.factory.zone.latitude, longitude=opening.factory.zone.longitude)
    known, unclear = tailor(opening, 3), tailor(opening, None)
    for person in (known, unclear):
        touch(person, now, "candidate")
    save_candidate_search(opening=opening, address=QueryDict(""), by=recruiter, on=today)
    touch(known, now, "candidate")
    assert send_digests(on=today, now=now) == 0
    ClearanceFactory(worker=unclear, ready_on=today + dt.timedelta(days=5))
    touch(unclear, now, "candidate")
    touch(tailor(opening, 2), now, "candidate")
    touch(tailor(opening, 30), now, "candidate")  # too late for this opening
    assert send_digests(on=today, now=now) == 1
    (text,) = texts(recruiter)
    assert "2 người vừa phù hợp với tin “Thợ may chuyền 7”, vào làm được từ 26/11/2026." in text
    assert "giường cách ly từ đêm 24/11/2026" in text
    assert not any(word in text for word in ("#", "tiêm", "xét nghiệm", unclear.user.name))
    assert texts(recruiter, "email") == [text]


def test_an_opening_that_moves_its_first_day_waits_for_others(index, opening, recruiter, today, now):
    save_candidate_search(opening=opening, address=QueryDict(""), by=recruiter, on=today)
    late = tailor(opening, 30)
    touch(late, now, "candidate")
    assert AlertItem.objects.count() == 0
    opening.starts_on = today + dt.timedelta(days=40)
    opening.save()
    touch(late, now, "candidate")
    assert AlertItem.objects.count() == 1


def test_it_ends_when_the_opening_closes_and_is_nobody_elses(index, opening, recruiter, today, now):
    search = save_candidate_search(opening=opening, address=QueryDict(""), by=recruiter, on=today)
    touch(tailor(opening, 2), now, "candidate")
    recruiter.memberships.update(started_at=now - 2 * TOMORROW, ended_at=now - TOMORROW)
    assert send_digests(on=today, now=now) == 0
    Opening.objects.filter(pk=opening.pk).update(status="closed", closed_at=now, outcome="filled")
    end_searches(on=today)
    assert SavedSearch.objects.get(pk=search.pk).ending == "opening_closed"


def test_thirty_documents_and_searches_cost_as_many_queries_as_one(save, worker, now):
    save()

    def queries(openings: int) -> int:
        made = [OpeningFactory(title="Thợ đóng gói") for _ in range(openings)]
        request_index("opening", [row.pk for row in made])
        with CaptureQueriesContext(connection) as captured:
            drain(now=now)
        return len(captured)

    queries(1)
    one = queries(1)
    assert queries(30) == one


def test_a_search_that_can_t_be_watched_holds_up_neither_the_index_nor_the_others(save, index, worker, today, now, caplog):
    broken = save("q=hàn")
    SavedSearch.objects.filter(pk=broken.pk).update(condition={"fuzzy": {"title": "may"}})
    save("q=đóng gói")
    opening = publish(now)
    assert opening.pk in dict(index.digests("opening"))
    assert send_digests(on=today, now=now) == 1
    assert "fuzzy" in caplog.text


class Killed(BaseException):
    """What kill -9 leaves: nothing after it runs, open transactions are gone."""


def test_killed_between_matching_and_noting_the_next_drain_tells_nothing_twice(save, worker, today, now, monkeypatch):
    save()
    opening = OpeningFactory(title="Công nhân đóng gói")
    request_index("opening", [opening.pk])

    def die(*_arguments):
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(sync, "note_sent", die)
        with pytest.raises(Killed):
            drain(now=now)
    assert IndexRequest.objects.pending().filter(document=opening.pk).exists()
    alerts._watched.clear()
    drain(now=now)
    assert AlertItem.objects.count() == 1
    assert send_digests(on=today, now=now) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_digest_killed_at_any_moment_is_sent_once_in_the_end(save, worker, today, now, monkeypatch, moment):
    """A real process and a real SIGKILL: before its messages are written, or after, with the transaction still open."""
    save()
    publish(now)
    send = alerts.send_message

    def killed(**message):
        if moment == "after":
            send(**message)
        os.kill(os.getpid(), signal.SIGKILL)

    connections.close_all()
    child = os.fork()
    if child == 0:
        alerts.send_message = killed
        send_digests(on=today, now=now)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (Message.objects.filter(kind="alerts").count(), AlertDigest.objects.count(), AlertItem.objects.waiting().count()) == (0, 0, 1)
    assert send_digests(on=today, now=now) == 1
    assert send_digests(on=today, now=now) == 0
    assert len(texts(worker.user)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_in_the_same_morning_send_one_digest(race, save, worker, today, now):
    save()
    publish(now)
    race(4, lambda: send_digests(on=today, now=now))
    assert len(texts(worker.user)) == 1
