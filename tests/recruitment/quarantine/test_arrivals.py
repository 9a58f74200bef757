import datetime as dt
from io import BytesIO

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from recruitment.notifications.models import Message
from recruitment.quarantine.models import ArrivalCode, NoShow, Stay
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.arrivals import address_of, codes_of, free_beds_of_no_shows, look_up
from recruitment.quarantine.services.corrections import TooLateToUndo, undo_admission, undo_release
from recruitment.quarantine.services.ledger import NoCapacity
from recruitment.quarantine.services.recount import recount
from recruitment.quarantine.services.transfers import accept_transfer, request_transfer
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def place():
    return SiteFactory(name="Khu Tân Lập")


@pytest.fixture
def manager(client, place):
    user = manager_of(place)
    client.force_login(user)
    return user


def expected(site, today, *, name="Nông Thị Thử", in_days=0, days=7):
    first = today + in_days * DAY
    return book_bed(worker=WorkerFactory(name=name), site=site, arrives_on=first, leaves_on=first + days * DAY, by=None)


def code_of(stay):
    return codes_of([stay])[stay.pk]


def asked(site, stay, today):
    return look_up(scanned=code_of(stay), sites=[site], on=today)


def test_the_gate_knows_whoever_is_expected_however_the_code_is_written(place, today):
    stay = expected(place, today)
    code = code_of(stay)
    assert len(code) == 8 and code_of(stay) == code
    for scanned in (code, f" {code[:4]}-{code[4:].lower()} ", address_of(code)):
        assert look_up(scanned=scanned, sites=[place], on=today).kind == "expected"


def test_the_gate_says_what_is_wrong(place, today):
    other = SiteFactory(name="Khu Phúc Thuận")
    tomorrow, elsewhere, inside, gone = (
        expected(place, today, in_days=1),
        expected(other, today),
        expected(place, today),
        expected(place, today),
    )
    admit(stay=inside, by=None, on=today)
    cancel_stay(stay=gone, by=None, on=today)
    assert asked(place, tomorrow, today).kind == "wrong_day"
    answer = asked(place, elsewhere, today)
    assert answer.kind == "wrong_site" and "Khu Phúc Thuận" in answer.for_people()
    assert asked(place, inside, today).kind == "already_in"
    assert asked(place, gone, today).kind == "over"
    assert look_up(scanned="ZZZZ9999", sites=[place], on=today).kind == "unknown"


def test_a_paper_of_a_bed_given_up_leads_to_the_bed_that_the_person_has_now(place, today):
    old = expected(SiteFactory(), today)
    code = code_of(old)
    cancel_stay(stay=old, by=None, on=today)
    now = book_bed(worker=old.worker, site=place, arrives_on=today, leaves_on=today + DAY, by=None)
    answer = look_up(scanned=code, sites=[place], on=today)
    assert (answer.kind, answer.stay) == ("expected", now)


def test_somebody_on_the_way_from_another_site_is_received_through_the_transfer(place, manager, today):
    stay = admit(stay=expected(SiteFactory(name="Khu cũ"), today), by=None, on=today)
    transfer = request_transfer(stay=stay, destination=place, by=manager, on=today)
    accept_transfer(transfer=transfer, by=manager, on=today)
    answer = asked(place, stay, today)
    assert answer.kind == "on_the_way" and "Khu cũ" in answer.for_people()


def test_a_scan_leads_to_the_question_and_the_button_admits(client, place, manager, today):
    stay = expected(place, today)
    page = client.post(reverse("quarantine:arrivals", args=[place.pk]), {"typed": code_of(stay)})
    assert page.url == reverse("quarantine:admit", args=[stay.pk])
    client.post(page.url)
    stay.refresh_from_db()
    assert stay.status == "admitted"
    assert "Nhận nhầm" in client.get(reverse("quarantine:arrivals", args=[place.pk])).content.decode()


def test_the_qr_itself_opens_the_gate_in_an_ordinary_camera(client, place, manager, today):
    stay = expected(place, today)
    assert client.get(reverse("quarantine:arrive", args=[code_of(stay)])).url == reverse("quarantine:admit", args=[stay.pk])


def test_a_photo_of_the_code_is_read_on_the_server(client, place, manager, today):
    stay = expected(place, today)
    picture = BytesIO()
    barcode = zxingcpp.create_barcode(address_of(code_of(stay)), zxingcpp.BarcodeFormat.QRCode)
    Image.fromarray(barcode.to_image(scale=6)).save(picture, "PNG")
    photo = SimpleUploadedFile("ma.png", picture.getvalue(), "image/png")
    answer = client.post(reverse("quarantine:arrivals", args=[place.pk]), {"typed": "", "photo": photo})
    assert answer.url == reverse("quarantine:admit", args=[stay.pk])


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"typed": ""}, "Hãy quét"),
        ({"typed": "x" * 301}, "Dài quá"),
        ({"typed": "', DROP"}, "Không có mã này"),
        ({"photo": SimpleUploadedFile("a.png", b"no picture", "image/png")}, "Không đọc được mã QR"),
        ({"photo": SimpleUploadedFile("a.png", b"", "image/png")}, "Không đọc được"),
    ],
)
def test_what_is_no_code_is_explained(client, place, manager, sent, sentence):
    answer = client.post(reverse("quarantine:arrivals", args=[place.pk]), sent)
    assert answer.status_code == 422 and sentence in answer.content.decode()


