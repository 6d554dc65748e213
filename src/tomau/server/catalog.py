"""The models that people can choose, and their colorizers."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from tomau.errors import ModelError, UsageError
from tomau.runtime import (
    Colorizer,
    ModelCard,
    find_model_folder,
    list_model_folders,
    read_model,
)

DEFAULT = "default"


@dataclass(frozen=True)
class ModelFacts:
    """A model that people can choose.

    Attributes:
        name: by which it is chosen.
        title: for people.
        is_default: whether it answers where none is chosen.
        takes_hints: whether it was made for colours given by hand.
        size: short side in pixels of what it sees.
        description: what its card says of it; else what it is for, empty for any picture.
    """

    name: str
    title: str
    is_default: bool
    takes_hints: bool
    size: int
    description: str


def models() -> list[ModelFacts]:
    """The models that people can choose, the default first."""
    chosen = settings.OPTIONS.model
    listed = [(DEFAULT, read_model(find_model_folder(chosen)).card)]
    for name, folder in list_model_folders().items():
        if name in {DEFAULT, chosen}:
            continue
        try:
            listed.append((name, read_model(folder).card))
        except ModelError:  # a folder that holds no sound card offers nothing
            continue
    return [_model_facts(name, card) for name, card in listed]


def knows_model(name: str) -> bool:
    """Whether people can choose a model: by name, never by a path."""
    return name == DEFAULT or name in list_model_folders()


def colorizer_of(name: str) -> Colorizer:
    """The colorizer of a model, loaded at the first call and kept.

    Raises:
        UsageError: no model has that name.
        ModelError: it is missing or damaged.
    """
    if not knows_model(name):
        raise UsageError(f"no model is called {name!r}; expected one of those of /api/v1/models")
    with _loading:
        return _load(settings.OPTIONS.model if name == DEFAULT else name)


_loading = threading.Lock()


@lru_cache(maxsize=4)
def _load(name: str) -> Colorizer:
    return Colorizer.load(name)


def _model_facts(name: str, card: ModelCard) -> ModelFacts:
    told = (card.model_extra or {}).get("description")
    description = told if isinstance(told, str) else card.subject
    return ModelFacts(
        name, f"{card.name} {card.version}", name == DEFAULT, card.hints, card.size, description
    )
