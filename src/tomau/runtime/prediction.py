"""What a network says of one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tomau.errors import UsageError
from tomau.runtime.hints import GUIDE_STRIDE, spread_hints

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tomau.runtime.card import ModelCard

Edit: TypeAlias = "Callable[[Prediction, int, int], Prediction]"
"""What a person wants otherwise: from a prediction, and the height and width of the picture at its
own size, to the prediction with other ab, and perhaps notes. One edit may follow another."""

Ask: TypeAlias = "Callable[[NDArray[np.float32]], Prediction]"
"""A network at one working size: from L* (H, W) of any picture to its prediction; it hashes."""


@dataclass(frozen=True)
class Prediction:
    """What a network says of a picture; hints correct it as often as a person likes.

    Attributes:
        l: (h, w) float32, L* 0..100, at working size.
        ab: (h, w, 2) float32, a* and b*, at working size.
        guide: (h', w', 34) float32, along which hints spread, h' and w' padded to the network's
            stride and divided by 4; None from a network that takes no hints.
        features: (h'', w'', 192) float32, what the scene holds, padded and divided by 16; None
            likewise.
        classes: (h'', w'', 305) float32, logits over `tomau.color.bins.ab_bins`, padded and
            divided by 8; None likewise.
        notes: what a user should be told of it; mostly nothing.
        ask: the network that answered, for other pictures, at the same working size.
        card: of the model that answered.
    """

    l: NDArray[np.float32]
    ab: NDArray[np.float32]
    guide: NDArray[np.float32] | None = None
    features: NDArray[np.float32] | None = None
    classes: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()
    ask: Ask | None = None
    card: ModelCard | None = None

    def with_hints(self, hints: NDArray[np.float32], *, reach: float = 1.0) -> NDArray[np.float32]:
        """Answer ab (h, w, 2), corrected by ``hints`` (h, w, 3): a*b* times mask, mask 0 to 1.

        ``reach`` is a factor on the distances over which the network spreads them, above 0.

        Raises:
            UsageError: the network takes no hints, or they are not of the size of ``ab``.
        """
        if self.guide is None:
            raise UsageError(
                "colour hints came, and this model takes none; expected a model whose card says "
                '"hints": true (see: tomau models info)'
            )
        height, width = self.ab.shape[:2]
        if hints.shape != (height, width, 3):
            raise UsageError(f"hints of shape {hints.shape} came; expected {(height, width, 3)}")
        rows, columns = (side * GUIDE_STRIDE for side in self.guide.shape[:2])
        border = ((0, rows - height), (0, columns - width), (0, 0))
        ab = np.pad(self.ab, border, mode="edge")
        guide = self.guide
        if reach != 1:
            # Nearness, the last plane, counts per square of distance.
            guide = np.concatenate((guide[..., :-1], guide[..., -1:] / np.float32(reach**2)), 2)
        return spread_hints(ab, guide, np.pad(hints, border))[:height, :width]
