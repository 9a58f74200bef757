import datetime as dt
import re

import pytest
from django.utils import timezone

from recruitment.accounts.models import OneTimeCode
from recruitment.accounts.services import codes
from recruitment.accounts.services.codes import ExpiredCode, TooManyCodes, WrongCode, check_code, send_code
from recruitment.notifications.models import Message

pytestmark = pytest.mark.django_db
PHONE = "+84912345678"


def sent_code(now=None) -> str:
    send_code(phone=PHONE, address="198.51.100.7", now=now or timezone.now())
    return re.search(r"\d{6}", Message.objects.filter(kind="code").latest("pk").text)[0]


def another(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def test_the_right_code_lets_in_once():
    code = sent_code()
    check_code(phone=PHONE, code=code, now=timezone.now())
    with pytest.raises(ExpiredCode):
        check_code(phone=PHONE, code=code, now=timezone.now())


def test_after_five_wrong_tries_even_the_right_code_is_refused():
    code = sent_code()
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as refusal:
            check_code(phone=PHONE, code=another(code), now=timezone.now())
        assert refusal.value.attempts_left == left
    with pytest.raises(ExpiredCode):
        check_code(phone=PHONE, code=another(code), now=timezone.now())
    with pytest.raises(ExpiredCode):
        check_code(phone=PHONE, code=code, now=timezone.now())


def test_a_code_lives_ten_minutes():
    now = timezone.now()
    code = sent_code(now)
    with pytest.raises(ExpiredCode):
        check_code(phone=PHONE, code=code, now=now + dt.timedelta(minutes=10))


def test_a_new_code_ends_the_old_one():
    first, second = sent_code(), sent_code()
    if first != second:
        with pytest.raises(WrongCode):
            check_code(phone=PHONE, code=first, now=timezone.now())
    check_code(phone=PHONE, code=second, now=timezone.now())


def test_a_fourth_code_within_a_quarter_of_an_hour_has_to_wait():
    for _ in range(codes.MOST_PER_PHONE):
        sent_code()
    with pytest.raises(TooManyCodes) as refusal:
        sent_code()
    assert "15 phút" in refusal.value.for_people()


def test_a_dormitory_behind_one_address_is_not_locked_out():
    for number in range(100):
        send_code(phone=f"+8491200{number:04d}", address="198.51.100.7", now=timezone.now())


def test_the_code_itself_is_not_kept():
    code = sent_code()
    assert code not in OneTimeCode.objects.get().digest
