"""Figures of a subject: the newest count, older ones stay as history, and impossible ones never enter."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from recruitment.shared.refusals import Conflict
from recruitment.vaccination.models import CoverageReport, PriorityGroup, PriorityOrder, TransportOperator, VaccinationWave
from recruitment.vaccination.services.reporting import Figures, confirm_unchanged, newest_of, report_coverage, report_many, report_operator
from recruitment.vaccination.services.waves import WaveExists, change_wave, doses_in_stock, plan_wave, suggest_shares
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.vaccination import CoverageReportFactory, VaccinationWaveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(health_officer=True)


def figures(today, days_ago=0, people=100, one_dose=80, full_course=60) -> Figures:
    return Figures(people=people, one_dose=one_dose, full_course=full_course, as_of=today - dt.timedelta(days=days_ago))


def test_the_latest_day_counts_whatever_was_written_last(today, officer):
    factory = FactoryFactory()
    counts = report_coverage(subject=factory, figures=figures(today, days_ago=1, full_course=70), by=officer)
    report_coverage(subject=factory, figures=figures(today, days_ago=9), by=officer)
    assert newest_of([factory]) == {factory: counts}
    assert CoverageReport.objects.of(factory).count() == 2


def test_of_one_day_the_last_word_counts_and_may_go_back_to_the_first(today, officer):
    factory = FactoryFactory()
    for full_course in (60, 65, 60):
        last = report_coverage(subject=factory, figures=figures(today, full_course=full_course), by=officer)
    assert newest_of([factory])[factory] == last and last.full_course == 60
    assert CoverageReport.objects.count() == 3


def test_the_same_figures_twice_are_one_report(today, officer):
    factory = FactoryFactory()
    first = report_coverage(subject=factory, figures=figures(today), by=officer)
    assert report_coverage(subject=factory, figures=figures(today), by=officer) == first
    assert CoverageReport.objects.count() == 1


def test_an_operator_is_one_however_its_name_is_written(today, officer):
    report_operator(name="Xe khách Hòa Bình", figures=figures(today, days_ago=1), by=officer)
    report_operator(name="XE KHÁCH  Hoà Bình", figures=figures(today), by=officer)
    assert TransportOperator.objects.count() == 1
    assert CoverageReport.objects.newest().count() == 1


def test_unchanged_figures_hold_on_the_new_day_and_stale_ones_are_refused(today, officer):
    said = CoverageReportFactory(days_ago=10)
    confirmed = confirm_unchanged(report=said, by=officer, on=today)
    assert (confirmed.as_of, confirmed.people, confirmed.reported_by) == (today, said.people, officer)
    with pytest.raises(Conflict):
        confirm_unchanged(report=said, by=officer, on=today)


@pytest.mark.parametrize("wrong", [{"one_dose": 101}, {"full_course": 81}, {"people": 0, "one_dose": 0, "full_course": 0}, {"factory": None}])
def test_the_database_refuses_figures_that_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageReportFactory(**wrong)


def test_many_reports_cost_as_many_queries_as_one(today, officer):
    def queries(factories) -> int:
        with CaptureQueriesContext(connection) as counted:
            report_many([(factory, figures(today)) for factory in factories], by=officer)
        return len(counted)

    assert queries(FactoryFactory.create_batch(30)) == queries([FactoryFactory()])


def test_a_recruiter_sees_the_reports_of_the_own_factories_only():
    own, _other = CoverageReportFactory(), CoverageReportFactory()
    assert list(CoverageReport.objects.visible_to(recruiter_of(own.factory))) == [own]
    assert CoverageReport.objects.visible_to(UserFactory(site_manager=True)).count() == 0


def test_doses_at_hand_go_by_the_newest_reports_in_the_stated_order(today):
    factory = CoverageReportFactory(days_ago=20, one_dose=0, full_course=0).factory
    CoverageReportFactory(factory=factory, days_ago=1)  # 200 − 140: 60 still needed
    CoverageReportFactory(of_operator=True, people=50, one_dose=10, full_course=0)  # 90
    CoverageReportFactory(of_commune=True, people=1000, one_dose=0, full_course=0)  # 2,000
    VaccinationWaveFactory(doses_received=300, doses_given=200)
    assert doses_in_stock() == 100
    assert [(share.needed, share.suggested) for share in suggest_shares(today)] == [(60, 60), (90, 40), (2000, 0)]
    PriorityOrder.objects.create(
        document="KH thử", since=today, groups=[PriorityGroup.RESIDENTS, PriorityGroup.TRANSPORT_WORKERS, PriorityGroup.INDUSTRIAL_ZONES]
    )
    assert [(share.group, share.suggested) for share in suggest_shares(today)] == [
        ("residents", 100),
        ("transport_workers", 0),
        ("industrial_zones", 0),
    ]
    assert suggest_shares(today - dt.timedelta(days=1))[0].group == "industrial_zones"


@pytest.mark.parametrize("groups", [["residents"] * 3, ["residents", "transport_workers"], ["residents", "transport_workers", "others"]])
def test_an_order_names_each_group_once(today, groups):
    with pytest.raises(IntegrityError), transaction.atomic():
        PriorityOrder.objects.create(document="KH thử", since=today, groups=groups)


@pytest.mark.parametrize("wrong", [{"doses_given": 1}, {"doses_planned": 0}, {"ends_on": dt.date(2020, 1, 1)}, {"group": "others"}])
def test_the_database_refuses_waves_that_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        VaccinationWaveFactory(**wrong)


def wave_facts(today, **changed) -> dict:
    return {
        "number": 1,
        "group": "residents",
        "starts_on": today,
        "ends_on": today,
        "doses_planned": 10,
        "doses_received": 5,
        "doses_given": 0,
        **changed,
    }


def test_a_wave_has_each_group_once_and_of_two_officers_the_second_is_told(today, officer):
    wave = plan_wave(by=officer, **wave_facts(today))
    with pytest.raises(WaveExists):
        plan_wave(by=officer, **wave_facts(today))
    change_wave(wave=wave, version=1, by=officer, **wave_facts(today, doses_given=3))
    with pytest.raises(Conflict):
        change_wave(wave=wave, version=1, by=officer, **wave_facts(today, doses_given=4))
    assert VaccinationWave.objects.get().doses_given == 3
