from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.imaging.test_icc import gray_profile
from tests.imaging.test_icc_deep import adobe_rgb, dot_gain, tiff
from tomau.color import luminance
from tomau.color.spaces import srgb_to_linear
from tomau.errors import UsageError
from tomau.imaging import Picture, output_profile, read_picture
from tomau.runtime import Colorizer, Finish

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.imaging import OutputProfile

# Shares of linear red, green and blue in luminance. Sources: IEC 61966-2-1; SMPTE EG 432-1.
WEIGHTS = {"srgb": np.array([0.2126, 0.7152, 0.0722]), "p3": np.array([0.2290, 0.6917, 0.0793])}


@pytest.fixture(scope="module")
def colorizer(tiny_model: Path) -> Colorizer:
    return Colorizer.load(tiny_model, threads=2)


def test_every_level_of_16_bits_survives(colorizer: Colorizer) -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    result = colorizer.colorize_picture(Picture(ramp))
    l = luminance(result.pixels)
    assert len(np.unique(l)) > 60_000
    assert np.abs(l - luminance(ramp)).max() < 0.01


@pytest.mark.parametrize("profile", ["srgb", "p3"])
@pytest.mark.parametrize("own", [None, "gamma 2.2", "dot gain 20 %", "Adobe RGB", "Display P3"])
def test_levels_survive_all_profiles_in_and_out(
    colorizer: Colorizer, own: str | None, profile: OutputProfile
) -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    if own in ("Adobe RGB", "Display P3"):
        icc = adobe_rgb() if own == "Adobe RGB" else output_profile("p3")
        data = tiff(np.repeat(ramp[..., np.newaxis], 3, axis=2), icc, photometric="rgb")
    else:
        data = tiff(ramp, dot_gain(20) if own == "dot gain 20 %" else gray_profile(2.2))
    picture = Picture(ramp) if own is None else read_picture(data)
    result = colorizer.colorize_picture(picture, finish=Finish(profile=profile, recolor=True))
    light = srgb_to_linear(result.pixels / 65535) @ WEIGHTS[profile]
    assert len(np.unique(light.round(12))) > 60_000


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
