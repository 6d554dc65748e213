"""A training run as a frozen, validated description."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tomau.data import HintOptions
from tomau.errors import UsageError

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0)]
FeatureNetwork = Literal["efficientnet_lite2", "resnet18"]

_COLOUR_LOSSES = frozenset({"classes", "hints", "features", "colorfulness", "colorfulness_error"})
_COLOUR_OPTIONS = frozenset({"hints", "aged", "rebalance"})


class Frozen(BaseModel):
    """A model that refuses unknown keys and changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DataConfig(Frozen):
    """Which photos, and how they enter the pack.

    Attributes:
        photos: folder of photos, folder of tar shards, a shard, or a glob of shards.
        validation: the same for validation photos; without it a share of ``photos`` is held out.
        targets: folder of pictures with the names of those in ``photos``: the run then learns to
            translate each photo into its target, of whatever channels the two have.
        validation_targets: the targets of ``validation``.
        validation_share: that share, drawn by a hash of each photo's key.
        validation_limit: at most so many validation photos are scored during training.
        short_side: photos are kept at this short side in pixels.
        min_chroma: photos with less mean chroma (CIE C*) are left out as near-gray; not of pairs.
        limit: train on so many photos, chosen by a hash of their keys; more adds to fewer.
        sources: train on photos of these sources only, as ``index`` tells them; ``name*`` is all
            that begin so.
        index: CSV with the columns ``key`` and ``source``.
        cache: folder for packs; by default the user's cache folder.
    """

    photos: str
    validation: str | None = None
    targets: str | None = None
    validation_targets: str | None = None
    validation_share: Share = 0.05
    validation_limit: Count = 200
    short_side: Count = 256
    min_chroma: float = 5.0
    limit: Count | None = None
    sources: tuple[str, ...] = ()
    index: Path | None = None
    cache: Path | None = None

    @model_validator(mode="after")
    def _validates_what_it_trains(self) -> DataConfig:
        for_pairs = self.validation is not None and self.targets is not None
        if (self.validation_targets is not None) != for_pairs:
            raise UsageError(
                "data.validation_targets is the folder of targets that data.validation needs "
                "beside data.targets; expected all three or data.targets alone"
            )
        return self


class LossWeights(Frozen):
    """What the generator minimises: a weighted sum; 0 leaves a term out.

    Attributes:
        l1: mean absolute chroma error, equation (9).
        smooth_l1: Huber loss of chroma.
        classes: cross-entropy of the distribution over colour bins, for networks that answer one.
        hints: Huber loss of the answer with hints, for networks that take them.
        g_gan: the adversary's judgement, equation (3).
        features: distance of encoder features of the two pictures; needs ``feature_weights``.
        colorfulness: one minus a hundredth of the answer's colourfulness.
        colorfulness_error: a hundredth of the distance from the truth's colourfulness.
    """

    l1: Weight = 0.0
    smooth_l1: Weight = 0.0
    classes: Weight = 0.0
    hints: Weight = 0.0
    g_gan: Weight = 0.0
    features: Weight = 0.0
    colorfulness: Weight = 0.0
    colorfulness_error: Weight = 0.0


class HintConfig(Frozen):
    """Colour hints simulated in training, as `tomau.data.HintOptions` says.

    Attributes:
        recolored: share of photos in which a thing gets another colour, and hints tell of it.
    """

    share: Share = 0.5
    p: Annotated[float, Field(gt=0, le=1)] = 1 / 8
    many_share: Share = 0.1
    recolored: Share = 0.0

    @property
    def options(self) -> HintOptions:
        """Return where and how many hints there are."""
        return HintOptions(self.share, self.p, self.many_share)


class PhaseConfig(Frozen):
    """One regime of training for a number of epochs.

    Attributes:
        regime: ``l1-pretraining`` (equation 9), ``adversarial`` (equations 1, 3, 10, 14), or
            ``weighted``, which takes ``losses``.
        epochs: passes over the photos; fractions are allowed.
        batch: photos per step, over all processes.
        crop: side of the square training crop in pixels.
        min_scale: least share of the short side that a crop takes.
        lr: the generator's Adam rate; ``encoder_lr_factor`` scales it for a pre-trained encoder.
        betas: Adam's betas.
        weight_decay: decoupled weight decay (AdamW); 0 is plain Adam.
        schedule: ``constant`` or ``cosine`` (to ``final_lr_factor`` of ``lr``), after warm-up.
        l1_weight: lambda in equations (10) and (14); used by ``adversarial``.
        discriminator_lr: D's rate; by default the generator's.
        losses: weights of the terms; used by ``weighted``.
        gan: the adversarial loss, used where an adversary plays.
        frozen: parts of the generator that do not learn, such as ``encoder.blocks.0``.
        fixed_statistics: the encoder's BatchNorms keep the statistics they came with.
        hints: simulated colour hints, for generators that take them.
        aged: share of photos whose luminance is worn like an old photograph's.
        rebalance: weigh bins in ``classes`` by rarity, mixed with so much of the uniform
            distribution: Zhang et al. use 0.5; None weighs all alike.
    """

    regime: Literal["l1-pretraining", "adversarial", "weighted"]
    epochs: Positive
    batch: Count = 16
    crop: Annotated[int, Field(ge=32, multiple_of=32)] = 256
    min_scale: Share = 0.6
    flip: bool = True
    lr: Positive = 1e-4
    encoder_lr_factor: Positive = 1.0
    betas: tuple[Share, Share] = (0.9, 0.999)
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine"] = "constant"
    final_lr_factor: Share = 0.0
    warmup_steps: int = 0
    l1_weight: float = 100.0
    discriminator_lr: Positive | None = None
    losses: LossWeights = LossWeights()
    gan: Literal["vanilla", "hinge"] = "vanilla"
    frozen: tuple[str, ...] = ()
    fixed_statistics: bool = False
    hints: HintConfig | None = None
    aged: Share = 0.0
    rebalance: Annotated[float, Field(gt=0, le=1)] | None = None

    @property
    def loss_weights(self) -> LossWeights:
        """Return the weights that the regime stands for."""
        if self.regime == "l1-pretraining":
            return LossWeights(l1=1)
        if self.regime == "adversarial":
            return LossWeights(g_gan=1, l1=self.l1_weight)
        return self.losses

    @model_validator(mode="after")
    def _learns_something(self) -> PhaseConfig:
        if not any(self.loss_weights.model_dump().values()):
            raise ValueError("every loss has weight 0; expected one or more above, under losses")
        if self.loss_weights.hints and self.hints is None:
            raise ValueError("losses.hints came without hints; expected hints: {} beside losses")
        return self


