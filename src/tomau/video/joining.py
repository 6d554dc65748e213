"""The finished film: its coded picture, joined with the sound and all else of the original."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error

from tomau.errors import FilmWriteError
from tomau.imaging.atomic import atomic_path
from tomau.video.reading import codec_name, open_film
from tomau.video.settings import CODECS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tomau.video.encoding import Encoding, Packet
    from tomau.video.reading import FilmFacts

_COPIED = ("audio", "subtitle", "attachment")


@dataclass(frozen=True)
class Part:
    """The part of a film that is written, in seconds of the file's own clock.

    Attributes:
        origin: what becomes the moment 0.
        begin: before it, nothing is copied; None copies from the start of the film.
        end: None is the end of the film.
    """

    origin: Fraction
    begin: Fraction | None = None
    end: Fraction | None = None


def streams_kept(facts: FilmFacts, container: str) -> tuple[list[int], list[str]]:
    """Tell which streams beside the picture a container can hold, and a line on each other one."""
    kept, notes = [], []
    with av.open(io.BytesIO(), "w", format=container) as output:
        known = output.supported_codecs
    with open_film(facts.path) as (source, _):
        for stream in source.streams:
            if stream.index == facts.stream:
                continue
            name = codec_name(stream)
            fits = stream.type == "attachment" and container == "matroska"
            if fits or (stream.type in ("audio", "subtitle") and name in known):
                kept.append(stream.index)
            else:
                kind = "cover or second picture" if stream.type == "video" else stream.type
                notes.append(
                    f"stream {stream.index} ({kind}, {name}) is left out: {container} cannot hold "
                    "it beside the picture"
                    + ("" if container == "matroska" else "; a .mkv holds nearly everything")
                )
    return kept, notes


def join_film(
    target: Path,
    container: str,
    encoding: Encoding,
    packets: Callable[[], Iterable[Packet]],
    facts: FilmFacts,
    part: Part,
    kept: list[int],
    provenance: str,
    *,
    overwrite: bool,
) -> None:
    """Write the finished film; it appears whole or not at all.

    Args:
        target: the file.
        container: FFmpeg's name of its format.
        encoding: of the picture.
        packets: gives the coded picture, in decoding order.
        facts: of the original, from which all else is copied.
        part: of it.
        kept: streams of the original that go with the picture.
        provenance: a line for the metadata, empty for none.
        overwrite: whether a file that is there may be replaced.

    Raises:
        FilmWriteError: it cannot be written, or is there already.
        FilmReadError: the original cannot be read any more.
    """
    try:
        with atomic_path(target, overwrite=overwrite) as temporary:
            _write(temporary, container, encoding, packets, facts, part, kept, provenance)
    except FileExistsError as error:
        raise FilmWriteError(
            f"{target} is there already; expected a new file: give --overwrite or another --output"
        ) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise FilmWriteError(
            f"{target} cannot be written ({error}); what was coloured is kept: free some space, or "
            "choose another suffix, and give the same call again"
        ) from error


def _write(
    path: Path,
    container: str,
    encoding: Encoding,
    packets: Callable[[], Iterable[Packet]],
    facts: FilmFacts,
    part: Part,
    kept: list[int],
    provenance: str,
) -> None:
    options = {"movflags": "+faststart"} if container in ("mp4", "mov") else {}
    with (
        open_film(facts.path) as (source, film),
        av.open(str(path), "w", format=container, options=options) as output,
    ):
        output.metadata.update(_metadata(dict(source.metadata), provenance))
        picture: Any = output.add_stream(CODECS[encoding.codec].encoder, rate=encoding.rate)
        encoding.configure(picture.codec_context)
        if encoding.codec == "h265" and container != "matroska":
            picture.codec_context.codec_tag = "hvc1"  # the one of two that Apple's players know
        picture.time_base = encoding.time_base
        picture.metadata.update(_described(dict(film.metadata)))
        copies = {}
        for index in kept:
            stream = source.streams[index]
            copy: Any = output.add_stream_from_template(stream, opaque=True)
            copy.metadata.update(_described(dict(stream.metadata)))
            copy.disposition = stream.disposition
            copies[index] = copy
        if chapters := _chapters(source, part):
            output.set_chapters(chapters)
        output.start_encoding()
        own = _own_packets(packets(), picture, encoding, part)
        copied = _copied_packets(source, copies, part) if copies else iter(())
        for packet in _interleaved(own, copied):
            output.mux_one(packet)


def _described(metadata: dict[str, str]) -> dict[str, str]:
    """What still holds of a stream's metadata: not who encoded it, nor how long or turned it is."""
    gone = ("encoder", "rotate", "duration", "bps", "number_of", "_statistics", "vendor_id")
    return {key: text for key, text in metadata.items() if not key.lower().startswith(gone)}


def _metadata(metadata: dict[str, str], provenance: str) -> dict[str, str]:
    kept = _described(metadata)
    # The muxer names its own.
    for key in ("major_brand", "minor_version", "compatible_brands"):
        kept.pop(key, None)
    if provenance:
        key = next((key for key in kept if key.lower() == "comment"), "comment")
        kept[key] = "; ".join(filter(None, (kept.get(key, ""), provenance)))
    return kept


def _chapters(source: Any, part: Part) -> list[Any]:
    chapters = []
    for chapter in source.chapters():
        unit = Fraction(chapter["time_base"])
        shift = round(part.origin / unit)
        start, end = chapter["start"] - shift, chapter["end"] - shift
        if part.end is not None:
            end = min(end, round((part.end - part.origin) / unit))
        if end > max(0, start):
            chapters.append({**chapter, "start": max(0, start), "end": end})
    return chapters


def _own_packets(
    packets: Iterable[Packet], stream: Any, encoding: Encoding, part: Part
) -> Iterator[Any]:
    unit = encoding.time_base
    shift = round(part.origin / unit)
    last: int | None = None
    for coded in packets:
        packet = av.Packet(coded.data)
        packet.stream, packet.time_base = stream, unit
        pts, dts = coded.pts - shift, coded.dts - shift
        if last is not None and dts <= last:  # encoders begin anew at each segment
            dts = last + 1
        last = dts
        packet.pts, packet.dts, packet.duration = max(pts, dts), dts, coded.duration
        packet.is_keyframe = coded.is_key
        yield packet


def _copied_packets(source: Any, copies: dict[int, Any], part: Part) -> Iterator[Any]:
    packets = source.demux([source.streams[index] for index in copies])
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:  # the picture broke off there too, which has been told
            return
        if packet.dts is None:
            continue
        unit = Fraction(packet.time_base)
        begins = (packet.pts if packet.pts is not None else packet.dts) * unit
        if part.begin is not None and begins + (packet.duration or 0) * unit <= part.begin:
            continue
        if part.end is not None and begins >= part.end:
            continue
        shift = round(part.origin / unit)
        packet.dts -= shift
        if packet.pts is not None:
            packet.pts -= shift
        packet.stream = copies[packet.stream_index]
        yield packet


def _interleaved(own: Iterator[Any], copied: Iterator[Any]) -> Iterator[Any]:
    """Merge two streams of packets by the time at which they are decoded."""
    one, other = next(own, None), next(copied, None)
    while one is not None or other is not None:
        if other is None or (one is not None and _when(one) <= _when(other)):
            yield one
            one = next(own, None)
        else:
            yield other
            other = next(copied, None)


def _when(packet: Any) -> Fraction:
    return Fraction(packet.dts) * Fraction(packet.time_base)
