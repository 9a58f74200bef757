"""What is understood of a line that somebody types, and what is not."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.lexicon import lexicon_of
from search.reading import MOST_WORDS, read, read_exactly
from search.text import tokens

ON = dt.date(2026, 11, 24)  # a Tuesday
SEWING, MACHINES, ELECTRONICS, QUALITY, DRIVER = 1, 2, 3, 4, 5
YEN_BINH, YEN_BINH_2, SONG_CONG, QUYET_THANG = 11, 12, 13, 14
LEXICON = lexicon_of(
    (
        (SEWING, "Công nhân may", "Sewing machine operator", ("thợ may", "may công nghiệp")),
        (MACHINES, "Thợ bảo trì máy", "Maintenance technician", ("thợ máy",)),
        (ELECTRONICS, "Công nhân lắp ráp điện, điện tử", "Electronics assembler", ("lắp ráp điện tử",)),
        (QUALITY, "Nhân viên kiểm tra chất lượng (QC, KCS)", "Quality control inspector", ("nhân viên QC", "nhân viên KCS", "QC", "KCS")),
        (DRIVER, "Lái xe tải", "Truck driver", ()),
    ),
    (
        (YEN_BINH, "yen-binh", "KCN Yên Bình", "Yen Binh Industrial Zone", 1, 21.415, 105.894),
        (YEN_BINH_2, "yen-binh-2", "KCN Yên Bình 2", "Yen Binh 2 Industrial Zone", 1, 21.411, 105.897),
        (SONG_CONG, "song-cong-1", "KCN Sông Công I", "Song Cong I Industrial Zone", 1, 21.495, 105.869),
        (QUYET_THANG, "quyet-thang", "KCN Quyết Thắng", "Quyet Thang Industrial Zone", 1, 21.581, 105.791),
    ),
    ((1, "Thái Nguyên", "Thai Nguyen", None), (2, "Bắc Kạn", "Bac Kan", 1), (3, "Bắc Ninh", "Bac Ninh", None)),
    (("Phường Vạn Xuân", 21.411, 105.897), ("Xã Trung Thành", 21.38, 105.9), ("Xã Sảng Mộc", 21.9, 106.1)),
)
INDEXED = {"khung", "xe", "tai", "han", "ca", "trieu", "cong", "nhan", "dien", "tu", "kho", "bac", "ninh"}


def understood(typed: str):
    return read(
        typed,
        LEXICON,
        known=lambda word: word in INDEXED or word in LEXICON.folded_words,
        correct=lambda word: ["khung"] if word in ("khugn", "khunh") else [word],
        on=ON,
    )


def parts(typed: str) -> list[tuple[str, object]]:
    """Kind and meaning of each part; an excluded one's kind begins with a minus."""
    meaning = {"word": lambda part: part.words[0], "words": lambda part: " ".join(part.words), "filler": lambda part: " ".join(part.words)}
    return [
        (("-" if part.excluded else "") + part.kind, meaning.get(part.kind, lambda part: part.value or (set(part.values) or True))(part))
        for part in understood(typed).parts
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "ca ngày trên 9 triệu có ký túc xá Yên Bình",
        "ca ngay tren 9 trieu co ky tuc xa yen binh",
        "YÊN BÌNH ktx ca ngày từ 9tr",
        "ca ngày, lương 9 triệu trở lên, có KTX, KCN Yên Bình",
        "ca ngafy treen 9 trieeuj kys tucs xas Yeen Binhf",
        "day shift over 9 million with dormitory at Yen Binh",
    ],
)
def test_one_sentence_in_many_spellings_is_the_same_four_conditions(typed):
    found = understood(typed)
    assert {(part.kind, part.value or frozenset(part.values)) for part in found.conditions} == {
        ("shift", frozenset(["day"])),
        ("wage", 9_000_000),
        ("dormitory", frozenset()),
        ("place", frozenset([YEN_BINH, YEN_BINH_2])),
    }
    assert found.needed == []


