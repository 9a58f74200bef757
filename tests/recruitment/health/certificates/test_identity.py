"""Whether a certificate is this person's, however the names are written."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.health.certificates.content import Holder
from recruitment.health.certificates.identity import Births, Names, compare
from recruitment.shared.words import plain

BORN = dt.date(1998, 5, 6)
WORDS = st.lists(st.sampled_from(["Nguyễn", "Đỗ", "Văn", "Thị", "Ánh", "Ước", "Quỳnh", "Müller", "Ngọc", "H'Hen", "Y"]), min_size=2, max_size=5)


def holder(family="", given="", machine_family="X", machine_given="", born="1998-05-06") -> Holder:
    return Holder(family, given, machine_family, machine_given, born)


def names(name: str, **spelled) -> Names:
    return compare(holder(**spelled), name=name, birth_date=BORN).names


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Nguyễn Văn An", {"family": "Nguyễn", "given": "Văn An"}),
        ("Nguyễn Văn An", {"family": "Văn An", "given": "Nguyễn"}),
        ("Nguyễn Văn An", {"family": "NGUYEN", "given": "VAN AN"}),
        ("Đỗ Thị Ước", {"machine_family": "DO", "machine_given": "THI<UOC"}),
        ("An Nguyen Van", {"family": "Nguyễn", "given": "Văn An"}),
        ("Nguyễn Văn An", {"family": "Nguyễn Văn An", "given": ""}),
        ("Nguyễn Văn An", {"machine_family": "NGUYENVAN", "machine_given": "AN"}),
        ("Nguyễn Văn An", {"family": "Петков", "given": "Стамо", "machine_family": "NGUYEN", "machine_given": "VAN<AN"}),
        ("Jürgen Groß", {"family": "GROSS", "given": "JUERGEN"}),
        ("Jurgen Gross", {"family": "Groß", "given": "Jürgen"}),
        ("Søren Ærø", {"machine_family": "AEROE", "machine_given": "SOEREN"}),
        ("H'Hen Niê", {"family": "Niê", "given": "H'Hen"}),
        ("Lê Thị  Bảo-Ngọc", {"family": "LÊ", "given": "THỊ BẢO NGỌC"}),
    ],
)
def test_the_same_name_written_otherwise_is_the_same(name, spelled):
    assert names(name, **spelled) == Names.SAME


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("Nguyễn Văn An", {"family": "Nguyễn", "given": "An"}), ("Nguyễn An", {"family": "Nguyễn", "given": "Văn An"})],
)
def test_a_missing_middle_name_is_a_part(name, spelled):
    assert names(name, **spelled) == Names.PART


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Nguyễn Văn An", {"family": "Nguyễn", "given": "Văn Anh"}),
        ("Nguyễn Văn An", {"family": "Trần", "given": "Văn An"}),
        ("Nguyễn Văn An", {"family": "", "given": "", "machine_family": "AN"}),
        ("Nguyễn Văn An", {"family": "An", "given": "An Nguyễn"}),
        ("李明", {"machine_family": "LI", "machine_given": "MING"}),
        ("", {"machine_family": "AN"}),
    ],
)
def test_another_name_is_different(name, spelled):
    assert names(name, **spelled) == Names.DIFFERENT


@given(WORDS, st.integers(0, 4))
def test_no_way_of_splitting_or_folding_a_name_makes_it_another(words, cut):
    family, given_name = " ".join(words[:cut]), " ".join(words[cut:])
    assert names(" ".join(words), family=family, given=given_name) == Names.SAME
    assert names(plain(" ".join(words)).upper(), family=given_name, given=family) == Names.SAME


@pytest.mark.parametrize(
    ("born", "births"),
    [
        ("1998-05-06", Births.SAME),
        ("1998-05", Births.SAME),
        ("1998", Births.SAME),
        ("", Births.MISSING),
        ("1998-06-05", Births.SWAPPED),
        ("1998-05-07", Births.DIFFERENT),
        ("1999", Births.DIFFERENT),
    ],
)
def test_birth_dates_are_compared_as_far_as_the_paper_says(born, births):
    found = compare(holder("Nguyễn", "Văn An", born=born), name="Nguyễn Văn An", birth_date=BORN)
    assert found.births == births and found.is_same_person == (births == Births.SAME)
