"""What a finished film is."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from tests.video.made import (
    HEIGHT,
    WIDTH,
    decoded,
    packets,
    panned,
    texture,
    two_scenes,
    write_film,
)
from tomau.color import luminance
from tomau.color.ycbcr import VideoRange, decode, luma_lightness
from tomau.video import FilmSettings, colorize_film, plan_film

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime import Colorizer

LOSSLESS = FilmSettings(codec="ffv1")


def test_lightness_survives_the_whole_way(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    result = colorize_film(film, target, colorizer, LOSSLESS)
    assert (result.finished, result.frames, result.resumed) == (True, 24, 0)
    assert result.scenes == (0.0, 0.5)
    coding = VideoRange()
    frames = decoded(target)
    assert len(frames) == 24
    for frame, luma in zip(frames, two_scenes(), strict=True):
        shown = decode(frame.luma, frame.chroma, coding)
        apart = np.abs(luminance(shown) - luma_lightness(luma, coding))
        assert apart.mean() < 0.15
        assert apart.max() < 0.5
        # The tiny model answers orange.
        assert frame.chroma[0].mean() < 120 < 130 < frame.chroma[1].mean()


def test_luma_is_kept_bit_by_bit_if_asked_for(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    for frame, luma in zip(decoded(target), two_scenes(), strict=True):
        assert (frame.luma == luma).all()


def test_without_strength_the_film_comes_out_as_it_was(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", strength=0))
    for frame, luma in zip(decoded(target), two_scenes(), strict=True):
        assert (frame.luma == luma).all()
        assert (frame.chroma == 128).all()


def test_ten_bits_stay_ten(tmp_path: Path, colorizer: Colorizer) -> None:
    frames = [luma.astype(np.uint16) * 4 + 1 for luma in panned(1, 12)]
    film = write_film(tmp_path / "deep.mkv", frames, pixels="yuv420p10le")
    target = tmp_path / "out.mkv"
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    for frame, luma in zip(decoded(target), frames, strict=True):
        assert (frame.luma == luma).all()


def test_gray_film_in_computers_range_stays_so(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "gray.mkv", panned(1, 6), pixels="gray")
    target = tmp_path / "out.mkv"
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.color_range == 2
    for frame, luma in zip(decoded(target), panned(1, 6), strict=True):
        assert (frame.luma == luma).all()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_moments_sound_and_metadata_are_kept(film: Path, colorizer: Colorizer, suffix: str) -> None:
    target = film.with_name("out" + suffix)
    colorize_film(film, target, colorizer)
    ours, theirs = packets(target, "audio"), packets(film, "audio")
    assert [data for _, data in ours] == [data for _, data in theirs]
    moments = [frame.seconds for frame in decoded(target)]
    shift = moments[0]
    assert np.allclose(np.array(moments) - shift, np.arange(24) / 24, atol=2e-3)
    assert ours[0][0] - shift == pytest.approx(theirs[0][0], abs=2e-3)
    with av.open(str(target)) as container:
        context: Any = container.streams.video[0].codec_context
        told = {key.lower(): text for key, text in container.metadata.items()}
        tags = context.color_primaries, context.color_trc, context.colorspace, context.color_range
    assert tags == (1, 1, 1, 1)
    assert told["title"] == "A made film"
    assert told["comment"].startswith("kept; colourized by tomau")
    assert colorizer.card.sha256 in told["comment"]


def test_uneven_moments_are_kept(tmp_path: Path, colorizer: Colorizer) -> None:
    stamps = [0, 40, 90, 100, 250, 260, 300, 500, 520, 555]
    film = write_film(tmp_path / "uneven.mkv", panned(1, 10), stamps=stamps)
    target = tmp_path / "out.mp4"
    colorize_film(film, target, colorizer)
    moments = [round(1000 * frame.seconds) for frame in decoded(target)]
    assert moments == stamps


def test_pixels_that_are_not_square_and_films_that_lie_stay(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    def settings(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(16, 15)

    film = write_film(tmp_path / "wide.mp4", panned(1, 6), codec="libx264", settings=settings)
    target = tmp_path / "out.mp4"
    colorize_film(film, target, colorizer)
    with av.open(str(target)) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(16, 15)

    def lying(stream: Any) -> None:
        stream.set_display_rotation(90)

    film = write_film(tmp_path / "lying.mp4", panned(1, 6), codec="libx264", settings=lying)
    plan = plan_film(film, target)
    assert (plan.facts.width, plan.facts.height) == (HEIGHT, WIDTH)
    target = tmp_path / "stands.mkv"
    colorize_film(film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True))
    with av.open(str(film)) as container:
        lies = next(container.decode(video=0)).to_ndarray()[:HEIGHT]
    assert (decoded(target)[0].luma == np.rot90(lies)).all()


@pytest.mark.parametrize(
    ("codec", "suffix", "name", "pixels"),
    [
        ("h264", ".mp4", "h264", "yuv420p"),
        ("h265", ".mkv", "hevc", "yuv420p"),
        ("av1", ".mkv", "av1", "yuv420p"),
        ("prores", ".mov", "prores", "yuv422p10le"),
        ("ffv1", ".mkv", "ffv1", "yuv444p"),
    ],
)
def test_every_codec_writes(
    tmp_path: Path,
    colorizer: Colorizer,
    capfd: pytest.CaptureFixture[str],
    codec: Any,
    suffix: str,
    name: str,
    pixels: str,
) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 6))
    target = tmp_path / ("out" + suffix)
    colorize_film(film, target, colorizer, FilmSettings(codec=codec))
    with av.open(str(target)) as container:
        stream: Any = container.streams.video[0]
        assert stream.codec_context.codec.canonical_name == name
        assert stream.codec_context.pix_fmt == pixels
        assert len(list(container.decode(stream))) == 6
    assert capfd.readouterr().err == ""


def test_apple_knows_the_tag_of_h265(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mp4")
    colorize_film(film, target, colorizer, FilmSettings(codec="h265"))
    with av.open(str(target)) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"


def test_computers_range_becomes_televisions_for_prores(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    film = write_film(tmp_path / "gray.mkv", panned(1, 4), pixels="gray")
    target = tmp_path / "out.mov"
    colorize_film(film, target, colorizer, FilmSettings(codec="prores", strength=0))
    shown = decoded(target)[0].luma.astype(float)
    wanted = panned(1, 4)[0] / 255 * 876 + 64
    assert np.abs(shown - wanted).mean() < 3


def test_a_part_of_a_film_starts_at_zero_with_its_sound(film: Path, colorizer: Colorizer) -> None:
    target = film.with_name("out.mkv")
    result = colorize_film(
        film, target, colorizer, FilmSettings(codec="ffv1", keep_luma=True, start=0.25, end=0.75)
    )
    frames = decoded(target)
    assert result.frames == len(frames) == 12
    assert (frames[0].luma == two_scenes()[6]).all()
    assert frames[0].seconds == pytest.approx(0, abs=0.03)
    sound = packets(target, "audio")
    assert len(sound) < len(packets(film, "audio"))
    assert sound[-1][0] < 0.55


def test_chapters_are_cut_to_the_part(tmp_path: Path, colorizer: Colorizer) -> None:
    chapters = [(0, 250), (250, 500), (500, 1000)]
    film = write_film(tmp_path / "film.mkv", two_scenes(), chapters=chapters)

    def kept(settings: FilmSettings) -> list[tuple[float, float]]:
        target = tmp_path / "out.mkv"
        colorize_film(film, target, colorizer, settings, overwrite=True)
        with av.open(str(target)) as container:
            return [
                (float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]))
                for c in container.chapters()
            ]

    assert kept(LOSSLESS) == [(0, 0.25), (0.25, 0.5), (0.5, 1)]
    part = FilmSettings(codec="ffv1", start=0.375, end=0.75)
    assert kept(part) == [(0, 0.125), (0.125, 0.375)]


def test_subtitles_are_copied(tmp_path: Path, colorizer: Colorizer) -> None:
    film = write_film(tmp_path / "film.mkv", panned(1, 12), subtitle=True)
    target = tmp_path / "out.mkv"
    colorize_film(film, target, colorizer)
    assert [data for _, data in packets(target, "subtitle")] == [b"Tomau!"]


def test_odd_sizes_are_written(tmp_path: Path, colorizer: Colorizer) -> None:
    frames = [texture(1)[k : k + 63, 0:95] for k in range(6)]
    film = write_film(tmp_path / "odd.mkv", frames, pixels="yuv444p")
    target = tmp_path / "out.mp4"
    colorize_film(film, target, colorizer)
    assert decoded(target)[0].luma.shape == (63, 95)
