from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.video.made import panned, two_scenes, write_film
from tomau.video import FilmSettings, plan_film, preview_film

if TYPE_CHECKING:
    from pathlib import Path

    from tomau.runtime import Colorizer


def test_frames_are_spread_over_the_film(film: Path, colorizer: Colorizer) -> None:
    frames = list(preview_film(plan_film(film, film.with_name("out.mkv")), colorizer, 3))
    assert [round(frame.seconds * 24) for frame in frames] == [4, 12, 20]
    for frame in frames:
        luma = two_scenes()[round(frame.seconds * 24)]
        shown = (luma.astype(float) - 16) * 255 / 219
        assert np.abs(frame.gray - np.clip(shown, 0, 255)).max() <= 1
        # The tiny model answers orange.
        assert frame.rgb[..., 0].mean() > frame.rgb[..., 2].mean() + 10


def test_a_film_that_tells_no_length_is_seen_up_to_the_end_asked_for(
    tmp_path: Path, colorizer: Colorizer
) -> None:
    film = write_film(tmp_path / "bare.h264", panned(1, 48), codec="libx264", rate=24)
    plan = plan_film(film, tmp_path / "out.mkv", FilmSettings(end=1.0))
    assert plan.facts.seconds is None
    frames = list(preview_film(plan, colorizer, 4))
    assert len(frames) == 4
    assert 0.5 < frames[-1].seconds < 1
