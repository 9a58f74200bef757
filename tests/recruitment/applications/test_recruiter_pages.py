"""A factory's side: who applied, inviting, refusing with a reason, offering, and closing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import Membership
from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.openings.models import Opening
from recruitment.workers.models import AssistedAct, GroupRegistration
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db
Status = Application.Status


@pytest.fixture
def factory():
    return FactoryFactory()


@pytest.fixture
def recruiter(client, factory):
    person = recruiter_of(factory)
    client.force_login(person)
    return person


@pytest.fixture
def opening(factory, recruiter):
    return OpeningFactory(factory=factory, created_by=recruiter)


def applicants(opening, number, **fields):
    people = [ApplicationFactory(opening=opening, **fields) for _number in range(number)]
    for application in people:
        WorkerOccupationFactory(worker=application.worker)
    return people


def helped_by(helper, opening) -> Application:
    """Somebody without a phone, registered by the helper's house."""
    user = UserFactory(phone=None, helper=helper, name="Nông Văn Dền")
    (application,) = applicants(opening, 1, worker__user=user)
    group = GroupRegistration.objects.create(organisation=user.helper_house, made_by=helper)
    for act, how, paper in (("registered", "", ""), ("consented", "paper", "GĐY 7")):
        AssistedAct.objects.create(worker=application.worker, group=group, act=act, how=how, paper=paper, by=helper)
    return application


def test_whoever_answers_for_an_applicant_without_a_phone_is_named_and_where_to_reach_them_after_an_offer(client, opening):
    helper = UserFactory(liaison=True, name="Bế Thị Đầu Mối", membership__organisation__name="Trung tâm Cao Bằng")
    application = helped_by(helper, opening)
    page, row = reverse("applications:applicant", args=[application.pk]), reverse("applications:of_opening", args=[opening.pk])
    before = client.get(page).content.decode()
    assert "có người nhận tin thay" in client.get(row).content.decode() and "có người nhận tin thay" in before
    assert "Đăng ký hồ sơ: do Bế Thị Đầu Mối thực hiện hộ" in before and "Ghi lại sự đồng ý: do Bế" in before
    assert "Trung tâm Cao Bằng" not in before and helper.email not in before and "GĐY 7" not in before
    client.post(reverse("applications:offer", args=[application.pk]))
    after = client.get(page).content.decode()
    assert "Bế Thị Đầu Mối (Trung tâm Cao Bằng) nhận tin thay" in after and f"mailto:{helper.email}" in after


@pytest.mark.parametrize("tab", ["new", "shortlisted", "offered", "accepted", "invited", "ended"])
def test_the_list_asks_as_often_for_thirty_as_for_one(client, opening, tab):
    status = {"new": "applied", "ended": "withdrawn"}.get(tab, tab)
    address = f"{reverse('applications:of_opening', args=[opening.pk])}?tab={tab}"

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    applicants(opening, 1, status=status)
    one = queries()
    applicants(opening, 29, status=status)
    assert queries() == one


def test_phone_and_province_stay_hidden_until_an_offer(client, opening):
    (application,) = applicants(opening, 1, worker__home_province=ProvinceFactory(name="Tỉnh Xa Lắm"), worker__user__phone="+84987123456")
    worker, page = application.worker, reverse("applications:applicant", args=[application.pk])
    before = client.get(page).content.decode() + client.get(reverse("applications:of_opening", args=[opening.pk])).content.decode()
    assert worker.user.name in before and "0987" not in before and "Tỉnh Xa Lắm" not in before
    client.post(reverse("applications:offer", args=[application.pk]))
    after = client.get(page).content.decode()
    assert "0987 123 456" in after and "Tỉnh Xa Lắm" in after


def test_a_refusal_without_a_reason_is_asked_for_one_beside_the_field(client, opening):
    (application,) = applicants(opening, 1)
    answer = client.post(reverse("applications:refuse", args=[application.pk]), {"reason": ""})
    assert answer.status_code == 422 and "Hãy chọn lý do" in answer.content.decode()
    assert Application.objects.get(pk=application.pk).status == Status.APPLIED


def test_a_refusal_reaches_the_worker_with_its_reason(client, opening):
    (application,) = applicants(opening, 1)
    client.post(reverse("applications:refuse", args=[application.pk]), {"reason": "shift"})
    assert Application.objects.get(pk=application.pk).refusal == "shift"
    assert "không hợp ca làm" in Message.objects.get(recipient=application.worker.user, channel="sms").text


def test_a_second_click_and_a_second_tab_change_nothing(client, opening):
    (application,) = applicants(opening, 1)
    for _click in range(2):
        client.post(reverse("applications:offer", args=[application.pk]))
    assert (Opening.objects.get(pk=opening.pk).held, Message.objects.filter(kind="offered", channel="sms").count()) == (1, 1)
    stale_tab = client.post(reverse("applications:shortlist", args=[application.pk]), follow=True)
    assert "đang ở trạng thái" in stale_tab.content.decode()


def test_nobody_ticked_too_many_ticked_and_people_of_no_kind_are_answered(client, opening):
    invite = reverse("applications:invite", args=[opening.pk])
    board = reverse("applications:of_opening", args=[opening.pk])
    for ticked, said in (([], "ít nhất một người"), (["x", "9" * 30], "ít nhất một người"), (list(range(1, 52)), "tối đa 50 người")):
        answer = client.post(invite, {"workers": ticked})
        assert said in client.get(board).content.decode() and answer.url == reverse("search:candidates", args=[opening.pk])
    looking, hidden = WorkerFactory(consented=True), WorkerFactory()
    page = client.post(invite, {"workers": [looking.pk, hidden.pk, 987654321]}, follow=True).content.decode()
    assert "Đã mời 1 người" in page and "2 người không mời được" in page


def test_closing_asks_why_tells_how_many_and_frees_the_places(client, opening):
    (application,) = applicants(opening, 1)
    client.post(reverse("applications:offer", args=[application.pk]))
    close = reverse("applications:close_opening", args=[opening.pk])
    assert "1 người đang ứng tuyển" in client.get(close).content.decode()
    assert client.post(close, {"outcome": ""}).status_code == 422
    client.post(close, {"outcome": "filled"})
    now = Opening.objects.get(pk=opening.pk)
    assert (now.status, now.held, Application.objects.get(pk=application.pk).status) == ("closed", 0, Status.CLOSED)


def test_news_reach_whoever_recruits_there_now(client, opening, factory, recruiter, today):
    colleague, (application,) = recruiter_of(factory), applicants(opening, 1, status=Status.OFFERED)
    Opening.objects.filter(pk=opening.pk).update(held=1)
    Membership.objects.filter(user=recruiter).update(ended_at="2026-11-01T00:00Z", started_at="2026-01-01T00:00Z")
    client.force_login(application.worker.user)
    client.post(reverse("applications:agree", args=[application.pk]))
    assert set(Message.objects.filter(kind="agreed", channel="app").values_list("recipient", flat=True)) == {colleague.pk}
    client.force_login(colleague)
    assert "1 người đã đồng ý, chờ nhận" in client.get(reverse("openings:board")).content.decode()
