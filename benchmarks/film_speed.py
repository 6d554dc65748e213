"""How fast films are coloured, where the time goes, and what memory they need.

    python benchmarks/film_speed.py --picture ../shared/eval/kodak/kodim23.avif \
        --out results/film_speed.csv

A pan over a photograph, as H.264, is coloured by `tomau.video.colorize_film` in a process of its
own. Stages work at the same time, so that their shares of the time add up to more than all of it;
``network`` is part of ``colour``. Memory is the largest of the process, for films of two lengths.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from tomau.imaging import read_picture
from tomau.runtime import Colorizer
from tomau.runtime.session import available_cpus
from tomau.video import FilmSettings, colorize_film

SIZES = {"480p": (480, 854), "720p": (720, 1280), "1080p": (1080, 1920)}
STAGES = ("decode", "colour", "network", "paint", "encode", "join")
COLUMNS = ("film", "model", "codec", "frames", "frames per second", *STAGES, "MiB")


def make_film(path: Path, picture: Path, size: tuple[int, int], frames: int) -> None:
    """Write a slow pan over a photograph, with a little grain."""
    height, width = size
    photo = cv2.cvtColor(read_picture(picture).rgb_u8, cv2.COLOR_RGB2GRAY)
    scale = 1.25 * max(height / photo.shape[0], width / photo.shape[1])
    large = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    random = np.random.default_rng(0)
    grain = random.normal(0, 2, (height, width)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for k in range(frames):
            x = round((large.shape[1] - width) * (0.5 + 0.4 * np.sin(k / 60)))
            y = (large.shape[0] - height) // 2
            part = large[y : y + height, x : x + width] + np.roll(grain, 7 * k)
            gray = np.clip(part, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(gray, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = k, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def measure(film: str, model: str, codec: str) -> None:
    """Colour a film, and print what it took as JSON."""
    colorizer = Colorizer.load(model)
    target = Path(film).with_name("out.mkv")
    settings = FilmSettings(codec=codec)
    result = colorize_film(film, target, colorizer, settings, overwrite=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {"frames": result.frames, "seconds": result.seconds, "MiB": peak, **result.times}
        )
    )


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--frames", type=int, default=72)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        measure(*asked.measure)
        return
    plan = [(name, "default", "h264", asked.frames) for name in SIZES]
    plan += [("720p", "fast", "h264", asked.frames), ("720p", "default", "ffv1", asked.frames)]
    plan += [("480p", "default", "h264", 4 * asked.frames)]
    before = os.getloadavg()[0]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, model, codec, frames in plan:
            film = Path(folder) / f"{name}-{frames}.mp4"
            if not film.exists():
                make_film(film, asked.picture, SIZES[name], frames)
            call = [sys.executable, __file__, "--measure", str(film), model, codec]
            told = json.loads(subprocess.run(call, capture_output=True, check=True).stdout)
            seconds = told["seconds"]
            shares = [f"{told.get(stage, 0) / seconds:.2f}" for stage in STAGES]
            rate = f"{told['frames'] / seconds:.2f}"
            rows.append([name, model, codec, told["frames"], rate, *shares, f"{told['MiB']:.0f}"])
            print(*rows[-1], sep="  ", flush=True)
    facts = (
        f"# {available_cpus()} processors, {platform.machine()}, Python "
        f"{platform.python_version()}, av {av.__version__}, OpenCV {cv2.__version__}, load average "
        f"before {before:.1f}; stages in shares of the whole time"
    )
    lines = [f"# python {' '.join(sys.argv)}", facts, ",".join(COLUMNS)]
    lines += [",".join(map(str, row)) for row in rows]
    asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
