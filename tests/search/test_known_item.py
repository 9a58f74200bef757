"""An advertisement is found by its own title, badly typed, among 250 real ones; and a query finds no others than it should."""

import pytest

from bench.known_item import ON, documents, known_item, occupations_of_the_file, titles_of
from search.engines.contract import Write
from search.engines.embedded.engine import EmbeddedEngine
from search.queries.openings import OpeningParameters, ask
from search.queries.vocabulary import vocabulary_of
from search.queries.words import Words
from tests.harness.testdata import folder, skip_without


def test_spoilt_titles_find_their_own_advertisement_among_the_first_five(tmp_path):
    skip_without("postings")
    titles = titles_of(folder("postings") / "manufacturing-sample.csv")
    found = known_item(EmbeddedEngine(tmp_path / "search"), titles)
    assert len(titles) == 250
    assert found["no_accents"] >= 0.95
    assert found["one_typo"] >= 0.90
    assert found["two_words_dropped"] >= 0.85
    assert found["mrr"] >= 0.9


TITLES = [
    "Công nhân may công nghiệp",
    "Công nhân vận hành máy ép nhựa",
    "Thợ hàn khung xe",
    "Nhân viên hành chính nhân sự",
    "Hạn chế chỉnh khung",
    "Tài xế lái xe tải",
    "Nhân viên kho",
    "Công nhân sơn tĩnh điện",
    "Kỹ sư cơ khí",
    "Nhân viên KCS",
    "Worker for night shift",
    "CN đóng gói",
    "Đầu bếp",
    "Lập trình web",
]


@pytest.fixture(scope="module")
def find(tmp_path_factory):
    """The titles that a query finds."""
    engine, lexicon = EmbeddedEngine(tmp_path_factory.mktemp("search")), occupations_of_the_file()
    with engine.build("opening") as build:
        build.write(Write(source["pk"], 1, source) for source in documents(TITLES))
        build.activate()
    vocabulary = vocabulary_of(engine)

    def find(typed: str) -> set[str]:
        _prepared, answer = ask(engine, OpeningParameters(q=typed), Words.with_(typed, lexicon, vocabulary, on=ON), on=ON)
        return {TITLES[hit.document - 1] for hit in answer.hits}

    return find


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("công nhân may", {"Công nhân may công nghiệp"}),
        ("cong nhan may", {"Công nhân may công nghiệp", "Công nhân vận hành máy ép nhựa"}),
        ("may", {"Công nhân may công nghiệp", "Công nhân vận hành máy ép nhựa"}),
        ("thợ hàn", {"Thợ hàn khung xe"}),
        ("hàn", {"Thợ hàn khung xe"}),
        ("hàn khung", {"Thợ hàn khung xe"}),
        ("hạn", {"Hạn chế chỉnh khung"}),
        ("kho", {"Nhân viên kho"}),
        ("warehouse", {"Nhân viên kho"}),
        ("driver", {"Tài xế lái xe tải"}),
        ("lái xe", {"Tài xế lái xe tải"}),
        ("lai xe tai", {"Tài xế lái xe tải"}),
        ("QC", {"Nhân viên KCS"}),
        ("kiểm tra chất lượng", {"Nhân viên KCS"}),
        ("quality control", {"Nhân viên KCS"}),
        ("packing", {"CN đóng gói"}),
        ("gói đóng", {"CN đóng gói"}),
        ("ddongs gois", {"CN đóng gói"}),
        ("donggoi", {"CN đóng gói"}),
        ("sơn", {"Công nhân sơn tĩnh điện"}),
        ("cơ khí", {"Kỹ sư cơ khí"}),
        ("co khi", {"Kỹ sư cơ khí"}),
        ("mechanical engineer", {"Kỹ sư cơ khí"}),
        ("cook", {"Đầu bếp"}),
        ("đầu bếp tiếng Pháp", set()),
        ("thợ lặn", set()),
        ("tìm việc làm đầu bếp", {"Đầu bếp"}),
        ("nhân viên -kho", {"Nhân viên hành chính nhân sự", "Nhân viên KCS"}),
        (
            "-cong nhan -nhan vien -worker",
            {"Thợ hàn khung xe", "Hạn chế chỉnh khung", "Tài xế lái xe tải", "Kỹ sư cơ khí", "Đầu bếp", "Lập trình web"},
        ),
    ],
)
def test_a_query_finds_these_and_no_others(find, typed, expected):
    assert find(typed) == expected


@pytest.mark.parametrize("typed", ["công nhân", "worker", "cn"])
def test_workers_are_found_in_both_languages_and_abbreviated(find, typed):
    workers = {title for title in TITLES if "Công nhân" in title or "CN" in title or "Worker" in title}
    in_english = {"Nhân viên kho"} if typed == "worker" else set()  # its occupation is "Warehouse worker"
    assert find(typed) == workers | in_english
