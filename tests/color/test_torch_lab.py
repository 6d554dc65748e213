from __future__ import annotations

import numpy as np
import torch
from skimage.color import rgb2lab

from tomau.color.torch_lab import normalized_lab, srgb_to_lab


def test_lab_equals_scikit_image() -> None:
    corners = np.stack(np.meshgrid(*[[0.0, 0.04045, 0.0405, 0.5, 1.0]] * 3), axis=-1)
    random = np.random.default_rng(0).random((64, 25, 3))
    rgb = np.concatenate([corners.reshape(5, 25, 3), random]).astype(np.float32)
    lab = srgb_to_lab(torch.from_numpy(rgb).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
    # scikit-image rounds its matrix and white; 1e-3 is a hundredth of what an eye can see.
    np.testing.assert_allclose(lab, rgb2lab(rgb), atol=1e-3)


def test_normalisation_is_the_studys() -> None:
    rgb = torch.rand(2, 3, 4, 5)
    lab = srgb_to_lab(rgb)
    l, ab = normalized_lab(rgb)
    assert l.shape == (2, 1, 4, 5)
    torch.testing.assert_close(l, lab[:, :1] / 50 - 1)
    torch.testing.assert_close(ab, lab[:, 1:] / 110)


def test_gradient_is_finite_at_black() -> None:
    rgb = torch.zeros(1, 3, 2, 2, requires_grad=True)
    srgb_to_lab(rgb).sum().backward()
    assert rgb.grad is not None
    assert torch.isfinite(rgb.grad).all()
