"""How still the colours of a film hold, and how near to the truth: frames alone and held still.

    python benchmarks/film_stability.py --pictures ../shared/eval/kodak \
        --out results/film_stability.csv

Clips are made from photographs in colour by known motion: the camera pans, zooms, turns and shakes,
something of another photograph crosses the picture, and two of them are worn as old film is, by
flicker and grain. So the truth is known for each pixel of each frame, and where it was before.

``warping``: root mean square of the change of a*b* along the true motion from one frame to the
next, over pixels that both show (after the warping error of Lai et al., "Learning Blind Video
Temporal Consistency", ECCV 2018, here with true motion); ``after 8``: likewise over eight frames;
``rmse``: of a*b* to the truth. The truth's own numbers come from its interpolation alone.
``ratio``: to frames alone.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tomau.color import compose_u8, srgb_to_lab
from tomau.color.ycbcr import VideoRange, luma_lightness
from tomau.evaluation.contact_sheet import contact_sheet
from tomau.imaging import read_picture
from tomau.runtime import Colorizer
from tomau.video.looking import Look
from tomau.video.reading import Frame
from tomau.video.steadying import Alone, Constants, Steadier

HEIGHT, WIDTH, FRAMES, GAP = 256, 384, 32, 8
CODING = VideoRange(8, is_full=True)

Affine = np.ndarray
Path4 = tuple[int, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Clip:
    """A made film: its truth, its worn luma, and where its layers lie in their photographs."""

    name: str
    lab: list[np.ndarray]
    luma: list[np.ndarray]
    layers: list[list[Affine]]
    masks: list[np.ndarray]


def motions(kind: str, size: tuple[int, int]) -> list[Affine]:
    """Where each frame's pixels lie in the photograph, 2 x 3."""
    height, width = size
    random = np.random.default_rng(len(kind))
    walk = np.cumsum(random.normal(0, 1.2, (FRAMES, 2)), axis=0)
    views = []
    for k in range(FRAMES):
        t = k / (FRAMES - 1)
        least = min(width / WIDTH, height / HEIGHT)
        scale, angle, x, y = 0.8 * least, 0.0, 0.0, 0.0
        if kind == "pan":
            x, y = (t - 0.5) * 0.18 * width, (t - 0.5) * 0.1 * height
        elif kind == "zoom":
            scale, angle = least * (0.95 - 0.3 * t), 0.06 * (t - 0.5)
        elif kind == "shake":
            x, y = walk[k] * 1.5
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        centre = np.array([width / 2 + x, height / 2 + y])
        offset = centre - turn @ (WIDTH / 2, HEIGHT / 2)
        views.append(np.hstack((turn, offset[:, np.newaxis])))
    return views


def crossing(size: tuple[int, int]) -> list[Affine]:
    """The same for what crosses the picture: an ellipse in the middle of its photograph."""
    height, width = size
    scale = 1.1 * min(width / WIDTH, height / HEIGHT)
    views = []
    for k in range(FRAMES):
        t = k / (FRAMES - 1)
        middle = np.array([WIDTH * (0.15 + 0.7 * t), HEIGHT * (0.62 - 0.15 * t)])
        turn = scale * np.eye(2)
        views.append(np.hstack((turn, (np.array([width, height]) / 2 - turn @ middle)[:, None])))
    return views


