"""Where people work."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from recruitment.workers.models import Employment
from recruitment.workers.services.employment import NotThisFactorysLine, WorksElsewhere, end_employment, start_employment
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, LineFactory, recruiter_of
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db


def start(worker, factory, today, **place):
    return start_employment(worker=worker, factory=factory, since=today, by=None, on=today, **place)


def test_starting_again_at_the_same_factory_moves_the_person_within_it(today):
    worker, line = WorkerFactory(), LineFactory()
    factory = line.workshop.factory
    start(worker, factory, today)
    moved = start(worker, factory, today + dt.timedelta(days=3), line=line, team="Ca B", dormitory_room="P101")
    assert Employment.objects.get() == moved
    assert (moved.line, moved.team, moved.dormitory_room, moved.since) == (line, "Ca B", "P101", today)


def test_nobody_works_at_two_factories_at_once(today):
    worker, here, there = WorkerFactory(), FactoryFactory(), FactoryFactory()
    start(worker, here, today)
    with pytest.raises(WorksElsewhere) as refusal:
        start(worker, there, today)
    assert here.name in refusal.value.for_people()
    end_employment(worker=worker, until=today, by=None, on=today)
    assert start(worker, there, today + dt.timedelta(days=1)).factory == there


def test_the_database_too_refuses_a_second_open_employment():
    first = EmploymentFactory()
    with pytest.raises(IntegrityError, match="one_open_employment_per_worker"), transaction.atomic():
        EmploymentFactory(worker=first.worker)


def test_a_line_of_another_factory_is_refused_by_name(today):
    with pytest.raises(NotThisFactorysLine):
        start(WorkerFactory(), FactoryFactory(), today, line=LineFactory())


def test_ending_before_the_first_day_ends_on_it_and_repeating_changes_nothing(today):
    employment = EmploymentFactory(since=today)
    for day in (today - dt.timedelta(days=5), today + dt.timedelta(days=5)):
        end_employment(worker=employment.worker, until=day, by=None, on=today)
    employment.refresh_from_db()
    assert employment.until == today


def test_only_the_factory_the_departments_and_the_person_see_where_somebody_works():
    employment = EmploymentFactory()
    seers = [recruiter_of(employment.factory), UserFactory(health_officer=True), UserFactory(labour_officer=True), employment.worker.user]
    strangers = [recruiter_of(FactoryFactory()), UserFactory(site_manager=True), WorkerFactory().user]
    assert all(Employment.objects.visible_to(user).exists() for user in seers)
    assert not any(Employment.objects.visible_to(user).exists() for user in strangers)
