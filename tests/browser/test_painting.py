"""From an upload to a download with a colour that a person chose."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.studio import PHOTOS, color, payload, upload
from tomau.color import srgb_to_lab

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.sync_api import APIRequestContext, Page

SETTLERS = "settlers.jpg"
SHIRT = (0.14, 0.56)  # of the man at the left, in shares of the picture
BLUE = "#2f4f9e"


def lab_of(content: bytes) -> NDArray[np.float32]:
    """Decode a picture: (height, width, 3) L*a*b*."""
    rgb = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), np.float32) / 255
    return srgb_to_lab(rgb)


def around(lab: NDArray[np.float32], share: tuple[float, float]) -> NDArray[np.float32]:
    """Mean L*a*b* of 7 x 7 pixels at a place given in shares of width and height."""
    x, y = (round(part * length) for part, length in zip(share, lab.shape[1::-1], strict=True))
    return np.asarray(lab[y - 3 : y + 4, x - 3 : x + 4].mean((0, 1)))


def click_on(page: Page, share: tuple[float, float]) -> None:
    """Click a place of the picture, given in shares of its width and height."""
    box = page.locator(".stage > img").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"])


def open_editor(
    page: Page, api: APIRequestContext, name: str = SETTLERS, **settings: object
) -> str:
    """Upload and colour a photograph by the API, open it, and tell its id."""
    (photo,) = upload(api, name)
    color(api, photo, **settings)
    page.goto(f"/photo/{photo['id']}")
    expect(page.locator(".stage > img")).to_be_visible()
    return str(photo["id"])


def downloaded(page: Page) -> bytes:
    """Press the download button and read the file."""
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download", exact=True).first.click()
    path: Path = coming.value.path()
    assert coming.value.suggested_filename.endswith(".jpg")
    return path.read_bytes()


def test_upload_colour_compare_paint_download(page: Page, api: APIRequestContext) -> None:
    """The way of a family: every step by the page alone."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Bring an old photograph into colour")).to_be_visible()
    page.locator("input[multiple]").set_input_files(PHOTOS / SETTLERS)
    card = page.get_by_role("link", name=re.compile("Open settlers.jpg. 1 version"))
    card.click()

    divider = page.get_by_role("slider", name="Divider between before and after")
    divider.press("Home")
    expect(divider).to_have_attribute("aria-valuenow", "0")
    divider.press("End")
    expect(divider).to_have_attribute("aria-valuenow", "100")
    first = downloaded(page)

    page.get_by_role("tab", name="Paint").click()
    click_on(page, SHIRT)
    palette = page.get_by_role("region", name="Colours of this place")
    with page.expect_response(re.compile("/preview$")) as preview:
        palette.locator("input[type=color]").fill(BLUE)
    assert preview.value.status == 200
    expect(page.get_by_text("Point 1").last).to_be_visible()
    second = downloaded(page)

    (photo,) = api.get("/api/v1/photos").json()["results"]
    assert len(photo["versions"]) == 2
    original = (PHOTOS / SETTLERS).read_bytes()
    gray, before, after = lab_of(original), lab_of(first), lab_of(second)
    assert after.shape == gray.shape
    wanted = srgb_to_lab(np.array([[[0x2F, 0x4F, 0x9E]]], np.float32) / 255)[0, 0, 1:]
    was, became = around(before, SHIRT)[1:], around(after, SHIRT)[1:]
    assert np.linalg.norm(became - was) > 8
    assert np.linalg.norm(became - wanted) < np.linalg.norm(was - wanted) - 5
    assert became[1] < -5, "blue is what was asked for"
    # Light and shade stay the photograph's own (JPEG costs a little).
    assert np.abs(after[..., 0] - gray[..., 0]).mean() < 1.5


def test_a_plausible_colour_is_offered_where_the_model_knows_some(
    page: Page, api: APIRequestContext
) -> None:
    photo = open_editor(page, api, model="painter")
    page.get_by_role("tab", name="Paint").click()
    click_on(page, SHIRT)
    first = page.get_by_role("button", name=re.compile("Colour #[0-9a-f]{6}, plausible by")).first
    offered = (first.get_attribute("aria-label") or "").split()[1].rstrip(",")
    first.click()
    page.get_by_role("button", name="Save version").first.click()
    expect(page.get_by_text("The version is saved.")).to_be_visible()
    versions = api.get(f"/api/v1/photos/{photo}").json()["versions"]
    (hint,) = versions[-1]["settings"]["hints"]
    assert hint["color"] == offered
    assert abs(hint["x"] - SHIRT[0] * 342) < 3
    assert abs(hint["y"] - SHIRT[1] * 287) < 3


