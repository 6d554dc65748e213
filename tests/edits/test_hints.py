from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tomau.color import srgb_to_lab
from tomau.edits.hints import Hints, Stroke, parse_color, parse_hint, read_hints, read_scribbles
from tomau.errors import UsageError

RED = (192, 48, 40)
RED_AB = srgb_to_lab(np.array([[RED]], np.float32) / 255)[0, 0, 1:]


def test_a_point_is_read_as_it_is_written() -> None:
    assert parse_hint("120,340=#c03028") == Stroke(((120.0, 340.0),), RED)
    assert parse_hint(" 1.5 , 2 = brown ").color == parse_color("rgb(165, 42, 42)")


@pytest.mark.parametrize("text", ["120=#c03028", "1,2", "a,b=red", "-1,2=red", "1,2=red 3"])
def test_what_is_no_hint_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="expected x,y=colour in pixels, such as 120,340=#c03028"):
        parse_hint(text)


def test_what_is_no_colour_is_told() -> None:
    with pytest.raises(UsageError, match="'#12' is not a colour; expected one such as #c03028"):
        parse_hint("1,2=#12")


def test_a_point_marks_its_place_at_working_size() -> None:
    planes = Hints(400, 200, (parse_hint("100,150=#c03028"),)).planes(100, 200)
    rows, columns = np.nonzero(planes[..., 2])
    assert (rows.mean(), columns.mean()) == pytest.approx((74.75, 49.75), abs=0.6)
    assert 1 <= np.ptp(rows) <= 4
    np.testing.assert_allclose(planes[rows[0], columns[0], :2], RED_AB, atol=1e-3)
    assert not planes[planes[..., 2] == 0].any()


def test_a_hair_of_a_stroke_is_not_lost_in_a_large_picture() -> None:
    hair = Stroke(((10.0, 4000.0), (7990.0, 4000.0)), RED, radius=0.5)
    planes = Hints(8000, 8000, (hair,)).planes(256, 256)
    assert planes[..., 2].sum() >= 250


def test_a_hair_of_paint_is_not_lost_in_a_large_picture() -> None:
    paint = np.zeros((3000, 2000, 4), np.uint8)
    paint[:, 777] = (*RED, 255)
    planes = Hints(2000, 3000, paint=paint).planes(150, 100)
    assert planes[..., 2].sum() == 150
    np.testing.assert_allclose(planes[:, 38, :2], np.broadcast_to(RED_AB, (150, 2)), atol=1e-3)


def test_later_strokes_cover_earlier_ones_and_paint() -> None:
    paint = np.zeros((50, 60, 4), np.uint8)
    paint[:, :30] = (0, 0, 255, 255)
    strokes = (Stroke(((10.0, 10.0),), (0, 255, 0), 5.0), Stroke(((10.0, 10.0),), RED, 5.0))
    planes = Hints(60, 50, strokes, paint).planes(50, 60)
    np.testing.assert_allclose(planes[10, 10, :2], RED_AB, atol=1e-3)
    assert planes[40, 10, 1] < -100
    assert planes[40, 40, 2] == 0


def test_a_cell_half_painted_has_the_paints_own_colour() -> None:
    paint = np.zeros((40, 40, 4), np.uint8)
    paint[::2] = (*RED, 255)
    planes = Hints(40, 40, paint=paint).planes(10, 10)
    np.testing.assert_allclose(planes[..., 2], 1)
    np.testing.assert_allclose(planes[..., :2], np.broadcast_to(RED_AB, (10, 10, 2)), atol=1e-3)


def test_pixels_are_those_that_a_stroke_covers() -> None:
    strokes = (
        Stroke(((5, 5),), (192, 48, 40), radius=0.5),
        Stroke(((12, 12), (15, 12)), (0, 0, 255), radius=1.5),
    )
    covered, ab = Hints(20, 18, strokes).pixels(18, 20)
    assert covered[5, 5]
    assert covered[4:7, 4:7].sum() == 1
    assert covered[11:14, 12:16].all()
    assert covered.sum() == 1 + 3 * 4 + 2  # the ends are round
    np.testing.assert_allclose(ab[0], RED_AB, atol=1e-3)
    assert (ab[1:, 1] < -100).all()


def test_pixels_of_paint_are_the_paints_own() -> None:
    paint = np.zeros((6, 7, 4), np.uint8)
    paint[2, 3] = (192, 48, 40, 255)
    covered, ab = Hints(7, 6, paint=paint).pixels(6, 7)
    assert np.argwhere(covered).tolist() == [[2, 3]]
    np.testing.assert_allclose(ab, RED_AB[np.newaxis], atol=1e-3)


def test_a_hint_outside_the_picture_is_told() -> None:
    message = r"a hint at 640,20 came for a picture of 640x480; expected x in 0\.\.639"
    with pytest.raises(UsageError, match=message):
        Hints(640, 480, (parse_hint("640,20=red"),))


def test_scribbles_of_another_size_are_told() -> None:
    with pytest.raises(UsageError, match="scribbles of 60x50 came for a picture of 60x51"):
        Hints(60, 51, paint=np.zeros((50, 60, 4), np.uint8))


def test_a_file_of_strokes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hints.json"
    stroke = {"points": [[1, 2], [3, 4]], "color": "#c03028", "radius": 2}
    path.write_text(json.dumps({"width": 9, "height": 8, "strokes": [stroke]}))
    assert read_hints(path, 9, 8) == (Stroke(((1.0, 2.0), (3.0, 4.0)), RED, 2.0),)
    with pytest.raises(UsageError, match="strokes for a picture of 9x8; expected 90x80"):
        read_hints(path, 90, 80)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("no json", "the file"),
        ('{"strokes": []}', "strokes"),
        ('{"strokes": [{"points": [], "color": "red"}]}', "strokes.0.points"),
        ('{"strokes": [{"points": [[1, 2]]}]}', "strokes.0.color"),
    ],
)
def test_a_file_of_another_form_is_told(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "hints.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=f"hints.json is not valid at {where}: ") as caught:
        read_hints(path, 9, 8)
    assert "\n" not in str(caught.value)


def test_painted_pixels_are_read(tmp_path: Path) -> None:
    paint = np.zeros((5, 6, 4), np.uint8)
    paint[2, 3] = (*RED, 200)
    path = tmp_path / "paint.png"
    Image.fromarray(paint).save(path)
    np.testing.assert_array_equal(read_scribbles(path), paint)


@pytest.mark.parametrize(
    ("mode", "message"),
    [("RGB", "has no transparency"), ("RGBA", "is empty"), (None, "cannot be read as a picture")],
)
def test_paint_that_cannot_be_used_is_told(tmp_path: Path, mode: str | None, message: str) -> None:
    path = tmp_path / "paint.png"
    if mode is None:
        path.write_text("nothing")
    else:
        Image.new(mode, (4, 4)).save(path)
    with pytest.raises(UsageError, match=message):
        read_scribbles(path)
