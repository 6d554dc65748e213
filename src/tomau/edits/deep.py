"""Colours of references brought to a photograph by what the network sees in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tomau.edits.likeness import doubt
from tomau.edits.matching import cells, match, same_things
from tomau.edits.spreading import spread_cells
from tomau.runtime.hints import enlarged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tomau.edits.matching import Matches, Seen
    from tomau.runtime.prediction import Prediction

    Floats = NDArray[np.float32]

SHARE = 0.55
"""How far weighed evidence of references is believed. This and what follows was chosen on pairs of
validation photos, mostly those after the table's (benchmarks/exemplars.py, with --skip 200), with
an eye on the table's own: on photographs that trained the network its own answer is too good."""

_NOISE, _DISAGREEMENT = 60.0, 2.0
"""What alike things differ by in any case, squares of ab, and how much their own spread counts."""

_UNLIKE, _NEAREST = 0.4, 0.4
"""The cosine from where on the most alike counts more than its sort, and the share per cosine."""


def deep(prediction: Prediction, references: Sequence[Seen], *, trust: float = 1.0) -> Floats:
    """Correct a prediction by the colours of references.

    What is of the same sort changes them cell by cell, 8 x 8 pixels each, and luminance leads the
    changes to edges. What is the very same thing is taken over.

    Args:
        prediction: of the photograph, by a network that tells features and a distribution.
        references: one or more, as the same network sees them; at least one opaque cell in all.
        trust: factor on the share of the references' colours; 1 as is usual, 2 to 3 go all the
            way.

    Returns:
        ab (h, w, 2) at working size.

    Raises:
        UsageError: the network tells no features.
    """
    matches = match(prediction, references)
    height, width = prediction.l.shape
    rows, columns = matches.shape
    change = _weighed(prediction, matches, cells(prediction.ab, prediction), trust)
    spread = spread_cells(prediction, change.reshape(rows, columns, 2))
    found, sure = same_things(prediction, references, matches)
    taken = enlarged(sure[..., np.newaxis], found.shape)[:height, :width]
    corrected: Floats = spread + taken * (found[:height, :width] - spread)
    return corrected


def _weighed(prediction: Prediction, matches: Matches, automatic: Floats, trust: float) -> Floats:
    """Weigh what alike things show against what the network expects: changes of ab (n, 2).

    Two normal distributions are joined: that of the network, and that of the matched colours.
    References count much where the network is unsure and what they show of the sort agrees; their
    part goes to the whole as trust grows. What is most alike then counts beside its sort.

    Source: the gain of Kalman 1960; that both are told by one network is ours.
    """
    own = doubt(prediction)
    noise = _NOISE * np.eye(2, dtype=np.float32) + _DISAGREEMENT * matches.spread
    believed = min(trust * SHARE, 1.0)
    noise *= (1 - believed) / (1 - SHARE)
    floor = np.float32(1e-3) * np.eye(2, dtype=np.float32)
    gain = np.linalg.solve(own + noise + floor, own + floor).swapaxes(1, 2)
    missing = matches.ab - automatic
    change = np.float32(believed) * (gain @ missing[..., np.newaxis])[..., 0]
    likeness = np.clip(matches.likeness - _UNLIKE, 0, 1)[:, np.newaxis]
    closer = np.clip(np.float32(trust * _NEAREST) * likeness, 0, 1)
    weighed: Floats = change + closer * (matches.nearest - automatic - change)
    return weighed
