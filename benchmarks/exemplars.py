"""What a reference is worth: ab-RMSE of photographs coloured after the most alike other ones.

Pairs are the photographs of the data whose nearest other one lies nearest. Near is told by
features of the photographs in colour (``--choose color``: an ImageNet encoder; it stands for a
person, who remembers the scene and takes a picture like it), or of what the model sees of them in
gray (``--choose gray``: what a gallery proposes). ``own`` takes as its reference the photograph's
own colour version.

Duller pictures miss by less: what a method is worth beside its dullness is told with its chroma
multiplied by one factor for all photographs, so that its mean is the automatic answer's.

    python benchmarks/exemplars.py --model MODEL --data ../shared/data/val.tar \
        --encoder ../shared/weights/tf_efficientnet_lite2.safetensors --choose color \
        --out results/edits/exemplars_color.csv
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from edit_photos import Photo, photos, write_rows
from tomau.edits.gallery import describe
from tomau.edits.references import Reference
from tomau.evaluation.metrics import chroma_rmse, mean_chroma
from tomau.models.features.efficientnet_lite2 import EfficientNetLite2Features
from tomau.runtime import Colorizer

METHODS = ("welsh", "reinhard", "transport")


def by_colour(encoder: Path) -> Callable[[Photo], NDArray[np.float32]]:
    """Describe photographs as an ImageNet encoder sees them in colour."""
    network = EfficientNetLite2Features.from_file(encoder)

    @torch.inference_mode()
    def told(photo: Photo) -> NDArray[np.float32]:
        rgb = torch.from_numpy(photo.rgb.copy()).permute(2, 0, 1)[None].float() / 255
        small = F.avg_pool2d(rgb, 2)  # enough to tell scenes apart, in a quarter of the time
        height, width = (side // 32 * 32 for side in small.shape[2:])
        return network(small[..., :height, :width])[0].numpy()

    return told


def by_gray(colorizer: Colorizer) -> Callable[[Photo], NDArray[np.float32]]:
    """Describe photographs as the model sees their luminance."""
    return lambda photo: describe(photo.predicted(colorizer)[0])


def neighbours(features: NDArray[np.float32], count: int) -> tuple[NDArray, NDArray]:
    """Return numbers of the nearest others ``[N, count]``, and how near the first is ``[N]``."""
    scaled = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-6)
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
    cosine = scaled @ scaled.T
    np.fill_diagonal(cosine, -2)
    order = np.argsort(-cosine, axis=1)[:, :count]
    return order, cosine.max(axis=1)


class Scored(NamedTuple):
    """One answer beside its truth: its error, and what tells its error at any strength.

    Attributes:
        rmse: of ab.
        chroma: mean.
        own: mean square of its ab; ``shared``: mean product with the true ab; ``true``: mean
            square of the latter.
    """

    rmse: float
    chroma: float
    own: float
    shared: float
    true: float


def scored(ab: NDArray[np.float32], truth: NDArray[np.float32]) -> Scored:
    """Score one answer, (h, w, 2)."""
    squares = (float(np.mean(one * other)) for one, other in ((ab, ab), (ab, truth), (truth,) * 2))
    return Scored(chroma_rmse(ab, truth), mean_chroma(ab), *squares)


def score(
    colorizer: Colorizer,
    photo: Photo,
    others: Sequence[Photo],
    trusts: Sequence[float],
    *,
    whole: bool,
) -> dict[str, Scored]:
    """Score one photograph by ``deep``, and if the row is ``whole`` by all else."""
    prediction, truth = photo.predicted(colorizer)
    size = truth.shape[:2]

    def by(*taken: Photo, method: str = "deep", trust: float = 1.0) -> Scored:
        pictures = tuple(other.picture for other in taken)
        edit = Reference(pictures, method, trust)  # type: ignore[arg-type]
        return scored(edit(prediction, *size).ab, truth)

    found = {"automatic": scored(prediction.ab, truth)}
    found["deep"] = by(others[0])
    found[f"deep, {len(others)} references"] = by(*others)
    if not whole:
        return found
    found |= {f"deep, trust {trust:g}": by(others[0], trust=trust) for trust in trusts}
    found |= {method: by(others[0], method=method) for method in METHODS}
    found["deep, own"], found["welsh, own"] = by(photo), by(photo, method="welsh")
    return found


def row_of(name: str, pairs: Sequence[tuple[Scored, Scored]]) -> tuple[object, ...]:
    """One method's row, of its scores and those of the automatic answer on the same photographs."""
    own, automatic = (np.array(side) for side in zip(*pairs, strict=True))
    factor = automatic[:, 1].mean() / own[:, 1].mean()
    squares = factor**2 * own[:, 2] - 2 * factor * own[:, 3] + own[:, 4]
    usual = automatic[:, 0].mean()
    return (
        name,
        len(pairs),
        f"{own[:, 0].mean():.3f}",
        f"{1 - own[:, 0].mean() / usual:.3f}",
        f"{np.mean(own[:, 0] < automatic[:, 0]):.3f}",
        f"{1 / factor:.3f}",
        f"{1 - np.sqrt(squares).mean() / usual:.3f}",
    )


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--data", required=True)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--choose", choices=("color", "gray"), default="color")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument(
        "--skip", type=int, default=0, help="the nearest so many pairs, for choices"
    )
    parser.add_argument("--references", type=int, default=3)
    parser.add_argument("--trusts", type=float, nargs="*", default=[0.5, 2.0])
    parser.add_argument("--every", type=int, default=5, help="all methods at each so many pairs")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    told = by_colour(options.encoder) if options.choose == "color" else by_gray(colorizer)
    pool = [*photos(options.data)]
    nearest, near = neighbours(np.stack([told(photo) for photo in pool]), options.references)
    scores: dict[str, list[tuple[Scored, Scored]]] = {}
    for row, k in enumerate(np.argsort(-near)[options.skip :][: options.pairs]):
        others = [pool[other] for other in nearest[k]]
        whole = row % options.every == 0
        found = score(colorizer, pool[k], others, options.trusts, whole=whole)
        for name, answer in found.items():
            scores.setdefault(name, []).append((answer, found["automatic"]))
    head = ("method", "pairs", "ab_rmse", "under_automatic", "share_of_photos_better",
            "chroma_of_automatic", "under_automatic_at_its_chroma")  # fmt: skip
    write_rows(options.out, head, [row_of(name, pairs) for name, pairs in scores.items()])


if __name__ == "__main__":
    main()
