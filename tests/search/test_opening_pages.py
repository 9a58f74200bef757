"""The list of openings as a page: what was understood, what can be taken back, what was ignored."""

import html
import re
from functools import cache

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory, ShuttleStopFactory
from tests.factories.places import IndustrialZoneFactory

pytestmark = pytest.mark.django_db
SENTENCE = "ca ngày trên 9 triệu có ký túc xá Yên Bình"


class Page:
    """What a person sees and can follow."""

    def __init__(self, response):
        self.response = response
        assert response.status_code == 200
        self.html = response.content.decode()
        self.text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html)))

    @property
    def titles(self) -> list[str]:
        return [html.unescape(title) for title in re.findall(r'class="card-title"><a href="[^"]*">([^<]*)</a>', self.html)]

    @property
    def total(self) -> int:
        return int(re.search(r"(\d+) việc đang tuyển", self.text)[1])

    def links(self, pattern: str) -> dict[str, str]:
        """Label → address of the links whose class matches."""
        found = re.findall(rf'<a class="{pattern}" href="([^"]*)"[^>]*>(.*?)</a>', self.html, re.DOTALL)
        return {html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", label))).strip(): html.unescape(address) for address, label in found}

    def turned(self, to: str) -> str:
        """The address of the next page, or of the one before ("prev")."""
        return html.unescape(re.search(rf'href="([^"]*)" rel="{to}"', self.html)[1])

    @property
    def chips(self) -> dict[str, str]:
        return self.links("chip chosen")


@pytest.fixture
def look(client, rebuilt):
    """Build the index from what the test made before, then open the list at an address."""
    build = cache(rebuilt)

    def look(address: str = "", **parameters) -> Page:
        build()
        return Page(client.get(f"/{address}", parameters))

    return look


@pytest.fixture
def province(today):
    """Two zones, an occupation, and openings that differ in one thing each."""
    here, there = IndustrialZoneFactory(code="yen-binh", name="KCN Yên Bình"), IndustrialZoneFactory(code="song-cong-1", name="KCN Sông Công I")
    sewing = OccupationFactory(code="8153.1", name="Công nhân may", name_en="Sewing machine operator")
    all_right = {"factory__zone": here, "shift": "day", "wage_min": None, "wage_max": 10_000_000, "has_dormitory": True, "occupation": sewing}
    for title, other in {
        "đúng cả": {},
        "ca khác": {"shift": "night"},
        "lương khác": {"wage_max": 7_000_000},
        "không chỗ ở": {"has_dormitory": False},
        "khu khác": {"factory__zone": there},
    }.items():
        OpeningFactory(title=title, **all_right | other)
    return here, there


def test_one_sentence_is_read_as_its_conditions_and_shown(look, province):
    page = look(q=SENTENCE)
    assert page.titles == ["đúng cả"]
    assert list(page.chips) == ["ca ngày", "từ 9 triệu", "có ký túc xá", "ở KCN Yên Bình"]


@pytest.mark.parametrize(
    ("label", "gained"), [("ca ngày", "ca khác"), ("từ 9 triệu", "lương khác"), ("có ký túc xá", "không chỗ ở"), ("ở KCN Yên Bình", "khu khác")]
)
def test_each_chip_is_taken_back_by_a_link(look, province, label, gained):
    page = look(q=SENTENCE)
    without = look(page.chips[label])
    assert set(without.titles) == {"đúng cả", gained}
    assert set(without.chips) == set(page.chips) - {label}


def test_exactly_these_words_takes_nothing_for_a_condition(look, province):
    OpeningFactory(title="Ca ngày trên 9 triệu có ký túc xá Yên Bình", shift="night")
    page = look(q=SENTENCE)
    assert "Tìm đúng từng chữ" in page.text
    exactly = look(next(address for label, address in page.links("link-button").items() if "đúng từng chữ" in label))
    assert exactly.titles == ["Ca ngày trên 9 triệu có ký túc xá Yên Bình"]
    assert list(exactly.chips) == ["đúng các từ này"]


def test_what_was_chosen_in_the_form_is_a_chip_too(look, province):
    page = look("?zones=yen-binh&zones=song-cong-1&shifts=day&wage_from=9000000&dormitory=on&v=2")
    assert set(page.titles) == {"đúng cả", "khu khác"}
    assert set(page.chips) == {"KCN Yên Bình", "KCN Sông Công I", "ca ngày", "từ 9 triệu", "có ký túc xá"}
    assert look(page.chips["KCN Sông Công I"]).titles == ["đúng cả"]


def test_the_form_shows_what_the_words_chose_and_its_counts_go_on(look, province):
    page = look(q="yên bình")
    assert page.total == 4
    box = re.search(r'<label class="choice[^"]*" for="id_zones_\d">(<input[^>]*value="yen-binh"[^>]*>)', page.html)[1]
    assert "checked" in box and "disabled" in box
    assert look(q="yên bình", zones="song-cong-1", v="2").total == 5


def test_an_empty_list_says_what_each_condition_hides_and_the_links_show_just_as_many(look, province):
    page = look(q="ca đêm trên 20 triệu yên bình")
    assert (page.total, page.titles) == (0, [])
    gains = {label: address for label, address in page.links("chip").items() if label.startswith("bỏ “")}
    assert list(gains) == ["bỏ “từ 20 triệu”: +1"]
    assert look(gains["bỏ “từ 20 triệu”: +1"]).titles == ["ca khác"]


def test_every_gain_is_true(look, province, today):
    OpeningFactory(title="Thợ hàn khung", shift="night"), OpeningFactory(title="Thợ hàn khung ca ngày", shift="office")
    for asked in ({"q": "thợ hàn ca ngày", "commute": "shuttle"}, {"q": "khung xyzabc"}, {"q": "may yên bình trên 20 triệu ca đêm"}):
        page = look(**asked)
        gains = {label: address for label, address in page.links("chip").items() if label.startswith("bỏ “")}
        assert gains, asked
        for label, address in gains.items():
            assert look(address).total == int(re.search(r"\+(\d+)$", label)[1]), label


def test_when_dropping_one_condition_is_not_enough_each_alone_is_offered(look, province):
    page = look(q="xyzabc", dormitory="on", shifts="office", zones="yen-binh", v="2")
    alone = {label: address for label, address in page.links("chip").items() if label.startswith("chỉ “")}
    assert set(alone) == {"chỉ “có ký túc xá”: 4", "chỉ “KCN Yên Bình”: 4"}
    for label, address in alone.items():
        assert look(address).total == int(label.rpartition(" ")[2]), label


def test_an_empty_list_costs_as_many_queries_for_one_condition_as_for_many(client, rebuilt, province):
    rebuilt()

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Page(client.get(address)).total == 0
        return len(captured)

    client.get("/")
    one = queries("/?q=xyzabc&zones=yen-binh&occupations=8153.1&v=2")
    assert queries("/?q=xyzabc+ca+đêm+trên+20+triệu&zones=yen-binh&occupations=8153.1&shifts=night&dormitory=on&wage_from=30000000&v=2") == one


def test_an_old_link_with_keys_instead_of_codes_still_works(look, province):
    here, _there = province
    old, new = look(f"?zones={here.pk}"), look("?zones=yen-binh&v=2")
    assert old.titles == new.titles and old.total == 4
    assert old.chips.keys() == new.chips.keys() == {"KCN Yên Bình"}


def test_filters_survive_the_way_to_an_opening_and_back(client, look, province):
    page = look(q="yên bình", shifts="day", sort="wage")
    there = html.unescape(re.search(r'class="card-title"><a href="([^"]*)"', page.html)[1])
    back = html.unescape(re.search(r'<a class="back" href="([^"]*)"', client.get(there).content.decode())[1])
    assert Page(client.get(back)).titles == page.titles


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("?sort=sideways", "Xếp theo: “sideways”"),
        ("?zones=no-such&zones=yen-binh&v=2", "Khu công nghiệp: “no-such”"),
        ("?shifts=noon", "Ca làm: “noon”"),
        ("?occupations=%00", "Có phần không đọc được"),
        ("?commute=rocket", "Đi làm bằng: “rocket”"),
        ("?page=-5", "Trang: “-5”"),
        ("?page=one", "Trang: “one”"),
        ("?size=-1&nonsense=1", "nonsense"),
        ("?q=" + "a" * 10_000, "Việc gì, ở đâu"),
        ("?q=" + "+".join(["nhân"] * 60), "20 từ cuối của ô tìm"),
    ],
)
def test_what_can_t_be_read_is_said_and_left_out(look, province, address, said):
    page = look(address)
    assert said in page.text
    assert len(page.html) < 60_000


