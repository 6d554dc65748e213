"""The loop: phases one after the other, checkpoints, validation, resume."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from platformdirs import user_cache_path
from torch import nn
from torch.optim import AdamW, Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tomau.color.torch_lab import normalized_lab
from tomau.data import (
    BatchPlan,
    CropOptions,
    Pack,
    PackOptions,
    make_batch,
    open_pack,
    prefetch,
    split_pack,
)
from tomau.errors import UsageError
from tomau.models import (
    create_generator,
    discriminators,
    load_matching,
    read_weights,
    unfold_batchnorm,
)
from tomau.runtime.allocator import keep_freed_memory
from tomau.training.config import PhaseConfig, TrainConfig
from tomau.training.logbook import Logbook, Observer, sample_triple
from tomau.training.schedule import Phase, lay_out
from tomau.training.state import (
    RunState,
    read_state,
    restore_networks,
    restore_optimizers,
    save_state,
)
from tomau.training.steps import AdversarialStep, L1Step, Step
from tomau.training.validation import predictions, spread, to_tensor, validate, validation_photos

CHECKPOINT = "checkpoint"
CONFIG = "config.json"


class Trainer:
    """A run in a folder: ``Trainer(config, run, observer).fit()``."""

    def __init__(self, config: TrainConfig, run: Path, observer: Observer) -> None:
        self.config = config
        self.run = run
        self.observer = observer
        if config.device == "cpu" or not torch.cuda.is_available():
            keep_freed_memory()
        self.fabric = Fabric(
            accelerator=config.device,
            devices=config.devices,
            # Two forward passes through one discriminator precede its backward pass: buffers
            # must not be overwritten in between.
            strategy=DDPStrategy(broadcast_buffers=False) if config.devices > 1 else "auto",
            precision=config.precision,
        )

    def fit(self, *, resume: bool = False) -> None:
        """Train to the end, or until interrupted; either way the last step is saved.

        Args:
            resume: go on from the run's checkpoint.

        Raises:
            UsageError: the run's folder holds a run and ``resume`` is not set, or the reverse.
            DataError: the photos cannot be used.
            CheckpointError: the checkpoint is missing or damaged.
        """
        self._prepare_folder(resume)
        self.fabric.launch()
        self.fabric.seed_everything(self.config.seed, verbose=False)
        with self.fabric.rank_zero_first(local=True):  # one process makes the pack
            train, held_out = self._open_photos()
        self.photos = validation_photos(held_out, self.config.data.validation_limit)
        phases = lay_out(self.config.phases, len(train))
        saved = read_state(self.run / CHECKPOINT) if resume else None
        state = self._new_state(train, fresh=saved is None)
        if saved is not None:
            restore_networks(self.run / CHECKPOINT, state, saved)
            self.observer.message(f"resuming at step {state.step} of {phases[-1].stop}")
        with ExitStack() as stack:
            # Only the first process keeps the book, and what goes into it.
            self.logbook = stack.enter_context(Logbook(self.run)) if self._is_first else None
            stack.callback(self._save, state)
            for phase in phases:
                if state.step < phase.stop:
                    self._run_phase(phase, phases[-1].stop, train, state, saved)
                    saved = None

    @property
    def _is_first(self) -> bool:
        return bool(self.fabric.is_global_zero)

    def _prepare_folder(self, resume: bool) -> None:
        exists = (self.run / CHECKPOINT).exists() or (self.run / f"{CHECKPOINT}.old").exists()
        if exists and not resume:
            raise UsageError(
                f"{self.run} already holds a run; add --resume to go on or name another folder"
            )
        self.run.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.config.model_dump(mode="json"), indent=2)
        (self.run / CONFIG).write_text(text + "\n", encoding="utf-8")

    def _open_photos(self) -> tuple[Pack, Pack]:
        data = self.config.data
        cache = data.cache or user_cache_path("tomau") / "packs"
        options = PackOptions(data.short_side, data.min_chroma)

        def opened(path: str) -> Pack:
            pack = open_pack(path, cache, options, progress=self.observer.packing)
            self.observer.message(f"{path}: {len(pack)} photos, {len(pack.left_out)} left out")
            return pack

        everything = opened(data.photos)
        if data.validation is not None:
            return everything, opened(data.validation)
        return split_pack(everything, data.validation_share)

    def _new_state(self, train: Pack, *, fresh: bool) -> RunState:
        """Build the networks; ``fresh`` ones take their starting weights."""
        generator = create_generator(self.config.generator).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if fresh:
            self._load_start(generator, train)
        generator.to(self.fabric.device)
        average = get_ema_multi_avg_fn(self.config.ema_decay)  # type: ignore[no-untyped-call]
        ema = AveragedModel(generator, multi_avg_fn=average, use_buffers=True)
        discriminator = None
        if any(phase.regime == "adversarial" for phase in self.config.phases):
            discriminator = discriminators.create(self.config.discriminator)
            discriminator = discriminator.to(self.fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return RunState(generator, ema, discriminator)

    def _load_start(self, generator: nn.Module, train: Pack) -> None:
        if self.config.init_from is not None:
            load_matching(generator, read_weights(self.config.init_from))
            return
        if self.config.encoder_weights is None:
            return
        report = generator.load_imagenet(read_weights(self.config.encoder_weights))  # type: ignore[operator]
        self.observer.message(f"{self.config.encoder_weights.name}: {report.summary()}")
        plan = BatchPlan(len(train), 16, self.config.seed)
        crops = (make_batch(train, plan, CropOptions(224), number) for number in range(8))
        device = torch.device("cpu")
        count = unfold_batchnorm(
            cast("nn.Module", generator.encoder),
            (normalized_lab(to_tensor(rgb, device))[0] for rgb in crops),
        )
        if count:
            self.observer.message(f"{count} folded BatchNorms took their statistics from photos")

    def _run_phase(
        self,
        phase: Phase,
        total: int,
        train: Pack,
        state: RunState,
        saved: dict[str, object] | None,
    ) -> None:
        step_once = self._set_up(phase.config, state)
        if saved is not None and state.phase == phase.number:
            restore_optimizers(state, saved)
        state.phase = phase.number
        config = phase.config
        plan = BatchPlan(
            len(train),
            config.batch,
            self.config.seed,
            self.fabric.global_rank,
            self.fabric.world_size,
        )
        crop = CropOptions(config.crop, config.min_scale, config.flip)
        clock = _Clock(self.config.checkpoint_minutes)
        # Numbering batches over the whole run gives each phase photos in a new order.
        for rgb in prefetch(train, plan, crop, state.step, phase.stop):
            self._set_rates(phase, state)
            l, ab = normalized_lab(to_tensor(rgb, self.fabric.device))
            l = l.contiguous(memory_format=torch.channels_last)
            losses = step_once(l, ab)
            state.ema.update_parameters(state.generator)
            state.step += 1
            state.images += config.batch
            clock.count(config.batch)
            if state.step % self.config.log_every == 0 or state.step == phase.stop:
                values = {name: float(value) for name, value in losses.items()}
                self._log("train", state, values | {"images_per_s": clock.rate()}, total)
            every = self.config.validate_every
            if state.step == phase.stop or (every and state.step % every == 0):
                self._validate(state, total)
                clock.restart_rate()
            if clock.checkpoint_due():
                self._save(state)

    def _set_up(self, config: PhaseConfig, state: RunState) -> Step:
        """Build a phase's optimisers and its step."""
        optimizer = _generator_optimizer(state.generator, config)
        generator, optimizer = self.fabric.setup(self._compiled(state.generator), optimizer)
        state.generator.train()
        state.generator_optimizer, state.discriminator_optimizer = optimizer, None
        if config.regime == "l1-pretraining":
            return L1Step(self.fabric, generator, optimizer)
        if state.discriminator is None:
            raise UsageError("an adversarial phase came without a discriminator")
        optimizer_d: Optimizer = AdamW(
            state.discriminator.parameters(),
            config.discriminator_lr or config.lr,
            config.betas,
            weight_decay=0.0,
        )
        _remember_rates(optimizer_d)
        judge = self._compiled(state.discriminator)
        discriminator, optimizer_d = self.fabric.setup(judge, optimizer_d)
        state.discriminator_optimizer = optimizer_d
        return AdversarialStep(
            self.fabric, generator, discriminator, judge, optimizer, optimizer_d, config.l1_weight
        )

    def _compiled(self, module: nn.Module) -> nn.Module:
        return cast("nn.Module", torch.compile(module)) if self.config.compile else module

    def _set_rates(self, phase: Phase, state: RunState) -> None:
        factor = phase.lr_factor(state.step)
        for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
            for group in optimizer.param_groups if optimizer is not None else ():
                group["lr"] = group["full_lr"] * factor

    def _validate(self, state: RunState, total: int) -> None:
        if self.logbook is None:
            return
        network = state.ema.module
        scores = validate(network, self.photos, self.fabric.device)
        self._log("validation", state, scores.as_dict(), total)
        shown = self.photos[spread(len(self.photos), self.config.samples)]
        triples = [
            sample_triple(l, ab, truth)
            for batch in predictions(network, shown, self.fabric.device)
            for l, ab, truth in zip(*batch, strict=True)
        ]
        self.logbook.samples(state.step, triples)

    def _log(self, event: str, state: RunState, values: Mapping[str, float], total: int) -> None:
        if self.logbook is not None:
            rates = state.generator_optimizer.param_groups if state.generator_optimizer else []
            extra: dict[str, float | str] = {"images": state.images, "phase": state.phase}
            if event == "train" and rates:
                extra["lr"] = rates[-1]["lr"]
            self.logbook.write(event, state.step, {**values, **extra})
            self.observer.step(state.step, total, values)

    def _save(self, state: RunState) -> None:
        if self._is_first and state.step > 0:
            save_state(self.run / CHECKPOINT, state)