class TrainConfig(Frozen):
    """A whole run.

    Attributes:
        name: what the run and its exported model are called.
        generator: a registered generator, such as ``unet-resnet18.pix2pix``.
        discriminator: a registered discriminator, used by adversarial phases.
        encoder_weights: safetensors file of ImageNet weights for the encoder.
        init_from: safetensors file of a whole generator to start from.
        feature_network: whose features the loss ``features`` compares.
        feature_weights: safetensors file of that network's ImageNet weights.
        ema_decay: decay of the generator's moving average, the weights that are exported.
        precision: as Lightning Fabric names it: ``32-true``, ``bf16-mixed``, ``16-mixed``;
            ``auto`` is ``bf16-mixed`` on a GPU that computes in it, else ``32-true``.
        device: ``auto``, ``cpu``, ``cuda``.
        devices: processes per node; more than one trains data-parallel.
        compile: whether torch.compile makes the networks faster; None: on a GPU.
        log_every: steps between log lines.
        validate_every: steps between validations and sample grids; 0 is once per phase.
        checkpoint_minutes: minutes between checkpoints.
        keep_epochs: validate at the end of each epoch and keep its averaged generator.
    """

    name: str
    generator: str
    discriminator: str = "patchgan70"
    encoder_weights: Path | None = None
    init_from: Path | None = None
    feature_network: FeatureNetwork = "efficientnet_lite2"
    feature_weights: Path | None = None
    data: DataConfig
    phases: Annotated[tuple[PhaseConfig, ...], Field(min_length=1)]
    seed: int = 0
    ema_decay: Share = 0.999
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    devices: Count = 1
    compile: bool | None = None
    log_every: Count = 50
    validate_every: Annotated[int, Field(ge=0)] = 1000
    checkpoint_minutes: Positive = 10.0
    samples: Count = 8
    keep_epochs: bool = False

    @model_validator(mode="after")
    def _translates_without_colour(self) -> TrainConfig:
        for number, phase in enumerate(self.phases if self.data.targets is not None else ()):
            weights = phase.loss_weights.model_dump()
            asked = [f"losses.{name}" for name in sorted(_COLOUR_LOSSES) if weights[name]]
            asked += [name for name in sorted(_COLOUR_OPTIONS) if getattr(phase, name)]
            if asked:
                raise UsageError(
                    f"phases.{number}.{asked[0]} came with data.targets; it means something for "
                    "colour only: leave it out of a translation"
                )
        return self


def load_config(path: Path, overrides: tuple[str, ...] = (), **values: str | None) -> TrainConfig:
    """Read a YAML configuration, apply overrides and validate it.

    Args:
        path: the YAML file.
        overrides: ``a.b=1`` entries; values are read as YAML, ``phases.0.epochs=2`` counts.
        values: dotted overrides by keyword with ``__`` for the dot; None is left out.

    Raises:
        UsageError: no such file, not YAML, an override that fits nowhere, or an invalid value.
    """
    if not path.is_file():
        raise UsageError(
            f"no configuration at {path}; expected a YAML file such as those in configs/train"
        )
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UsageError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict):
        raise UsageError(f"{path} holds a {type(tree).__name__}; expected keys and values")
    named = [
        f"{key.replace('__', '.')}={value}" for key, value in values.items() if value is not None
    ]
    for override in (*overrides, *named):
        _apply(tree, override)
    try:
        return TrainConfig.model_validate(tree)
    except ValidationError as error:
        raise UsageError(f"{path}: {first_problem(error)}") from error


def first_problem(error: ValidationError) -> str:
    """Say a validation error's first problem in one line."""
    problem = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {problem['msg']}; {problem['input']!r} came{more}"


def _apply(tree: dict[str, Any], override: str) -> None:
    key, sign, text = override.partition("=")
    if not sign:
        raise UsageError(f"{override!r} came as an override; expected key=value, like seed=1")
    *parents, last = key.split(".")
    node: Any = tree
    try:
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node.setdefault(part, {})
        if isinstance(node, list):
            node[int(last)] = yaml.safe_load(text)
        else:
            node[last] = yaml.safe_load(text)
    except (ValueError, IndexError, TypeError, AttributeError) as error:
        raise UsageError(f"the override {override!r} fits nowhere in the configuration") from error