@pytest.mark.parametrize("address", ["", "?q=", "?utm_source=zalo&fbclid=x", "?q=may&page=1&sort=&wage_from=&start_by=&v=2"])
def test_an_ordinary_address_is_said_nothing_about(look, province, address):
    assert "không đọc được" not in look(address).text


@pytest.mark.parametrize("name", ["wage_from", "start_by"])
def test_an_amount_or_a_day_that_can_t_be_read_is_said_and_shown_beside_its_field(look, province, name):
    page = look(**{name: "lots"})
    assert "“lots”" in page.text and f'id="id_{name}_error"' in page.html
    assert page.total == 5


@pytest.mark.parametrize("number", [2, 10**6, 10**30])
def test_a_page_beyond_the_last_says_how_many_there_are(look, province, number):
    page = look(page=str(number))
    assert "danh sách này có 1 trang" in page.text
    assert look(page.links("button quiet")["Về trang đầu"]).total == 5


def test_the_next_page_goes_on_where_this_one_ended_though_openings_came_meanwhile(client, rebuilt):
    for number in range(25):
        OpeningFactory(title=f"việc {number}")
    rebuilt()
    first = Page(client.get("/?sort=newest"))
    OpeningFactory(title="vừa đăng")
    rebuilt()
    second = Page(client.get(f"/{first.turned('next')}"))
    assert sorted(first.titles + second.titles) == sorted(f"việc {number}" for number in range(25))
    back = Page(client.get(f"/{second.turned('prev')}"))
    assert (back.titles[0], len(back.titles)) == ("vừa đăng", 20)


