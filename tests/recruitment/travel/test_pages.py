import datetime as dt
import json
from uuid import uuid4

import pytest
from django.utils import timezone

from recruitment.accounts.models import Membership, Role
from recruitment.travel.models import Crossing, PassKey
from recruitment.travel.services.passes import issue_pass, revoke_pass
from recruitment.travel.services.trips import hold_seat
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.travel import CheckpointFactory, TripFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture
def worker():
    return WorkerFactory()


@pytest.fixture
def entry_pass(worker, today):
    factory = FactoryFactory(name="Nhà máy Sông Công")
    return issue_pass(worker=worker, factory=factory, valid_from=today, valid_until=today + WEEK, by=None, on=today)


@pytest.fixture
def own_page(client, worker):
    client.force_login(worker.user)
    return lambda: client.get("/my/pass/").content.decode()


@pytest.fixture
def at_the_checkpoint(client):
    checkpoint = CheckpointFactory()
    client.force_login(checkpoint.officer)
    client.checkpoint = checkpoint
    return client


def test_the_person_sees_the_pass_as_picture_and_as_code(own_page, entry_pass):
    page = own_page()
    assert "<svg" in page and f"{entry_pass.code[:4]} {entry_pass.code[4:]}" in page
    assert "Nhà máy Sông Công" in page and "24/11/2026 – 01/12/2026" in page


def test_a_revoked_pass_shows_the_reason_and_no_code(own_page, entry_pass):
    revoke_pass(entry_pass=entry_pass, reason="Nhà máy tạm dừng nhận người.", by=None)
    page = own_page()
    assert "Nhà máy tạm dừng nhận người." in page
    assert "<svg" not in page and entry_pass.code[:4] not in page


def test_without_a_pass_the_page_says_when_one_comes(own_page):
    assert "Bạn chưa có giấy vào tỉnh" in own_page()


def test_the_seat_stands_beside_the_pass(own_page, worker, today):
    hold_seat(worker=worker, trip=TripFactory(vehicle="20B-12345"), by=None, on=today)
    assert "20B-12345" in own_page()


def test_a_shared_phone_keeps_no_pass(client, worker, own_page):
    assert 'data-keep="yes"' in own_page()
    session = client.session
    session.set_expiry(30 * 60)
    session.save()
    assert 'data-keep="no"' in own_page()


def test_keys_are_public_and_say_nothing_private(client, entry_pass):
    answer = client.get("/entry-pass-keys.json")
    assert [key["kid"] for key in answer.json()["keys"]] == [PassKey.objects.get().kid]
    assert set(answer.json()["keys"][0]) == {"kty", "crv", "alg", "use", "kid", "x", "y"}
    assert "max-age=3600" in answer.headers["Cache-Control"]


def test_without_script_the_server_judges_and_the_officer_decides(at_the_checkpoint, entry_pass):
    page = at_the_checkpoint.post("/checkpoint/", {"text": entry_pass.code, "direction": "in"}).content.decode()
    assert "Cho vào</h2>" in page and "N. T. Thử · 1998" in page
    decided = {"text": entry_pass.code, "direction": "in", "uuid": uuid4(), "decision": "through"}
    for _press in range(2):
        at_the_checkpoint.post("/checkpoint/decide/", decided)
    crossing = Crossing.objects.get()
    assert (crossing.entry_pass, crossing.let_through, crossing.checkpoint) == (entry_pass, True, at_the_checkpoint.checkpoint)


def test_a_refused_pass_passes_by_order_only(at_the_checkpoint, entry_pass):
    revoke_pass(entry_pass=entry_pass, reason="Rút đơn.", by=None)
    decided = {"text": entry_pass.token, "direction": "in", "uuid": uuid4(), "decision": "through"}
    assert "Giấy đã bị thu hồi. Lý do: Rút đơn." in at_the_checkpoint.post("/checkpoint/", decided).content.decode()
    page = at_the_checkpoint.post("/checkpoint/decide/", decided, follow=True).content.decode()
    assert "cần ghi theo lệnh của ai" in page and not Crossing.objects.exists()
    at_the_checkpoint.post("/checkpoint/decide/", decided | {"order": "Điện của Sở Y tế 9:00"})
    assert Crossing.objects.get().order == "Điện của Sở Y tế 9:00"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"device_now": "x", "crossings": [], "checkpoint": 1}', b"[" * 100_000, b" " * 300_000], ids=range(7)
)
def test_a_queue_that_is_none_is_refused(at_the_checkpoint, body):
    assert at_the_checkpoint.post("/checkpoint/crossings/", body, content_type="application/json").status_code == 422


def test_a_queue_is_kept(at_the_checkpoint, entry_pass):
    now = int(timezone.now().timestamp() * 1000)
    row = {
        "uuid": str(uuid4()),
        "number": entry_pass.pk,
        "direction": "in",
        "how": "scan",
        "verdict": "let_in",
        "reasons": [],
        "order": "",
        "at": now,
    }
    sent = {"device_now": now, "checkpoint": at_the_checkpoint.checkpoint.pk, "crossings": [row | {"let_through": True}]}
    answer = at_the_checkpoint.post("/checkpoint/crossings/", json.dumps(sent), content_type="application/json")
    assert answer.json()["kept"] == [row["uuid"]]
    assert Crossing.objects.get().offline


