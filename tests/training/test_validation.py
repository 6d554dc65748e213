from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tests.data.conftest import make_photo
from tomau.training.validation import to_tensor, validate

PHOTOS = np.stack([np.asarray(make_photo(seed, 256, 256)) for seed in range(3)])
CPU = torch.device("cpu")


class Gray(nn.Module):
    def forward(self, l: torch.Tensor) -> torch.Tensor:
        return l.repeat(1, 2, 1, 1) * 0


def test_gray_answer_scores_the_gray_error_and_no_chroma() -> None:
    scores = validate(Gray(), PHOTOS, CPU)
    assert scores.rmse == pytest.approx(scores.gray_rmse)
    assert scores.chroma_share == 0


def test_gray_error_is_equation_16_on_the_truth() -> None:
    from skimage.color import rgb2lab

    per_photo = [np.sqrt(np.mean(rgb2lab(photo)[..., 1:] ** 2)) for photo in PHOTOS]
    assert validate(Gray(), PHOTOS, CPU).gray_rmse == pytest.approx(np.mean(per_photo), rel=1e-4)


def test_mode_of_the_network_is_restored() -> None:
    net = Gray().train()
    validate(net, PHOTOS[:1], CPU)
    assert net.training


def test_pixels_cross_to_torch_in_order() -> None:
    tensor = to_tensor(torch.from_numpy(PHOTOS), CPU)
    assert tensor.shape == (3, 3, 256, 256)
    assert float(tensor[1, 2, 3, 4]) == pytest.approx(PHOTOS[1, 3, 4, 2] / 255)
