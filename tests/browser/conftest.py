"""A small demo province behind a real server, made once: these tests run in a process of their own (see the Makefile)."""

import os
import re

import pytest
import time_machine
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, expect

from tests.conftest import NOW

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the thread that also asks the database

PHONE = {"width": 360, "height": 780}
LAPTOP = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items):
    """The whole story is told last: it leaves the province two weeks ahead of the other tests."""
    items.sort(key=lambda item: "test_whole_story" in item.nodeid)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def province(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=True):
        call_command("seed", workers=300, openings=60, factories=8, sites=4, verbosity=0)
        call_command("search_rebuild", verbosity=0)
        yield


@pytest.fixture(scope="session")
def address(province):
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def _is_broken(response) -> bool:
    """A server error, or a style sheet or picture that isn't there: a page without its look would pass many a check."""
    return response.status >= 500 or (response.status >= 400 and "/static/" in response.url)


@pytest.fixture
def visit(browser, address):
    """`visit(…)` opens a new page in a fresh browser context; script and viewport as asked; server errors fail the test."""
    contexts = []

    def open_page(*, viewport=PHONE, script=True, language="vi-VN") -> Page:
        context = browser.new_context(base_url=address, viewport=viewport, java_script_enabled=script, locale=language)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("response", lambda response: pytest.fail(f"{response.status} {response.url}") if _is_broken(response) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(visit):
    """`sign_in("recruiter")` returns a page signed in through the demo page as that role."""

    def as_role(role: str, **options) -> Page:
        page = visit(**options)
        page.goto("/demo/")
        page.locator(f"form[data-role={role}] button").click()
        expect(page).not_to_have_url(re.compile("/demo/"))
        return page

    return as_role