@pytest.mark.parametrize("after", ["x", "1", "1_2_3_4_5", "9" * 19 + "_1", "1_-", "٣_٣", "1_2\x00"])
def test_a_place_that_is_none_leaves_the_page_to_its_number(look, after):
    for number in range(25):
        OpeningFactory(title=f"việc {number}")
    assert len(look(page=2, after=after).titles) == 5


def test_the_way_to_work_can_be_chosen_by_stop_or_dormitory(look, province):
    bus = OpeningFactory(title="có xe"), OpeningFactory(title="xe khác"), OpeningFactory(title="tự đi")
    ShuttleStopFactory(opening=bus[0], name="Bến xe Thái Nguyên"), ShuttleStopFactory(opening=bus[1], name="Chợ Đồng Quang")
    assert set(look(commute="stop:Bến xe Thái Nguyên").titles) == {"có xe"}
    assert set(look("?commute=stop:Bến+xe+Thái+Nguyên&commute=stop:Chợ+Đồng+Quang").titles) == {"có xe", "xe khác"}
    assert set(look(q="có xe đưa đón").titles) == {"có xe", "xe khác"}
    assert "tự đi" not in look("?commute=shuttle&commute=dormitory").titles
    assert look("?commute=shuttle&commute=dormitory").total == 6


def test_a_short_way_to_work_is_a_short_ride_or_a_bed_at_the_factory(look, today):
    near, far, bed = OpeningFactory(title="gần"), OpeningFactory(title="xa"), OpeningFactory(title="ký túc xá", has_dormitory=True)
    ShuttleStopFactory(opening=near, name="Phố Cò", ride_minutes=50), ShuttleStopFactory(opening=near, name="Ga Lưu Xá", ride_minutes=30)
    ShuttleStopFactory(opening=far, ride_minutes=31), ShuttleStopFactory(opening=bed, ride_minutes=90), OpeningFactory(title="không xe")
    assert set(look(commute="ride:30").titles) == {"gần", "ký túc xá"}
    assert set(look(commute="ride:45").titles) == {"gần", "xa", "ký túc xá"}
    assert "đi xe không quá 30 phút, hoặc ở ký túc xá" in look(commute="ride:30").chips
    assert look(commute="ride:29").total == 4


def test_when_search_is_down_the_newest_openings_are_shown_with_the_time_and_the_filters_kept(client, settings, tmp_path, province):
    settings.SEARCH_DIRECTORY = tmp_path / "missing"
    page = Page(client.get("/", {"q": SENTENCE}))
    assert "09:00" in page.text
    assert page.titles == ["đúng cả"]
    assert client.get(reverse("search:suggestions"), {"q": "may"}).status_code == 200


def test_suggestions_complete_what_was_typed_with_true_counts(client, look, province):
    look()
    answer = client.get(reverse("search:suggestions"), {"q": "cong nhan m"})
    found = {html.unescape(value): int(count) for value, count in re.findall(r'<option value="([^"]*)">\s*(\d+) việc', answer.content.decode())}
    assert found["Công nhân may"] == look(q="công nhân may").total == 5
    assert len(answer.content) <= 3_000


def test_suggestions_correct_a_slip(client, look, province):
    look()
    answer = client.get(reverse("search:suggestions"), {"q": "congg nhan"}).content.decode()
    assert 'value="cong nhan"' in answer and 'value="cong nhan may"' not in answer and 'value="Công nhân may"' in answer


@pytest.mark.parametrize("typed", ["", "m", "yên b", "ca ngày yê", "<script>", "x" * 10_000, "\x00", '"', "công nhân " * 50])
def test_suggestions_answer_whatever_is_typed_in_three_kilobytes(client, look, province, typed):
    look()
    answer = client.get(reverse("search:suggestions"), {"q": typed})
    assert answer.status_code == 200 and len(answer.content) <= 3_000
    for value, count in re.findall(r'<option value="([^"]*)">\s*(\d+) việc', answer.content.decode()):
        assert look(q=html.unescape(value)).total == int(count), value


def test_a_list_of_thirty_costs_as_many_queries_as_one(client, rebuilt, province):
    def queries() -> int:
        rebuilt()
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/", {"q": "lắp ráp", "dormitory": "on"})
        return len(captured)

    OpeningFactory(title="lắp ráp 0", has_dormitory=True)
    one = queries()
    for number in range(30):
        ShuttleStopFactory(opening=OpeningFactory(title=f"lắp ráp {number}", has_dormitory=True), name=f"Điểm {number}")
    assert queries() == one


def test_the_page_works_in_english(client, rebuilt, province):
    rebuilt()
    page = Page(client.get("/", {"q": "sewing machine operator night shift over 9 million dormitory"}, HTTP_ACCEPT_LANGUAGE="en"))
    assert list(page.chips) == ["occupation: Sewing machine operator", "night shift", "from 9 million", "dormitory"]
