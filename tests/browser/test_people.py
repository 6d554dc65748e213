"""Language, accounts, strangers, refusals, a server that goes away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.studio import PASSWORD, PHOTOS, payload, upload, visiting

if TYPE_CHECKING:
    from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page

    from tests.browser.studio import Studio


def log_in(page: Page, name: str, at: str = "/") -> None:
    page.goto(at)
    page.wait_for_url("**/login**")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=f"Account of {name}").wait_for()


def test_the_language_is_switched_and_remembered(page: Page, api: APIRequestContext) -> None:
    del api
    page.goto("/")
    page.get_by_role("button", name="Tiếng Việt").click()
    title = page.get_by_role("heading", name="Trả lại màu sắc cho tấm ảnh xưa")
    expect(title).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    page.reload()
    expect(title).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Photos").first).to_be_visible()


def test_a_vietnamese_browser_is_greeted_in_vietnamese(browser: Browser, studio: Studio) -> None:
    with visiting(browser, studio, locale="vi-VN") as context:
        page = context.new_page()
        page.goto("/batches")
        expect(page.get_by_role("heading", name="Loạt ảnh", exact=True)).to_be_visible()


def test_a_stranger_cannot_open_anothers_photo(browser: Browser, house: Studio) -> None:
    with visiting(browser, house) as context:
        anna = context.new_page()
        log_in(anna, "anna")
        anna.get_by_text("Colour photos as soon as they arrive").click()
        anna.locator("input[multiple]").set_input_files(PHOTOS / "sled-dog.jpg")
        card = anna.get_by_role("link", name=re.compile("Open sled-dog.jpg"))
        address = card.get_attribute("href")
        assert address is not None
    photo = address.rsplit("/", 1)[-1]
    with visiting(browser, house) as context:
        ben = context.new_page()
        log_in(ben, "ben", at=address)
        expect(ben.get_by_role("heading", name="This is not here")).to_be_visible()
        for path in ("", "/view?side=800", "/original"):
            assert context.request.get(f"/api/v1/photos/{photo}{path}").status == 404
        ben.goto("/")
        expect(ben.get_by_role("heading", name="Bring an old photograph")).to_be_visible()
        expect(ben.get_by_role("link", name="Surveys")).to_have_count(0)
        ben.get_by_role("button", name="Account of ben").click()
        ben.get_by_text("Sign out").click()
        expect(ben.get_by_role("heading", name="Sign in")).to_be_visible()
        assert context.request.get(f"/api/v1/photos/{photo}").status == 401


def test_a_wrong_password_is_told(browser: Browser, house: Studio) -> None:
    with visiting(browser, house) as context:
        page = context.new_page()
        page.goto("/batches")
        expect(page).to_have_url(re.compile(r"/login\?next=/batches"))
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("not this one")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("do not belong together")


# A busy machine: what is told of the elements in sight comes late.
LATE = """
window.late = []
window.IntersectionObserver = class extends IntersectionObserver {
  constructor(call, options) {
    super((...given) => window.late.push(() => call(...given)), options)
  }
}
"""


def test_the_cursor_stays_where_a_person_puts_it(browser: Browser, house: Studio) -> None:
    """Nothing that the page does later takes it to another field."""
    with visiting(browser, house) as context:
        page = context.new_page()
        page.clock.install()
        page.add_init_script(LATE)
        page.goto("/login")
        expect(page.get_by_label("Name")).to_be_focused()
        page.get_by_label("Password").focus()
        page.wait_for_function("() => late.length > 0")
        page.evaluate("() => late.forEach((one) => one())")
        page.clock.run_for(10_000)
        page.keyboard.insert_text(PASSWORD)
        expect(page.get_by_label("Password")).to_have_value(PASSWORD)


def test_what_is_no_picture_is_refused_with_the_servers_sentence(
    page: Page, api: APIRequestContext
) -> None:
    del api
    page.goto("/")
    page.locator("input[multiple]").set_input_files(payload("letter.jpg", b"Dear grandmother"))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(re.compile("image|picture"))
    page.get_by_role("button", name="Dismiss letter.jpg").click()
    expect(alert).to_be_hidden()


def test_a_server_that_is_gone_is_told_and_found_again(
    visit: BrowserContext, page: Page, api: APIRequestContext
) -> None:
    upload(api, "monastery.jpg")
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile("Open monastery.jpg"))).to_be_visible()
    visit.set_offline(True)
    page.get_by_role("link", name="Batches").first.click()
    banner = page.get_by_text("The server is not answering.")
    expect(banner).to_be_visible()
    visit.set_offline(False)
    expect(banner).to_be_hidden()
    expect(page.get_by_role("heading", name="Batches", exact=True)).to_be_visible()


@pytest.mark.parametrize("address", ["/nowhere", "/photo/00000000-0000-4000-8000-000000000000"])
def test_an_address_of_nothing_is_told(page: Page, api: APIRequestContext, address: str) -> None:
    del api
    page.goto(address)
    expect(page.get_by_role("link", name="To the photos")).to_be_visible()
