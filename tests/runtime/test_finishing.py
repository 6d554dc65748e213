from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tomau.color import luminance
from tomau.errors import UsageError
from tomau.imaging import Picture, output_profile
from tomau.runtime import Colorizer, Finish

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def colorizer(tiny_model: Path) -> Colorizer:
    return Colorizer.load(tiny_model, threads=2)


def test_every_level_of_16_bits_survives(colorizer: Colorizer) -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    result = colorizer.colorize_picture(Picture(ramp))
    l = luminance(result.pixels)
    assert len(np.unique(l)) > 60_000
    assert np.abs(l - luminance(ramp)).max() < 0.01


@pytest.mark.parametrize("bits", [8, 16])
def test_alpha_takes_the_depth_of_the_result(
    colorizer: Colorizer, gray_u8: NDArray[np.uint8], bits: int
) -> None:
    picture = Picture(gray_u8, alpha=np.full_like(gray_u8, 51))
    result = colorizer.colorize_picture(picture, finish=Finish(bits=16 if bits == 16 else 8))
    assert result.bits == bits
    assert result.alpha is not None
    assert (result.alpha == 51 * (1 if bits == 8 else 257)).all()


def test_depths_agree(colorizer: Colorizer, gray_u8: NDArray[np.uint8]) -> None:
    picture = Picture(gray_u8)
    narrow = colorizer.colorize_picture(picture).pixels_u8.astype(int)
    deep = colorizer.colorize_picture(picture, finish=Finish(bits=16)).pixels_u8
    assert np.abs(narrow - deep).max() <= 3


def test_a_profile_that_says_srgb_already_stays(
    colorizer: Colorizer, gray_u8: NDArray[np.uint8]
) -> None:
    own = output_profile("srgb")[:-1] + b"\1"
    assert colorizer.colorize_picture(Picture(gray_u8, icc=own)).icc == own
    assert colorizer.colorize_picture(Picture(gray_u8)).icc == output_profile("srgb")
    p3 = colorizer.colorize_picture(Picture(gray_u8, icc=own), finish=Finish(profile="p3"))
    assert p3.icc == output_profile("p3")


def test_damaged_xmp_is_told(colorizer: Colorizer, gray_u8: NDArray[np.uint8]) -> None:
    picture = Picture(gray_u8, xmp=b"<broken", notes=("first",))
    assert colorizer.colorize_picture(picture).notes == ("first", "damaged XMP left out")
    untold = colorizer.colorize_picture(picture, finish=Finish(provenance=False))
    assert (untold.xmp, untold.notes) == (b"<broken", ("first",))


def test_a_depth_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="12 bits per channel came; expected 8 or 16"):
        Finish(bits=12)  # type: ignore[arg-type]