def test_another_sites_gate_is_not_there(client, manager):
    assert client.get(reverse("quarantine:arrivals", args=[SiteFactory().pk])).status_code == 404


def test_a_mistaken_admission_is_undone_only_for_a_while(place, manager, today):
    stay = admit(stay=expected(place, today), by=manager, on=today)
    undo_admission(stay=stay, by=manager, on=today)
    stay.refresh_from_db()
    assert (stay.status, stay.admitted_at) == ("booked", None)
    stay = admit(stay=stay, by=manager, on=today)
    Stay.objects.filter(pk=stay.pk).update(admitted_at=timezone.now() - dt.timedelta(minutes=31))
    with pytest.raises(TooLateToUndo):
        undo_admission(stay=stay, by=manager, on=today)


@pytest.mark.django_db(transaction=True)
def test_a_mistaken_release_takes_the_nights_again(place, manager, today):
    stay = admit(stay=expected(place, today), by=manager, on=today)
    release(stay=stay, by=manager, on=today)
    assert figures(place, today) == (10, 0, 0)
    undo_release(stay=stay, by=manager, on=today)
    assert figures(place, today) == (10, 0, 1)
    stay.refresh_from_db()
    assert (stay.status, stay.freed_from, stay.ended_at) == ("admitted", None, None)
    assert not recount()


def test_a_bed_promised_meanwhile_is_not_taken_back(manager, today):
    place = SiteFactory(beds=1)
    stay = admit(stay=expected(place, today), by=None, on=today)
    release(stay=stay, by=None, on=today)
    expected(place, today)
    with pytest.raises(NoCapacity):
        undo_release(stay=stay, by=None, on=today)
    stay.refresh_from_db()
    assert stay.status == "released" and figures(place, today) == (1, 0, 1)


def test_a_bed_nobody_came_for_is_freed_and_everybody_sees_it(client, place, manager, today):
    stay = expected(place, today, name="Lò Văn Vắng")
    midnight = timezone.make_aware(dt.datetime.combine(today + DAY, dt.time.min))
    soon, due = midnight + dt.timedelta(hours=23), midnight + dt.timedelta(hours=24)
    assert free_beds_of_no_shows(now=soon, on=timezone.localdate(soon)) == 0
    assert free_beds_of_no_shows(now=due, on=timezone.localdate(due)) == 1
    assert free_beds_of_no_shows(now=due, on=timezone.localdate(due)) == 0
    assert NoShow.objects.get().stay == stay and figures(place, today + 3 * DAY) == (10, 0, 0)
    assert Message.objects.filter(recipient=stay.worker.user, kind="no_show", channel="app").count() == 1
    assert "Lò Văn Vắng" in client.get(reverse("quarantine:arrivals", args=[place.pk])).content.decode()
    client.force_login(UserFactory(labour_officer=True))
    assert "Lò Văn Vắng" in client.get(reverse("quarantine:no_shows")).content.decode()
    client.force_login(stay.worker.user)
    assert "chưa đến" in client.get(reverse("quarantine:own_stay")).content.decode()


def test_nobody_is_missing_who_is_inside_or_being_moved(place, manager, today):
    admit(stay=expected(place, today), by=None, on=today)
    moving = expected(place, today)
    request_transfer(stay=moving, destination=SiteFactory(), by=manager, on=today)
    late = timezone.now() + 5 * DAY
    assert free_beds_of_no_shows(now=late, on=today + 5 * DAY) == 0


def test_the_person_sees_the_code_the_day_and_the_day_of_leaving(client, place, today):
    stay = expected(place, today, days=7)
    client.force_login(stay.worker.user)
    page = client.get(reverse("quarantine:own_stay")).content.decode()
    assert ArrivalCode.objects.get().code in page and "<svg" in page and "Cần mang gì" in page
    admit(stay=stay, by=None, on=today)
    page = client.get(reverse("quarantine:own_stay")).content.decode()
    assert "1/7" in page and f"{stay.leaves_on:%d/%m/%Y}" in page


def test_slips_are_printed_for_whoever_comes_today_or_tomorrow(client, place, manager, today, django_assert_max_num_queries):
    for days in (0, 1, 2):
        expected(place, today, name=f"Lò Văn {days}", in_days=days)
    with django_assert_max_num_queries(14):
        page = client.get(reverse("quarantine:codes", args=[place.pk])).content.decode()
    assert "Lò Văn 0" in page and "Lò Văn 1" in page and "Lò Văn 2" not in page


def test_the_gates_page_asks_the_database_as_often_for_many_as_for_one(client, place, manager, today):
    address, counts = reverse("quarantine:arrivals", args=[place.pk]), []
    for people in (1, 5):
        for _person in range(people):
            expected(place, today)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
