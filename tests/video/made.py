"""Small films made by code."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np

from tomau.color.ycbcr import VideoRange, luma_lightness
from tomau.runtime.prediction import Prediction
from tomau.video.looking import Look
from tomau.video.reading import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH, HEIGHT = 96, 64
COMPUTERS = VideoRange(8, is_full=True)


def texture(seed: int, side: int = 400) -> NDArray[np.uint8]:
    """Something to look at: smooth random blobs, (side, side) uint8 gray, 30 to 220."""
    import cv2

    random = np.random.default_rng(seed)
    coarse = random.normal(0, 1, (side // 8, side // 8)).astype(np.float32)
    fine = random.normal(0, 1, (side // 3, side // 3)).astype(np.float32)
    planes = [cv2.resize(p, (side, side), interpolation=cv2.INTER_CUBIC) for p in (coarse, fine)]
    total = planes[0] + 0.4 * planes[1]
    total = (total - total.min()) / (total.max() - total.min())
    made: NDArray[np.uint8] = (30 + 190 * total).astype(np.uint8)
    return made


def panned(seed: int, count: int, step: int = 1) -> list[NDArray[np.uint8]]:
    """Frames of a camera that moves to the right by whole pixels."""
    scene = texture(seed)
    return [scene[50 : 50 + HEIGHT, 20 + k * step : 20 + k * step + WIDTH] for k in range(count)]


def two_scenes(count: int = 24) -> list[NDArray[np.uint8]]:
    """A film with a cut in the middle."""
    half = count // 2
    # Another scene is lighter, too: as most are.
    other = [255 - frame // 2 for frame in panned(5, count - half)]
    return [*panned(1, half), *other]


def write_film(
    path: Path,
    frames: Sequence[NDArray[Any]],
    *,
    codec: str = "ffv1",
    pixels: str = "yuv420p",
    rate: int = 24,
    stamps: Sequence[int] | None = None,
    sound: str | None = None,
    subtitle: bool = False,
    settings: Callable[[Any], None] | None = None,
    options: dict[str, str] | None = None,
    chapters: Sequence[tuple[int, int]] = (),
) -> Path:
    """Write luma (H, W), codes as they are to be in the file, as a film.

    ``stamps`` and ``chapters`` (from, to) are milliseconds; ``settings`` may change the stream
    before frames are written.
    """
    with av.open(str(path), "w") as container:
        container.metadata.update({"title": "A made film", "comment": "kept"})
        millisecond = Fraction(1, 1000)
        container.set_chapters(
            [
                {
                    "id": k + 1,
                    "start": start,
                    "end": end,
                    "time_base": Fraction(1, 1000),
                    "metadata": {},
                }
                for k, (start, end) in enumerate(chapters, 1)
            ]
        )
        unit = millisecond if stamps is not None else Fraction(1, rate)
        stream: Any = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height, stream.pix_fmt = frames[0].shape[1], frames[0].shape[0], pixels
        stream.codec_context.time_base = unit
        if settings is not None:
            settings(stream)
        audio: Any = None if sound is None else container.add_stream(sound, rate=48000)
        text: Any = container.add_mux_stream("subrip") if subtitle else None
        for k, luma in enumerate(frames):
            frame = video_frame(luma, pixels)
            frame.pts, frame.time_base = (k if stamps is None else stamps[k]), unit
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            _sing(container, audio, len(frames) / rate)
        if text is not None:
            packet = av.Packet(b"Tomau!")
            packet.stream, packet.time_base = text, millisecond
            packet.pts = packet.dts = 100
            packet.duration = 400
            container.mux(packet)
    return path


def video_frame(luma: NDArray[Any], pixels: str) -> av.VideoFrame:
    """A gray frame of that luma."""
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], pixels)
    for number, plane in enumerate(frame.planes):
        lines: NDArray[Any] = np.frombuffer(memoryview(plane), luma.dtype)
        lines = lines.reshape(-1, plane.line_size // luma.itemsize)
        if number:
            lines[:] = 1 << (frame.format.components[0].bits - 1)
        else:
            lines[: luma.shape[0], : luma.shape[1]] = luma
    return frame


def _sing(container: Any, stream: Any, seconds: float) -> None:
    wave = np.sin(np.arange(int(48000 * seconds)) * 0.05).astype(np.float32) * 0.3
    for start in range(0, len(wave) - 1023, 1024):
        part = np.stack([wave[start : start + 1024]] * 2)
        if stream.format.name == "s16":
            part = (part.T.reshape(1, -1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(part, format=stream.format.name, layout="stereo")
        frame.rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def packets(path: Path, kind: str) -> list[tuple[float, bytes]]:
    """Moments and bytes of the packets of the first stream of a kind."""
    with av.open(str(path)) as container:
        stream = next(s for s in container.streams if s.type == kind)
        return [(float(p.pts * p.time_base), bytes(p)) for p in container.demux(stream) if p.size]


@dataclass(frozen=True)
class Decoded:
    """A frame of a finished film: its moment, and codes of luma and chroma."""

    seconds: float
    luma: NDArray[Any]
    chroma: NDArray[Any]


def decoded(path: Path) -> list[Decoded]:
    """All frames of a film, as they are coded."""
    frames = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            dtype = np.uint8 if frame.format.components[0].bits == 8 else np.uint16
            planes = []
            for plane in frame.planes:
                lines: NDArray[Any] = np.frombuffer(memoryview(plane), dtype)
                lines = lines.reshape(-1, plane.line_size // lines.itemsize)
                planes.append(lines[: plane.height, : plane.width].copy())
            moment = float(frame.pts * frame.time_base)
            frames.append(Decoded(moment, planes[0], np.stack(planes[1:])))
    return frames


def look(gray: NDArray[np.uint8], number: int) -> Look:
    """A frame as the network sees it, of the film's own size."""
    return Look(Frame(number, number / 24, gray), gray, luma_lightness(gray, COMPUTERS))


def says(ab: NDArray[np.float32], seen: Look) -> Prediction:
    """A network's answer."""
    return Prediction(seen.l, ab)
