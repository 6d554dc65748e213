from __future__ import annotations

import pytest
import torch
from torch import nn

from tomau.models import discriminators


@pytest.fixture
def patchgan() -> nn.Module:
    return discriminators.create("patchgan70")


def test_layers_are_the_papers(patchgan: nn.Module) -> None:
    convs = [m for m in patchgan.modules() if isinstance(m, nn.Conv2d)]
    assert [c.out_channels for c in convs] == [64, 128, 256, 512, 1]
    assert [c.stride[0] for c in convs] == [2, 2, 2, 1, 1]
    assert {c.kernel_size for c in convs} == {(4, 4)}


def test_lab_picture_gives_a_30x30_map(patchgan: nn.Module) -> None:
    assert patchgan.eval()(torch.zeros(1, 3, 256, 256)).shape == (1, 1, 30, 30)


def test_recursion_gives_the_receptive_field(patchgan: nn.Module) -> None:
    assert patchgan.receptive_fields() == [4, 7, 16, 34, 70]


def test_gradient_measures_the_receptive_field(patchgan: nn.Module) -> None:
    lab = torch.rand(1, 3, 256, 256, requires_grad=True)
    patchgan.eval()(lab)[0, 0, 15, 15].backward()
    touched = lab.grad.abs().sum(dim=(0, 1)) > 0
    rows = torch.nonzero(touched.any(dim=1)).flatten()
    columns = torch.nonzero(touched.any(dim=0)).flatten()
    assert int(rows[-1] - rows[0]) + 1 == 70
    assert int(columns[-1] - columns[0]) + 1 == 70
