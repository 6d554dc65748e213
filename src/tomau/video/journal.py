"""What is done of a film, on disk: packets of its picture, and marks from which a run goes on.

The journal lies beside the result, hidden, until that is finished. Of a run that was killed, what
follows the last whole mark is cut off; nothing before it is done again.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from tomau.edits.hints import Stroke
from tomau.errors import FilmWriteError
from tomau.video.encoding import Packet
from tomau.video.steadying import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Kind, length and CRC-32 of what follows.
_HEAD = struct.Struct("<cII")
_STAMPS = struct.Struct("<qqqB")
_TITLE, _PACKET, _MARK = b"T", b"P", b"M"


@dataclass(frozen=True)
class Mark:
    """A place from which a run can go on.

    Attributes:
        pts: time stamp of the last finished frame.
        frames: how many are finished.
        scenes: moments, in seconds, at which scenes began.
        starts: whether the next frame begins a scene.
        state: what the last frame leaves; None if a scene begins.
        lost: of the damage so far; see `tomau.video.reading.Damage`.
        patched: likewise.
    """

    pts: int
    frames: int
    scenes: tuple[float, ...] = ()
    starts: bool = False
    state: State | None = None
    lost: tuple[float, ...] = ()
    patched: tuple[float, ...] = field(default=())


def journal_of(target: Path) -> Path:
    """Return where the journal of a result lies."""
    return target.with_name(f".{target.name}.tomau-film")


class Journal:
    """The journal of one result; one run at a time may have it open."""

    def __init__(self, target: Path, title: str) -> None:
        """Open the journal of a result, or begin it; one of another title gives way.

        Args:
            target: the result.
            title: names the film, the model and the settings.

        Raises:
            FilmWriteError: it cannot be written, or another run has it open.
        """
        self.path = journal_of(target)
        try:
            self._file: BinaryIO = os.fdopen(
                os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666),
                "r+b",
            )
        except OSError as error:
            raise FilmWriteError(
                f"{self.path.parent} cannot be written to ({error.strerror}); choose another "
                "--output"
            ) from error
        self._lock()
        self.mark: Mark | None = None
        self.began_anew = False
        self._take_up(title.encode())

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # not on Windows
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise FilmWriteError(
                f"{self.path} is in use: another run is making this film; wait for it or choose "
                "another --output"
            ) from error

    def _take_up(self, title: bytes) -> None:
        end, is_own = 0, False
        for kind, payload, after in _records(self._file):
            if kind == _TITLE:
                if payload != title:
                    break
                is_own, end = True, after
            elif kind == _MARK:
                self.mark, end = _unpacked(payload), after
        self.began_anew = not is_own and self._file.seek(0, os.SEEK_END) > 0
        self._file.seek(end)
        self._file.truncate()
        if not is_own:
            self._write(_TITLE, title)

    def add(self, packet: Packet) -> None:
        """Add a packet.

        Raises:
            FilmWriteError: the disk is full.
        """
        stamps = _STAMPS.pack(packet.pts, packet.dts, packet.duration, packet.is_key)
        self._write(_PACKET, stamps + packet.data)

    def add_mark(self, mark: Mark) -> None:
        """Mark that a run can go on from here; what came before is on the disk then.

        Raises:
            FilmWriteError: the disk is full.
        """
        self._write(_MARK, _packed(mark))
        with self._disk():
            self._file.flush()
            os.fsync(self._file.fileno())
        self.mark = mark

    def packets(self) -> Iterator[Packet]:
        """Read all packets, in decoding order."""
        with self._disk():
            self._file.flush()
        for kind, payload, _ in _records(self._file):
            if kind == _PACKET:
                pts, dts, duration, is_key = _STAMPS.unpack_from(payload)
                yield Packet(pts, dts, duration, bool(is_key), payload[_STAMPS.size :])

    def close(self) -> None:
        """Leave the journal for a later run."""
        with contextlib.suppress(OSError):  # a full disk has been told of
            self._file.close()

    def remove(self) -> None:
        """Remove the journal: its film is finished, or given up."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, kind: bytes, payload: bytes) -> None:
        with self._disk():
            self._file.write(_HEAD.pack(kind, len(payload), zlib.crc32(payload)))
            self._file.write(payload)

    @contextlib.contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FilmWriteError(
                f"{self.path} cannot be written ({error.strerror}); free some space and give the "
                "same call again: it goes on where this one stopped"
            ) from error


def _records(file: BinaryIO) -> Iterator[tuple[bytes, bytes, int]]:
    """Read whole records: kind, payload, and where the next one begins."""
    file.seek(0)
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        kind, length, crc = _HEAD.unpack(head)
        payload = file.read(length)
        if len(payload) < length or zlib.crc32(payload) != crc:
            return
        place = file.tell()
        yield kind, payload, place
        file.seek(place)


def _packed(mark: Mark) -> bytes:
    facts: dict[str, Any] = {
        "pts": mark.pts, "frames": mark.frames, "scenes": mark.scenes, "starts": mark.starts,
        "lost": mark.lost, "patched": mark.patched,
    }  # fmt: skip
    arrays = {}
    if mark.state is not None:
        state = mark.state
        arrays = {"small": state.small, "l": state.l, "ab": state.ab, "looks": state.looks}
        facts["since"] = state.since
        facts["strokes"] = [(s.points, s.color, s.radius) for s in state.strokes]
    buffer = io.BytesIO()
    np.savez_compressed(buffer, facts=np.array(json.dumps(facts)), **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpacked(payload: bytes) -> Mark:
    with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
        facts = json.loads(str(arrays["facts"]))
        state = None
        if "ab" in arrays:
            strokes = tuple(
                Stroke(tuple((x, y) for x, y in points), (color[0], color[1], color[2]), radius)
                for points, color, radius in facts["strokes"]
            )
            small, l, ab, looks = (arrays[name] for name in ("small", "l", "ab", "looks"))
            state = State(small, l, ab, looks, facts["since"], strokes)
    return Mark(
        facts["pts"], facts["frames"], tuple(facts["scenes"]), facts["starts"], state,
        tuple(facts["lost"]), tuple(facts["patched"]),
    )  # fmt: skip
