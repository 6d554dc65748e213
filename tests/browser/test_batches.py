"""Many photographs at once."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import av
import numpy as np
from playwright.sync_api import expect

from tests.browser.studio import drag, upload
from tests.films import FRAMES, film_bytes

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


def test_a_film_is_sent_coloured_and_downloaded(
    page: Page, api: APIRequestContext, tmp_path: Path
) -> None:
    file = tmp_path / "Wedding 1931.mp4"
    file.write_bytes(film_bytes())
    page.goto("/batches")
    page.get_by_role("button", name="Colour a film").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Start")).to_be_disabled()
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog).to_contain_text("Wedding 1931.mp4")
    dialog.get_by_label("Strength of colour").fill("1.4")
    dialog.get_by_role("button", name="Start").click()
    job = page.locator("article.job").first
    expect(job).to_contain_text("Wedding 1931.mp4")
    expect(job).to_contain_text(f"{FRAMES} of {FRAMES} frames done", timeout=120_000)
    with page.expect_download() as coming:
        job.get_by_role("link", name=re.compile("Download the film")).click()
    assert coming.value.suggested_filename == "Wedding 1931.color.mp4"
    with av.open(str(coming.value.path())) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == FRAMES
    assert all(np.ptp(frame.astype(int), axis=2).mean() > 2 for frame in frames), "it has colours"
    assert api.get("/api/v1/jobs").json()["results"][0]["settings"]["strength"] == 1.4
    job.get_by_role("button", name="Delete the film Wedding 1931.mp4").click()
    expect(page.get_by_text("Wedding 1931.mp4")).to_have_count(0)
    names = [one["film"] for one in api.get("/api/v1/jobs").json()["results"]]
    assert not any(names)


def test_a_film_is_dropped_among_the_photos(
    page: Page, api: APIRequestContext, tmp_path: Path
) -> None:
    del api
    file = tmp_path / "holiday.mkv"
    file.write_bytes(film_bytes("matroska"))
    page.goto("/")
    page.get_by_role("heading", name="Bring an old photograph").wait_for()
    drag(page, [file], 300, 300)
    dialog = page.get_by_role("dialog", name="Colour a film")
    expect(dialog).to_contain_text("holiday.mkv")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_what_is_no_film_is_told_with_the_servers_sentence(
    page: Page, api: APIRequestContext, tmp_path: Path
) -> None:
    file = tmp_path / "letter.mp4"
    file.write_text("Dear grandmother")
    page.goto("/batches")
    page.get_by_role("button", name="Colour a film").click()
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(file)
    page.get_by_role("dialog").get_by_role("button", name="Start").click()
    expect(page.get_by_text("is no film by its content")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert not any(one["film"] for one in api.get("/api/v1/jobs").json()["results"])
