"""The loop: phases one after the other, checkpoints, validation, resume."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Literal, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tomau.data import BatchPlan, CropOptions, make_batch, prefetch
from tomau.errors import TrainingError, UsageError
from tomau.models import (
    create_generator,
    discriminators,
    load_matching,
    read_weights,
    unfold_batchnorm,
    write_weights,
)
from tomau.runtime.allocator import keep_freed_memory
from tomau.training.config import PhaseConfig, TrainConfig
from tomau.training.logbook import Logbook, Observer
from tomau.training.opening import open_task
from tomau.training.optimization import (
    discriminator_optimizer,
    freeze,
    generator_optimizer,
    set_rates,
)
from tomau.training.perception import Perception
from tomau.training.resident import ResidentPhotos
from tomau.training.schedule import Phase, lay_out
from tomau.training.state import (
    RunState,
    read_state,
    restore_networks,
    restore_optimizers,
    save_state,
)
from tomau.training.steps import Adversary, TrainingStep

CHECKPOINT = "checkpoint"
CONFIG = "config.json"
EPOCHS = "epochs"
_BATCH_STREAM = 2  # of random numbers, beside those of the crops
Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


class Trainer:
    """A run in a folder: ``Trainer(config, run, observer).fit()``."""

    def __init__(self, config: TrainConfig, run: Path, observer: Observer) -> None:
        self.config = config = settled(config)
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
            precision=cast("Precision", config.precision),
        )

    def fit(self, *, resume: bool = False) -> None:
        """Train to the end, or until interrupted; either way the last step is saved.

        Args:
            resume: go on from the run's checkpoint.

        Raises:
            UsageError: the run's folder holds a run and ``resume`` is not set, or the reverse.
            DataError: the photos cannot be used.
            CheckpointError: the checkpoint is missing, damaged or of another network, or could
                not be written.
            TrainingError: a loss is not finite; the last good checkpoint stays.
        """
        self._prepare_folder(resume)
        self.fabric.launch()
        self.fabric.seed_everything(self.config.seed, verbose=False)
        with self.fabric.rank_zero_first(local=True):  # one process makes the pack
            self.task = open_task(self.config, self.observer)
        phases = lay_out(self.config.phases, len(self.task.train))
        saved = read_state(self.run / CHECKPOINT) if resume else None
        state = self._new_state(fresh=saved is None)
        if saved is not None:
            restore_networks(self.run / CHECKPOINT, state, saved)
            self.observer.message(f"resuming at step {state.step} of {phases[-1].stop}")
        with ExitStack() as stack:
            # Only the first process keeps the book, and what goes into it.
            self.logbook = stack.enter_context(Logbook(self.run)) if self._is_first else None
            try:
                for phase in phases:
                    if state.step < phase.stop:
                        self._run_phase(phase, phases[-1].stop, state, saved)
                        saved = None
            except KeyboardInterrupt:
                self._save(state)
                raise
            self._save(state)

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

    def _new_state(self, *, fresh: bool) -> RunState:
        """Build the networks; ``fresh`` ones take their starting weights."""
        inputs, outputs = self.task.inputs, self.task.outputs
        generator = create_generator(self.config.generator, inputs=inputs, outputs=outputs)
        generator = generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if fresh:
            self._load_start(generator)
        generator.to(self.fabric.device)
        average = get_ema_multi_avg_fn(self.config.ema_decay)  # type: ignore[no-untyped-call]
        ema = AveragedModel(generator, multi_avg_fn=average, use_buffers=True)
        discriminator = None
        if any(phase.loss_weights.g_gan for phase in self.config.phases):
            name = self.config.discriminator
            discriminator = discriminators.create(name, inputs=inputs + outputs)
            discriminator = discriminator.to(self.fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return RunState(generator, ema, discriminator)

    def _load_start(self, generator: nn.Module) -> None:
        if self.config.init_from is not None:
            report = load_matching(generator, read_weights(self.config.init_from))
            self.observer.message(f"{self.config.init_from}: {report.summary()}")
            return
        if self.config.encoder_weights is None:
            return
        report = generator.load_imagenet(read_weights(self.config.encoder_weights))  # type: ignore[operator]
        self.observer.message(f"{self.config.encoder_weights.name}: {report.summary()}")
        plan = BatchPlan(len(self.task.train), 16, self.config.seed)
        crops = (make_batch(self.task.train, plan, CropOptions(224), number) for number in range(8))
        count = unfold_batchnorm(
            cast("nn.Module", generator.encoder), self.task.encoder_inputs(crops)
        )
        if count:
            self.observer.message(f"{count} folded BatchNorms took their statistics from photos")

    def _run_phase(
        self, phase: Phase, total: int, state: RunState, saved: dict[str, object] | None
    ) -> None:
        step_once = self._set_up(phase.config, state)
        if saved is not None and state.phase == phase.number:
            restore_optimizers(state, saved)
        state.phase = phase.number
        clock = _Clock(self.config.checkpoint_minutes)
        for pixels_u8 in self._crops(phase, state.step):
            optimizers = (state.generator_optimizer, state.discriminator_optimizer)
            set_rates(phase.lr_factor(state.step), *optimizers)
            random = np.random.default_rng(
                (self.config.seed, state.step, self.fabric.global_rank, _BATCH_STREAM)
            )
            losses = step_once(
                self.task.batch(
                    pixels_u8, phase.config, state.generator, self.fabric.device, random
                )
            )
            self._check_finite(losses, state)
            state.ema.update_parameters(state.generator)
            state.step += 1
            state.images += phase.config.batch
            clock.count(phase.config.batch)
            if state.step % self.config.log_every == 0 or state.step == phase.stop:
                values = {name: float(value) for name, value in losses.items()}
                self._log("train", state, values | {"images_per_s": clock.rate()}, total)
            if self._validation_due(phase, state.step):
                self._validate(state, total)
                clock.restart_rate()
            if self.config.keep_epochs and phase.ends_epoch(state.step):
                self._keep_epoch(phase, state)
            if clock.checkpoint_due():
                self._save(state)

    def _crops(self, phase: Phase, start: int) -> Iterator[Tensor]:
        """Yield each step's crops ``[N, H, W, C]`` uint8 on the device.

        Numbering batches over the whole run gives each phase photos in a new order.
        """
        config, train = phase.config, self.task.train
        fabric = self.fabric
        plan = BatchPlan(
            len(train), config.batch, self.config.seed, fabric.global_rank, fabric.world_size
        )
        crop = CropOptions(config.crop, config.min_scale, config.flip)
        if fabric.device.type == "cuda":
            steps = range(start, phase.stop)
            yield from (self._resident.batch(plan, crop, number) for number in steps)
        else:
            yield from map(torch.from_numpy, prefetch(train, plan, crop, start, phase.stop))

    @cached_property
    def _resident(self) -> ResidentPhotos:
        """The photos on the accelerator, brought there once for all phases."""
        return ResidentPhotos(self.task.train, self.fabric.device)

    def _set_up(self, config: PhaseConfig, state: RunState) -> TrainingStep:
        """Build a phase's optimisers and its step."""
        state.generator.train()
        freeze(state.generator, config)
        generator, optimizer = self.fabric.setup(
            self._compiled(state.generator), generator_optimizer(state.generator, config)
        )
        state.generator_optimizer, state.discriminator_optimizer = optimizer, None
        adversary = None
        if config.loss_weights.g_gan:
            adversary = self._set_up_adversary(config, state)
        perception = None
        if config.loss_weights.features:
            perception = Perception.load(
                self.config.feature_weights, self.fabric.device, self.config.feature_network
            )
        class_weights = None
        if config.rebalance is not None:
            class_weights = self.task.class_weights(config.rebalance).to(self.fabric.device)
        return TrainingStep(
            self.fabric,
            generator,
            optimizer,
            config.loss_weights,
            adversary=adversary,
            perception=perception,
            class_weights=class_weights,
        )

    def _set_up_adversary(self, config: PhaseConfig, state: RunState) -> Adversary:
        if state.discriminator is None:
            raise UsageError("an adversarial phase came without a discriminator")
        judge = self._compiled(state.discriminator)
        discriminator, optimizer = self.fabric.setup(
            judge, discriminator_optimizer(state.discriminator, config)
        )
        state.discriminator_optimizer = optimizer
        return Adversary(self.fabric, discriminator, judge, optimizer, config.gan)

    def _compiled(self, module: nn.Module) -> nn.Module:
        return cast("nn.Module", torch.compile(module)) if self.config.compile else module

    def _check_finite(self, losses: Mapping[str, Tensor], state: RunState) -> None:
        """Stop before a broken step spreads: it is neither averaged nor saved.

        Raises:
            TrainingError: a loss is NaN or infinite.
        """
        # One question for all losses: on an accelerator each answer waits for the device.
        finite = torch.isfinite(torch.stack(list(losses.values()))).tolist()
        broken = [name for name, sound in zip(losses, finite, strict=True) if not sound]
        if broken:
            raise TrainingError(
                f"the loss {broken[0]} is not finite at batch {state.step}; expected a number: "
                f"the last good checkpoint stays in {self.run / CHECKPOINT}; lower lr or use "
                "precision 32-true, then go on with --resume"
            )

    def _validation_due(self, phase: Phase, step: int) -> bool:
        every = self.config.validate_every
        epoch = self.config.keep_epochs and phase.ends_epoch(step)
        return step == phase.stop or epoch or bool(every and step % every == 0)

    def _validate(self, state: RunState, total: int) -> None:
        if self.logbook is None:
            return
        network, device = state.ema.module, self.fabric.device
        self._log("validation", state, self.task.validate(network, device), total)
        self.logbook.samples(
            state.step, self.task.samples(network, device, self.config.samples), self.task.titles
        )

    def _keep_epoch(self, phase: Phase, state: RunState) -> None:
        """Keep the averaged generator as float16, which is what an export would store."""
        if self._is_first:
            name = f"phase-{phase.number}-epoch-{phase.epoch(state.step):02d}.safetensors"
            weights = state.ema.module.state_dict()
            half = {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}
            write_weights(self.run / EPOCHS / name, half)

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


def settled(config: TrainConfig) -> TrainConfig:
    """Return the configuration with nothing left to the machine: precision and compilation."""
    on_gpu = config.device != "cpu" and torch.cuda.is_available()
    precision, compiled = config.precision, config.compile
    if precision == "auto":
        halves = on_gpu and torch.cuda.is_bf16_supported(including_emulation=False)
        precision = "bf16-mixed" if halves else "32-true"
    if compiled is None:
        compiled = on_gpu
    return config.model_copy(update={"precision": precision, "compile": compiled})


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
