"""A recruiter ticks many people, presses once, leaves and comes back: the work goes on in the background and its page says how far it is."""

import datetime as dt
import uuid

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.onboarding import tasks
from recruitment.onboarding.models import Acceptance, AcceptanceBatch, BatchLine, WaitingAcceptance
from recruitment.onboarding.services import batch_runs
from recruitment.onboarding.services.batch_runs import (
    MOST_AT_ONCE,
    STALLED,
    TooManyAtOnce,
    ask_to_accept,
    continue_batch,
    continue_unfinished,
)
from recruitment.onboarding.services.withdrawal import withdraw
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db


@pytest.fixture
def recruiter(client):
    def enter(province: Province):
        province.with_recruiter_at_the_factory()
        client.force_login(province.recruiter)

    return enter


def ask(province: Province, applications, today, **more) -> AcceptanceBatch:
    chosen = [row.pk for row in applications]
    return ask_to_accept(opening=province.opening, applications=chosen, by=province.recruiter, on=today, **{"key": uuid.uuid4()} | more)


def press(client, province: Province, applications, name="accept_many", **more):
    address = reverse(f"onboarding:{name}", args=[province.opening.pk])
    return client.post(address, {"everybody": ",".join(str(row.pk) for row in applications), "key": uuid.uuid4()} | more)


def page_of(client, batch: AcceptanceBatch, **headers) -> str:
    return client.get(reverse("onboarding:batch", args=[batch.pk]), headers=headers).content.decode()


def outcomes(batch: AcceptanceBatch) -> list[str]:
    return list(batch.lines.order_by("position").values_list("outcome", flat=True))


def test_a_recruiter_ticks_people_presses_once_and_reads_who_was_accepted_and_who_was_not(client, recruiter, today):
    province = Province(places=1, beds=50)
    recruiter(province)
    people = [province.applicant() for _ in range(2)]
    listed = client.get(reverse("applications:of_opening", args=[province.opening.pk])).content.decode()
    assert listed.count('name="applications"') == 2 and f'value="{people[0].pk},{people[1].pk}"' in listed
    before = client.get(reverse("onboarding:accept_many", args=[province.opening.pk]), {"applications": [row.pk for row in people]}).content.decode()
    assert "Nhận 2 người?" in before and 'name="key"' in before and not AcceptanceBatch.objects.exists()
    answer = press(client, province, people)
    batch = AcceptanceBatch.objects.get()
    assert answer.url == reverse("onboarding:batch", args=[batch.pk]) and not Acceptance.objects.exists()
    assert "Đã xét 0 trong 2 người" in page_of(client, batch)
    tasks.run_batch(batch.pk)
    after = page_of(client, batch)
    assert "Đã nhận 1 người, 1 người chưa nhận được" in after and "đã hết chỗ" in after and "bắt đầu làm ngày" in after
    assert Acceptance.objects.get().application == people[0]


def test_the_page_asks_again_by_itself_with_and_without_script_until_it_has_finished(client, recruiter, today):
    province = Province()
    recruiter(province)
    batch = ask(province, [province.applicant()], today)
    running = page_of(client, batch)
    assert 'hx-trigger="every 2s"' in running and '<noscript><meta http-equiv="refresh"' in running
    continue_batch(batch.pk, on=today)
    part = page_of(client, batch, hx_request="true")
    assert "<html" not in part and "hx-trigger" not in part and "Đã nhận 1 người" in part
    assert "refresh" not in page_of(client, batch)


def test_pressing_twice_is_one_batch(client, recruiter):
    province = Province()
    recruiter(province)
    people, key = [province.applicant()], uuid.uuid4()
    assert press(client, province, people, key=key).url == press(client, province, people, key=key).url
    assert AcceptanceBatch.objects.count() == 1
    assert press(client, province, people, key="not a key").status_code == 302 and AcceptanceBatch.objects.count() == 2


def test_whoever_leaves_finds_the_batch_on_both_lists_again(client, recruiter, today):
    province = Province(beds=50)
    recruiter(province)
    batch = ask(province, [province.applicant(), province.applicant()], today)
    address = reverse("onboarding:batch", args=[batch.pk])
    lists = [reverse("openings:board"), reverse("applications:of_opening", args=[province.opening.pk])]
    for page in (client.get(path).content.decode() for path in lists):
        assert address in page and "đã xét 0 trong 2 người" in page
    continue_batch(batch.pk, on=today)
    assert all(address in client.get(path).content.decode() for path in lists)
    AcceptanceBatch.objects.update(finished_at=timezone.now() - dt.timedelta(days=2))
    assert not any(address in client.get(path).content.decode() for path in lists)


def test_what_was_interrupted_goes_on_where_it_stopped(today, monkeypatch):
    province = Province(places=50, beds=90)
    people = [province.applicant() for _ in range(5)]
    batch = ask(province, people, today)
    monkeypatch.setattr(batch_runs, "CHUNK", 2)
    whole, calls = batch_runs.accept_many, []

    def dies_after_two(**asked):
        calls.append(len(asked["applications"]))
        if len(calls) == 2:
            whole(**asked)  # accepted, but not noted any more
            raise OperationalError("the server is gone")
        return whole(**asked)

    monkeypatch.setattr(batch_runs, "accept_many", dies_after_two)
    assert continue_unfinished(on=today) == 0 and outcomes(batch) == ["accepted"] * 2 + [""] * 3
    assert continue_batch(batch.pk, on=today) is False  # whoever was at it may still be
    AcceptanceBatch.objects.update(claimed_at=timezone.now() - STALLED)
    assert continue_unfinished(on=today) == 1 and outcomes(batch) == ["accepted"] * 5
    assert Acceptance.objects.count() == 5 and Message.objects.filter(kind="accepted", channel="app").count() == 5
    assert continue_unfinished(on=today) == 0 and continue_batch(batch.pk, on=today) is False


