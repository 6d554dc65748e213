"""Little films made by code."""

from __future__ import annotations

import io

import av
import numpy as np

FRAMES, WIDTH, HEIGHT = 12, 96, 64


def film_bytes(container: str = "mp4", frames: int = FRAMES) -> bytes:
    """A little gray film: a light disk that moves over a ramp."""
    stream = io.BytesIO()
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    with av.open(stream, "w", format=container) as film:
        picture = film.add_stream("mpeg4", rate=12)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for k in range(frames):
            disk = (x - 20 - 3 * k) ** 2 + (y - 30) ** 2 < 150
            gray = np.where(disk, 220, 40 + x).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.dstack([gray] * 3), format="rgb24")
            film.mux(picture.encode(frame))
        film.mux(picture.encode())
    return stream.getvalue()
