"""What a person may ask for when a film is coloured, and what films can be written as."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.runtime.prediction import Edit
    from tomau.runtime.working_size import AskedSize
    from tomau.video.marks import FilmHints

CodecName: TypeAlias = Literal["h264", "h265", "av1", "prores", "ffv1"]
Chroma: TypeAlias = Literal["420", "422", "444"]

SUBSAMPLING: dict[Chroma, tuple[int, int]] = {"420": (2, 2), "422": (1, 2), "444": (1, 1)}
"""Rows and columns of pixels that share a sample of colour."""

SUFFIXES = {".mp4": "mp4", ".m4v": "mp4", ".mkv": "matroska", ".mov": "mov"}
"""Names of files that can be written, and the container of each."""

MOST_EVERY = 25


@dataclass(frozen=True)
class Codec:
    """A way of writing the picture.

    Attributes:
        encoder: FFmpeg's name of the encoder.
        depths: bits per sample that it takes.
        chroma: how finely colour may be sampled, the usual way first.
        containers: which hold it.
        quality: the usual one, 0 best; None where there is nothing to choose.
        worst: the largest number that ``quality`` may be.
        options: for the encoder.
    """

    encoder: str
    depths: tuple[int, ...]
    chroma: tuple[Chroma, ...]
    containers: tuple[str, ...] = ("mp4", "matroska", "mov")
    quality: int | None = None
    worst: int = 51
    options: tuple[tuple[str, str], ...] = ()


CODECS: dict[CodecName, Codec] = {
    "h264": Codec(
        "libx264", (8, 10), ("420", "422", "444"), quality=18, options=(("preset", "medium"),)
    ),
    "h265": Codec(
        "libx265", (8, 10, 12), ("420", "422", "444"), quality=20,
        options=(("preset", "medium"), ("x265-params", "log-level=error")),
    ),
    "av1": Codec(
        "libsvtav1", (8, 10), ("420",), ("mp4", "matroska"), quality=25, worst=63,
        options=(("preset", "8"),),
    ),
    "prores": Codec(
        "prores_ks", (10,), ("422", "444"), ("mov", "matroska"), options=(("vendor", "apl0"),)
    ),
    "ffv1": Codec(
        "ffv1", (8, 10, 12, 16), ("444", "422", "420"), ("matroska",),
        options=(("level", "3"), ("slicecrc", "1"), ("slices", "4"), ("coder", "1")),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class FilmSettings:
    """How a film is coloured and written.

    Attributes:
        size: short side in pixels that the network sees; see `Colorizer.colorize`.
        strength: factor on chroma, 0 (gray) to 10.
        every: the network looks at every so many frames, and wherever motion cannot carry the
            colours on; 1 is every frame.
        steady: whether colours are held still along the motion; False colours each frame alone.
        codec: of the picture.
        quality: 0 is best; None is the codec's usual one. ProRes and FFV1 have none.
        bits: per sample; None is the film's depth, as far as the codec has it.
        chroma: how finely colour is sampled; None is the codec's usual way.
        keep_luma: keep the film's luma bit by bit, in the place of its lightness.
        start: seconds from which on the film is coloured.
        end: seconds up to which; None is its end.
        edit: what a person wants otherwise throughout, as a `Reference`; an interrupted film goes
            on with one of the same ``repr``.
        hints: colours of places from a moment on; not for frames that are coloured alone.
        provenance: tell in the metadata that the film was colourized.
    """

    size: AskedSize = None
    strength: float = 1.0
    every: int = 4
    steady: bool = True
    codec: CodecName = "h264"
    quality: int | None = None
    bits: int | None = None
    chroma: Chroma | None = None
    keep_luma: bool = False
    start: float = 0.0
    end: float | None = None
    edit: Edit | None = None
    hints: FilmHints | None = None
    provenance: bool = True

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise UsageError(f"codec {self.codec!r} came; expected one of {', '.join(CODECS)}")
        if not 1 <= self.every <= MOST_EVERY:
            raise UsageError(f"every {self.every} frames came; expected 1 to {MOST_EVERY}")
        if self.start < 0 or (self.end is not None and self.end <= self.start):
            raise UsageError(
                f"a part from {self.start:g} s to {self.end} s came; expected a start of 0 or "
                "more, and an end after it"
            )
        if self.hints is not None and not self.steady:
            raise UsageError(
                "hints came for a film whose frames are coloured alone (--alone); expected one of "
                "the two: the motion carries hints from frame to frame"
            )
        self._check_codec()

    def _check_codec(self) -> None:
        codec = CODECS[self.codec]
        if self.quality is not None and codec.quality is None:
            raise UsageError(
                f"quality {self.quality} came with {self.codec}, which has none; leave it out"
            )
        if self.quality is not None and not 0 <= self.quality <= codec.worst:
            raise UsageError(
                f"quality {self.quality} came; expected 0 (best) to {codec.worst} for {self.codec}"
            )
        if self.bits is not None and self.bits not in codec.depths:
            allowed = ", ".join(map(str, codec.depths))
            raise UsageError(f"{self.bits} bits came; expected one of {allowed} for {self.codec}")
        if self.chroma is not None and self.chroma not in codec.chroma:
            allowed = ", ".join(codec.chroma)
            raise UsageError(f"chroma {self.chroma} came; expected {allowed} for {self.codec}")


def container_of(target: Path, codec: CodecName) -> str:
    """Return the container that a file's suffix names, if it holds a codec.

    Raises:
        UsageError: no container is called so, or it does not hold the codec.
    """
    container = SUFFIXES.get(target.suffix.lower())
    if container is None:
        raise UsageError(
            f"{target} has the suffix {target.suffix!r}; expected one of {', '.join(SUFFIXES)}"
        )
    holders = CODECS[codec].containers
    if container not in holders:
        able = ", ".join(suffix for suffix, name in SUFFIXES.items() if name in holders)
        raise UsageError(f"{target}: {codec} does not go into {target.suffix}; expected {able}")
    return container


def default_target(source: Path, codec: CodecName) -> Path:
    """Return the name of a result beside its film: ``<stem>.color.<ext>``.

    Its suffix is the film's own where the codec can be written to it, else ``.mkv``.

    >>> default_target(Path("wedding.avi"), "h264")
    PosixPath('wedding.color.mkv')
    """
    own = SUFFIXES.get(source.suffix.lower())
    suffix = source.suffix if own in CODECS[codec].containers else ".mkv"
    return source.with_name(f"{source.stem}.color{suffix}")