def test_a_stroke_of_the_brush_is_painted_and_undone(page: Page, api: APIRequestContext) -> None:
    photo = open_editor(page, api)
    page.get_by_role("tab", name="Paint").click()
    page.get_by_role("radio", name="Brush").click()
    page.locator(".color input").fill(BLUE)
    box = page.locator(".stage > img").bounding_box()
    assert box is not None
    x, y = box["x"] + SHIRT[0] * box["width"], box["y"] + SHIRT[1] * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + 8 * step, y + 4 * step)
    with page.expect_response(re.compile("/preview$")):
        page.mouse.up()
    expect(page.get_by_text("Stroke 1")).to_be_visible()
    before = lab_of(api.get(f"/api/v1/photos/{photo}/view?side=342").body())
    painted = lab_of(downloaded(page))
    assert around(painted, SHIRT)[2] < around(before, SHIRT)[2] - 5
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Nothing painted yet.")).to_be_visible()
    page.keyboard.press("Control+y")
    expect(page.get_by_text("Stroke 1")).to_be_visible()


def test_by_the_keyboard_alone_a_point_is_set(page: Page, api: APIRequestContext) -> None:
    open_editor(page, api)
    page.get_by_role("tab", name="Adjust").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Paint")).to_have_attribute("aria-selected", "true")
    page.locator(".stage").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    palette = page.get_by_role("region", name="Colours of this place")
    palette.locator("button.swatch").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Point 1").last).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_a_colour_is_picked_from_a_reference(page: Page, api: APIRequestContext) -> None:
    """The yellowed print stands for a colour picture: its paper is yellow."""
    open_editor(page, api)
    page.get_by_role("tab", name="References").click()
    page.locator("aside input[type=file]").set_input_files(PHOTOS / "market-street.jpg")
    with page.expect_response(re.compile("/preview$")) as preview:
        expect(page.get_by_label("Use its colours")).to_be_checked()
    assert preview.value.status == 200
    page.get_by_role("button", name="Pick a colour").click()
    canvas = page.locator("canvas[role=application]")
    expect(canvas).to_have_js_property("width", 500)
    canvas.click(position={"x": 120, "y": 60})
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("tab", name="Paint")).to_have_attribute("aria-selected", "true")
    picked = page.locator(".color input").input_value()
    red, green, blue = (int(picked[at : at + 2], 16) for at in (1, 3, 5))
    assert red > blue + 20
    assert green > blue + 10


def test_versions_are_kept_opened_again_and_deleted(page: Page, api: APIRequestContext) -> None:
    photo = open_editor(page, api)
    strength = page.get_by_label("Strength of colour")
    with page.expect_response(re.compile("/preview$")):
        strength.fill("0.3")
    page.get_by_role("button", name="Save version").first.click()
    expect(page.get_by_role("button", name="Saved").first).to_be_disabled()
    page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("button", name=re.compile("^Open the version"))
    expect(versions).to_have_count(2)
    versions.last.click()
    page.get_by_role("tab", name="Adjust").click()
    expect(strength).to_have_value("1")
    page.keyboard.press("Control+z")
    expect(strength).to_have_value("0.3")
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name=re.compile("^Delete the version")).first.click()
    expect(versions).to_have_count(1)
    assert len(api.get(f"/api/v1/photos/{photo}").json()["versions"]) == 1


def test_zoom_shows_the_full_resolution(page: Page, api: APIRequestContext) -> None:
    """A photograph larger than the window is asked for at full size once it is magnified."""
    large = Image.open(PHOTOS / SETTLERS).resize((3420, 2870))
    buffer = io.BytesIO()
    large.save(buffer, "JPEG", quality=80)
    file = payload("large.jpg", buffer.getvalue())
    photo = api.post("/api/v1/photos", multipart={"file": file}).json()
    page.goto(f"/photo/{photo['id']}")
    picture = page.locator(".stage > img")
    expect(picture).to_have_attribute("src", re.compile("side=(800|1600)$"))
    with page.expect_response(re.compile("side=6400$")):
        page.get_by_role("button", name=re.compile("Show each pixel")).click()
    expect(picture).to_have_js_property("naturalWidth", 3420)
    box, stage = picture.bounding_box(), page.locator(".stage").bounding_box()
    assert box is not None
    assert stage is not None
    assert round(box["width"]) == 3420
    start = stage["x"] + stage["width"] / 4, stage["y"] + stage["height"] / 2
    page.mouse.move(*start)  # beside the divider
    page.mouse.down()
    page.mouse.move(start[0] - 90, start[1] - 50)
    page.mouse.up()
    moved = picture.bounding_box()
    assert moved is not None
    assert (round(moved["x"] - box["x"]), round(moved["y"] - box["y"])) == (-90, -50)