class _Clock:
    """Images per second since the last reading, and when the next checkpoint is due."""

    def __init__(self, checkpoint_minutes: float) -> None:
        self._interval = checkpoint_minutes * 60
        self._saved = self._read = time.monotonic()
        self._images = 0

    def count(self, images: int) -> None:
        self._images += images

    def rate(self) -> float:
        now = time.monotonic()
        rate = self._images / max(now - self._read, 1e-9)
        self.restart_rate()
        return rate

    def restart_rate(self) -> None:
        self._images, self._read = 0, time.monotonic()

    def checkpoint_due(self) -> bool:
        if time.monotonic() - self._saved < self._interval:
            return False
        self._saved = time.monotonic()
        return True


def _generator_optimizer(generator: nn.Module, config: PhaseConfig) -> Optimizer:
    """Adam over two groups: the encoder's rate is scaled. AdamW without decay is Adam."""
    encoder = {id(p) for name, p in generator.named_parameters() if name.startswith("encoder.")}
    groups = [
        {
            "params": [p for p in generator.parameters() if id(p) in encoder],
            "lr": config.lr * config.encoder_lr_factor,
        },
        {"params": [p for p in generator.parameters() if id(p) not in encoder], "lr": config.lr},
    ]
    optimizer = AdamW(
        [group for group in groups if group["params"]],
        betas=config.betas,
        weight_decay=config.weight_decay,
    )
    _remember_rates(optimizer)
    return optimizer


def _remember_rates(optimizer: Optimizer) -> None:
    """Keep each group's full rate beside the scheduled one."""
    for group in optimizer.param_groups:
        group["full_lr"] = group["lr"]
