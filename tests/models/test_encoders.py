from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from tomau.errors import CheckpointError, MissingExtraError, UsageError
from tomau.models.encoders import TimmEncoder, encoders
from tomau.models.encoders.base import IMAGENET, luminance_filter
from tomau.models.encoders.efficientnet_lite import SameConv2d, round_channels


@pytest.mark.parametrize("name", encoders.names())
def test_features_have_the_announced_channels_at_strides_2_to_32(name: str) -> None:
    encoder = encoders.create(name).eval()
    features = encoder(torch.zeros(1, 1, 64, 96))
    assert [f.shape[1] for f in features] == list(encoder.channels)
    assert [tuple(f.shape[2:]) for f in features] == [(64 // s, 96 // s) for s in (2, 4, 8, 16, 32)]


def test_luminance_filter_answers_a_gray_picture_as_the_rgb_filter_does() -> None:
    torch.manual_seed(0)
    weight = torch.randn(5, 3, 3, 3)
    l = torch.rand(1, 1, 8, 8) * 2 - 1
    gray = ((l + 1) / 2).expand(-1, 3, -1, -1)
    mean, std = (torch.tensor(v)[None, :, None, None] for v in (IMAGENET.mean, IMAGENET.std))
    expected = torch.nn.functional.conv2d((gray - mean) / std, weight)
    filter_l, constant = luminance_filter(weight, IMAGENET)
    answer = torch.nn.functional.conv2d(l, filter_l) + constant[None, :, None, None]
    torch.testing.assert_close(answer, expected, atol=1e-4, rtol=1e-4)


def _three_channel_weights(name: str, first: str) -> dict[str, torch.Tensor]:
    weights = {
        k: torch.randn_like(v.float()) for k, v in encoders.create(name).state_dict().items()
    }
    weights[first] = weights[first].repeat(1, 3, 1, 1)
    return weights


def test_whole_torchvision_file_loads_without_a_word_about_missing_parts() -> None:
    encoder = encoders.create("resnet18")
    weights = _three_channel_weights("resnet18", "conv1.weight")
    weights["fc.weight"] = torch.zeros(1000, 512)
    report = encoder.load_imagenet(weights)
    assert report.missing == ()
    assert torch.equal(encoder.layer3[1].conv2.weight, weights["layer3.1.conv2.weight"])


def test_missing_convolutions_are_named_and_their_block_starts_as_its_shortcut() -> None:
    encoder = encoders.create("resnet18")
    weights = _three_channel_weights("resnet18", "conv1.weight")
    for name in ("layer4.1.conv1.weight", "layer4.1.conv2.weight"):
        del weights[name]
    report = encoder.load_imagenet(weights)
    assert "layer4.1.conv1.weight" in report.missing
    assert "layer4.1.conv1.weight" in report.summary()
    x = torch.rand(1, 512, 3, 3)
    torch.testing.assert_close(encoder.layer4[1].eval()(x), x)


def test_efficientnet_lite_takes_timm_names() -> None:
    encoder = encoders.create("efficientnet_lite0")
    weights = _three_channel_weights("efficientnet_lite0", "conv_stem.weight")
    weights |= {"conv_head.weight": torch.zeros(1), "classifier.bias": torch.zeros(1000)}
    report = encoder.load_imagenet(weights)
    assert report.missing == ()
    assert report.unexpected == ()


def test_foreign_weights_are_refused_in_one_line() -> None:
    with pytest.raises(CheckpointError, match="expected names like"):
        encoders.create("resnet18").load_imagenet({"head.weight": torch.zeros(3)})


def test_wrong_shape_names_the_parameter() -> None:
    weights = {"layer1.0.conv1.weight": torch.zeros(64, 32, 3, 3)}
    with pytest.raises(CheckpointError, match=r"layer1\.0\.conv1\.weight has shape"):
        encoders.create("resnet18").load_imagenet(weights)


def test_unknown_name_suggests_a_near_one() -> None:
    with pytest.raises(UsageError, match="did you mean resnet18"):
        encoders.create("resnet-18")


def test_timm_backbone_fits_or_names_the_extra() -> None:
    try:
        import timm  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match=r"tomau\[timm\]"):
            TimmEncoder("resnet10t")
    else:
        features = TimmEncoder("resnet10t").eval()(torch.zeros(1, 1, 64, 64))
        assert [f.shape[-1] for f in features] == [32, 16, 8, 4, 2]


@pytest.mark.parametrize(
    ("channels", "expected"), [(17.6, 16), (26.4, 24), (44, 48), (123.2, 120), (352, 352)]
)
def test_channels_round_to_eights(channels: float, expected: int) -> None:
    assert round_channels(channels) == expected


def test_depthwise_convolutions_stay_float32_in_a_cpus_bfloat16() -> None:
    layer = SameConv2d(8, 8, 5, 2, groups=8, bias=False)
    x = torch.randn(1, 8, 16, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        answer, dense = layer(x), SameConv2d(8, 8, 3, 1)(x)
    expected = F.conv2d(F.pad(x, (1, 2, 1, 2)), layer.weight, stride=2, groups=8)
    assert torch.equal(answer, expected)
    assert dense.dtype == torch.bfloat16
