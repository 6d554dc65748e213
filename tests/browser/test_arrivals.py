"""How pictures come in: photographed, pasted, dropped on the page, one or many."""

from __future__ import annotations

import base64
import io
import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.studio import PHOTOS, color, drag, upload

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import APIRequestContext, Page

THREE = ("camel-driver.jpg", "monastery.jpg", "settlers.jpg")
CARDS = re.compile("^Open ")

# A browser without a window makes nothing of Ctrl + V: the event that it would send is sent.
_PASTE = """(coded) => {
  const bytes = Uint8Array.from(atob(coded), (one) => one.charCodeAt(0))
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }))
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
}"""
_CAMERA = """() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    window.camera = await real(wanted)
    return window.camera
  }
}"""


def names(api: APIRequestContext, kind: str = "photo") -> set[str]:
    """Names of the photos or references that the server has."""
    found: list[dict[str, Any]] = api.get(f"/api/v1/photos?kind={kind}").json()["results"]
    return {photo["name"] for photo in found}


def test_a_print_is_photographed_by_the_camera(page: Page, api: APIRequestContext) -> None:
    page.goto("/")
    page.evaluate(_CAMERA)
    page.get_by_role("button", name="Photograph a print").click()
    live = page.get_by_label("What the camera sees")
    page.wait_for_function("(video) => video.videoWidth > 0", arg=live.element_handle())
    size = live.evaluate("(video) => [video.videoWidth, video.videoHeight]")
    page.get_by_role("button", name="Take the picture").click()
    card = page.get_by_role("link", name=re.compile(r"^Open photo-\d{4}-\d\d-\d\d"))
    expect(card).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    (photo,) = api.get("/api/v1/photos").json()["results"]
    assert [photo["width"], photo["height"], photo["format"]] == [*size, "JPEG"]
    original = api.get(f"/api/v1/photos/{photo['id']}/original").body()
    assert np.asarray(Image.open(io.BytesIO(original))).std() > 10, "the camera's figure is on it"
    states = page.evaluate("() => camera.getTracks().map((track) => track.readyState)")
    assert states == ["ended"], "the camera is off again"


def test_without_a_camera_it_is_told_what_to_do(page: Page, api: APIRequestContext) -> None:
    del api
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.goto("/")
    page.get_by_role("button", name="Photograph a print").click()
    expect(page.get_by_role("alert")).to_contain_text("choose a picture instead")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_picture_is_pasted(page: Page, api: APIRequestContext) -> None:
    stream = io.BytesIO()
    Image.open(PHOTOS / "sled-dog.jpg").save(stream, "PNG")
    page.goto("/")
    page.get_by_role("heading", name="Bring an old photograph").wait_for()
    page.evaluate(_PASTE, base64.b64encode(stream.getvalue()).decode())
    expect(page.get_by_role("link", name=CARDS)).to_be_visible()
    (photo,) = api.get("/api/v1/photos").json()["results"]
    original = api.get(f"/api/v1/photos/{photo['id']}/original").body()
    wanted = np.asarray(Image.open(PHOTOS / "sled-dog.jpg").convert("L"), int)
    came = np.asarray(Image.open(io.BytesIO(original)).convert("L"), int)
    assert np.abs(came - wanted).max() <= 1


def test_several_files_are_dropped_at_once(
    page: Page, api: APIRequestContext, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear grandmother")
    page.goto("/")
    page.get_by_role("heading", name="Bring an old photograph").wait_for()
    files = [*(PHOTOS / name for name in THREE), letter]
    drag(page, files, 300, 300, drop=False)
    expect(page.get_by_text("Let go: the pictures come here")).to_be_visible()
    drag(page, files, 300, 300)
    expect(page.get_by_text("Let go: the pictures come here")).to_be_hidden()
    expect(page.get_by_role("link", name=CARDS)).to_have_count(3)
    expect(page.get_by_text("1 file is not a picture and was left out.")).to_be_visible()
    assert names(api) == set(THREE)


def test_a_folder_is_dropped(page: Page, api: APIRequestContext, tmp_path: Path) -> None:
    for name, folder in zip(THREE, ("album", "album/1910", "album/1910/summer"), strict=True):
        (tmp_path / folder).mkdir(exist_ok=True)
        shutil.copy(PHOTOS / name, tmp_path / folder / name)
    page.goto("/")
    page.get_by_role("heading", name="Bring an old photograph").wait_for()
    drag(page, [tmp_path / "album"], 300, 300)
    expect(page.get_by_role("link", name=CARDS)).to_have_count(3)
    assert names(api) == set(THREE)


def test_a_reference_is_dragged_onto_the_photo(page: Page, api: APIRequestContext) -> None:
    (photo,) = upload(api, "settlers.jpg")
    color(api, photo)
    page.goto(f"/photo/{photo['id']}")
    box = page.locator(".stage").bounding_box()
    assert box is not None
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, [PHOTOS / "market-street.jpg"], *at, drop=False)
    expect(page.get_by_text("the photo takes the colours of these pictures")).to_be_visible()
    with page.expect_response(re.compile("/preview$")) as preview:
        drag(page, [PHOTOS / "market-street.jpg"], *at)
    assert preview.value.status == 200
    (reference,) = api.get("/api/v1/photos?kind=reference").json()["results"]
    assert preview.value.request.post_data_json["references"] == [reference["id"]]
    expect(page.get_by_role("tab", name="References")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Use its colours")).to_be_checked()
    assert names(api) == {"settlers.jpg"}
