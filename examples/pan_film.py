"""Make a small black-and-white film of photographs, to try `tomau video` on.

    python examples/pan_film.py examples/photos/*.jpg -o reel.mp4
    tomau video reel.mp4

The camera pans slowly over each photograph, three seconds each; flicker and grain make it old.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from tomau.imaging import read_picture

WIDTH, HEIGHT, RATE, SECONDS = 960, 720, 24, 3


def frames(photo: Path) -> list[np.ndarray]:
    """Pan over a photograph: gray frames, uint8."""
    gray = cv2.cvtColor(read_picture(photo).rgb_u8, cv2.COLOR_RGB2GRAY)
    scale = 1.2 * max(WIDTH / gray.shape[1], HEIGHT / gray.shape[0])
    large = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    room = np.array([large.shape[1] - WIDTH, large.shape[0] - HEIGHT])
    random = np.random.default_rng(0)
    shots = []
    for k in range(RATE * SECONDS):
        corner = room * (0.15 + 0.7 * k / (RATE * SECONDS))
        view = np.array([[1, 0, -corner[0]], [0, 1, -corner[1]]])
        shot = cv2.warpAffine(large, view, (WIDTH, HEIGHT)).astype(np.float32)
        shot = shot * (1 + random.normal(0, 0.02)) + random.normal(0, 4, shot.shape)
        shots.append(np.clip(shot, 0, 255).astype(np.uint8))
    return shots


def main() -> None:
    """Write the film."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("-o", "--output", type=Path, default=Path("reel.mp4"))
    asked = parser.parse_args()
    with av.open(str(asked.output), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        count = 0
        for photo in asked.photos:
            for shot in frames(photo):
                frame = av.VideoFrame.from_ndarray(shot, format="gray").reformat(format="yuv420p")
                frame.pts, frame.time_base = count, Fraction(1, RATE)
                container.mux(stream.encode(frame))
                count += 1
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
