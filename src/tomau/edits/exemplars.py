"""Colour from another picture: matching of luminance, of statistics, of distributions.

These need no network. Pictures are Lab at working size; the answer is ab, the picture keeps L*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Lab = NDArray[np.float32]
    Mask = NDArray[np.bool_]

_WINDOW = 5
_MOST_SAMPLES = 100_000


def welsh(l: NDArray[np.float32], reference: Lab, *, opaque: Mask | None = None) -> Lab:
    """Give each pixel the colour of the reference's pixel that is most alike in light.

    Alike is half the difference of L* and half that of the standard deviation of L* in a window
    of 5 x 5. The reference's L* is first given the mean and deviation of the picture's.

    Args:
        l: (h, w), L* of the picture.
        reference: (H, W, 3) Lab; another size will do.
        opaque: (H, W), pixels of the reference that count; None is all.

    Returns:
        ab (h, w, 2).

    Raises:
        UsageError: no pixel of the reference counts.
        MissingExtraError: scipy is not installed.

    Source: Welsh, Ashikhmin, Mueller, "Transferring Color to Greyscale Images", SIGGRAPH 2002,
    section 3.1, with every pixel of the reference as a sample in place of some 200.
    """
    try:
        from scipy.ndimage import uniform_filter
        from scipy.spatial import cKDTree
    except ImportError as error:
        raise MissingExtraError("the exemplar method welsh", "scribbles") from error

    def described(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
        mean = uniform_filter(lightness, _WINDOW)
        spread = np.sqrt(np.maximum(uniform_filter(lightness**2, _WINDOW) - mean**2, 0))
        return np.stack((lightness, spread), axis=-1)

    counted = _counted(reference, opaque)
    ours = described(l).reshape(-1, 2)
    theirs = described(reference[..., 0])[counted]
    share = l.std() / max(float(theirs[:, 0].std()), 1e-3)
    theirs = (theirs - (theirs[:, 0].mean(), 0)) * share + (l.mean(), 0)
    _, nearest = cKDTree(theirs).query(ours, workers=-1)
    ab: Lab = reference[counted][nearest, 1:].reshape(*l.shape, 2)
    return ab


def reinhard(ab: Lab, reference: Lab, *, opaque: Mask | None = None) -> Lab:
    """Give colours the mean and deviation of the reference's, a* and b* each for itself.

    Args:
        ab: (h, w, 2), the colours that a network gave the picture.
        reference: (H, W, 3) Lab.
        opaque: (H, W), pixels of the reference that count; None is all.

    Raises:
        UsageError: no pixel of the reference counts.

    Source: Reinhard, Ashikhmin, Gooch, Shirley, "Color Transfer between Images", IEEE Computer
    Graphics and Applications 21(5), 2001, equations (10) and (11), in CIELAB.
    """
    wanted = reference[_counted(reference, opaque)][:, 1:]
    mean, spread = ab.mean(axis=(0, 1)), ab.std(axis=(0, 1))
    share = wanted.std(axis=0) / np.maximum(spread, 1e-3)
    return np.asarray((ab - mean) * share + wanted.mean(axis=0), np.float32)


def transport(
    lab: Lab, reference: Lab, *, opaque: Mask | None = None, rounds: int = 30, seed: int = 0
) -> Lab:
    """Move colours so that their distribution over Lab becomes the reference's.

    The two distributions are sorted along random directions, and every pixel takes the
    reference's place of its rank: sliced optimal transport.

    Args:
        lab: (h, w, 3), the picture with the colours that a network gave it.
        reference: (H, W, 3) Lab.
        opaque: (H, W), pixels of the reference that count; None is all.
        rounds: orthogonal triples of directions.
        seed: of the directions.

    Returns:
        ab (h, w, 2).

    Raises:
        UsageError: no pixel of the reference counts.

    Source: Pitie, Kokaram, Dahyot, "N-Dimensional Probability Density Function Transfer", ICCV
    2005; as sliced transport Rabin, Peyre, Delon, Bernot, SSVM 2011.
    """
    random = np.random.default_rng(seed)
    wanted = reference[_counted(reference, opaque)].astype(np.float64)
    points = lab.reshape(-1, 3).astype(np.float64)
    places = np.linspace(0, 1, len(points))
    ranks = np.linspace(0, 1, len(wanted))
    for _ in range(rounds):
        axes, _ = np.linalg.qr(random.normal(size=(3, 3)))
        along, goal = points @ axes, np.sort(wanted @ axes, axis=0)
        order = np.argsort(along, axis=0, kind="stable")
        moved = np.empty_like(along)
        for axis in range(3):
            moved[order[:, axis], axis] = np.interp(places, ranks, goal[:, axis])
        points += (moved - along) @ axes.T
    return points[:, 1:].reshape(*lab.shape[:2], 2).astype(np.float32)


def _counted(reference: Lab, opaque: Mask | None) -> Mask:
    """Pixels of the reference that count, thinned evenly where there are very many."""
    counted = np.ones(reference.shape[:2], bool) if opaque is None else opaque.copy()
    numbers = np.flatnonzero(counted)
    if not len(numbers):
        raise UsageError("the reference is fully transparent; expected a picture with colours")
    if len(numbers) > _MOST_SAMPLES:
        kept = numbers[np.linspace(0, len(numbers) - 1, _MOST_SAMPLES).astype(np.intp)]
        counted[:] = False
        counted.flat[kept] = True
    return counted
