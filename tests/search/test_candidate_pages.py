"""What a recruiter sees of people for an opening, and what each person sees of his or her own match."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from recruitment.applications.models import Application
from recruitment.applications.services import choosing
from recruitment.applications.services.choosing import LeftOut, TooManyToday, contacts_left, invite
from recruitment.workers.models import Worker
from search.own_match import explained
from search.projections import candidate_documents, candidate_facts, opening_facts
from search.scoring import score
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.health import AdmissionRuleFactory, ClearanceFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory


@pytest.fixture
def opening(db, today):
    return OpeningFactory(occupation=OccupationFactory(), starts_on=today + dt.timedelta(days=7), shift="night")


@pytest.fixture
def recruiter(client, opening):
    recruiter = recruiter_of(opening.factory)
    client.force_login(recruiter)
    return recruiter


def person(opening, *, ready_in: int | None = 0, **facts) -> Worker:
    worker = WorkerFactory(consented=True, **facts)
    WorkerOccupationFactory(worker=worker, occupation=opening.occupation)
    if ready_in is not None:
        ClearanceFactory(worker=worker, ready_on=worker.available_from + dt.timedelta(days=ready_in), asks_for_site=True)
    return worker


def page_of(client, opening, query="") -> str:
    answer = client.get(f"/openings/{opening.pk}/candidates/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_person_comes_with_three_reasons_every_blocker_its_rule_and_its_day(rebuilt, client, opening, recruiter):
    worker = person(opening, ready_in=20, wage_wanted=30_000_000)
    rebuilt()
    page = page_of(client, opening)
    assert f"#{worker.pk}" in page
    for rule in ("wage", "shift", "ready"):
        assert f'class="blocker" data-rule="{rule}"' in page
    assert "Vào làm được từ 14/12/2026, sau ngày bắt đầu 01/12/2026" in page
    assert page.split("blocker")[0].count("<li>") >= 3


def test_without_an_index_the_newest_people_are_listed_and_no_count_is_invented(client, settings, tmp_path, opening, recruiter):
    settings.SEARCH_DIRECTORY = tmp_path / "no index"
    worker = person(opening)
    page = page_of(client, opening, "?fit=related")
    assert f"#{worker.pk}" in page
    assert "(0)</option>" not in page and 'value="related"' in page


def test_names_phones_and_health_stay_hidden(rebuilt, client, opening, recruiter):
    worker = person(opening, ready_in=20, name="Hoàng Văn Giấu")
    rebuilt()
    page = page_of(client, opening)
    assert worker.user.name not in page and worker.user.phone not in page
    assert not any(word in page.lower() for word in ("mũi", "thẻ xanh", "thẻ vàng", "xét nghiệm", "dương tính"))


def test_beds_near_the_factory_stand_beside_the_day_for_everybody_alike(rebuilt, client, opening, recruiter, today):
    BackupPolicyFactory()
    zone = opening.factory.zone
    SiteFactory(latitude=zone.latitude, longitude=zone.longitude, name="Khu Gần", beds=4)
    SiteFactory(far_away=True, beds=100)
    person(opening, ready_in=3), person(opening, ready_in=None)
    rebuilt()
    page = page_of(client, opening)
    assert "4 giường trống đêm đó, gần nhất ở Khu Gần" in page
    assert "chưa biết ngày vào làm được" in page


def test_thirty_people_cost_as_many_queries_as_one(rebuilt, client, opening, recruiter):
    person(opening)

    def queries() -> int:
        rebuilt()
        page_of(client, opening)
        with CaptureQueriesContext(connection) as captured:
            page_of(client, opening)
        return len(captured)

    one = queries()
    for _ in range(19):
        person(opening)
    assert queries() == one


def test_whoever_can_t_be_invited_is_named_with_the_reason_and_the_others_are(client, opening, recruiter, today):
    fine, applied, hidden, busy = (person(opening) for _ in range(4))
    ApplicationFactory(worker=applied, opening=opening)
    Worker.objects.filter(pk=hidden.pk).update(status="hidden")
    for _ in range(choosing.MOST_WAITING_INVITATIONS):
        ApplicationFactory(worker=busy, status=Application.Status.INVITED)
    chosen = [worker.pk for worker in (fine, applied, hidden, busy)]
    answer = client.post(f"/openings/{opening.pk}/invite/", {"workers": chosen}, follow=True)
    page = answer.content.decode()
    assert "Đã mời 1 người" in page and "3 người không mời được" in page
    for worker, why in ((applied, LeftOut.APPLIED), (hidden, LeftOut.NOT_LOOKING), (busy, LeftOut.INVITED_OFTEN)):
        assert f"#{worker.pk}: {why.value}" in page
    assert Application.objects.filter(opening=opening, status="invited").values_list("worker", flat=True).get() == fine.pk


def test_everybody_on_the_page_is_invited_with_one_button(rebuilt, client, opening, recruiter):
    people = [person(opening) for _ in range(3)]
    rebuilt()
    page = page_of(client, opening)
    everybody = page.split('name="everybody" value="')[1].split('"')[0]
    client.post(f"/openings/{opening.pk}/invite/", {"everybody": everybody, "workers": [people[0].pk]})
    assert Application.objects.filter(opening=opening, status="invited").count() == 3
    assert client.post(f"/openings/{opening.pk}/invite/", {"everybody": "x,,-1"}, follow=True).status_code == 200


def test_an_enterprise_contacts_so_many_a_day_and_no_more(opening, recruiter, today, monkeypatch, rebuilt, client):
    monkeypatch.setattr(choosing, "MOST_INVITED_A_DAY", 3)
    people = [person(opening) for _ in range(5)]
    invite(opening=opening, workers=[people[0].pk, people[1].pk], by=recruiter, on=today)
    assert contacts_left(enterprise=opening.factory.enterprise_id, on=today) == 1
    with pytest.raises(TooManyToday) as refused:
        invite(opening=opening, workers=[people[2].pk, people[3].pk], by=recruiter, on=today)
    assert "còn 1 lượt mời, bạn đã chọn 2" in refused.value.for_people()
    rebuilt()
    assert "hôm nay còn 1 lượt mời" in page_of(client, opening)
    assert contacts_left(enterprise=opening.factory.enterprise_id, on=today + dt.timedelta(days=1)) == 3


def test_a_person_sees_the_recruiters_number_and_what_removes_each_blocker_from_when(rebuilt, client, opening, recruiter, today):
    worker = person(opening, ready_in=20)
    AdmissionRuleFactory(policy=worker.clearances.get().policy, dose_after_days=14)
    worker.clearances.update(decision={"card": "yellow", "reasons": [{"code": "better_later", "facts": {"on": "2026-12-05", "number": "1/THỬ"}}]})
    rebuilt()
    own = explained(opening, worker, on=today)
    assert f"hợp {own.score}/{own.best}" in page_of(client, opening)
    (ready,) = (blocker for blocker in own.blockers if blocker.rule == "ready")
    assert ready.acts == ["Thiếu mũi 2: tiêm hôm nay thì đủ từ 08/12/2026.", "Đủ điều kiện tốt hơn từ ngày 05/12/2026 theo 1/THỬ."]
    client.force_login(worker.user)
    page = client.get(f"/jobs/{opening.pk}/").content.decode()
    assert f"hợp {own.score}/{own.best}" in page and "Thiếu mũi 2" in page


def test_who_withdrew_consent_gets_no_health_facts_into_the_match(opening, recruiter, today):
    worker = person(opening, ready_in=20)
    worker.consents.filter(purpose="health").delete()
    own = explained(opening, worker, on=today)
    assert [(blocker.rule, list(blocker.acts)) for blocker in own.blockers if blocker.rule.startswith("ready")] == [("ready_unknown", [])]


class ProtectedTraits(TestCase):
    """Sex, age, ethnicity, name and home province, written into the database, move neither document nor score."""

    @classmethod
    def setUpTestData(cls):
        cls.opening = OpeningFactory(occupation=OccupationFactory())
        cls.worker = person(cls.opening, ready_in=3)
        cls.provinces = [ProvinceFactory() for _ in range(4)]

    def seen(self):
        pk = self.worker.pk
        facts = candidate_facts([pk])[pk]
        on = self.worker.available_from
        return candidate_documents([pk]), facts, score(opening_facts([self.opening.pk], on=on)[self.opening.pk], facts)

    @settings(max_examples=25)
    @given(
        name=st.sampled_from(["Nguyễn Văn An", "Vàng Thị Mỷ", "Lò Văn Pao", "Trần Thị Bình"]),
        born=st.dates(dt.date(1950, 1, 1), dt.date(2008, 1, 1)),
        sex_and_century=st.sampled_from("0123"),
        place=st.integers(0, 3),
    )
    def test_protected_traits_move_nothing(self, name, born, sex_and_century, place):
        before = self.seen()
        worker = Worker.objects.get(pk=self.worker.pk)
        worker.birth_date, worker.home_province = born, self.provinces[place]
        worker.national_id = f"0{place}1{sex_and_century}{born.year % 100:02d}000001"
        worker.national_id_index = f"index-{sex_and_century}-{born}-{place}"
        worker.save()
        worker.user.name = name
        worker.user.save()
        assert self.seen() == before
