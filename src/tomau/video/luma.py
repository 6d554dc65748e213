"""Where the luma of a decoded frame stands, and how it is coded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from tomau.color.ycbcr import VideoRange

if TYPE_CHECKING:
    import av

    from tomau.color.ycbcr import Codes
    from tomau.video.reading import FilmFacts

_FULL_RANGE = 2  # AVCOL_RANGE_JPEG


def coding_of(frame: av.VideoFrame) -> VideoRange:
    """Return how the luma of a frame is coded, as `upright_luma` gives it."""
    bits, has_luma = _luma_bits(frame)
    is_gray = frame.format.name.startswith("gray")
    # FFmpeg takes gray as computers' range where nothing is said.
    is_full = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
    is_full = is_full or (is_gray and frame.color_range == 0)
    return VideoRange(bits, is_full and has_luma)


def _luma_bits(frame: av.VideoFrame) -> tuple[int, bool]:
    """Bits of luma, and whether a plane of the frame is luma as it stands."""
    name, bits = frame.format.name, frame.format.components[0].bits
    plain = name.startswith(("yuv", "gray", "nv12", "nv16", "nv21")) and not name.endswith("be")
    if plain and 8 <= bits <= 16 and name != "gray8a" and not name.startswith("grayf"):
        return bits, True
    return (8 if bits <= 8 else 16), False


def upright_luma(frame: av.VideoFrame, facts: FilmFacts) -> Codes:
    """Return the luma of a frame, (H, W), turned upright; colours of the film are left aside."""
    bits, has_luma = _luma_bits(frame)
    if not has_luma or bits != facts.coding.bits:
        frame = frame.reformat(
            format="yuv444p" if facts.coding.bits == 8 else f"yuv444p{facts.coding.bits}le",
            dst_colorspace="ITU709",
            dst_color_range="JPEG" if facts.coding.is_full else "MPEG",
        )
    plane = frame.planes[0]
    dtype = facts.coding.dtype
    lines: Codes = np.frombuffer(memoryview(plane), dtype)
    lines = lines.reshape(-1, plane.line_size // lines.itemsize)
    luma = lines[: frame.height, : frame.width]
    # The frame's memory goes back to the decoder.
    upright = np.array(np.rot90(luma, facts.rotation // 90), order="C")
    size = (facts.height, facts.width)
    return upright if upright.shape == size else _resized(upright, size)


def _resized(luma: Codes, size: tuple[int, int]) -> Codes:
    """Bring a frame of another size, as some broadcasts have, to the film's."""
    resized: Codes = cv2.resize(luma, (size[1], size[0]), interpolation=cv2.INTER_AREA)
    return resized
