"""Several pictures on one sheet: before and after, row by row."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tomau.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Tile: TypeAlias = "Image.Image | NDArray[np.uint8]"

_PAPER, _INK, _FAINT = (250, 250, 248), (30, 30, 30), (110, 110, 110)
_MARGIN, _GUTTER, _BLOCK_GUTTER = 20, 8, 32
_TEXT_SIZE, _HEADING_SIZE = 15, 22
_LINE = _TEXT_SIZE + 9
# Letters that Unicode does not take apart into a base and its marks.
_LETTERS_OF_ONE_PIECE = str.maketrans("đĐøØłŁ×–—", "dDoOlLx--")


def contact_sheet(
    rows: Sequence[Sequence[Tile]],
    *,
    labels: Sequence[str] = (),
    titles: Sequence[str] = (),
    heading: str = "",
    tile: int = 256,
    blocks: int = 1,
) -> Image.Image:
    """Draw rows of pictures, each fitted into tile x tile pixels, on one RGB sheet.

    ``rows`` holds Pillow images or uint8 arrays (H, W) or (H, W, 3); ``labels`` stand above the
    rows, ``titles`` above the columns, ``heading`` above all. ``blocks`` sets that many rows
    beside each other, so that many rows of few columns do not make a tower.

    Raises:
        UsageError: there is no picture, or labels or titles do not match rows or columns.
    """
    columns = max((len(row) for row in rows), default=0)
    _check(rows, columns, labels, titles, blocks)
    images = [[_fitted(picture, tile) for picture in row] for row in rows]
    widths = [
        max((row[k].width for row in images if k < len(row)), default=tile) for k in range(columns)
    ]
    block_width = sum(widths) + _GUTTER * (columns - 1)
    lines = [images[k : k + blocks] for k in range(0, len(images), blocks)]
    heights = [max(image.height for row in line for image in row) for line in lines]

    top = _MARGIN + (_HEADING_SIZE + 14 if heading else 0) + (_LINE if titles else 0)
    label_height = _LINE if labels else 0
    shown_blocks = min(blocks, len(rows))
    width = 2 * _MARGIN + shown_blocks * block_width + (shown_blocks - 1) * _BLOCK_GUTTER
    height = top + sum(heights) + len(lines) * (label_height + _GUTTER) - _GUTTER + _MARGIN
    sheet = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    _write(pen, (_MARGIN, _MARGIN - 4), heading, width - 2 * _MARGIN, size=_HEADING_SIZE)

    lefts = [_MARGIN + k * (block_width + _BLOCK_GUTTER) for k in range(shown_blocks)]
    for left in lefts:
        _write_titles(pen, left, top - _LINE, titles, widths)
    for index, (line, line_height) in enumerate(zip(lines, heights, strict=True)):
        for block, (left, row) in enumerate(zip(lefts, line, strict=False)):
            if labels:
                _write(pen, (left, top), labels[index * blocks + block], block_width, color=_FAINT)
            _paste(sheet, row, left, top + label_height, widths)
        top += label_height + line_height + _GUTTER
    return sheet


def _write(
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    width: int,
    *,
    size: int = _TEXT_SIZE,
    color: tuple[int, int, int] = _INK,
) -> None:
    """Write one line of text from its top left corner, cut short to fit a width in pixels."""
    font = ImageFont.load_default(size)
    shown = _in_plain_letters(text)
    if pen.textlength(shown, font) > width:
        while shown and pen.textlength(f"{shown}...", font) > width:
            shown = shown[:-1]
        shown = f"{shown.rstrip()}..."
    pen.text(place, shown, fill=color, font=font)


def _in_plain_letters(text: str) -> str:
    """Text as the font that comes with Pillow can draw it: it has ASCII only.

    >>> _in_plain_letters("đồng quê.jpg")
    'dong que.jpg'
    """
    parted = unicodedata.normalize("NFKD", text.translate(_LETTERS_OF_ONE_PIECE))
    bare = "".join(sign for sign in parted if not unicodedata.combining(sign))
    return " ".join(bare.encode("ascii", "replace").decode().split())


def _check(
    rows: Sequence[Sequence[Tile]],
    columns: int,
    labels: Sequence[str],
    titles: Sequence[str],
    blocks: int,
) -> None:
    if columns == 0 or any(len(row) == 0 for row in rows):
        raise UsageError("a row without pictures came; a contact sheet expects one or more in each")
    for kind, given, expected in (("labels", labels, len(rows)), ("titles", titles, columns)):
        if given and len(given) != expected:
            raise UsageError(f"{len(given)} {kind} came; expected {expected} or none")
    if blocks < 1:
        raise UsageError(f"{blocks} blocks came; expected at least 1")


def _fitted(picture: Tile, tile: int) -> Image.Image:
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    if image.mode != "RGB":
        image = image.convert("RGB")
    scale = tile / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def _write_titles(
    pen: ImageDraw.ImageDraw, left: int, top: int, titles: Sequence[str], widths: Sequence[int]
) -> None:
    for title, width in zip(titles, widths, strict=False):
        _write(pen, (left, top), title, width)
        left += width + _GUTTER


def _paste(
    sheet: Image.Image, row: Sequence[Image.Image], left: int, top: int, widths: Sequence[int]
) -> None:
    for image, width in zip(row, widths, strict=False):
        sheet.paste(image, (left, top))
        left += width + _GUTTER
