"""Films in: what a file holds, and its frames one after the other, upright, as luma."""

from __future__ import annotations

import contextlib
import errno
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error

from tomau.errors import FilmReadError
from tomau.video.damage import Damage
from tomau.video.luma import coding_of, upright_luma

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

    from tomau.color.ycbcr import Codes, VideoRange

_MOST_BAD_PACKETS = 1000  # one after the other: this is no film any more


@dataclass(frozen=True)
class StreamFacts:
    """A stream beside the picture: its number, ``audio``, ``subtitle``..., and its codec."""

    index: int
    kind: str
    codec: str


@dataclass(frozen=True)
class FilmFacts:
    """What a file says of its film.

    Attributes:
        path: of the file.
        container: FFmpeg's name of the format.
        codec: of the picture.
        stream: number of the picture's stream.
        width: in pixels, upright.
        height: the same.
        aspect: width of a pixel by its height, upright.
        rotation: counter-clockwise degrees by which frames are turned to stand upright.
        coding: how luma becomes codes.
        rate: frames per second, in the mean.
        time_base: unit of time stamps, in seconds.
        start: time stamp of the first moment.
        origin: where the file's own clock starts, in seconds; sound may begin before the picture.
        frames: how many there are; None where the file does not tell.
        seconds: how long it is; None likewise.
        is_interlaced: whether two fields are woven into each frame.
        others: the streams beside the picture.
    """

    path: Path
    container: str
    codec: str
    stream: int
    width: int
    height: int
    aspect: Fraction
    rotation: int
    coding: VideoRange
    rate: Fraction
    time_base: Fraction
    start: int
    origin: Fraction
    frames: int | None
    seconds: float | None
    is_interlaced: bool
    others: tuple[StreamFacts, ...]

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height with square pixels, in which hints speak."""
        return max(1, round(self.width * self.aspect)), self.height

    def frames_between(self, start: float, end: float | None) -> int | None:
        """About how many frames lie between two moments in seconds."""
        last = self.seconds if end is None else min(end, self.seconds or end)
        if last is None:
            return None
        if start == 0 and end is None and self.frames:
            return self.frames
        return max(0, round((last - start) * self.rate))


@dataclass(frozen=True, eq=False)
class Frame:
    """A decoded frame.

    Attributes:
        pts: time stamp, in the film's time base.
        seconds: since the film's first moment.
        luma: (H, W) codes, upright.
    """

    pts: int
    seconds: float
    luma: Codes


@contextlib.contextmanager
def open_film(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a film, and find the stream of its picture.

    Raises:
        FilmReadError: it is not there, is no film, or has no picture.
    """
    try:
        container = av.open(os.fspath(path), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise FilmReadError(_why_not(path, error)) from error
    with container:
        # A cover is a stream of pictures too.
        films = [s for s in container.streams.video if not _is_cover(s)]
        if not films:
            kinds = ", ".join(sorted({s.type or "unknown" for s in container.streams}))
            raise FilmReadError(
                f"{path} has no picture (streams: {kinds or 'none'}); expected a film"
            )
        stream = films[0]
        if stream.codec_context is None or stream.time_base is None:
            raise FilmReadError(f"{path} has a picture that FFmpeg cannot decode; expected a film")
        stream.thread_type = "AUTO"
        yield container, stream


def _is_cover(stream: Any) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _why_not(path: Path, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if isinstance(error, OSError) and number in (errno.ENOENT, errno.EACCES, errno.EISDIR):
        return f"{path} cannot be read ({os.strerror(number)}); expected a film"
    return f"{path} is not a film that can be read ({_first_line(error)}); expected one"


def _first_line(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error)
    return next(iter(text.strip().splitlines()), type(error).__name__)


def look_at_film(path: Path) -> FilmFacts:
    """Tell what a file holds; its first frame is decoded.

    Raises:
        FilmReadError: it is not there, is no film, has no picture, or none can be decoded.
    """
    with open_film(path) as (container, stream):
        for frame in _decoded(container, stream, Damage()):
            return _facts(path, container, stream, frame)
    raise FilmReadError(f"{path} has no frame that can be decoded; expected a film")


def _facts(
    path: Path, container: InputContainer, stream: VideoStream, frame: av.VideoFrame
) -> FilmFacts:
    time_base = stream.time_base or Fraction(1, 1000)
    rotation = round(frame.rotation) % 360
    aspect = Fraction(stream.sample_aspect_ratio or 1) or Fraction(1)
    width, height = frame.width, frame.height
    if rotation in (90, 270):
        width, height, aspect = height, width, 1 / aspect
    duration = None if stream.duration is None else float(stream.duration * time_base)
    if duration is None and container.duration is not None:
        duration = container.duration / av.time_base
    rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
    others = tuple(
        StreamFacts(s.index, s.type or "unknown", codec_name(s))
        for s in container.streams
        if s.index != stream.index
    )
    start = stream.start_time
    return FilmFacts(
        path, container.format.name, codec_name(stream), stream.index, width, height, aspect,
        rotation, coding_of(frame), rate, time_base,
        start if start is not None else frame.pts or 0,
        Fraction(container.start_time or 0, av.time_base),
        stream.frames or (None if duration is None else round(duration * rate)),
        duration, bool(frame.interlaced_frame), others,
    )  # fmt: skip


def codec_name(stream: Any) -> str:
    """Return FFmpeg's name of a stream's codec, not of what decodes it."""
    context = stream.codec_context
    return "unknown" if context is None else context.codec.canonical_name


class FilmReader:
    """Decodes a film once, from a moment on; what is damaged is counted and named."""

    def __init__(self, facts: FilmFacts) -> None:
        """Prepare to read a film that was looked at."""
        self.facts = facts
        self.damage = Damage()

    def frames(self, start: int | None = None) -> Generator[Frame, None, None]:
        """Decode all frames from a time stamp on; from the first one if it is None.

        Raises:
            FilmReadError: the file cannot be opened any more.
        """
        may_seek = start is not None and self._finds(start)
        with open_film(self.facts.path) as (container, stream):
            if may_seek and start is not None:
                container.seek(start, stream=stream, backward=True)
            last: int | None = None
            for frame in _decoded(container, stream, self.damage, start):
                last = self._stamp(frame, last)
                if start is not None and last < start:
                    continue
                seconds = float((last - self.facts.start) * self.facts.time_base)
                yield Frame(last, seconds, upright_luma(frame, self.facts))

    def _finds(self, start: int) -> bool:
        """Whether seeking lands where it should; some files can only be read from the beginning."""
        with open_film(self.facts.path) as (container, stream):
            try:
                container.seek(start, stream=stream, backward=True)
            except av.error.FFmpegError:
                return False
            first = next(_decoded(container, stream, Damage()), None)
        return first is not None and first.pts is not None and first.pts <= start

    def _stamp(self, frame: av.VideoFrame, last: int | None) -> int:
        """Return a frame's time stamp, after that of the frame before."""
        facts = self.facts
        pts = frame.pts if frame.pts is not None else frame.dts
        if pts is None:
            pts = facts.start if last is None else last + _step(facts)
        if last is not None and pts <= last:  # a file whose clock stands still
            return last + 1
        return pts


def _step(facts: FilmFacts) -> int:
    return max(1, round(1 / (facts.rate * facts.time_base)))


def _decoded(
    container: InputContainer, stream: VideoStream, damage: Damage, start: int | None = None
) -> Iterator[av.VideoFrame]:
    """Decode a stream; packets that cannot be are counted, and the others go on."""
    bad = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, OSError) as error:
            damage.ends_early = _first_line(error)
            return
        try:
            frames = packet.decode()
        except av.error.FFmpegError as error:
            moment = packet.pts if packet.pts is not None else packet.dts
            if start is None or moment is None or moment >= start:
                damage.lost.append(_moment(stream, moment))
            bad += 1
            if bad > _MOST_BAD_PACKETS:
                damage.ends_early = _first_line(error)
                return
            continue
        for frame in frames:
            bad = 0
            if frame.is_corrupt and (start is None or (frame.pts or 0) >= start):
                damage.patched.append(_moment(stream, frame.pts))
            yield frame


def _moment(stream: VideoStream, pts: int | None) -> float:
    time_base = stream.time_base or Fraction(1)
    return float(((pts or 0) - (stream.start_time or 0)) * time_base)
