"""Words of documents and queries: the same analysis for both."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.text import LONGEST_TEXT, clean, correct, fold, folded_tokens, normalise, spans, split, tokens

VIETNAMESE = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵfjwz0123456789 ,.-/", max_size=60)
ANY_TEXT = st.one_of(st.text(max_size=80), VIETNAMESE)


@given(ANY_TEXT)
def test_normalising_and_folding_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_words_analysed_twice_are_the_same_words(text):
    assert tokens(" ".join(tokens(text))) == tokens(text)
    assert folded_tokens(" ".join(folded_tokens(text))) == folded_tokens(text)


@given(VIETNAMESE)
def test_text_typed_without_accents_finds_what_was_written_with_them(text):
    assert folded_tokens(fold(text)) == folded_tokens(text)


@given(ANY_TEXT)
def test_composed_and_decomposed_letters_are_the_same_words(text):
    assert tokens(unicodedata.normalize("NFC", text)) == tokens(unicodedata.normalize("NFD", text))


@given(ANY_TEXT)
def test_words_are_never_empty_and_hold_no_spaces_and_both_forms_have_as_many(text):
    words = tokens(text)
    assert all(word and not any(letter.isspace() for letter in word) for word in words)
    assert len(folded_tokens(text)) == len(words)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cong nhaan", "cong nhân"),
        ("coong nhaan", "công nhân"),
        ("coongnhaan", "coongnhaan"),
        ("thowj hafn", "thợ hàn"),
        ("ddieenj tuwr", "điện tử"),
        ("ddieejn", "điện"),
        ("chuyeenf truowngr", "chuyền trưởng"),
        ("luwowng", "lương"),
        ("luongw", "lương"),
        ("lais xe naang", "lái xe nâng"),
        ("quoocs", "quốc"),
        ("giams sats", "giám sát"),
        ("cong1 nhan6", "cóng nhân"),
        ("cong6 nhan6 may1", "công nhân máy"),
        ("d9ie65n tu73", "điện tử"),
        ("thuy3", "thủy"),
        ("hoaf", "hòa"),
    ],
)
def test_leftovers_of_telex_and_vni_are_read_as_the_letters_meant(typed, meant):
    assert tokens(typed) == meant.split()
    assert folded_tokens(typed) == [fold(word) for word in meant.split()]


@pytest.mark.parametrize(
    "text", ["KCS QC CNC TIG MIG", "tax car max bus gas ems", "sales plus leader worker tools boss", "scada line1x plc s7 b2 a4 3d f0"]
)
def test_abbreviations_and_english_words_are_left_alone(text):
    assert tokens(text) == text.lower().split()


@pytest.mark.parametrize(("one", "other"), [("Hoà", "Hòa"), ("khoẻ", "khỏe"), ("thuý", "thúy"), ("rơ moóc", "ro mooc"), ("QUẢN ĐỐC", "quan doc")])
def test_spellings_of_one_word_meet_in_the_folded_form(one, other):
    assert folded_tokens(one) == folded_tokens(other)


def test_old_and_new_places_of_the_tone_mark_are_one_accented_word():
    assert tokens("Khánh Hoà khoẻ thuý") == tokens("Khánh Hòa khỏe thúy")
    assert tokens("quý quà") == ["quý", "quà"]


def test_control_and_direction_marks_vanish_and_spaces_collapse():
    assert normalise("\u202eCông\u200b \x00nhân\t\n  may\u00a0\ud800") == "công nhân may"


def test_a_ten_thousand_character_title_is_cheap_and_a_longer_text_is_cut():
    started = time.perf_counter()
    for text in ["coong nhaan " * 1000, "a" * 10_000, "a\u0301" * 1_000_000, "uwow" * 2_500, "x1" * 5_000]:
        tokens(text)
        folded_tokens(text)
    assert time.perf_counter() - started < 2
    assert len(normalise("may " * 10_000)) <= LONGEST_TEXT


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("nghiepp", "nghiep"),
        ("cogn", "cong"),
        ("dien", "dien"),
        ("mya", "may"),
        ("ab", "ab"),
        ("xyzuv", "xyzuv"),
        ("q123", "q123"),
        ("may" * 10, "may" * 10),
    ],
)
def test_only_words_nobody_uses_are_corrected(word, nearest):
    assert correct(word, {"nghiep", "cong", "con", "may", "dien", "q12", "abc"}) == nearest


def test_the_commoner_word_wins_a_tie():
    assert correct("hanx", {"hank": 2, "hanz": 9}) == "hanz"
    assert correct("hanx", {"hank", "hanz"}) == "hank"


@given(VIETNAMESE, st.sets(VIETNAMESE, max_size=5))
def test_a_correction_is_a_word_of_the_vocabulary_or_what_was_typed(word, vocabulary):
    assert correct(word, vocabulary) in {word, *vocabulary}


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("congnhan", ["cong", "nhan"]),
        ("congnhanmay", ["cong", "nhan", "may"]),
        ("cong", ["cong"]),
        ("congxyz", ["congxyz"]),
        ("maymaymay", ["may", "may", "may"]),
        ("x", ["x"]),
        ("a" * 10_000, ["a" * 10_000]),
    ],
)
def test_words_typed_without_spaces_are_taken_apart_where_every_part_is_known(word, parts):
    assert split(word, {"cong", "nhan", "may", "con"}) == parts


@given(ANY_TEXT)
def test_every_word_knows_its_place_in_the_cleaned_text(text):
    cleaned = clean(text)
    found = spans(cleaned)
    assert all(span.token in tokens(cleaned[span.start : span.end]) for span in found)
    assert all(0 <= span.start < span.end <= len(cleaned) for span in found)
    assert [span.start for span in found] == sorted(span.start for span in found)
