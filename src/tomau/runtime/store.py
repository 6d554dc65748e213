"""The model store: from a model's name, or a path, to its verified folder.

A name is looked up in the folders of the environment variable TOMAU_MODELS, then in the package
itself (the embedded ``default``, and ``fast`` beside it), then in the user's data folder. The
network is never asked.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import platformdirs

from tomau.errors import ModelError, UsageError
from tomau.runtime.card import CARD_NAME, Model, read_model, verify_model

DEFAULT_MODEL = "default"
AUTO_MODEL = "auto"
MODELS_VARIABLE = "TOMAU_MODELS"
EMBEDDED_FOLDER = Path(__file__).resolve().parent.parent / "weights"


def store_folders() -> tuple[Path, ...]:
    """Folders whose sub-folders are models, in order of precedence; they need not exist."""
    named = os.environ.get(MODELS_VARIABLE, "").split(os.pathsep)
    user = platformdirs.user_data_path("tomau", appauthor=False) / "models"
    return (*(Path(part).expanduser() for part in named if part), user)


def list_model_folders() -> dict[str, Path]:
    """Every model that can be used by name, the name that wins a clash first found."""
    found: dict[str, Path] = {}
    *named, user = store_folders()
    for store in named:
        _collect(store, found)
    if (EMBEDDED_FOLDER / CARD_NAME).is_file():
        found.setdefault(DEFAULT_MODEL, EMBEDDED_FOLDER)
    _collect(EMBEDDED_FOLDER, found)
    _collect(user, found)
    return found


def find_model_folder(name_or_path: str | Path) -> Path:
    """Folder of a model given by name, by its folder, or by its ONNX file.

    A known name wins over a path; what holds a path separator or ends in ``.onnx`` is a path.

    Raises:
        UsageError: no model has that name; near matches are named.
        ModelError: a path was given and no model lies there, or the embedded model is missing.
    """
    wanted = os.fspath(name_or_path)
    known = {} if isinstance(name_or_path, Path) else list_model_folders()
    if wanted in known:
        return known[wanted]
    path = Path(wanted).expanduser()
    if isinstance(name_or_path, Path) or _looks_like_path(wanted) or path.is_dir():
        return _folder_at(path)
    if wanted == DEFAULT_MODEL:
        raise ModelError(
            f"the embedded model is missing: expected {EMBEDDED_FOLDER / CARD_NAME}; "
            "reinstall tomau or name another model with --model"
        )
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(
        f"no model is called {wanted!r}; {hint}expected one of those that "
        "`tomau models list` shows, or the path of a model folder"
    )


def load_model(name_or_path: str | Path = DEFAULT_MODEL) -> Model:
    """Find a model, read its card, and check its file against the card's SHA-256.

    Raises:
        UsageError: no model has that name.
        ModelError: the model is missing, its card is not valid, or its file is damaged.
    """
    model = read_model(find_model_folder(name_or_path))
    verify_model(model)
    return model


def _collect(store: Path, found: dict[str, Path]) -> None:
    """Add the model folders of one store, in the order of their names."""
    try:
        folders = sorted(store.iterdir())
    except OSError:  # a store that is not there or may not be read holds no models
        return
    for folder in folders:
        if (folder / CARD_NAME).is_file():
            found.setdefault(folder.name, folder)


def _looks_like_path(wanted: str) -> bool:
    separators = {os.sep, os.altsep or os.sep}
    return wanted.endswith(".onnx") or any(separator in wanted for separator in separators)


def _folder_at(path: Path) -> Path:
    """Model folder for a path that names the folder or its ONNX file."""
    if not path.exists():
        raise ModelError(
            f"there is no model at {path}; expected a folder with model.onnx and {CARD_NAME}, "
            "or a name that `tomau models list` shows"
        )
    if path.is_dir():
        return path
    card = read_model(path.parent).card
    if card.file != path.name:
        raise ModelError(
            f"{path} is not the file that {path.parent / CARD_NAME} describes ({card.file}); "
            "give the model's folder instead"
        )
    return path.parent
