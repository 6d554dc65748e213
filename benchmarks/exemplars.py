"""What a reference is worth: ab-RMSE of photographs coloured after the most alike other ones.

Pairs are the photographs of the data whose nearest other one lies nearest. Near is told by
features of the photographs in colour (``--choose color``: an ImageNet encoder; it stands for a
person, who remembers the scene and takes a picture like it), or of what the model sees of them in
gray (``--choose gray``: what a gallery proposes). ``own`` takes as its reference the photograph's
own colour version.

    python benchmarks/exemplars.py --model MODEL --data ../shared/data/val.tar \
        --encoder ../shared/weights/tf_efficientnet_lite2.safetensors --choose color \
        --out results/edits/exemplars_color.csv
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from edit_photos import Photo, photos, write_rows
from tomau.edits.gallery import describe
from tomau.edits.references import Reference
from tomau.evaluation.metrics import chroma_rmse
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


def score(
    colorizer: Colorizer,
    photo: Photo,
    others: Sequence[Photo],
    trusts: Sequence[float],
    *,
    whole: bool,
) -> dict[str, float]:
    """ab-RMSE of one photograph by ``deep``, and if the row is ``whole`` by all else."""
    prediction, truth = photo.predicted(colorizer)
    size = truth.shape[:2]

    def error(*taken: Photo, method: str = "deep", trust: float = 1.0) -> float:
        pictures = tuple(other.picture for other in taken)
        edit = Reference(pictures, method, trust)  # type: ignore[arg-type]
        return chroma_rmse(edit(prediction, *size).ab, truth)

    found = {"automatic": chroma_rmse(prediction.ab, truth)}
    found["deep"] = error(others[0])
    found[f"deep, {len(others)} references"] = error(*others)
    if not whole:
        return found
    found |= {f"deep, trust {trust:g}": error(others[0], trust=trust) for trust in trusts}
    found |= {method: error(others[0], method=method) for method in METHODS}
    found["deep, own"], found["welsh, own"] = error(photo), error(photo, method="welsh")
    return found


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
    scores: dict[str, list[tuple[float, float]]] = {}
    for row, k in enumerate(np.argsort(-near)[options.skip :][: options.pairs]):
        others = [pool[other] for other in nearest[k]]
        whole = row % options.every == 0
        found = score(colorizer, pool[k], others, options.trusts, whole=whole)
        for name, error in found.items():
            scores.setdefault(name, []).append((error, found["automatic"]))
    rows = []
    for name, pairs in scores.items():
        errors, automatic = np.array(pairs).T
        better = f"{np.mean(errors < automatic):.3f}"
        share = f"{1 - errors.mean() / automatic.mean():.3f}"
        rows.append((name, len(errors), f"{errors.mean():.3f}", share, better))
    head = ("method", "pairs", "ab_rmse", "under_automatic", "share_of_photos_better")
    write_rows(options.out, head, rows)


if __name__ == "__main__":
    main()
