import datetime as dt

import pytest

from recruitment.applications.models import Application
from recruitment.applications.services.choosing import offer
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept, outcome_sentence
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.quarantine.models import SiteNight, Stay
from recruitment.quarantine.services.cover import NoBackupCover
from recruitment.quarantine.services.recount import differences
from recruitment.workers.models import Worker
from tests.factories.applications import ApplicationFactory
from tests.factories.places import AreaLevelFactory, ProvinceFactory
from tests.factories.workers import WorkerFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
Status = Application.Status


def tonight(province, today):
    night = SiteNight.objects.get(site=province.site, night=today)
    return night.reserved, night.occupied


def test_accepting_fills_a_place_and_reserves_a_backup_bed_for_the_factory(today):
    province = Province()
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    opening = Opening.objects.get(pk=province.opening.pk)
    assert (opening.accepted, opening.held) == (1, 0)
    assert acceptance.reservation.factory == province.opening.factory
    assert tonight(province, today) == (1, 0)
    assert Worker.objects.get().status == Worker.Status.HIRED
    assert list(differences()) == []


def test_somebody_whose_province_has_since_become_part_of_this_one_asks_for_no_backup_bed(today):
    province = Province()
    merged = ProvinceFactory(successor=province.home, since=dt.date(1997, 1, 1), until=dt.date(2025, 6, 30))
    AreaLevelFactory(province=merged, level=2)
    application = ApplicationFactory(worker=WorkerFactory(consented=True, home_province=merged), opening=province.opening)
    acceptance = accept(application=application, by=province.recruiter, on=today)
    assert (acceptance.reservation, acceptance.beds_added) == (None, 0)
    assert tonight(province, today) == (0, 0)


def test_the_recruiter_is_told_in_one_sentence_what_was_reserved_where(today):
    province = Province(**ENTRY_QUARANTINE)
    sentence = outcome_sentence(accept(application=province.applicant(), by=province.recruiter, on=today))
    assert "giữ thêm 1 giường dự phòng" in sentence
    assert sentence.count(province.site.name) == 2
    assert sentence.endswith(".") and sentence.count(".") == 1


def test_a_rule_that_asks_for_a_site_books_an_entry_bed_for_exactly_its_days(today):
    province = Province(**ENTRY_QUARANTINE)
    acceptance = accept(application=province.applicant(starts_on=today), by=province.recruiter, on=today)
    stay = acceptance.entry_stay
    assert (stay.leaves_on - stay.arrives_on).days == 7
    assert stay.leaves_on == acceptance.starts_on == max(province.opening.starts_on, today + dt.timedelta(days=7))
    assert list(differences()) == []


def test_accepting_twice_changes_nothing_the_second_time(today):
    province = Province()
    application = province.applicant()
    first = accept(application=application, by=province.recruiter, on=today)
    second = accept(application=application, by=province.recruiter, on=today)
    assert first == second
    assert tonight(province, today) == (1, 0)
    assert Message.objects.filter(kind="accepted", channel="app").count() == 1


def test_everything_that_is_lacking_is_named_at_once_and_nothing_is_kept(today):
    province = Province(places=1, beds=0, outcome="refuse", person_class="any")
    application = province.applicant()
    Opening.objects.filter(pk=province.opening.pk).update(accepted=1)
    with pytest.raises(NotAccepted) as refusal:
        accept(application=application, by=province.recruiter, on=today)
    names = [type(shortfall).__name__ for shortfall in refusal.value.shortfalls]
    assert names == ["NoPlacesLeft", "NotCleared", "BedsMissing"]
    assert isinstance(refusal.value.shortfalls[-1].refusals[0], NoBackupCover)
    assert "hết chỗ" in refusal.value.for_people() and "còn thiếu 1" in refusal.value.for_people()
    assert Application.objects.get().status == Status.APPLIED
    assert not Acceptance.objects.exists() and not SiteNight.objects.filter(reserved__gt=0).exists()


def test_being_hired_ends_the_other_applications_and_gives_their_places_back(today):
    province = Province()
    application = province.applicant()
    elsewhere = ApplicationFactory(worker=application.worker)
    offer(application=elsewhere, by=elsewhere.opening.created_by, on=today)
    accept(application=application, by=province.recruiter, on=today)
    elsewhere = Application.objects.select_related("opening").get(pk=elsewhere.pk)
    assert (elsewhere.status, elsewhere.ending) == (Status.CLOSED, "hired_elsewhere")
    assert elsewhere.opening.held == 0


def test_withdrawing_after_acceptance_gives_place_backup_and_entry_bed_back(today):
    province = Province(**ENTRY_QUARANTINE)
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    application = withdraw(application=acceptance.application, by=acceptance.application.worker.user, on=today)
    assert application.status == Status.WITHDRAWN
    assert Opening.objects.get(pk=province.opening.pk).accepted == 0
    assert not SiteNight.objects.exclude(reserved=0, occupied=0).exists()
    assert Stay.objects.get().status == Stay.Status.CANCELLED
    assert Worker.objects.get(pk=application.worker_id).status == Worker.Status.LOOKING
    assert list(differences()) == []


def test_withdrawing_twice_frees_once(today):
    province = Province()
    accept(application=province.applicant(), by=province.recruiter, on=today)
    mine = accept(application=province.applicant(), by=province.recruiter, on=today).application
    withdraw(application=mine, by=mine.worker.user, on=today)
    withdraw(application=mine, by=mine.worker.user, on=today)
    assert Opening.objects.get(pk=province.opening.pk).accepted == 1
    assert tonight(province, today) == (1, 0)


def test_somebody_of_the_province_needs_no_backup_bed(today):
    province = Province(beds=0)
    application = province.applicant()
    application.worker.home_province = province.opening.factory.zone.province
    application.worker.save()
    from_here = application.worker.home_province
    province.origin.arealevel_set.update(province=from_here)
    assert accept(application=application, by=province.recruiter, on=today).reservation is None


def test_messages_about_acceptance_hold_no_health_fact(today):
    province = Province(**ENTRY_QUARANTINE)
    accept(application=province.applicant(), by=province.recruiter, on=today)
    texts = " ".join(Message.objects.values_list("text", flat=True)).lower()
    assert not any(word in texts for word in ("tiêm", "mũi", "xét nghiệm", "thẻ", "cách ly"))