@pytest.mark.parametrize(
    ("typed", "wage"),
    [
        ("9 triệu", 9_000_000),
        ("9tr", 9_000_000),
        ("9tr5", 9_500_000),
        ("9,5 triệu", 9_500_000),
        ("9 triệu rưỡi", 9_500_000),
        ("8-10 triệu", 8_000_000),
        ("8 – 10tr/tháng", 8_000_000),
        ("từ 8 đến 10 triệu", 8_000_000),
        ("10.000.000 - 17.000.000", 10_000_000),
        ("9000000", 9_000_000),
        ("9.000.000đ", 9_000_000),
        ("lương 9", 9_000_000),
        ("thu nhập trên 12", 12_000_000),
        ("15 củ", 15_000_000),
        ("upto 20 triệu", 20_000_000),
        ("over 9 million a month", 9_000_000),
    ],
)
def test_wages_as_people_write_them(typed, wage):
    (part,) = understood(f"thợ máy {typed}").of("wage")
    assert part.value == wage
    assert understood(f"thợ máy {typed}").without(part) == "thợ máy"


@pytest.mark.parametrize(
    "typed",
    [
        "trên 18 tuổi",
        "tuyển 20 người",
        "lương 13 tháng",
        "7 năm kinh nghiệm",
        "3M",
        "dưới 10 triệu",
        "xe tải 3,5 tấn",
        "quận 12",
        "ca 3",
        "500k",
        "lương",
    ],
)
def test_numbers_that_are_no_wage(typed):
    assert understood(typed).of("wage") == []


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("bắt đầu trước 15/12", dt.date(2026, 12, 15)),
        ("trước ngày 5/1", dt.date(2027, 1, 5)),
        ("by 15/12/2026", dt.date(2026, 12, 15)),
        ("tuần này", dt.date(2026, 11, 29)),
        ("tuan sau", dt.date(2026, 12, 6)),
        ("tháng này", dt.date(2026, 11, 30)),
        ("next month", dt.date(2026, 12, 31)),
    ],
)
def test_days_as_people_write_them(typed, day):
    assert [part.value for part in understood(f"thợ máy {typed}").of("start")] == [day]


