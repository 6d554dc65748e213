from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from tomau.models import create_generator
from tomau.models.encoders import encoders
from tomau.models.encoders.xception import Block

_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")


def _documented_names() -> set[str]:
    """timm's ``legacy_xception`` without its classifier, written out by place in each block."""
    norms = [f"bn{number}" for number in (1, 2, 3, 4)]
    names = {"conv1.weight", "conv2.weight"}
    separable = ["conv3", "conv4"]
    for block in range(1, 13):
        # Each unit is ReLU, separable convolution, BatchNorm; block 1 lacks the first ReLU.
        convolutions = (0, 3) if block == 1 else (1, 4, 7) if 4 <= block <= 11 else (1, 4)
        separable += [f"block{block}.rep.{place}" for place in convolutions]
        norms += [f"block{block}.rep.{place + 1}" for place in convolutions]
        if not 4 <= block <= 11:
            names.add(f"block{block}.skip.weight")
            norms.append(f"block{block}.skipbn")
    names |= {f"{name}.{part}.weight" for name in separable for part in ("conv1", "pointwise")}
    return names | {f"{name}.{part}" for name in norms for part in _NORM}


def _file(seed: int = 0) -> dict[str, torch.Tensor]:
    """What a weight file holds: RGB filters, a classifier, lively statistics."""
    torch.manual_seed(seed)
    weights = encoders.create("xception", inputs=3).state_dict()
    for name, value in weights.items():
        if name.endswith("running_mean"):
            weights[name] = torch.randn_like(value) / 10
    return weights | {"fc.weight": torch.zeros(1000, 2048), "fc.bias": torch.zeros(1000)}


def test_parameters_have_timms_names_and_shapes() -> None:
    state = encoders.create("xception").state_dict()
    assert set(state) == _documented_names()
    assert state["block1.rep.0.pointwise.weight"].shape == (128, 64, 1, 1)
    assert state["block3.skip.weight"].shape == (728, 256, 1, 1)
    assert state["block12.rep.4.conv1.weight"].shape == (728, 1, 3, 3)
    assert state["block12.rep.4.pointwise.weight"].shape == (1024, 728, 1, 1)
    assert state["conv4.pointwise.weight"].shape == (2048, 1536, 1, 1)
    # Chollet 2017, table 3: 22.9 million parameters with the classifier's 2.05 million.
    count = sum(p.numel() for p in encoders.create("xception", inputs=3).parameters())
    assert count == 22_855_952 - 2048 * 1000 - 1000


def test_features_lie_at_strides_2_to_32() -> None:
    encoder = encoders.create("xception").eval()
    with torch.inference_mode():
        features = encoder(torch.zeros(1, 1, 64, 96))
    assert [tuple(f.shape[1:]) for f in features] == [
        (channels, 64 // stride, 96 // stride)
        for channels, stride in zip((64, 128, 256, 728, 2048), (2, 4, 8, 16, 32), strict=True)
    ]
    assert all(float(f.min()) >= 0 for f in features)


def test_whole_file_loads_by_name_and_answers_gray_as_its_rgb_network_does() -> None:
    weights = _file()
    gray, rgb = encoders.create("xception").eval(), encoders.create("xception", inputs=3).eval()
    for encoder in (gray, rgb):
        report = encoder.load_imagenet(weights)
        assert report.missing == ()
        assert report.unexpected == ()
    l = torch.rand(1, 1, 64, 64) * 2 - 1
    picture = (l + 1) / 2
    with torch.inference_mode():
        expected = rgb((picture * 2 - 1).expand(-1, 3, -1, -1))
        for got, wanted in zip(gray(l), expected, strict=True):
            torch.testing.assert_close(got, wanted, atol=1e-4, rtol=1e-4)


def test_missing_part_is_named() -> None:
    weights = _file()
    del weights["block5.rep.4.pointwise.weight"]
    report = encoders.create("xception").load_imagenet(weights)
    assert report.missing == ("block5.rep.4.pointwise.weight",)


def test_pooling_pads_as_keras_does() -> None:
    block = Block(4, 4, stride=2).eval()
    x = torch.rand(1, 4, 8, 10)
    pooled = block.rep[-1](x)
    padded = F.pad(x, (0, 1, 0, 1), value=-float("inf"))
    windows = padded.unfold(2, 3, 2).unfold(3, 3, 2)
    assert torch.equal(pooled, windows.amax(dim=(-1, -2)))


@pytest.mark.parametrize("size", [(32, 32), (64, 96)])
def test_generator_of_that_name_learns(size: tuple[int, int]) -> None:
    net = create_generator("unet-xception.pix2pix")
    ab = net(torch.rand(2, 1, *size))
    assert ab.shape == (2, 2, *size)
    ab.square().mean().backward()
    assert [name for name, p in net.named_parameters() if p.grad is None] == []