def sampled(rgb: np.ndarray, view: Affine) -> np.ndarray:
    """Look at a photograph through a moving window."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(rgb, view, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return np.clip(made, 0, 1)


def make_clip(
    name: str, photo: np.ndarray, kind: str, other: np.ndarray | None, worn: bool
) -> Clip:
    """Make a clip of a photograph, (H, W, 3) float 0..1, and perhaps another that crosses it."""
    views = motions(kind, photo.shape[:2])
    over = [] if other is None else crossing(other.shape[:2])
    random = np.random.default_rng(3)
    lab, luma, masks = [], [], []
    for k, view in enumerate(views):
        rgb, mask = sampled(photo, view), np.zeros((HEIGHT, WIDTH), np.float32)
        if other is not None:
            rows, columns = np.mgrid[0 : other.shape[0], 0 : other.shape[1]]
            centre = np.array(other.shape[:2]) / 2
            size = 0.16 * min(other.shape[:2]) * np.array([1.6, 1.0])
            far = ((rows - centre[0]) / size[0]) ** 2 + ((columns - centre[1]) / size[1]) ** 2
            shape = np.clip((1 - far) * 12, 0, 1).astype(np.float32)
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            mask = cv2.warpAffine(shape, over[k], (WIDTH, HEIGHT), flags=flags)
            rgb = rgb + mask[..., np.newaxis] * (sampled(other, over[k]) - rgb)
        frame = srgb_to_lab(rgb.astype(np.float32))
        light = frame[..., 0]
        if worn:
            light = light * (1 + random.normal(0, 0.05)) + random.normal(0, 2.5, light.shape)
        gray = compose_u8(
            np.clip(light, 0, 100).astype(np.float32), np.zeros((*light.shape, 2), np.float32)
        )
        lab.append(frame)
        luma.append(np.ascontiguousarray(gray[..., 0]))
        masks.append(mask)
    return Clip(name, lab, luma, [views] if other is None else [views, over], masks)


def looks_of(clip: Clip) -> Iterator[tuple[Look, bool]]:
    """Show a clip's frames to the network, at their own size."""
    for k, luma in enumerate(clip.luma):
        yield Look(Frame(k, k / 24, luma), luma, luma_lightness(luma, CODING)), k == 0


def paths(clip: Clip, gap: int) -> list[Path4]:
    """Where the pixels of each frame were, so many frames before, in each layer."""
    found = []
    grid = np.stack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), axis=-1).astype(np.float64)
    for k in range(gap, FRAMES):
        for layer, views in enumerate(clip.layers):
            place = grid @ views[k][:, :2].T + views[k][:, 2]
            back = np.linalg.inv(views[k - gap][:, :2])
            before = ((place - views[k - gap][:, 2]) @ back.T).astype(np.float32)
            x, y = before[..., 0].copy(), before[..., 1].copy()
            inside = (x >= 1) & (x <= WIDTH - 2) & (y >= 1) & (y <= HEIGHT - 2)
            own = clip.masks[k] > 0.98 if layer else clip.masks[k] < 0.02
            there = cv2.remap(clip.masks[k - gap], x, y, cv2.INTER_LINEAR)
            seen = inside & own & ((there > 0.98) if layer else (there < 0.02))
            found.append((k, x, y, seen))
    return found


