from __future__ import annotations

import torch
from torch import nn

from tomau.models import unfold_batchnorm


def _folded_net() -> nn.Sequential:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 3, bias=False)
    )
    nn.init.normal_(net[1].bias)
    return net


def test_answer_in_eval_mode_stays_and_train_mode_agrees_with_it() -> None:
    net = _folded_net()
    x = torch.randn(16, 1, 12, 12)
    before = net.eval()(x)
    with torch.no_grad():
        apart = (net.train()(x) - before).abs().mean()
    net[1].reset_running_stats()
    assert unfold_batchnorm(net, [x[:8], x[8:]]) == 1
    torch.testing.assert_close(net.eval()(x), before, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(net.train()(x), before, atol=1e-4, rtol=1e-3)
    assert apart > 0.1


def test_mode_is_restored_and_other_batchnorms_are_left_alone() -> None:
    net = nn.Sequential(nn.BatchNorm2d(1)).train()
    net[0].running_var.fill_(4.0)
    assert unfold_batchnorm(net, [torch.randn(2, 1, 4, 4)]) == 0
    assert net.training
    assert float(net[0].running_var) == 4.0
