"""Fields read what people type, or say what to do."""

import datetime as dt

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from recruitment.shared.forms import (
    CleanCharField,
    CleanTextField,
    CountField,
    MoneyField,
    PeopleDateField,
    PhoneField,
    days_from_today,
    today,
    years_ago,
)


@pytest.mark.parametrize(
    "text", ["24/11/2026", "24-11-2026", "24.11.2026", "24 11 2026", "24112026", "2026-11-24", " 24/11/2026\u200b", "２４/１１/２０２６"]
)
def test_a_date_is_read_in_every_usual_spelling(text):
    assert PeopleDateField().clean(text) == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hôm nay", "invalid"),
        ("24/11/26", "invalid"),
        ("2026", "invalid"),
        ("31/02/2026", "no_such_day"),
        ("13/13/2026", "no_such_day"),
        ("", "required"),
    ],
)
def test_an_unreadable_date_says_why(text, code):
    with pytest.raises(ValidationError) as refused:
        PeopleDateField().clean(text)
    assert refused.value.code == code


def test_a_date_in_the_future_names_the_last_day_allowed():
    with pytest.raises(ValidationError, match="24/11/2026"):
        PeopleDateField(latest=today).clean("25/11/2026")


def test_bounds_move_with_the_calendar():
    field = PeopleDateField(earliest=years_ago(65), latest=years_ago(15))
    assert field.clean("24/11/2011") == dt.date(2011, 11, 24)
    with pytest.raises(ValidationError, match="24/11/2011"):
        field.clean("25/11/2011")
    assert PeopleDateField(latest=days_from_today(60)).clean("23/01/2027") == dt.date(2027, 1, 23)


class Dated(forms.Form):
    on = PeopleDateField(label="Ngày")


def test_a_stored_date_is_shown_day_first_and_a_wrong_one_is_kept_as_typed():
    assert 'value="24/11/2026"' in str(Dated(initial={"on": dt.date(2026, 11, 24)})["on"])
    assert 'value="31/02/2026"' in str(Dated({"on": "31/02/2026"})["on"])


@pytest.mark.parametrize(
    "text",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "+84912345678",
        "+84 (0)912 345 678",
        "84912345678",
        "0084 912 345 678",
        "０９１２３４５６７８",
        "\u202d0912345678\u202c",
    ],
)
def test_a_mobile_number_is_read_in_every_usual_spelling(text):
    assert PhoneField().clean(text) == "+84912345678"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", "invalid"),
        ("0912 345 678; DROP", "invalid"),
        ("0" * 31, "invalid"),
        ("09123", "not_mobile"),
        ("0243 826 1234", "not_mobile"),
        ("01234567890", "not_mobile"),
        ("+1 202 555 0123", "foreign"),
        ("", "required"),
    ],
)
def test_a_number_that_gets_no_message_is_refused_with_the_reason(text, code):
    with pytest.raises(ValidationError) as refused:
        PhoneField().clean(text)
    assert refused.value.code == code


def test_text_is_composed_and_loses_what_nobody_can_see():
    decomposed = "Nguye\u0302\u0303n"
    assert CleanCharField().clean(f"  {decomposed}\u202e\x00\u200b   Va\u0306n\tA ") == "Nguyễn Văn A"
    assert CleanTextField().clean("dòng một\r\n\r\n\r\n\r\ndòng\u2066 hai\x07") == "dòng một\n\ndòng hai"


def test_a_title_of_ten_thousand_letters_is_refused_and_kept():
    class Titled(forms.Form):
        title = CleanCharField(max_length=160)

    form = Titled({"title": "ạ" * 10_000})
    assert not form.is_valid()
    assert "160" in form.errors["title"][0] and "10000" in form.errors["title"][0].replace(".", "")
    assert "ạ" * 10_000 in str(form["title"]) and "maxlength" not in str(form["title"])


def test_money_says_which_amounts_are_believable():
    assert MoneyField().clean("8,5 triệu") == 8_500_000
    with pytest.raises(ValidationError, match=r"1\.000\.000"):
        MoneyField().clean("500 triệu")
    assert 'value="8.500.000"' in str(type("Waged", (forms.Form,), {"wage": MoneyField()})(initial={"wage": 8_500_000})["wage"])


def test_messages_come_in_english_too():
    with translation.override("en"), pytest.raises(ValidationError, match="no such day in the calendar"):
        PeopleDateField().clean("31/02/2026")


@pytest.mark.parametrize(("text", "number"), [("20", 20), (" 1.000 ", 1000), ("1 000", 1000), ("1,000", 1000), ("２０", 20), ("0", 0)])
def test_a_number_is_read_in_every_usual_spelling(text, number):
    assert CountField(smallest=0, largest=5000).clean(text) == number


@pytest.mark.parametrize(
    ("text", "said"), [("", "Hãy điền"), ("hai mươi", "số tròn"), ("2,5", "số tròn"), ("1e3", "số tròn"), ("9" * 30, "số tròn"), ("-3", "từ 1 đến 5.000"), ("5001", "từ 1 đến 5.000")]
)  # fmt: skip
def test_a_number_that_does_not_fit_says_what_does(text, said):
    with pytest.raises(ValidationError, match=said):
        CountField(smallest=1, largest=5000).clean(text)
