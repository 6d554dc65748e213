"""Models from elsewhere: a folder on the web becomes a folder of the user's model store."""

from __future__ import annotations

import logging
import re
import tempfile
from pathlib import Path

from tomau.errors import ModelError, UsageError
from tomau.runtime.card import CARD_NAME, Model, read_model, verify_model
from tomau.runtime.store import AUTO_MODEL, DEFAULT_MODEL, store_folders

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


def fetch_model(
    source: str, name: str | None = None, *, sha256: str | None = None, progress: bool = False
) -> Model:
    """Download a model folder into the user's store; what its card does not vouch for stays out.

    Args:
        source: ``https://`` or ``http://`` address of a folder that holds ``card.json`` and the
            file that it names, the address of the card itself, or ``doi:`` and such a place in an
            archive that `pooch` knows (Zenodo, figshare, Dataverse).
        name: what the model will be called; by default the card's own name.
        sha256: what the model file has to be, for those who were told; else the card's word.
        progress: show a bar on stderr.

    Raises:
        UsageError: the address or the name is none, or the name is taken.
        ModelError: nothing can be fetched from there, or not what the card describes.
    """
    if not source.startswith(("https://", "http://", "doi:")):
        raise UsageError(
            f"{source!r} came as the place of a model; expected an address that begins with "
            "https://, http:// or doi:, of a folder that holds card.json"
        )
    folder = source.removesuffix(f"/{CARD_NAME}").rstrip("/")
    store = store_folders()[-1]
    store.mkdir(parents=True, exist_ok=True)
    # Inside the store: the last step is then a renaming, which happens whole or not at all.
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=store) as place:
        part = Path(place) / "model"
        _download(f"{folder}/{CARD_NAME}", part / CARD_NAME, None, progress=False)
        card = read_model(part).card
        target = store / _free_name(name or card.name, store)
        if sha256 is not None and sha256.lower() != card.sha256:
            raise ModelError(
                f"the card at {source} describes a file of SHA-256 {card.sha256}; expected "
                f"{sha256}: ask whoever told you of the model"
            )
        _download(f"{folder}/{card.file}", part / card.file, card.sha256, progress=progress)
        verify_model(Model(part, card))
        part.rename(target)
    return read_model(target)


def _free_name(name: str, store: Path) -> str:
    if not _NAME.fullmatch(name) or name in (DEFAULT_MODEL, AUTO_MODEL):
        raise UsageError(
            f"a model cannot be called {name!r}; expected letters, digits, dots and dashes, and "
            f"neither {DEFAULT_MODEL} nor {AUTO_MODEL}: choose with --name"
        )
    if (store / name).exists():
        raise UsageError(
            f"there is a model called {name!r} in {store} already; remove its folder, or choose "
            "another name with --name"
        )
    return name


def _download(address: str, target: Path, sha256: str | None, *, progress: bool) -> None:
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel(logging.WARNING)
    try:
        pooch.retrieve(
            address,
            known_hash=None if sha256 is None else f"sha256:{sha256}",
            fname=target.name,
            path=target.parent,
            progressbar=progress,
        )
    except (RequestException, ValueError, OSError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(
            f"{address} cannot be fetched ({reason}); expected a model folder with {CARD_NAME} "
            "and the file that it names: look at the address and the connection"
        ) from error
