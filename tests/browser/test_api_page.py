"""The page that describes the API: nothing on it breaks the content security policy, and without script it still leads to the description."""

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP


def test_the_description_is_drawn_without_breaking_the_policy(visit):
    page, refused = visit(viewport=LAPTOP), []
    page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto("/api/v1/")
    expect(page.locator("#operations-openings-openings")).to_be_visible()
    page.locator("#operations-openings-openings button").first.click()
    expect(page.get_by_text("changed_since", exact=True)).to_be_visible()
    assert refused == []


def test_without_script_the_page_leads_to_the_description(visit):
    page = visit(script=False)
    page.goto("/api/v1/")
    with page.expect_download() as download:
        page.get_by_role("link", name="/api/v1/schema/").click()
    assert "/api/v1/openings/" in download.value.path().read_text(encoding="utf-8")