@pytest.mark.parametrize("typed", ["trước 31/2", "trước 99/99", "trước 15/12/0000", "trước mặt"])
def test_days_that_don_t_exist_are_words(typed):
    assert understood(typed).of("start") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("công nhân may", [("occupation", {SEWING})]),
        ("cn may", [("occupation", {SEWING})]),
        ("cong nhan may", [("occupation", {SEWING})]),
        ("thợ máy", [("occupation", {MACHINES})]),
        ("tho may", [("occupation", {SEWING, MACHINES})]),
        ("nv kcs", [("occupation", {QUALITY})]),
        ("QC", [("occupation", {QUALITY})]),
        ("sewing machine operator", [("occupation", {SEWING})]),
        ("may công nghiệp yên bình 2", [("occupation", {SEWING}), ("place", {YEN_BINH_2})]),
        ("sông công", [("place", {SONG_CONG})]),
        ("khu cong nghiep song cong", [("place", {SONG_CONG})]),
        ("lai xe tai song cong", [("occupation", {DRIVER}), ("place", {SONG_CONG})]),
        ("Phổ Yên", [("place", {YEN_BINH, YEN_BINH_2})]),
        ("gần phường Vạn Xuân", [("place", {YEN_BINH, YEN_BINH_2, SONG_CONG})]),
        ("xã Sảng Mộc", [("word", "xã"), ("word", "sảng"), ("word", "mộc")]),
        ("thành phố Thái Nguyên", [("place", {QUYET_THANG})]),
        ("TN", [("place", {YEN_BINH, YEN_BINH_2, SONG_CONG, QUYET_THANG})]),
        ("Bắc Kạn", [("place", {YEN_BINH, YEN_BINH_2, SONG_CONG, QUYET_THANG})]),
        ("bắc ninh", [("word", "bắc"), ("word", "ninh")]),
        ("giờ hành chính", [("shift", {"office"})]),
        ("xoay ca có xe đưa đón", [("shift", {"rotating"}), ("shuttle", True)]),
        ("không yêu cầu kinh nghiệm", [("experience", True)]),
        ("tìm việc làm kho", [("filler", "tìm việc làm"), ("words", "kho")]),
    ],
)
def test_phrases(typed, expected):
    assert parts(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("công nhân -may", [("words", "công nhân"), ("-word", "may")]),
        ("-may", [("-word", "may")]),
        ("điện tử -thợ may", [("words", "điện tử"), ("-occupation", {SEWING})]),
        ("thợ máy không ca đêm", [("occupation", {MACHINES}), ("-shift", {"night"})]),
        ("thợ máy trừ Sông Công", [("occupation", {MACHINES}), ("-place", {SONG_CONG})]),
        ("ô tô-xe máy", [("words", "ô tô"), ("word", "xe"), ("word", "máy")]),
        ("kho 9 -12", [("words", "kho"), ("word", "9"), ("word", "12")]),
        ("kho - may", [("words", "kho"), ("word", "may")]),
    ],
)
def test_exclusion(typed, expected):
    assert parts(typed) == expected


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("lái xe cho ô tô tải", "dormitory"),  # not "chỗ ở"
        ("lai xe cho o to", "dormitory"),
        ("chất lượng cao", "wage"),
        ("máy may", "shift"),
        ("nhân viên hành chính", "shift"),
        ("trung thanh", "place"),  # a commune only with its accents
        ("cơ khí", "filler"),
        ("co khi", "filler"),  # "có" is one only with its accent
        ("lai xe tai", "filler"),
        ("ca nhân", "shift"),
    ],
)
def test_what_only_looks_alike_is_not_understood(typed, kind):
    assert understood(typed).of(kind) == []


def test_leaving_a_part_out_leaves_the_rest_as_typed():
    found = understood("Công nhân MAY, lương trên 9 triệu; có KTX")
    assert [found.without(part) for part in found.conditions] == ["Công nhân MAY, có KTX", "Công nhân MAY, lương trên 9 triệu"]


def test_a_slip_is_corrected_and_said():
    assert understood("khunh xe").corrected == {"khunh": "khung"}
    assert understood("khung xe").corrected == {}


def test_a_line_too_long_is_read_as_far_as_it_goes():
    found = understood("khung " * (MOST_WORDS + 5))
    assert (len(found.parts), found.unread) == (MOST_WORDS, 5)


def test_exactly_means_every_word_as_it_stands():
    found = read_exactly("cn may -ca đêm 9 triệu")
    assert [(part.kind, part.words, part.excluded) for part in found.parts] == [
        ("word", (word,), False) for word in ["cn", "may", "ca", "đêm", "9", "triệu"]
    ]


@given(st.text(max_size=200))
def test_any_text_is_read_and_every_part_can_be_left_out(typed):
    found = understood(typed)
    for part in found.parts:
        assert 0 <= part.start < part.end <= len(found.typed)
        assert len(tokens(found.without(part))) < len(tokens(found.typed))


@given(
    st.lists(
        st.sampled_from(
            [
                "ca",
                "ngày",
                "đêm",
                "không",
                "trừ",
                "-may",
                "9",
                "triệu",
                "lương",
                "trên",
                "có",
                "ký",
                "túc",
                "xá",
                "yên",
                "bình",
                "-",
                ",",
                "trước",
                "15/12",
                "tuần",
                "sau",
                "kcn",
                "cn",
            ]
        ),
        max_size=20,
    )
)
def test_parts_never_overlap(words):
    found = understood(" ".join(words))
    places = [(part.start, part.end) for part in found.parts]
    assert all(end <= start for (_start, end), (start, _end) in pairwise(places))
