from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn
from torchmetrics.functional.image import lpips as second_opinion

from tomau.errors import CheckpointError, UsageError
from tomau.models.encoders.efficientnet_lite import EfficientNetLiteEncoder
from tomau.models.features import LPIPS, EfficientNetLite2Features, InceptionFeatures
from tomau.models.features.efficientnet_lite2 import timm_names
from tomau.models.features.inception import _average
from tomau.models.features.lpips import HEAD_FILES, find_heads
from tomau.models.features.published import (
    PublishedFile,
    identify,
    load_whole,
    read_pickled_weights,
)

if TYPE_CHECKING:
    from pathlib import Path


def random_weights(module: nn.Module) -> dict[str, Tensor]:
    """Numbers of the right shapes, as a published file would hold them."""
    torch.manual_seed(1)
    return {
        name: torch.rand_like(value) * 0.1 + (1 if name.endswith("running_var") else 0)
        for name, value in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


@pytest.fixture(scope="module")
def inception() -> InceptionFeatures:
    torch.manual_seed(0)
    return InceptionFeatures().eval()


def test_inception_has_the_published_number_of_parameters(inception: InceptionFeatures) -> None:
    # torchvision documents 27,161,264 for 1000 classes with the auxiliary head (3,326,696);
    # FID's network has no such head and 1008 classes.
    expected = 27_161_264 - 3_326_696 + 8 * (2048 + 1)
    assert sum(value.numel() for value in inception.parameters()) == expected


def test_inception_has_the_published_names(inception: InceptionFeatures) -> None:
    names = set(inception.state_dict())
    for name in (
        "Conv2d_1a_3x3.conv.weight",
        "Mixed_5b.branch3x3dbl_3.bn.running_mean",
        "Mixed_6a.branch3x3.conv.weight",
        "Mixed_6e.branch7x7dbl_5.bn.bias",
        "Mixed_7a.branch7x7x3_4.conv.weight",
        "Mixed_7c.branch3x3dbl_3b.conv.weight",
        "Mixed_7c.branch_pool.bn.running_var",
        "fc.weight",
    ):
        assert name in names
    shapes = inception.state_dict()
    assert shapes["Mixed_6c.branch7x7_2.conv.weight"].shape == (160, 160, 1, 7)
    assert shapes["Mixed_7b.branch3x3_2a.conv.weight"].shape == (384, 384, 1, 3)
    assert shapes["fc.weight"].shape == (1008, 2048)


def test_inception_maps_any_size_to_2048_numbers(inception: InceptionFeatures) -> None:
    sizes: dict[str, tuple[int, int]] = {}
    for name in ("Conv2d_4a_3x3", "Mixed_5d", "Mixed_6a", "Mixed_7a"):
        getattr(inception, name).register_forward_hook(
            lambda _, __, out, name=name: sizes.__setitem__(name, tuple(out.shape[2:]))
        )
    with torch.inference_mode():
        features = inception(torch.rand(1, 3, 40, 60))
    assert features.shape == (1, 2048)
    assert sizes == {
        "Conv2d_4a_3x3": (71, 71),
        "Mixed_5d": (35, 35),
        "Mixed_6a": (17, 17),
        "Mixed_7a": (8, 8),
    }


def test_the_averages_of_fid_do_not_count_the_padding() -> None:
    torch.testing.assert_close(_average(torch.ones(1, 1, 4, 4)), torch.ones(1, 1, 4, 4))


def test_only_the_last_block_pools_by_the_maximum(inception: InceptionFeatures) -> None:
    x = torch.rand(1, 2048, 3, 3)
    seen: list[Tensor] = []
    inception.Mixed_7c.branch_pool.register_forward_pre_hook(lambda _, inputs: seen.append(*inputs))
    with torch.inference_mode():
        inception.Mixed_7c(x)
    torch.testing.assert_close(seen[0], nn.functional.max_pool2d(x, 3, 1, 1))
    assert not inception.Mixed_7b.pool_by_maximum


def test_a_state_dict_loads_whole_or_not_at_all(tmp_path: Path) -> None:
    network = LPIPS()
    weights = random_weights(network)
    torch.save(weights, tmp_path / "weights.pth")
    load_whole(network, read_pickled_weights(tmp_path / "weights.pth"))
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, weights[name])
    with pytest.raises(CheckpointError, match=r"1 of .* missing and 0 are strange"):
        load_whole(
            network, {name: value for name, value in weights.items() if name != "heads.0.weight"}
        )
    with pytest.raises(CheckpointError, match="strange, such as extra"):
        load_whole(network, weights | {"extra": torch.zeros(1)})
    with pytest.raises(CheckpointError, match=r"heads\.0\.weight has shape \(2,\)"):
        load_whole(network, weights | {"heads.0.weight": torch.zeros(2)})


