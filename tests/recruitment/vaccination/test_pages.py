"""The board, the waves, and the forms of recruiters and health officers."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.vaccination.models import CoverageReport, TransportOperator, VaccinationWave
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.places import CommuneFactory, IndustrialZoneFactory, ProvinceFactory
from tests.factories.vaccination import CoverageReportFactory, VaccinationWaveFactory

pytestmark = pytest.mark.django_db
BOARD = "vaccination:coverage"


@pytest.fixture
def officer(client):
    person = UserFactory(health_officer=True)
    client.force_login(person)
    return person


def page(client, name, *arguments, **query):
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return answer


def names(answer) -> list[str]:
    return [row.name for row in answer.context["page"]]


def test_factories_are_listed_least_covered_first_and_silent_ones_last(client, officer):
    good = CoverageReportFactory(full_course=75).factory
    poor = CoverageReportFactory(full_course=10).factory
    silent = FactoryFactory()
    board = page(client, BOARD)
    assert names(board) == [poor.name, good.name, silent.name]
    assert board.context["silent"] == 1
    assert names(page(client, BOARD, sort="most")) == [good.name, poor.name, silent.name]
    assert "42,5" in board.content.decode() and "chưa khai" in board.content.decode()


def test_a_zone_sums_its_factories_and_shows_the_oldest_day(client, officer, today):
    zone = IndustrialZoneFactory()
    CoverageReportFactory(factory__zone=zone, people=300, one_dose=300, full_course=300, days_ago=2)
    CoverageReportFactory(factory__zone=zone, people=100, one_dose=20, full_course=0, days_ago=40)
    FactoryFactory(zone=zone)
    (row,) = page(client, BOARD, level="zones").context["page"]
    assert (row.name, row.people, row.one_dose, row.full_course) == (zone.name, 400, 320, 300)
    assert (row.as_of, row.state, row.reported, row.factories) == (today - dt.timedelta(days=40), "stale", 2, 3)


def test_an_older_report_is_history_that_the_board_links_to(client, officer):
    now = CoverageReportFactory(full_course=70, days_ago=1)
    CoverageReportFactory(factory=now.factory, full_course=11, days_ago=30)
    assert [row.full_course for row in page(client, BOARD).context["page"]] == [70]
    history = page(client, "vaccination:history", now.pk)
    assert [report.full_course for report in history.context["reports"]] == [70, 11]


def test_what_the_address_says_and_nobody_can_read_is_left_out(client, officer):
    CoverageReportFactory()
    for query in ({"level": "x", "sort": "--x", "zone": "²", "page": "-3"}, {"zone": "9" * 40}, {"level": "\x00", "sort": "\x00"}):
        assert len(names(page(client, BOARD, **query))) == 1


@pytest.mark.parametrize("level", ["factories", "zones", "operators", "communes"])
def test_the_board_asks_as_many_queries_for_thirty_rows_as_for_one(client, officer, level):
    kind = {"operators": {"of_operator": True}, "communes": {"of_commune": True}}.get(level, {})

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            page(client, BOARD, level=level)
        return len(counted)

    CoverageReportFactory(**kind)
    one = queries()
    for _ in range(29):
        CoverageReportFactory(**kind, **({} if kind else {"factory__zone": IndustrialZoneFactory()}))
    assert queries() == one


def test_waves_and_factories_ask_as_many_queries_for_thirty_rows_as_for_one(client):
    factory = FactoryFactory()
    CoverageReportFactory(factory=factory)
    VaccinationWaveFactory()
    people = {"vaccination:waves": UserFactory(health_officer=True), "vaccination:factories": recruiter_of(factory)}

    def queries() -> list[int]:
        counts = []
        for name, person in people.items():
            client.force_login(person)
            with CaptureQueriesContext(connection) as counted:
                page(client, name)
            counts.append(len(counted))
        return counts

    few = queries()
    for _ in range(29):
        CoverageReportFactory(factory=FactoryFactory(enterprise=factory.enterprise))
        VaccinationWaveFactory()
    assert queries() == few


def test_a_recruiter_reports_confirms_and_sees_the_age(client, today):
    said = CoverageReportFactory(days_ago=10)
    client.force_login(recruiter_of(said.factory))
    FactoryFactory(enterprise=said.factory.enterprise)
    board = page(client, "vaccination:factories").content.decode()
    assert "10 ngày trước" in board and "chưa khai" in board and board.count("/unchanged/") == 1
    client.post(reverse("vaccination:unchanged", args=[said.pk]))
    assert CoverageReport.objects.of(said.factory).first().as_of == today
    refused = client.post(reverse("vaccination:unchanged", args=[said.pk]), follow=True)
    assert "Người khác vừa thay đổi" in refused.content.decode()
    address = reverse("vaccination:report_factory", args=[said.factory.pk])
    assert 'value="100"' in client.get(address).content.decode()
    client.post(address, {"people": "1.200", "one_dose": "1.100", "full_course": "900", "as_of": f"{today:%d/%m/%Y}"})
    assert CoverageReport.objects.of(said.factory).first().people == 1200


def test_counts_that_cannot_be_are_said_beside_their_field_and_what_was_typed_stays(client, today):
    factory = FactoryFactory()
    client.force_login(recruiter_of(factory))
    answer = client.post(
        reverse("vaccination:report_factory", args=[factory.pk]),
        {"people": "10", "one_dose": "11", "full_course": "12", "as_of": f"{today + dt.timedelta(days=1):%d/%m/%Y}"},
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"one_dose", "full_course", "as_of"}
    assert 'value="11"' in answer.content.decode()
    assert not CoverageReport.objects.exists()


def test_another_enterprises_factory_is_not_found(client):
    said = CoverageReportFactory()
    client.force_login(recruiter_of(FactoryFactory()))
    assert client.get(reverse("vaccination:report_factory", args=[said.factory.pk])).status_code == 404
    assert client.post(reverse("vaccination:unchanged", args=[said.pk])).status_code == 404
    assert client.get(reverse(BOARD)).status_code == 403


def test_a_health_officer_enters_operators_and_communes_a_labour_officer_only_reads(client, officer, today):
    facts = {"people": "20", "one_dose": "20", "full_course": "10", "as_of": f"{today:%d/%m/%Y}"}
    commune = CommuneFactory(province=ProvinceFactory(home=True))
    client.post(reverse("vaccination:report_operator"), {**facts, "operator": "Xe khách Thử"})
    answer = client.post(reverse("vaccination:report_commune"), {**facts, "commune": commune.pk})
    assert names(client.get(answer.url)) == [commune.name]
    assert names(page(client, BOARD, level="operators")) == ["Xe khách Thử"]
    client.force_login(UserFactory(labour_officer=True))
    assert reverse("vaccination:import") not in page(client, BOARD).content.decode()
    assert client.get(reverse("vaccination:report_operator")).status_code == 403


def test_a_wave_is_planned_changed_and_shown_with_what_is_awaited(client, officer, today):
    facts = {
        "number": "3",
        "group": "residents",
        "starts_on": f"{today:%d/%m/%Y}",
        "ends_on": f"{today:%d/%m/%Y}",
        "doses_planned": "10.000",
        "doses_received": "4.000",
        "doses_given": "1.000",
        "version": "0",
    }
    client.post(reverse("vaccination:new_wave"), facts)
    assert "6.000" in page(client, "vaccination:waves").content.decode()
    again = client.post(reverse("vaccination:new_wave"), facts)
    assert again.status_code == 422 and "đã có" in again.content.decode()
    wave = VaccinationWave.objects.get()
    address = reverse("vaccination:change_wave", args=[wave.pk])
    wrong = client.post(address, {**facts, "doses_given": "4.001", "version": "1"})
    assert list(wrong.context["form"].errors) == ["doses_given"]
    client.post(address, {**facts, "doses_given": "4.000", "version": "1"})
    late = client.post(address, {**facts, "doses_given": "2.000", "version": "1"})
    assert late.status_code == 422 and "Người khác vừa thay đổi" in late.content.decode()
    wave.refresh_from_db()
    assert wave.doses_given == 4000


def test_every_page_is_complete_in_english(client, officer):
    CoverageReportFactory()
    CoverageReportFactory(of_operator=True)
    VaccinationWaveFactory()
    officer.language = "en"
    officer.save()
    for name in (BOARD, "vaccination:waves", "vaccination:new_wave", "vaccination:report_operator", "vaccination:import"):
        answer = client.get(reverse(name), headers={"Accept-Language": "en"})
        assert 'lang="en"' in answer.content.decode()
        assert not {"Đủ mũi", "Khai", "Đợt"} & set(answer.content.decode().replace("<", " ").replace(">", " ").split())
    assert TransportOperator.objects.count() == 1