def test_one_person_who_always_fails_holds_up_nobody_and_is_listed(today, monkeypatch):
    province = Province(places=50, beds=90)
    people = [province.applicant() for _ in range(4)]
    batch, whole = ask(province, people, today), batch_runs.accept_many

    def fails_with_the_third(**asked):
        if people[2].pk in asked["applications"]:
            raise ValueError("something unforeseen")
        return whole(**asked)

    monkeypatch.setattr(batch_runs, "accept_many", fails_with_the_third)
    for _ in range(8):
        AcceptanceBatch.objects.update(claimed_at=timezone.now() - STALLED)
        continue_unfinished(on=today)
    assert outcomes(batch) == ["accepted", "accepted", "refused", "accepted"]
    assert AcceptanceBatch.objects.get().finished_at
    assert "lỗi với hồ sơ này" in BatchLine.objects.get(application=people[2]).in_words[0]


def test_somebody_who_withdraws_meanwhile_is_listed_and_nothing_is_forced(today):
    province = Province(beds=50)
    stays, goes = province.applicant(), province.applicant()
    batch = ask(province, [stays, goes], today)
    withdraw(application=goes, by=goes.worker.user, on=today)
    continue_batch(batch.pk, on=today)
    assert outcomes(batch) == ["accepted", "refused"]
    assert "đã rút" in batch.lines.get(application=goes).in_words[0]


def test_who_withdraws_afterwards_is_shown_as_such(client, recruiter, today):
    province = Province(beds=50)
    recruiter(province)
    goes = province.applicant()
    batch = ask(province, [goes], today)
    continue_batch(batch.pk, on=today)
    withdraw(application=goes, by=goes.worker.user, on=today)
    assert "nay: đã rút" in page_of(client, batch)


def test_of_a_batch_those_who_lack_room_are_sent_to_the_queue_together(client, recruiter, today):
    province = Province(places=1, beds=50)
    recruiter(province)
    people = [province.applicant() for _ in range(3)]
    batch = ask(province, people, today)
    continue_batch(batch.pk, on=today)
    assert "Chờ chỗ cho 2 người" in page_of(client, batch)
    press(client, province, people[1:], name="wait_many")
    second = AcceptanceBatch.objects.order_by("-pk").first()
    continue_batch(second.pk, on=today)
    assert outcomes(second) == ["waiting", "waiting"] and WaitingAcceptance.objects.open().count() == 2
    assert "2 người chờ chỗ" in page_of(client, second)


def test_the_list_of_results_asks_as_often_for_thirty_people_as_for_one(client, recruiter, today, django_assert_num_queries):
    province = Province(places=50, beds=90)
    recruiter(province)
    few, many = (ask(province, [province.applicant() for _ in range(count)], today) for count in (1, 30))
    for batch in (few, many):
        continue_batch(batch.pk, on=today)
    page_of(client, few)
    with django_assert_num_queries(9) as counted:
        page_of(client, few)
    with django_assert_num_queries(len(counted)):
        page_of(client, many)


@pytest.mark.parametrize("chosen", [{}, {"applications": "x"}, {"everybody": "9" * 30 + ",,-1"}, {"applications": "987654321"}])
def test_nobody_or_nonsense_ticked_is_a_message_not_an_error(client, recruiter, chosen):
    province = Province()
    recruiter(province)
    address = reverse("onboarding:accept_many", args=[province.opening.pk])
    for send in (client.get, client.post):
        assert "ít nhất một người" in send(address, chosen, follow=True).content.decode()


def test_more_than_a_hundred_at_once_are_refused(today):
    with pytest.raises(TooManyAtOnce):
        ask_to_accept(opening=OpeningFactory(), applications=range(MOST_AT_ONCE + 1), key=uuid.uuid4(), by=None, on=today)


def test_another_factorys_opening_or_batch_is_not_found(client, recruiter, today):
    province = Province()
    recruiter(province)
    batch = ask(province, [province.applicant()], today)
    stranger = ApplicationFactory()
    assert client.post(reverse("onboarding:accept_many", args=[stranger.opening_id]), {"applications": stranger.pk}).status_code == 404
    client.force_login(recruiter_of(stranger.opening.factory))
    assert client.get(reverse("onboarding:batch", args=[batch.pk])).status_code == 404
    assert reverse("onboarding:batch", args=[batch.pk]) not in client.get(reverse("openings:board")).content.decode()


def test_applications_of_another_opening_are_left_out(client, recruiter):
    province, stranger = Province(), ApplicationFactory()
    recruiter(province)
    mine = province.applicant()
    press(client, province, [mine, stranger])
    assert list(BatchLine.objects.values_list("application", flat=True)) == [mine.pk]


def test_a_colleague_reads_the_results_in_the_language_of_the_page(client, recruiter, today):
    province = Province(places=1, beds=50)
    recruiter(province)
    people = [province.applicant() for _ in range(2)]
    batch = ask(province, people, today)
    continue_batch(batch.pk, on=today)
    assert "hết chỗ" in page_of(client, batch) and "bắt đầu làm ngày" in page_of(client, batch)
    client.cookies.load({"django_language": "en"})
    type(province.recruiter).objects.update(language="en")
    page = page_of(client, batch)
    assert "hết chỗ" not in page and "bắt đầu làm ngày" not in page and "no places left" in page
