"""Many photographs at once."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.studio import upload

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import APIRequestContext, Page

THREE = ("camel-driver.jpg", "monastery.jpg", "settlers.jpg")


def start_batch(page: Page, count: int) -> None:
    page.goto("/")
    boxes = page.get_by_role("checkbox", name=re.compile("^Select "))
    expect(boxes).to_have_count(count)
    for box in boxes.all():
        box.check()
    expect(page.get_by_text(f"{count} selected")).to_be_visible()
    page.get_by_role("button", name="Colour as a batch").click()
    page.get_by_role("dialog").get_by_label("Strength of colour").fill("1.2")
    page.get_by_role("button", name="Start the batch").click()
    expect(page).to_have_url(re.compile("/batches$"))


def test_a_batch_runs_and_its_zip_holds_every_result(page: Page, api: APIRequestContext) -> None:
    upload(api, *THREE)
    start_batch(page, 3)
    job = page.locator("article.job").first
    expect(job).to_contain_text("3 of 3 done", timeout=120_000)
    with page.expect_download() as coming:
        job.get_by_role("link", name="Download 3 results (zip)").click()
    path: Path = coming.value.path()
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
    for photo in api.get("/api/v1/photos").json()["results"]:
        assert [one["settings"]["strength"] for one in photo["versions"]] == [1.2]


def test_a_batch_is_paused_gone_on_with_and_cancelled(page: Page, api: APIRequestContext) -> None:
    upload(api, *THREE * 6)
    start_batch(page, 18)
    job = page.locator("article.job").first
    job.get_by_role("button", name="Pause").click()
    expect(job).to_contain_text("Paused")
    job.get_by_role("button", name="Go on").click()
    job.get_by_role("button", name="Cancel").click()
    expect(job).to_contain_text("Cancelled")


def test_selected_photos_are_deleted_after_a_question(page: Page, api: APIRequestContext) -> None:
    upload(api, *THREE)
    page.goto("/")
    page.get_by_role("checkbox", name="Select monastery.jpg").check()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("Delete 1 photo?")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name=re.compile("^Open "))).to_have_count(2)
    names = {photo["name"] for photo in api.get("/api/v1/photos").json()["results"]}
    assert names == {"camel-driver.jpg", "settlers.jpg"}
