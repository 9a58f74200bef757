"""What goes to the logs is for operators: where it broke, never whose data was being handled."""

import structlog


def read_card(number):
    raise ValueError("unreadable")


def test_a_logged_failure_says_where_but_shows_no_value(caplog):
    number = "019199012345"
    try:
        read_card(number)
    except ValueError:
        structlog.get_logger("recruitment").exception("card refused", path="/my/profile/")
    assert "read_card" in caplog.text
    assert "/my/profile/" in caplog.text
    assert number not in caplog.text
