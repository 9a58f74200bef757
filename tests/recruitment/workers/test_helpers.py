"""A helper who leaves hands people without a phone over: to a colleague, to a liaison of their province, or to whoever the department names."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.accounts.models import Membership, User
from recruitment.notifications.models import Message
from recruitment.notifications.services.messages import send_message
from recruitment.privacy.services.export import export_of
from recruitment.workers.models import AssistedAct, GroupRegistration, HelperChange, Worker
from recruitment.workers.services.helped import hand_over
from recruitment.workers.services.helpers import CannotAnswer, look_after_unanswered, name_helper
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import ConsentFactory, WorkerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return ProvinceFactory(name="Cao Bằng", code="04")


@pytest.fixture
def leaver():
    return UserFactory(liaison=True, name="Bế Thị Đầu Mối")


def colleague_of(person, **facts):
    return UserFactory(liaison=True, membership__organisation=person.memberships.get().organisation, **facts)


def liaison_of(province, **facts):
    return UserFactory(liaison=True, membership__organisation=OrganisationFactory(kind="liaison", province=province), **facts)


def helped_by(helper, province, name="Nông Văn Dền"):
    return WorkerFactory(user=UserFactory(name=name, phone=None, helper=helper), home_province=province)


def close(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def end_role(user):
    Membership.objects.filter(user=user).update(ended_at=timezone.now())


def run(today):
    return look_after_unanswered(on=today)


def helper_of(worker):
    return User.objects.get(pk=worker.user_id).helper


@pytest.mark.parametrize("leave", [close, end_role, lambda user: Membership.objects.filter(user=user).delete()], ids=["account", "role", "deleted"])
def test_a_colleague_takes_over_from_whoever_leaves(leaver, province, today, leave):
    colleague, worker = colleague_of(leaver), helped_by(leaver, province)
    assert run(today) == 0
    leave(leaver)
    assert Worker.objects.unanswered().get() == worker
    assert (run(today), run(today)) == (1, 0)
    assert helper_of(worker) == colleague and not Worker.objects.unanswered().exists()
    change = HelperChange.objects.get()
    assert (change.former, change.helper, change.by) == (leaver, colleague, None)


def test_those_concerned_are_told_and_what_was_not_read_moves_along(leaver, province, today):
    colleague, worker = colleague_of(leaver, name="Lý Thị Thay"), helped_by(leaver, province)
    send_message(recipient=worker.user, kind="offer", text="Có đề nghị, trả lời trong 72 giờ.", now=timezone.now())
    Message.objects.filter(recipient=leaver).update(read_at=timezone.now())
    send_message(recipient=worker.user, kind="trip", text="Xe đi lúc 6:00.", now=timezone.now())
    end_role(leaver)
    run(today)
    texts = list(Message.objects.filter(recipient=colleague, about=worker.user).order_by("pk").values_list("text", flat=True))
    assert len(texts) == 2 and "Xe đi lúc 6:00." in texts[0] and "Lý Thị Thay" in texts[1] and "nhận tin thay bạn" in texts[1]
    assert Message.objects.filter(recipient=worker.user, kind="helper_changed").exists()
    assert "1 người" in Message.objects.get(recipient=leaver, kind="helper_changed", channel="app").text
    assert Message.objects.filter(recipient=colleague).first().link == reverse("workers:helped")


def test_a_message_that_still_went_to_the_former_helper_is_brought_after(leaver, province, today):
    colleague, worker = colleague_of(leaver), helped_by(leaver, province)
    stale = User.objects.get(pk=worker.user_id)
    name_helper(workers=[worker.pk], helper=colleague.memberships.get(), by=leaver, on=today)
    send_message(recipient=stale, kind="trip", text="Xe đi lúc 6:00.", now=timezone.now())
    own = Message.objects.filter(recipient=leaver, about=None).count()
    run(today)
    assert Message.objects.filter(recipient=colleague, kind="trip", about=worker.user).count() == 1
    assert Message.objects.filter(recipient=leaver, about=None).count() == own and not Message.objects.filter(recipient=leaver, kind="trip").exists()


def test_without_a_colleague_a_liaison_of_the_province_takes_over_and_nobody_of_another(leaver, province, today):
    liaison_of(ProvinceFactory())
    near, worker = liaison_of(province), helped_by(leaver, province)
    close(leaver)
    assert run(today) == 1 and helper_of(worker) == near
    assert Worker.objects.helped_by_house_of(near).get() == worker
    assert not Worker.objects.helped_by_house_of(leaver).exists()


def test_a_province_that_became_part_of_another_is_looked_after_by_that_one(leaver, today):
    whole = ProvinceFactory()
    worker = helped_by(leaver, ProvinceFactory(successor=whole))
    close(leaver)
    near = liaison_of(whole)
    assert run(today) == 1 and helper_of(worker) == near


def test_those_who_answer_for_fewest_get_most(leaver, province, today):
    busy, free = colleague_of(leaver), colleague_of(leaver)
    for _number in range(3):
        helped_by(busy, province)
    workers = [helped_by(leaver, province) for _number in range(5)]
    close(leaver)
    assert run(today) == 5
    assert sorted(helper_of(worker).pk for worker in workers) == sorted([busy.pk] + [free.pk] * 4)


def test_while_nobody_can_be_named_they_stand_on_a_list_and_the_department_is_told_once_a_day(client, leaver, province, today):
    officer, worker = UserFactory(labour_officer=True), helped_by(leaver, province)
    close(leaver)
    assert (run(today), run(today)) == (0, 0)
    [told] = Message.objects.filter(recipient=officer, channel="app")
    assert told.text.startswith("1 người không có điện thoại") and told.link == reverse("workers:unanswered")
    near = liaison_of(ProvinceFactory(), name="Ma Văn Nhận")
    client.force_login(officer)
    page = client.get(told.link).content.decode()
    assert "Nông Văn Dền" in page and "Ma Văn Nhận" in page and "Cao Bằng" in page
    done = client.post(told.link, {"workers": [worker.pk], "helper": near.memberships.get().pk}, follow=True).content.decode()
    assert "nhận tin thay 1 người" in done and "Nông Văn Dền" not in done
    assert helper_of(worker) == near and HelperChange.objects.get().by == officer


def test_where_no_liaison_is_left_at_all_the_list_says_whom_to_ask(client, leaver, province):
    helped_by(leaver, province)
    end_role(leaver)
    client.force_login(UserFactory(labour_officer=True))
    assert "nhờ quản trị mời một người" in client.get(reverse("workers:unanswered")).content.decode()


def test_a_liaison_who_stops_helping_gives_people_to_a_colleague(client, leaver, province):
    colleague, worker, other = colleague_of(leaver), helped_by(leaver, province), helped_by(leaver, province, name="Lý Văn Ở Lại")
    client.force_login(leaver)
    address = reverse("workers:helped")
    send_message(recipient=worker.user, kind="trip", text="Xe đi lúc 6:00.", now=timezone.now())
    refused = client.post(address, {"workers": [worker.pk]})
    assert refused.status_code == 422 and f'value="{worker.pk}" checked' in refused.content.decode()
    assert client.post(address, {"helper": colleague.memberships.get().pk}).status_code == 422
    page = client.post(address, {"workers": [worker.pk], "helper": colleague.memberships.get().pk}, follow=True).content.decode()
    assert "trước là Bế Thị Đầu Mối" in page
    assert (helper_of(worker), helper_of(other)) == (colleague, leaver)
    assert Message.objects.get(kind="trip", about=worker.user).recipient == colleague
    assert not Message.objects.filter(recipient=leaver, kind="helper_changed").exclude(about=worker.user).exists()


def test_nobody_gives_away_people_of_another_house_nor_to_somebody_far_away(client, leaver, province):
    stranger, worker = UserFactory(liaison=True), helped_by(leaver, province)
    client.force_login(stranger)
    address = reverse("workers:helped")
    assert client.post(address, {"workers": [worker.pk], "helper": stranger.memberships.get().pk}).status_code == 422
    client.force_login(leaver)
    assert client.post(address, {"workers": [worker.pk], "helper": stranger.memberships.get().pk}).status_code == 422
    assert client.post(address, {"workers": ["x", "999999999999999999999"], "helper": "y"}).status_code == 422
    assert helper_of(worker) == leaver


def test_the_person_reads_who_answered_once_a_phone_is_there(client, leaver, province, today):
    colleague, worker = colleague_of(leaver, name="Lý Thị Thay"), helped_by(leaver, province)
    group = GroupRegistration.objects.create(organisation=worker.user.helper_house, made_by=leaver)
    AssistedAct.objects.create(worker=worker, group=group, act="registered", by=leaver)
    ConsentFactory(worker=worker, recorded_by=leaver)
    name_helper(workers=[worker.pk], helper=colleague.memberships.get(), by=leaver, on=today)
    hand_over(worker=worker, phone="+84912345678", by=colleague, on=today)
    client.force_login(User.objects.get(pk=worker.user_id))
    page = client.get(reverse("workers:consents")).content.decode()
    assert "Lý Thị Thay" in page and "trước đó là Bế Thị Đầu Mối" in page and "Chưa ai thấy" not in page


def test_nobody_who_has_left_is_named(leaver, province, today):
    worker, gone = helped_by(leaver, province), colleague_of(leaver)
    end_role(gone)
    with pytest.raises(CannotAnswer):
        name_helper(workers=[worker.pk], helper=gone.memberships.get(), by=leaver, on=today)


def test_handing_thirty_over_asks_as_often_as_handing_over_two(leaver, province, today):
    def queries(count):
        colleague = colleague_of(leaver)
        workers = [helped_by(leaver, province).pk for _number in range(count)]
        with CaptureQueriesContext(connection) as counted:
            assert name_helper(workers=workers, helper=colleague.memberships.get(), by=leaver, on=today) == count
        return len(counted)

    assert queries(2) == queries(30)


def test_the_lists_ask_as_often_for_thirty_as_for_two(client, leaver, province):
    def queries(user, name):
        client.force_login(user)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse(name)).status_code == 200
        return len(counted)

    officer, colleague = UserFactory(labour_officer=True), colleague_of(leaver)
    for worker in [helped_by(leaver, province) for _number in range(2)]:
        name_helper(workers=[worker.pk], helper=colleague.memberships.get(), by=leaver, on=timezone.localdate())
    few = queries(colleague, "workers:helped")
    for _number in range(28):
        name_helper(workers=[helped_by(leaver, province).pk], helper=colleague.memberships.get(), by=leaver, on=timezone.localdate())
    assert queries(colleague, "workers:helped") == few
    close(colleague)
    few = queries(officer, "workers:unanswered")
    Worker.objects.helped().filter(pk__gt=Worker.objects.order_by("pk")[4].pk).delete()
    assert queries(officer, "workers:unanswered") == few


def test_a_helper_is_kept_with_the_house_and_what_was_passed_on_belongs_to_the_person(leaver, province):
    worker = helped_by(leaver, province)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=worker.user_id).update(helper_house=None)
    send_message(recipient=worker.user, kind="trip", text="Xe đi lúc 6:00.", now=timezone.now())
    assert len(export_of(worker.user)["other"]["Message"]) == 2
    assert dt.datetime.fromisoformat(export_of(worker.user)["other"]["Message"][0]["created_at"])
