"""The harness itself: each strictness fails when it should."""

import socket

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.template import engines
from django.utils import timezone

from tests.harness.templates import UndefinedTemplateVariable


def test_a_template_that_names_an_unknown_variable_fails():
    with pytest.raises(UndefinedTemplateVariable, match="nobody"):
        engines["django"].from_string("{{ nobody }}").render({})


def test_the_day_is_fixed(today):
    assert timezone.localdate() == today


def test_rows_without_an_order_come_shuffled(db):
    orders = {tuple(ContentType.objects.order_by().values_list("pk", flat=True)) for _ in range(5)}
    assert len(orders) > 1


def test_nothing_reaches_the_network():
    with pytest.raises(Exception, match="allowed"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_transactional_test_leaves_nothing_and_keeps_what_migrations_made(transactional_db, attempt):
    assert ContentType.objects.exists()
    assert not ContentType.objects.filter(app_label="left over").exists()
    ContentType.objects.create(app_label="left over", model=str(attempt))


def test_racing_threads_have_connections_of_their_own_and_say_how_they_ended(race):
    def add():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('race', 'once')")

    assert sorted(race(4, add)) == ["IntegrityError"] * 3 + ["done"]
