"""What somebody who looks for work finds."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.occupations.models import Occupation
from recruitment.openings.models import Opening
from recruitment.places.models import IndustrialZone
from recruitment.workers.models import Shift
from search.projections import candidate_facts
from search.queries.openings import OpeningParameters, find_openings
from search.scoring import CandidateFacts
from tests.factories.occupations import OccupationFactory, SkillFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import IndustrialZoneFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


@pytest.fixture
def find(rebuilt, today):
    """Build the index from what the test made, then search it as a stranger."""

    def find(user=NOBODY, **parameters):
        rebuilt()
        return find_openings(OpeningParameters(**parameters), user=user, on=today)

    return find


def titles(found) -> list[str]:
    return [row.row.title for row in found.rows]


@pytest.fixture
def sewing():
    return OccupationFactory(name="Thợ may công nghiệp", name_en="Sewing machine operator", synonyms=["công nhân may", "may công nghiệp"])


@pytest.fixture
def machines():
    return OccupationFactory(name="Thợ bảo trì máy", name_en="Maintenance mechanic", synonyms=["thợ máy"])


@pytest.mark.parametrize("typed", ["đóng gói", "dong goi", "ĐÓNG GÓI", "Đóng gói", "gói đóng", "ddongs gois", "  đóng   gói!?"])
def test_accents_case_and_order_don_t_matter(find, typed):
    OpeningFactory(title="Công nhân đóng gói"), OpeningFactory(title="Công nhân hàn")
    assert titles(find(q=typed)) == ["Công nhân đóng gói"]


def test_without_accents_every_accent_is_meant_and_the_same_letters_come_first(find):
    OpeningFactory(title="Vận hành máy"), OpeningFactory(title="Cắt may")
    assert titles(find(q="may")) == ["Cắt may", "Vận hành máy"]


@pytest.mark.parametrize(("typed", "expected"), [("hàn", "Thợ hàn"), ("hạn", "Làm có hạn"), ("thợ hạn", "Thợ hàn")])
def test_accents_that_were_typed_are_meant_unless_nothing_has_them(find, typed, expected):
    OpeningFactory(title="Thợ hàn"), OpeningFactory(title="Làm có hạn")
    assert titles(find(q=typed)) == [expected]


def test_a_title_typed_without_accents_is_found_by_words_with_them(find):
    OpeningFactory(title="Tuyen tho han khung xe"), OpeningFactory(title="Hạn chế chỉnh khung")
    OpeningFactory(title="Thợ hàn khung")
    assert set(titles(find(q="hàn khung"))) == {"Tuyen tho han khung xe", "Thợ hàn khung"}


@pytest.mark.parametrize("typed", ["công nhân may", "cong nhan may", "sewing machine operator", "thợ may công nghiệp", "May Công Nghiệp"])
def test_any_name_of_an_occupation_finds_its_openings_whatever_their_titles(find, sewing, typed):
    OpeningFactory(title="Chuyền 7 ca sáng", occupation=sewing), OpeningFactory(title="Phụ kho")
    found = find(q=typed)
    assert titles(found) == ["Chuyền 7 ca sáng"]
    assert found.understood.occupations == {sewing.pk}


def test_a_synonym_with_other_accents_is_another_word(find, sewing, machines):
    OpeningFactory(title="Chuyền 7", occupation=sewing), OpeningFactory(title="Tổ cơ khí", occupation=machines)
    sewing.synonyms.append("thợ may")
    sewing.save()
    assert titles(find(q="thợ máy")) == ["Tổ cơ khí"]
    assert titles(find(q="thợ may")) == ["Chuyền 7"]
    assert sorted(titles(find(q="tho may"))) == ["Chuyền 7", "Tổ cơ khí"]


def test_a_new_synonym_works_without_indexing_anything(find, sewing, today):
    OpeningFactory(title="Chuyền 7", occupation=sewing)
    assert titles(find(q="lập trình CNC")) == []
    sewing.synonyms.append("lập trình CNC")
    sewing.save()
    assert titles(find_openings(OpeningParameters(q="lập trình CNC"), user=NOBODY, on=today)) == ["Chuyền 7"]


def test_an_occupation_and_a_place_in_one_line_must_both_hold(find, sewing):
    here, there = IndustrialZoneFactory(name="KCN Yên Bình"), IndustrialZoneFactory(name="KCN Sông Công")
    OpeningFactory(title="Chuyền 7", occupation=sewing, factory__zone=here), OpeningFactory(title="Chuyền 8", occupation=sewing, factory__zone=there)
    assert titles(find(q="công nhân may Yên Bình")) == ["Chuyền 7"]
    assert titles(find(q="khu cong nghiep song cong")) == titles(find(q="KCN sông công")) == ["Chuyền 8"]


def test_abbreviations_are_read(find):
    OpeningFactory(title="Công nhân phụ kho")
    assert titles(find(q="CN phụ kho")) == ["Công nhân phụ kho"]


def test_an_abbreviation_inside_the_name_of_an_occupation_is_written_out(find, sewing):
    OpeningFactory(title="Chuyền 7", occupation=sewing), OpeningFactory(title="Phụ kho")
    found = find(q="cn may")
    assert (titles(found), found.understood.occupations) == (["Chuyền 7"], {sewing.pk})


def test_one_slip_in_a_word_nobody_uses_is_corrected_and_said(find):
    OpeningFactory(title="Công nhân hàn khung")
    found = find(q="khunh")
    assert titles(found) == ["Công nhân hàn khung"]
    assert dict(found.understood.corrected) == {"khunh": "khung"}


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "!!!",
        "\x00\x1b",
        "title:may OR *",
        '"',
        "a" * 10_000,
        "công nhân " * 1000,
        "'; DROP TABLE openings_opening;--",
        "\u202e\u0301",
        "👷",
        "-may",
        "((((",
    ],
    ids=lambda typed: ascii(typed[:12]),
)
def test_no_text_breaks_the_search(find, typed):
    OpeningFactory(title="Công nhân")
    assert find(q=typed).total in (0, 1)
    assert Opening.objects.count() == 1


def test_closed_full_past_and_hidden_openings_are_not_listed(find, today):
    shown = OpeningFactory(closes_on=today), OpeningFactory(closes_on=None)
    OpeningFactory(draft=True), OpeningFactory(paused=True), OpeningFactory(closed=True), OpeningFactory(full=True)
    OpeningFactory(closes_on=today - dt.timedelta(days=1))
    found = find()
    assert {row.row.pk for row in found.rows} == {opening.pk for opening in shown}
    assert (found.total, found.refused) == (2, 0)


def test_what_the_database_no_longer_shows_is_refused_and_counted(find, rebuilt, today):
    opening = OpeningFactory()
    rebuilt()
    Opening.objects.filter(pk=opening.pk).update(status="paused")
    found = find_openings(OpeningParameters(), user=NOBODY, on=today)
    assert (titles(found), found.total, found.refused) == ([], 1, 1)


def test_filters_narrow_the_list(find, today):
    zone = IndustrialZoneFactory()
    OpeningFactory(title="này", factory__zone=zone, shift=Shift.NIGHT, wage_max=9_000_000, with_dormitory=True, starts_on=today)
    OpeningFactory(title="kia")
    for chosen in ({"zones": (zone.pk,)}, {"shifts": ("night",)}, {"wage_from": 8_000_000}, {"dormitory": True}, {"start_by": today}):
        assert titles(find(**chosen)) == ["này"]
    assert find(zones=(zone.pk,), shifts=("day",)).total == 0


def test_the_top_of_the_wage_range_counts_and_an_unstated_wage_is_kept(find):
    OpeningFactory(title="8–10", wage_min=8_000_000, wage_max=10_000_000)
    OpeningFactory(title="tới 7", wage_min=None, wage_max=7_000_000)
    OpeningFactory(title="thỏa thuận", wage_min=None, wage_max=None)
    assert set(titles(find(wage_from=9_000_000))) == {"8–10", "thỏa thuận"}
    assert titles(find(wage_from=9_000_000, sort="wage")) == ["8–10", "thỏa thuận"]
    assert find().total == 3


def test_each_facet_counts_what_choosing_its_value_would_show(find, rebuilt, today):
    one, other, empty = IndustrialZoneFactory(), IndustrialZoneFactory(), IndustrialZoneFactory()
    for zone, shift, wage in [(one, "day", 7), (one, "night", 9), (one, "night", 12), (other, "night", 6), (other, "day", None)]:
        OpeningFactory(factory__zone=zone, shift=shift, wage_min=None, wage_max=wage and wage * 1_000_000)
    found = find(zones=(one.pk,), shifts=("night",), wage_from=8_000_000)
    assert found.total == 2
    counted = {name: {value.value: value.count for value in values} for name, values in found.facets.items()}
    assert counted["zones"] == {one.code: 2, other.code: 0, empty.code: 0}
    assert counted["shifts"] == {"day": 0, "night": 2, "rotating": 0, "office": 0}
    assert counted["wage_from"][6_000_000] == 2
    for name, chosen in [("zones", one.code), ("shifts", "night"), ("wage_from", 8_000_000)]:
        assert {value.value for value in found.facets[name] if value.chosen} == {chosen}
    keys = {row.code: row.pk for model in (IndustrialZone, Occupation) for row in model.objects.order_by("pk")}
    for name, values in counted.items():
        for value, count in values.items():
            key = (keys.get(value, value),) if name in ("zones", "shifts", "occupations", "commute") else value
            asked = {"zones": (one.pk,), "shifts": ("night",), "wage_from": 8_000_000} | {name: key}
            assert find_openings(OpeningParameters(**asked), user=NOBODY, on=today).total == count, (name, value)


def test_a_known_person_sees_the_best_fit_first_with_its_reasons(find, sewing, today):
    skill = SkillFactory()
    worker = WorkerFactory(consented=True, shifts=["day"], wage_wanted=6_000_000)
    WorkerOccupationFactory(worker=worker, occupation=sewing)
    worker.skills.add(skill)
    fitting = OpeningFactory(occupation=sewing)
    fitting.skills.add(skill)
    OpeningFactory(shift="night")
    person = candidate_facts([worker.pk])[worker.pk]
    found = find(candidate=person)
    assert found.sort == "match"
    assert found.rows[0].row == fitting
    assert [row.score for row in found.rows] == [row.match.score for row in found.rows]
    assert found.rows[0].match.reasons[0].rule == "occupation"
    newest = find(candidate=person, sort="newest")
    assert [row.match.score for row in newest.rows] == [found.rows[1].match.score, found.rows[0].match.score]


@pytest.mark.parametrize(("sort", "expected"), [("newest", "cba"), ("wage", "bca"), ("soonest", "acb"), ("nonsense", "cba"), ("match", "cba")])
def test_orders(find, today, sort, expected):
    for number, (title, wage, days) in enumerate([("a", 6, 1), ("b", 9, 20), ("c", 8, 5)]):
        moment = dt.datetime(2026, 11, 1 + number, tzinfo=dt.UTC)
        OpeningFactory(title=title, wage_max=wage * 1_000_000, wage_min=None, starts_on=today + dt.timedelta(days=days), published_at=moment)
    assert "".join(titles(find(sort=sort))) == expected


@pytest.mark.parametrize("page", [-5, 0, 1, 2, 3, 10**6])
def test_any_page_number_gets_an_answer(find, page):
    for _ in range(21):
        OpeningFactory()
    found = find(page=page)
    assert len(found.rows) == {1: 20, 2: 1}.get(max(page, 1), 0)
    assert found.pages == 2


def test_without_an_index_the_newest_openings_are_shown(settings, tmp_path, today):
    settings.SEARCH_DIRECTORY = tmp_path / "missing"
    old, new = OpeningFactory(published_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)), OpeningFactory()
    OpeningFactory(draft=True)
    person = CandidateFacts(shifts=frozenset(["day"]))
    found = find_openings(OpeningParameters(q="công nhân", candidate=person), user=NOBODY, on=today)
    assert [row.row for row in found.rows] == [new, old]
    assert (found.unavailable, found.total, found.facets) == (True, 2, {})
    assert found.rows[0].match.score > 0


def test_thirty_openings_cost_as_many_queries_as_one(rebuilt, today):
    person = CandidateFacts(experience={1: 5}, shifts=frozenset(["day"]))

    def queries() -> int:
        rebuilt()
        with CaptureQueriesContext(connection) as captured:
            for row in find_openings(OpeningParameters(q="công nhân", candidate=person), user=NOBODY, on=today).rows:
                assert all([row.row.factory.zone.name, row.row.factory.enterprise.name, row.row.occupation.name, row.row.places_left])
        return len(captured)

    OpeningFactory()
    one = queries()
    for _ in range(29):
        OpeningFactory()
    assert queries() == one