def change(made: list[np.ndarray], way: list[Path4], gap: int) -> float:
    """Root mean square of the change of a*b* along the true motion, over so many frames."""
    total, count = 0.0, 0
    for k, x, y, seen in way:
        moved = cv2.remap(made[k - gap], x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        total += float(np.square(made[k] - moved)[seen].sum())
        count += 2 * int(seen.sum())
    return (total / max(count, 1)) ** 0.5


def rmse(clip: Clip, made: list[np.ndarray]) -> float:
    """Root mean square error of a*b* to the truth."""
    errors = [np.square(ab - lab[..., 1:]).mean() for ab, lab in zip(made, clip.lab, strict=True)]
    return float(np.mean(errors)) ** 0.5


def mean_chroma(made: list[np.ndarray]) -> float:
    """Mean C*ab."""
    return float(np.mean([np.linalg.norm(ab, axis=2).mean() for ab in made]))


def clips(folder: Path) -> list[Clip]:
    """Make all clips."""

    def photo(number: int) -> np.ndarray:
        rgb = read_picture(folder / f"kodim{number:02d}.avif").rgb_u8.astype(np.float32) / 255
        return cv2.GaussianBlur(rgb, (0, 0), 0.7)  # frames are smaller than photographs

    plan = (
        ("pan over houses", 1, "pan", None, False),
        ("zoom on boats", 6, "zoom", None, False),
        ("pan over a girl", 4, "pan", None, False),
        ("shaken parrots", 23, "shake", None, False),
        ("zoom on a lighthouse", 19, "zoom", None, False),
        ("parrot before a barn", 22, "pan", 23, False),
        ("cap before a beach", 12, "still", 3, False),
        ("girl before a river", 13, "shake", 15, False),
        ("worn pan over a farm", 24, "pan", None, True),
        ("worn motorcycles", 5, "shake", None, True),
    )
    return [
        make_clip(name, photo(a), kind, None if b is None else photo(b), worn)
        for name, a, kind, b, worn in plan
    ]


class Remembered:
    """The network, asked once for each frame."""

    def __init__(self, colorizer: Colorizer) -> None:
        self._colorizer, self._said = colorizer, {}
        self.asked: set[int] = set()

    def __call__(self, look: Look):
        k = look.frame.pts
        self.asked.add(k)
        if k not in self._said:
            self._said[k] = self._colorizer.predict(look.l)
        return self._said[k]


Way = Callable[[Remembered], Steadier | Alone]

WAYS: dict[str, Way] = {
    "alone": Alone,
    "every frame": lambda ask: Steadier(ask, every=1),
    "every 4th (default)": lambda ask: Steadier(ask, every=4),
    "every 8th": lambda ask: Steadier(ask, every=8),
    "every 4th, no tone": lambda ask: Steadier(ask, every=4, constants=Constants(tone=0)),
}


def run(way: Way, ask: Remembered, clip: Clip) -> list[np.ndarray]:
    """Colour a clip: a*b* of each frame."""
    ask.asked.clear()
    return [c.state.ab for c in way(ask).colours(looks_of(clip))]


def main() -> None:
    """Write the table, and the sheet if it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sheet", type=Path, help="a picture of frames, to be looked at")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    colorizer = Colorizer.load(asked.model)
    rows, tiles, labels = [], [], []
    for clip in clips(asked.pictures):
        ask = Remembered(colorizer)
        results = {"truth": [lab[..., 1:] for lab in clip.lab]}
        shares = {"truth": 0.0}
        for name, way in WAYS.items():
            results[name] = run(way, ask, clip)
            shares[name] = len(ask.asked) / FRAMES
        near, far = paths(clip, 1), paths(clip, GAP)
        for name, made in results.items():
            numbers = change(made, near, 1), change(made, far, GAP), rmse(clip, made)
            rows.append([clip.name, name, *numbers, mean_chroma(made), shares[name]])
            print(
                *(f"{v:.3f}" if isinstance(v, float) else v for v in rows[-1]), sep="  ", flush=True
            )
        for name in ("truth", "alone", "every 4th (default)"):
            shown = range(2, FRAMES, 7)
            lights = [np.ascontiguousarray(clip.lab[k][..., 0]) for k in shown]
            colours = [results[name][k].astype(np.float32) for k in shown]
            tiles.append([compose_u8(*pair) for pair in zip(lights, colours, strict=True)])
            labels.append(f"{clip.name}: {name}")
    write(asked.out, rows, f"--pictures {asked.pictures} --model {asked.model} --out {asked.out}")
    if asked.sheet is not None:
        contact_sheet(tiles, labels=labels, tile=300).save(asked.sheet)


def write(path: Path, rows: list[list], call: str) -> None:
    """Write the table, with means of all clips and ratios to frames alone."""
    names = list(dict.fromkeys(row[1] for row in rows))
    means = {n: np.mean([row[2:] for row in rows if row[1] == n], axis=0) for n in names}
    facts = (
        f"# {len(rows) // len(names)} clips of {FRAMES} frames, {WIDTH}x{HEIGHT}; "
        f"{platform.machine()}, Python {platform.python_version()}, OpenCV {cv2.__version__}"
    )
    columns = (
        "clip,way,warping,after 8,rmse,mean chroma,share of frames the network saw,"
        "warping ratio,after 8 ratio,rmse ratio"
    )
    lines = [f"# python benchmarks/film_stability.py {call}", facts, columns]
    alone = {row[0]: row for row in rows if row[1] == "alone"}
    for row in [*rows, *(["mean of all", n, *means[n]] for n in names)]:
        base = means["alone"] if row[0] == "mean of all" else np.array(alone[row[0]][2:])
        ratios = np.array(row[2:5]) / base[:3]
        lines.append(",".join([row[0], row[1], *(f"{v:.3f}" for v in (*row[2:], *ratios))]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