def test_inception_loads_without_the_counters_of_its_batchnorms(
    inception: InceptionFeatures,
) -> None:
    weights = {
        name: value
        for name, value in inception.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    load_whole(inception, weights)
    del weights["Mixed_7c.branch1x1.bn.running_var"]
    with pytest.raises(CheckpointError, match="1 of"):
        load_whole(inception, weights)


def test_pickles_that_hold_more_than_tensors_are_refused(tmp_path: Path) -> None:
    torch.save({"network": LPIPS()}, tmp_path / "object.pth")
    with pytest.raises(CheckpointError, match="no state dict"):
        read_pickled_weights(tmp_path / "object.pth")
    torch.save([torch.zeros(1)], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="holds no state dict"):
        read_pickled_weights(tmp_path / "list.pth")


def test_files_are_known_by_their_hash(tmp_path: Path) -> None:
    path = tmp_path / "any-name"
    path.write_bytes(b"abc")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    known = (PublishedFile("x", "there", "0" * 64), PublishedFile("abc", "here", abc))
    assert identify(path, known) is known[1]
    path.write_bytes(b"abd")
    with pytest.raises(CheckpointError, match=r"expected x from there .* or abc from here"):
        identify(path, known)


def test_lpips_agrees_with_torchmetrics(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(2)
    network = LPIPS()
    backbone = {f"features.{k}": v for k, v in random_weights(network.features).items()}
    backbone = {name: value - 0.05 for name, value in backbone.items()}
    heads = read_pickled_weights(find_heads())
    network.load(backbone | {"classifier.6.bias": torch.zeros(1000)}, heads)
    # torchmetrics would ask torchvision for AlexNet's layers: it gets ours, of the same weights.
    monkeypatch.setattr(second_opinion, "_get_tv_model_features", lambda *_: network.features)
    other = second_opinion._LPIPS(pnet_rand=True, net="alex")
    rgb, truth = torch.rand(2, 3, 64, 80), torch.rand(2, 3, 64, 80)
    with torch.inference_mode():
        expected = other(rgb, truth, normalize=True)[:, 0, 0, 0]
        found = network.eval()(rgb, truth)
        same = network(rgb, rgb)
    assert expected.min() > 1e-3
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    assert same.max() == 0


def test_the_heads_in_torchmetrics_are_the_published_ones() -> None:
    assert identify(find_heads(), HEAD_FILES) is HEAD_FILES[0]


def test_lpips_says_what_is_too_small() -> None:
    with pytest.raises(UsageError, match="at least 32x32"):
        LPIPS()(torch.rand(1, 3, 31, 64), torch.rand(1, 3, 31, 64))


def test_efficientnet_features_are_means_of_the_last_map() -> None:
    torch.manual_seed(0)
    network = EfficientNetLite2Features().eval()
    rgb = torch.rand(2, 3, 64, 96)
    with torch.inference_mode():
        features = network(rgb)
        expected = network.encoder((rgb * 255 - 127) / 128)[-1].mean(dim=(2, 3))
    assert features.shape == (2, network.num_features)
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)


def test_the_other_names_of_efficientnet_are_translated() -> None:
    encoder = EfficientNetLiteEncoder(1.1, 1.2, inputs=3)
    weights = random_weights(encoder)
    theirs = {lukemelas_name(name, encoder): value for name, value in weights.items()}
    theirs |= {"_conv_head.weight": torch.zeros(1280, 352, 1, 1), "_fc.bias": torch.zeros(1000)}
    found = timm_names(theirs, encoder)
    assert found.pop("conv_head.weight").shape == (1280, 352, 1, 1)
    assert found.pop("classifier.bias").shape == (1000,)
    assert set(found) == set(weights)
    for name, value in weights.items():
        rounded = value.half().float() if value.ndim > 1 else value
        torch.testing.assert_close(found[name], rounded, rtol=0, atol=0)


def lukemelas_name(name: str, encoder: EfficientNetLiteEncoder) -> str:
    """``blocks.1.0.conv_pw.weight`` -> ``_blocks.1._expand_conv.weight`` and their like."""
    parts = name.split(".")
    if parts[0] != "blocks":
        return f"{ {'conv_stem': '_conv_stem', 'bn1': '_bn0'}[parts[0]] }.{parts[1]}"
    stage, place, layer, kind = int(parts[1]), int(parts[2]), parts[3], parts[4]
    number = sum(len(list(each.children())) for each in list(encoder.blocks)[:stage]) + place
    separable = {"conv_dw": "_depthwise_conv", "conv_pw": "_project_conv"}
    inverted = {
        "conv_pw": "_expand_conv",
        "conv_dw": "_depthwise_conv",
        "conv_pwl": "_project_conv",
    }
    if layer.startswith("bn"):
        layer = f"_bn{int(layer[2:]) - (0 if stage == 0 else 1)}"
    else:
        layer = (inverted if stage else separable)[layer]
    return f"_blocks.{number}.{layer}.{kind}"
