from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tomau.errors import UsageError
from tomau.evaluation.channels import channels_figure
from tomau.evaluation.contact_sheet import contact_sheet
from tomau.imaging import Picture

RED, BLUE = (220, 20, 20), (20, 20, 220)


def plain(color: tuple[int, int, int], width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), color)


def box_of(sheet: Image.Image, color: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the pixels of one colour."""
    rows, columns = np.nonzero((np.asarray(sheet) == color).all(axis=-1))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_pictures_are_fitted_and_stand_side_by_side() -> None:
    sheet = contact_sheet([[plain(RED, 400, 200), plain(BLUE, 30, 60)]], tile=100)
    red, blue = box_of(sheet, RED), box_of(sheet, BLUE)
    assert (red[2] - red[0], red[3] - red[1]) == (100, 50)
    assert (blue[2] - blue[0], blue[3] - blue[1]) == (50, 100)
    assert red[1] == blue[1]
    assert red[2] < blue[0]


def test_rows_stand_below_each_other_and_blocks_beside() -> None:
    rows = [[plain(RED, 64, 64)], [plain(BLUE, 64, 64)]]
    below = contact_sheet(rows, tile=64)
    assert box_of(below, RED)[0] == box_of(below, BLUE)[0]
    assert box_of(below, RED)[3] < box_of(below, BLUE)[1]
    beside = contact_sheet(rows, tile=64, blocks=2)
    assert box_of(beside, RED)[1] == box_of(beside, BLUE)[1]
    assert box_of(beside, RED)[2] < box_of(beside, BLUE)[0]


def test_a_picture_of_tile_size_is_not_resampled() -> None:
    noise = np.random.default_rng(1).integers(0, 200, (64, 64, 3), dtype=np.uint8)
    sheet = np.asarray(contact_sheet([[noise]], tile=64))
    places = np.lib.stride_tricks.sliding_window_view(sheet, (64, 64, 3))
    assert any(np.array_equal(window, noise) for window in places[20, :, 0])


def test_gray_arrays_and_pillow_images_mix() -> None:
    gray = np.full((32, 48), 90, np.uint8)
    sheet = contact_sheet([[gray, plain(RED, 48, 32)]], tile=48)
    assert box_of(sheet, (90, 90, 90))[2] < box_of(sheet, RED)[0]


def test_texts_make_room_and_are_drawn() -> None:
    rows = [[plain(RED, 64, 64), plain(BLUE, 64, 64)]]
    bare = contact_sheet(rows, tile=64)
    told = contact_sheet(rows, tile=64, titles=("before", "after"), labels=["x.jpg"], heading="H")
    assert bare.width == told.width
    assert told.height > bare.height
    top = box_of(told, RED)[1]
    above = np.asarray(told.convert("L"))[:top]
    # Heading, titles and label: three bands of dark pixels with paper between.
    dark = (above < 160).any(axis=1)
    assert np.count_nonzero(np.diff(dark.astype(int)) == 1) >= 3


def test_a_long_label_is_cut_to_the_width_of_its_row() -> None:
    rows = [[plain(RED, 64, 64)], [plain(BLUE, 64, 64)]]
    sheet = contact_sheet(rows, tile=64, labels=["long name " * 30, ""], blocks=2)
    gap = np.asarray(sheet)[:, box_of(sheet, RED)[2] : box_of(sheet, BLUE)[0]]
    assert (gap == gap[0, 0]).all()


def test_vietnamese_is_drawn_without_its_marks() -> None:
    rows = [[plain(RED, 200, 20)]]
    marked = contact_sheet(rows, labels=["ảnh cũ được tô màu"])
    plain_text = contact_sheet(rows, labels=["anh cu duoc to mau"])
    assert marked.tobytes() == plain_text.tobytes()
    assert marked.tobytes() != contact_sheet(rows, labels=["?nh c?"]).tobytes()


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([], {}, "without pictures"),
        ([[]], {}, "without pictures"),
        ([[plain(RED, 8, 8)]], {"labels": ["a", "b"]}, "2 labels came; expected 1"),
        ([[plain(RED, 8, 8)]], {"titles": ["a", "b"]}, "2 titles came; expected 1"),
        ([[plain(RED, 8, 8)]], {"blocks": 0}, "at least 1"),
    ],
)
def test_a_sheet_that_cannot_be_drawn(
    rows: list[list[Image.Image]], options: dict[str, object], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        contact_sheet(rows, **options)  # type: ignore[arg-type]


def test_channels_figure_has_eight_tiles_and_takes_gray_too() -> None:
    colours = np.zeros((40, 60, 3), np.uint8)
    colours[:, :30] = RED
    colours[:, 30:] = BLUE
    figure = channels_figure(Picture(colours), tile=60)
    # Red and blue stand in their own channels at full strength, nowhere else.
    red, blue = box_of(figure, (RED[0], 0, 0)), box_of(figure, (0, 0, BLUE[2]))
    assert red[2] - red[0] == 30
    assert blue[2] - blue[0] == 30
    assert blue[1] > red[1]
    assert channels_figure(Picture(colours[..., 0]), tile=60).size == figure.size


def test_the_sheet_needs_no_torch() -> None:
    code = "import sys, tomau.evaluation.contact_sheet; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
