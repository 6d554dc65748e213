from __future__ import annotations

import pytest

from tomau.training.config import PhaseConfig
from tomau.training.schedule import lay_out


def test_phases_follow_each_other() -> None:
    phases = lay_out(
        [
            PhaseConfig(regime="l1-pretraining", epochs=2, batch=16),
            PhaseConfig(regime="adversarial", epochs=0.5, batch=8),
        ],
        photos=100,
    )
    assert [(p.start, p.stop) for p in phases] == [(0, 12), (12, 18)]


def test_warmup_is_linear_and_cosine_ends_at_its_floor() -> None:
    config = PhaseConfig(
        regime="l1-pretraining",
        epochs=10,
        batch=10,
        schedule="cosine",
        warmup_steps=4,
        final_lr_factor=0.1,
    )
    (phase,) = lay_out([config], photos=100)
    factors = [phase.lr_factor(step) for step in range(phase.stop + 1)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4] == 1.0
    assert factors[52] == pytest.approx(0.55)  # half way between warm-up and end
    assert factors[100] == pytest.approx(0.1)
    assert factors[4:] == sorted(factors[4:], reverse=True)


def test_constant_is_constant() -> None:
    (phase,) = lay_out([PhaseConfig(regime="l1-pretraining", epochs=1, batch=1)], photos=5)
    assert {phase.lr_factor(step) for step in range(5)} == {1.0}
