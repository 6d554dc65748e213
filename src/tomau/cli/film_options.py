"""Options of ``tomau video`` on what is written, and which part of the film."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from tomau.errors import UsageError

_MOMENT = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")

CodecName: TypeAlias = Literal["h264", "h265", "av1", "prores", "ffv1"]

Output: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="The film to write, .mp4, .m4v, .mov or .mkv (or, with --preview, a picture). "
        "Default: <name>.color.<ext> beside the input.",
    ),
]
Codec: TypeAlias = Annotated[
    CodecName,
    typer.Option(
        "--codec",
        help="How the picture is written: h264 plays everywhere, prores is for editing, ffv1 loses "
        "nothing.",
    ),
]
Quality: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--quality", metavar="CRF", help="0 is best; by default 18 for h264, 20 h265, 25 av1."
    ),
]
Bits: TypeAlias = Annotated[
    str | None,
    typer.Option("--bits", metavar="8|10|12|16", help="Per sample. Default: those of the film."),
]
Chroma: TypeAlias = Annotated[
    Literal["420", "422", "444"] | None,
    typer.Option(
        "--chroma",
        help="How finely colour is sampled. Default: 420, for prores 422, for ffv1 444.",
        show_default=False,
    ),
]
KeepLuma: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--keep-luma",
        help="Keep the film's luma bit by bit. Default: its lightness as people see it, for which "
        "luma moves a little under strong colours.",
    ),
]
Every: TypeAlias = Annotated[
    int,
    typer.Option(
        "--every",
        metavar="N",
        min=1,
        max=25,
        help="The network looks at every N-th frame, and wherever motion cannot carry colours on.",
    ),
]
Alone: TypeAlias = Annotated[
    bool, typer.Option("--alone", help="Colour each frame alone, as photographs: it flickers.")
]
Hints: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--hints",
        metavar="JSON",
        help='Strokes, each from a frame (or "time" in seconds) to the end of its scene: '
        '{"strokes": [{"frame": 48, "points": [[120, 340]], "color": "#c03028"}]}.',
    ),
]
Start: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--start", metavar="TIME", help="Begin here: seconds, or [hours:]minutes:seconds."
    ),
]
End: TypeAlias = Annotated[str | None, typer.Option("--end", metavar="TIME", help="End here.")]
Preview: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--preview",
        metavar="N",
        min=1,
        max=100,
        help="Write one picture of N frames, before and after, in the place of the film.",
    ),
]


def moment(text: str | None, option: str) -> float | None:
    """Read a moment, ``83.5``, ``1:23.5`` or ``0:01:23.5``, in seconds.

    Raises:
        UsageError: it is none.
    """
    if text is None:
        return None
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{option} {text!r} came; expected seconds, or [hours:]minutes:seconds, as 1:23.5"
        )
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def depth(text: str | None) -> int | None:
    """Read ``--bits``.

    Raises:
        UsageError: it is no number.
    """
    if text is None:
        return None
    if not text.isdecimal():
        raise UsageError(f"--bits {text!r} came; expected 8, 10, 12 or 16")
    return int(text)


def told(seconds: float) -> str:
    """A moment as people read it.

    >>> told(3723.5)
    '1:02:03.5'
    """
    minutes, rest = divmod(round(seconds, 2), 60)
    hours, minutes = divmod(int(minutes), 60)
    clock = f"{minutes:02d}:" if hours else f"{minutes}:"
    return (f"{hours}:" if hours else "") + clock + f"{rest:05.2f}".removesuffix("0")
