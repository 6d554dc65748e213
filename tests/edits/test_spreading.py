from __future__ import annotations

import numpy as np

from tomau.edits.spreading import spread_cells
from tomau.runtime.prediction import Prediction


def said(l: np.ndarray) -> Prediction:
    ab = np.random.default_rng(0).normal(size=(*l.shape, 2)).astype(np.float32)
    return Prediction(l.astype(np.float32), ab)


def test_the_same_change_everywhere_is_added_as_it_is() -> None:
    prediction = said(np.random.default_rng(1).uniform(0, 100, (29, 43)))
    for change in (0.0, 7.0):
        changed = spread_cells(prediction, np.full((4, 6, 2), change, np.float32))
        np.testing.assert_allclose(changed, prediction.ab + np.float32(change), atol=1e-3)


def test_a_change_ends_where_light_does() -> None:
    # The edge lies in the middle of the fourth cell, of which half belongs to either side.
    sharp = np.full((64, 64), 30.0)
    sharp[:, 28:] = 70
    change = np.zeros((8, 8, 2), np.float32)
    change[:, 3], change[:, 4:] = 10, 20
    steps = {}
    for name, l in (("even", np.full((64, 64), 50.0)), ("sharp", sharp)):
        prediction = said(l)
        moved = (spread_cells(prediction, change) - prediction.ab)[32, :, 0]
        steps[name] = moved[28] - moved[27]
    assert steps["sharp"] > 3 * steps["even"] > 0
