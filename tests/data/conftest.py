from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def make_photo(seed: int, height: int = 96, width: int = 128) -> Image.Image:
    """A smooth colourful picture, different for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def encoded(photo: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    photo.save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def photo_tree(tmp_path: Path) -> Path:
    """Twelve photos at two depths, one of them broken, one gray, one tiny."""
    root = tmp_path / "photos"
    (root / "deep").mkdir(parents=True)
    for seed in range(9):
        make_photo(seed).save(root / ("deep" if seed % 2 else ".") / f"p{seed}.png")
    (root / "broken.jpg").write_bytes(b"not a picture")
    make_photo(50).convert("L").save(root / "gray.png")
    make_photo(51, 20, 20).save(root / "tiny.png")
    (root / "notes.txt").write_text("not a photo")
    return root


@pytest.fixture
def make_shard(tmp_path: Path) -> Callable[[str, dict[str, bytes]], Path]:
    def make(name: str, members: dict[str, bytes]) -> Path:
        path = tmp_path / name
        with tarfile.open(path, "w") as tar:
            for member, data in members.items():
                info = tarfile.TarInfo(member)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return path

    return make
