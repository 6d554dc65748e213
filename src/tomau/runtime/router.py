"""``--model auto``: the default network looks at a picture, and a specialist may answer.

The default network's own features, averaged over the picture, go through a linear classifier:
what is it of? If a model is installed whose card names that subject, it colours the picture; if
not, or if the classifier is unsure, the default's answer stands.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from tomau.errors import ModelError
from tomau.runtime.card import read_model
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.store import DEFAULT_MODEL, find_model_folder, list_model_folders
from tomau.runtime.working_size import AskedSize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from tomau.runtime.prediction import Prediction
    from tomau.runtime.session import Device

ROUTER_NAME = "router.json"


class Router(BaseModel):
    """A linear classifier on pooled features, as ``router.json`` beside the model holds it.

    ``sha256``: of the model file whose features it was trained on.
    ``weights``, ``bias``: a row and a number for each of ``subjects``.
    ``least_share``: a subject less probable than this is not acted on.
    ``metrics``: accuracy on held-out photos, and what they were.
    """

    model_config = ConfigDict(frozen=True)

    sha256: str
    subjects: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    least_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    metrics: dict[str, JsonValue] = {}

    def subject(self, features: NDArray[np.float32]) -> tuple[str, float]:
        """Name what features (h, w, C) are of, and how probable that is."""
        pooled = pool(features)
        logits = np.array(self.weights) @ pooled + np.array(self.bias)
        shares = np.exp(logits - logits.max())
        best = int(shares.argmax())
        return self.subjects[best], float(shares[best] / shares.sum())


def pool(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average features (h, w, C) over a picture: (C,)."""
    mean: NDArray[np.float32] = features.mean(axis=(0, 1))
    return mean


def read_router(folder: Path, sha256: str) -> Router:
    """Read the router of a model folder whose model file has this SHA-256.

    Raises:
        ModelError: there is none, it is not valid, or it belongs to another model file.
    """
    path = folder / ROUTER_NAME
    try:
        router = Router.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelError(
            f"no usable router at {path} ({type(error).__name__}); expected one, as "
            "benchmarks/fit_router.py writes it: name a model instead of auto"
        ) from error
    if router.sha256 != sha256:
        raise ModelError(
            f"the router {path} was trained on another model file than the one beside it; "
            "train it again with benchmarks/fit_router.py, or name a model instead of auto"
        )
    return router


class RoutedColorizer(Colorizer):
    """A Colorizer that hands pictures to specialists where there are any."""

    def __init__(
        self,
        general: Colorizer,
        router: Router,
        specialists: Mapping[str, Path],
        *,
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        """Join the default's Colorizer with specialists: subject -> model folder."""
        super().__init__(general.card, general.session, threads=threads)
        self.router = router
        self.specialists = dict(specialists)
        self._open = cache(lambda path: Colorizer.load(path, device=device, threads=threads))
        self._opening = threading.Lock()

    def predict(self, l: NDArray[np.float32], *, size: AskedSize = None) -> Prediction:
        """Predict with the model that the router chooses; a note tells of a specialist."""
        general = super().predict(l, size=size)
        if general.features is None:
            raise ModelError(
                f"model {self.card.name} tells no features; expected a hint-*.tomau1 network "
                "as the default for --model auto: name a model instead of auto"
            )
        subject, share = self.router.subject(general.features)
        folder = self.specialists.get(subject) if share >= self.router.least_share else None
        if folder is None:
            return general
        with self._opening:
            specialist = self._open(folder)
        note = f"coloured by {specialist.card.name}: {subject}, {share:.0%} sure"
        return replace(specialist.predict(l, size=size), notes=(note,))


def load_routed(*, device: Device = "auto", threads: int | None = None) -> RoutedColorizer:
    """Load the default model with its router, and find the installed specialists.

    Raises:
        ModelError: the default model has no router.
    """
    folder = find_model_folder(DEFAULT_MODEL)
    general = Colorizer.load(folder, device=device, threads=threads)
    router = read_router(folder, general.card.sha256)
    specialists: dict[str, Path] = {}
    for other in list_model_folders().values():
        subject = read_model(other).card.subject
        if subject in router.subjects:
            specialists.setdefault(subject, other)
    return RoutedColorizer(general, router, specialists, device=device, threads=threads)
