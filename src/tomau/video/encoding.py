"""Frames to packets: how the picture of a film is written."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error
import numpy as np
from av.codec.context import Flags
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from tomau.color.ycbcr import VideoRange
from tomau.errors import FilmWriteError
from tomau.video.settings import CODECS, SUBSAMPLING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.video.codeccontext import VideoCodecContext

    from tomau.color.ycbcr import Codes
    from tomau.video.painting import Painted
    from tomau.video.reading import FilmFacts
    from tomau.video.settings import Chroma, CodecName, FilmSettings

_TICKS = 16
"""Units of time in a frame, at least: decoding order needs moments between those of frames."""


@dataclass(frozen=True)
class Encoding:
    """How the picture is written.

    Attributes:
        codec: its name.
        width: in pixels.
        height: the same.
        chroma: how finely colour is sampled.
        coding: how luma and chroma become codes.
        aspect: width of a pixel by its height.
        rate: frames per second, in the mean.
        time_base: unit of time stamps, in seconds.
        scale: by which time stamps of the film are to be multiplied.
        step: usual duration of a frame, in that unit.
        options: for the encoder.
    """

    codec: CodecName
    width: int
    height: int
    chroma: Chroma
    coding: VideoRange
    aspect: Fraction
    rate: Fraction
    time_base: Fraction
    scale: int
    step: int
    options: tuple[tuple[str, str], ...]

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of it."""
        bits = self.coding.bits
        return f"yuv{self.chroma}p" + ("" if bits == 8 else f"{bits}le")

    def configure(self, context: VideoCodecContext) -> None:
        """Set an encoder up; the same everywhere, so that its headers are."""
        # SVT-AV1 tells its settings on stderr each time, unless told not to.
        os.environ.setdefault("SVT_LOG", "1")
        context.width, context.height = self.width, self.height
        context.pix_fmt = self.pixel_format
        context.time_base = self.time_base
        context.framerate = self.rate
        context.sample_aspect_ratio = self.aspect
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        context.colorspace = Colorspace.ITU709
        context.color_range = ColorRange.JPEG if self.coding.is_full else ColorRange.MPEG
        context.options = dict(self.options)
        context.flags |= Flags.global_header
        context.thread_count = 0


def choose_encoding(facts: FilmFacts, settings: FilmSettings) -> tuple[Encoding, list[str]]:
    """Choose how a film is written, and say what of it cannot be kept."""
    codec = CODECS[settings.codec]
    notes = []
    bits = settings.bits or _nearest_depth(facts.coding.bits, codec.depths)
    if bits < facts.coding.bits:
        notes.append(f"{facts.coding.bits} bits of the film become {bits}")
    chroma = settings.chroma or codec.chroma[0]
    down, across = SUBSAMPLING[chroma]
    if settings.codec != "ffv1" and (facts.width % across or facts.height % down):
        if "444" in codec.chroma:
            notes.append(f"{facts.width}x{facts.height} is odd: colour is sampled at every pixel")
            chroma = "444"
        else:
            raise FilmWriteError(
                f"{settings.codec} cannot write {facts.width}x{facts.height}; expected even sides: "
                "choose h264 or h265"
            )
    if facts.is_interlaced:
        notes.append("the film is interlaced; deinterlaced first, its colours come out finer")
    scale = max(1, math.ceil(_TICKS * facts.rate * facts.time_base))
    options = list(codec.options)
    quality = codec.quality if settings.quality is None else settings.quality
    if quality is not None:
        options.append(("crf", str(quality)))
    if settings.codec == "prores":
        options.append(("profile", "hq" if chroma == "422" else "4444"))
    time_base = facts.time_base / scale
    step = max(1, round(1 / (facts.rate * time_base)))
    # ProRes knows television's range alone.
    coding = VideoRange(bits, facts.coding.is_full and settings.codec != "prores")
    return Encoding(
        settings.codec, facts.width, facts.height, chroma, coding, facts.aspect, facts.rate,
        time_base, scale, step, tuple(options),
    ), notes  # fmt: skip


def _nearest_depth(bits: int, depths: tuple[int, ...]) -> int:
    return next((depth for depth in depths if depth >= bits), depths[-1])


@dataclass(frozen=True)
class Packet:
    """A piece of the coded picture, its stamps in the encoding's time base."""

    pts: int
    dts: int
    duration: int
    is_key: bool
    data: bytes


class SegmentEncoder:
    """Encodes some frames so that they can be decoded without others."""

    def __init__(self, encoding: Encoding) -> None:
        """Open the encoder.

        Raises:
            FilmWriteError: it does not take this picture.
        """
        self._encoding = encoding
        context: Any = av.CodecContext.create(CODECS[encoding.codec].encoder, "w")
        encoding.configure(context)
        self._context = context
        try:
            context.open()
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise FilmWriteError(
                f"the encoder {CODECS[encoding.codec].encoder} does not take "
                f"{encoding.width}x{encoding.height} {encoding.pixel_format} ({error}); choose "
                "another --codec"
            ) from error

    def encode(self, painted: Painted) -> Iterator[Packet]:
        """Take a frame, and give the packets that are ready."""
        yield from self._packets(self._frame(painted))

    def finish(self) -> Iterator[Packet]:
        """Give the packets that are left."""
        yield from self._packets(None)

    def _packets(self, frame: av.VideoFrame | None) -> Iterator[Packet]:
        for packet in self._context.encode(frame):
            pts = packet.pts or 0
            dts = pts if packet.dts is None else packet.dts
            step = packet.duration or self._encoding.step
            yield Packet(pts, dts, step, bool(packet.is_keyframe), bytes(packet))

    def _frame(self, painted: Painted) -> av.VideoFrame:
        encoding = self._encoding
        frame = av.VideoFrame(encoding.width, encoding.height, encoding.pixel_format)
        for plane, codes in zip(frame.planes, (painted.luma, *painted.chroma), strict=True):
            lines: Codes = np.frombuffer(memoryview(plane), codes.dtype)
            height, width = codes.shape
            lines = lines.reshape(-1, plane.line_size // codes.dtype.itemsize)
            lines[:height, :width] = codes
        frame.pts = painted.pts * encoding.scale
        frame.duration = encoding.step
        frame.time_base = encoding.time_base
        frame.color_range = ColorRange.JPEG if encoding.coding.is_full else ColorRange.MPEG
        frame.colorspace = Colorspace.ITU709
        return frame
