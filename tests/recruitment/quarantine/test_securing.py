import datetime as dt

import pytest

from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.admissions import NoEntryBed
from recruitment.quarantine.services.cover import NoBackupCover
from recruitment.quarantine.services.securing import BedsMissing, EntryBed, give_up_beds, secure_beds
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def policy():
    return BackupPolicyFactory()


def secure(today, *, factory=None, entry=True):
    bed = EntryBed(WorkerFactory(), today, 7) if entry else None
    return secure_beds(factory=factory or FactoryFactory(), extra_workers=1, entry=bed, by=None, on=today)


def test_backup_and_entry_bed_come_together(today):
    site = SiteFactory()
    secured = secure(today)
    assert [(row.site, row.beds) for row in secured.backup] == [(site, 1)]
    assert secured.stay.site == site
    assert [figures(site, today), figures(site, today + 8 * DAY)] == [(10, 1, 1), (10, 1, 0)]


def test_an_entry_bed_is_not_looked_for_where_the_backup_takes_the_last_one(today):
    near, far = SiteFactory(beds=1), SiteFactory(far_away=True)
    secured = secure(today)
    assert (secured.backup[0].site, secured.stay.site) == (near, far)


def test_every_shortfall_is_named_at_once_and_nothing_is_taken(today):
    SiteFactory(with_stale_figures=True)
    with pytest.raises(BedsMissing) as refusal:
        secure(today)
    assert [type(part) for part in refusal.value.facts["refusals"]] == [NoBackupCover, NoEntryBed]
    assert Stay.objects.count() == 0


def test_when_only_the_backup_fits_neither_is_taken(today):
    site = SiteFactory(beds=1)
    with pytest.raises(BedsMissing) as refusal:
        secure(today)
    assert [type(part) for part in refusal.value.facts["refusals"]] == [NoEntryBed]
    assert figures(site, today) == (1, 0, 0)


def test_without_entry_quarantine_only_the_backup_is_secured(today):
    SiteFactory()
    assert secure(today, entry=False).stay is None


def test_giving_up_returns_the_entry_bed_and_the_backup_no_longer_asked_for(today):
    site, factory = SiteFactory(), FactoryFactory()
    secured = secure(today, factory=factory)
    assert give_up_beds(factory=factory, at_most=1, stay=secured.stay, by=None, on=today) == 1
    assert give_up_beds(factory=factory, at_most=1, stay=secured.stay, by=None, on=today) == 0
    assert figures(site, today) == (10, 0, 0)
