"""Pictures of the study's runs, of free photographs only: before and after, and known failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from study_scoring import load_colorizer
from tomau.evaluation import gray_answer
from tomau.evaluation.contact_sheet import Tile, contact_sheet
from tomau.runtime import Colorizer

TITLES = {"S2": "S2, L1 only", "S3": "S3, then adversarial"}
FAILING = ("S1", "S2", "S3", "S4", "S5", "S6")
# Label -> file; the logo is drawn, the rest lies among the public-domain and Kodak pictures.
FAILURES = {
    "flat portrait": "dogsled-alaska_gs411b.webp",
    "night scene, by flashlight": "other-half_i205.webp",
    "crowd": "dogsled-alaska_gs398.webp",
    "crowd in colour": "kodim14.avif",
}
_LEGACY_SHOWN = 12
_TILE, _QUALITY = 190, 86
Networks = Mapping[str, Colorizer]


def write_sheets(
    runs: Mapping[str, Path], kodak: Path, legacy: Path, out: Path, suffix: str
) -> None:
    """Write what the runs at hand allow: S2 beside S3, and all beside one another on failures."""
    networks = {name: load_colorizer(runs[name]) for name in FAILING if name in runs}
    if {"S2", "S3"} <= networks.keys():
        two = {TITLES[name]: networks[name] for name in ("S2", "S3")}
        shown = sorted(kodak.glob("*.avif"))[::2]
        _write(_sheet(shown, two, truth=True), out / f"before-after-kodak{suffix}.jpg")
        old = sorted(legacy.glob("*.webp"))
        shown = [old[k] for k in np.linspace(0, len(old) - 1, _LEGACY_SHOWN).astype(int)]
        _write(_sheet(shown, two, truth=False), out / f"before-after-legacy{suffix}.jpg")
    if networks:
        _write(_failures(networks, kodak, legacy), out / f"failures{suffix}.jpg")


def logo(size: int = 256) -> Image.Image:
    """Draw a logo: flat colours that no luminance gives away."""
    picture = Image.new("RGB", (size, size), (250, 250, 250))
    pen = ImageDraw.Draw(picture)
    unit = size / 256
    pen.ellipse([k * unit for k in (40, 24, 152, 136)], fill=(214, 40, 40))
    pen.rectangle([k * unit for k in (104, 72, 216, 152)], fill=(0, 92, 175))
    pen.polygon([k * unit for k in (64, 168, 120, 88, 176, 168)], fill=(255, 183, 3))
    font = ImageFont.load_default(round(56 * unit))
    pen.text((size / 2, 208 * unit), "tomau", fill=(30, 120, 60), font=font, anchor="mm")
    return picture


def _read(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _row(picture: Image.Image, networks: Networks) -> list[Tile]:
    """The picture in gray, and as each network colours it."""
    gray = gray_answer(np.asarray(picture))
    return [gray, *(network.colorize(picture) for network in networks.values())]


def _sheet(paths: Sequence[Path], networks: Networks, *, truth: bool) -> Image.Image:
    rows = []
    for path in paths:
        picture = _read(path)
        rows.append([*_row(picture, networks), *([picture] if truth else [])])
    titles = ("input", *networks, *(("truth",) if truth else ()))
    return contact_sheet(
        rows, labels=[path.stem for path in paths], titles=titles, tile=_TILE, blocks=2
    )


def _failures(networks: Networks, kodak: Path, legacy: Path) -> Image.Image:
    """Draw the study's failures; those in colour have the truth beside them."""
    drawn = logo()
    rows, labels = [[*_row(drawn, networks), drawn]], ["logo"]
    for label, name in FAILURES.items():
        path = (kodak if name.startswith("kodim") else legacy) / name
        picture = _read(path)
        rows.append([*_row(picture, networks), *([picture] if path.parent == kodak else [])])
        labels.append(label)
    return contact_sheet(rows, labels=labels, titles=("input", *networks, "truth"), tile=_TILE)


def _write(sheet: Image.Image, path: Path) -> None:
    sheet.save(path, quality=_QUALITY)
    print(path, flush=True)
