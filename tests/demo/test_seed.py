"""The demo province, whatever its size."""

import pytest
from django.core.management import call_command

from recruitment.quarantine.models import ReservationNight, Stay


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_a_province_with_more_factories_than_backup_beds_still_houses_people_at_every_site(today, seed):
    call_command("seed", workers=40, openings=4, factories=40, sites=2, seed=seed, verbosity=0)
    wanted = {(code, status) for code in ("mau-01", "mau-02") for status in (Stay.Status.BOOKED, Stay.Status.ADMITTED)}
    assert wanted <= set(Stay.objects.values_list("site__code", "status").order_by())
    assert ReservationNight.objects.filter(night=today, beds__gt=0).exists()
