from __future__ import annotations

import pytest
import torch
from torch import nn

from tomau.color.bins import ab_bins
from tomau.errors import UsageError
from tomau.models import create_generator, generators
from tomau.models.generators.hint_unet import annealed_mean
from tomau.models.hints import GUIDE_CHANNELS


def test_pix2pix_unet_has_the_papers_layers() -> None:
    net = create_generator("unet.pix2pix")
    down = [m for m in net.down.modules() if isinstance(m, nn.Conv2d)]
    up = [m for m in net.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert [m.out_channels for m in down] == [64, 128, 256, 512, 512, 512, 512, 512]
    assert [m.out_channels for m in up] == [512, 512, 512, 512, 256, 128, 64, 2]
    # A skip doubles what enters every up block but the innermost.
    assert [m.in_channels for m in up] == [512, 1024, 1024, 1024, 1024, 512, 256, 128]
    for m in (*down, *up):
        assert (m.kernel_size, m.stride, m.padding) == ((4, 4), (2, 2), (1, 1))
    dropouts = [any(isinstance(m, nn.Dropout) for m in block.modules()) for block in net.up]
    assert dropouts == [True] * 3 + [False] * 4
    assert sum(isinstance(m, nn.BatchNorm2d) for m in net.modules()) == 6 + 7
    slopes = {m.negative_slope for m in net.modules() if isinstance(m, nn.LeakyReLU)}
    assert slopes == {0.2}
    assert isinstance(net.head[-1], nn.Tanh)


def test_pix2pix_unet_starts_from_the_papers_normal_distribution() -> None:
    torch.manual_seed(0)
    net = create_generator("unet.pix2pix")
    weight = net.down[5][1].weight
    assert abs(float(weight.std()) - 0.02) < 1e-3
    assert abs(float(weight.mean())) < 1e-3


def test_pix2pix_unet_maps_one_channel_to_two_in_range() -> None:
    ab = create_generator("unet.pix2pix").eval()(torch.zeros(1, 1, 256, 256))
    assert ab.shape == (1, 2, 256, 256)
    assert float(ab.abs().max()) <= 1


@pytest.mark.parametrize("size", [(32, 32), (64, 160)])
@pytest.mark.parametrize("name", ["unet-resnet18.pix2pix", "unet-efficientnet_lite0.pix2pix"])
def test_encoder_unet_takes_any_multiple_of_32(name: str, size: tuple[int, int]) -> None:
    ab = create_generator(name).eval()(torch.zeros(2, 1, *size))
    assert ab.shape == (2, 2, *size)


def test_decoder_fits_a_bottleneck_encoder() -> None:
    net = create_generator("unet-resnet50.pix2pix").eval()
    assert net(torch.zeros(1, 1, 32, 32)).shape == (1, 2, 32, 32)


def test_wrong_size_is_refused_with_the_size_that_fits() -> None:
    with pytest.raises(UsageError, match="pad to 64x128"):
        create_generator("unet-resnet18.pix2pix")(torch.zeros(1, 1, 33, 100))


def test_encoder_unet_starts_near_gray() -> None:
    torch.manual_seed(0)
    ab = create_generator("unet-resnet18.pix2pix").eval()(torch.rand(1, 1, 64, 64))
    assert float(ab.abs().max()) < 0.5


def test_every_gradient_arrives() -> None:
    net = create_generator("unet-resnet18.pix2pix")
    net(torch.rand(2, 1, 64, 64)).square().mean().backward()
    assert [name for name, p in net.named_parameters() if p.grad is None] == []


def test_unknown_generator_lists_all() -> None:
    with pytest.raises(UsageError, match=r"unet\.pix2pix"):
        generators.create("unet-vgg.pix2pix")


def _hint_net() -> nn.Module:
    torch.manual_seed(0)
    net = create_generator("hint-efficientnet_lite0.tomau1").eval()
    nn.init.normal_(net.head.weight)
    return net


@pytest.mark.parametrize("size", [(32, 32), (64, 96)])
def test_hint_unet_answers_chroma_and_classes(size: tuple[int, int]) -> None:
    l, hints = torch.zeros(2, 1, *size), torch.zeros(2, 3, *size)
    ab, classes, hinted = _hint_net()(l, hints, taught=True)
    assert ab.shape == hinted.shape == (2, 2, *size)
    assert classes.shape == (2, 305, size[0] // 8, size[1] // 8)


def test_no_hints_are_hints_without_marks() -> None:
    net, l = _hint_net(), torch.randn(1, 1, 64, 64)
    assert torch.equal(net(l), net(l, torch.zeros(1, 3, 64, 64)))


def test_exported_part_is_the_answer_without_hints() -> None:
    net, l = _hint_net(), torch.randn(2, 1, 64, 96)
    ab, guide, features, classes = net.automatic(l)
    assert torch.equal(ab, net(l))
    assert guide.shape == (2, GUIDE_CHANNELS, 16, 24)
    assert float(guide[:, -1].min()) > 0
    assert features.shape == (2, 192, 4, 6)
    assert classes.shape == (2, 305, 8, 12)


def test_hint_unet_learns_colour_only() -> None:
    with pytest.raises(UsageError, match="unet generator"):
        create_generator("hint-efficientnet_lite0.tomau1", inputs=3, outputs=3)


@pytest.mark.parametrize("name", ["unet.pix2pix", "unet-resnet18.pix2pix"])
def test_generators_take_any_channel_counts(name: str) -> None:
    side = 256 if name == "unet.pix2pix" else 32
    answer = create_generator(name, inputs=3, outputs=4).eval()(torch.zeros(1, 3, side, side))
    assert answer.shape == (1, 4, side, side)


def test_annealed_mean_lies_between_mode_and_mean() -> None:
    classes = torch.full((1, 305, 1, 1), -50.0)
    classes[0, 3], classes[0, 200] = 1.0, 0.0
    bins = torch.from_numpy(ab_bins())
    shares = torch.tensor([1.0, 0.0]).softmax(dim=0)
    mean = shares[0] * bins[3] + shares[1] * bins[200]
    torch.testing.assert_close(annealed_mean(classes, 1.0)[0, :, 0, 0] * 110, mean)
    torch.testing.assert_close(annealed_mean(classes, 0.02)[0, :, 0, 0] * 110, bins[3])