def test_an_officer_without_a_checkpoint_finds_none(client):
    client.force_login(UserFactory(checkpoint_officer=True))
    assert client.get("/checkpoint/").status_code == 404


def test_who_is_in_and_who_overstays_with_whoever_answers_for_it(at_the_checkpoint, today, django_assert_max_num_queries):
    recruiter = UserFactory(recruiter=True, name="Trần Thị Tuyển")
    for _person in range(3):
        old = issue_pass(
            worker=WorkerFactory(), factory=FactoryFactory(), valid_from=today - WEEK, valid_until=today - WEEK / 7, by=recruiter, on=today - WEEK
        )
        Crossing.objects.create(
            uuid=uuid4(),
            checkpoint=at_the_checkpoint.checkpoint,
            entry_pass=old,
            direction="in",
            how="scan",
            verdict="let_in",
            let_through=True,
            at=timezone.now() - dt.timedelta(days=5),
            offline=False,
            by=at_the_checkpoint.checkpoint.officer,
        )
    with django_assert_max_num_queries(14):
        page = at_the_checkpoint.get("/checkpoint/inside/").content.decode()
    assert "3 người còn ở trong tỉnh mà giấy đã hết hạn" in page
    assert page.count("Trần Thị Tuyển") == 3


def test_one_pass_that_came_in_twice_is_named_to_officers(at_the_checkpoint, today):
    entry_pass = issue_pass(worker=WorkerFactory(), factory=FactoryFactory(), valid_from=today, valid_until=today, by=None, on=today)
    usual = {"checkpoint": at_the_checkpoint.checkpoint, "entry_pass": entry_pass, "by": at_the_checkpoint.checkpoint.officer}
    for hours in (2, 1):
        at = timezone.now() - dt.timedelta(hours=hours)
        seen = {"direction": "in", "how": "scan", "verdict": "let_in", "let_through": True, "offline": True, "at": at}
        Crossing.objects.create(uuid=uuid4(), **usual, **seen)
        assert ("Một giấy vào hai lần" in at_the_checkpoint.get("/checkpoint/inside/").content.decode()) is (hours == 1)


@pytest.fixture
def second_checkpoint(at_the_checkpoint):
    """Of the same officer."""
    checkpoint = CheckpointFactory(name="Chốt thứ hai", officer=at_the_checkpoint.checkpoint.officer)
    Membership.objects.create(user=checkpoint.officer, organisation=checkpoint.organisation, role=Role.CHECKPOINT_OFFICER)
    return checkpoint


def test_who_works_at_one_checkpoint_is_not_asked_which(at_the_checkpoint):
    assert "Bạn đang ở chốt nào?" not in at_the_checkpoint.get("/checkpoint/").content.decode()


def test_who_works_at_several_chooses_and_each_crossing_is_written_down_there(at_the_checkpoint, second_checkpoint, entry_pass):
    assert "Bạn đang ở chốt nào?" in at_the_checkpoint.get("/checkpoint/").content.decode()
    decision = {"text": entry_pass.code, "direction": "in", "decision": "through"}
    at_the_checkpoint.post("/checkpoint/decide/", decision | {"uuid": uuid4()})
    said = at_the_checkpoint.post("/checkpoint/choose/", {"checkpoint": second_checkpoint.pk}, follow=True).content.decode()
    assert "ghi ở Chốt thứ hai" in said
    at_the_checkpoint.post("/checkpoint/decide/", decision | {"uuid": uuid4(), "direction": "out"})
    written = list(Crossing.objects.order_by("pk").values_list("checkpoint", flat=True))
    assert written == [at_the_checkpoint.checkpoint.pk, second_checkpoint.pk]
    assert at_the_checkpoint.get("/checkpoint/pack.json").json()["checkpoint"]["id"] == second_checkpoint.pk


def test_a_queue_is_written_down_where_it_was_made_and_never_at_others_checkpoints(at_the_checkpoint, second_checkpoint):
    now = int(timezone.now().timestamp() * 1000)
    row = {
        "number": None,
        "direction": "in",
        "how": "scan",
        "verdict": "unknown",
        "reasons": ["unreadable"],
        "let_through": False,
        "order": "",
        "at": now,
    }
    for checkpoint, status in ((second_checkpoint, 200), (CheckpointFactory(), 422)):
        sent = {"device_now": now, "checkpoint": checkpoint.pk, "crossings": [row | {"uuid": str(uuid4())}]}
        answer = at_the_checkpoint.post("/checkpoint/crossings/", json.dumps(sent), content_type="application/json")
        assert answer.status_code == status
    assert Crossing.objects.get().checkpoint == second_checkpoint


@pytest.mark.parametrize("typed", ["", "x", "999999999999999999999"])
def test_only_ones_own_checkpoint_can_be_chosen(at_the_checkpoint, typed):
    others = CheckpointFactory().pk
    assert {at_the_checkpoint.post("/checkpoint/choose/", {"checkpoint": value}).status_code for value in (typed, others)} == {404}
