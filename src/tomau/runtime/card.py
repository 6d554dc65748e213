"""Model cards: what a model folder says about itself, and whether its file is the one described."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from tomau.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

CARD_NAME = "card.json"

# A bare file name: a card may not point outside its own folder.
_FileName = Annotated[str, Field(pattern=r"^[^/\\:]+\.onnx$")]


class ModelCard(BaseModel):
    """The facts that stand in ``card.json`` beside a model's ONNX file.

    ``stride``: the network takes heights and widths that are multiples of it.
    ``size``: default short side of the working picture in pixels.
    ``chroma_gain``: factor on the predicted ab that calibrates the model's saturation.
    ``chroma_stride``: side, in pixels of the working picture, of the cells that predicted chroma is
    averaged over; what is finer comes from luminance.
    ``hints``: whether the network takes colour hints beside the luminance.
    ``subject``: what a specialist was trained for, as the router names it; empty for all else.
    ``quantization``: how an 8-bit model was made, empty for float models.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    version: str
    architecture: str
    file: _FileName = "model.onnx"
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(gt=0)]
    stride: Annotated[int, Field(ge=1)]
    size: Annotated[int, Field(ge=1)] = 256
    chroma_gain: Annotated[float, Field(gt=0)] = 1.0
    chroma_stride: Annotated[int, Field(ge=1)] = 1
    hints: bool = False
    subject: str = ""
    quantization: dict[str, JsonValue] = {}
    recipe: JsonValue = ""
    data: JsonValue = ""
    terms: JsonValue = ""
    license: str = ""
    metrics: dict[str, JsonValue] = {}
    created: str = ""


@dataclass(frozen=True)
class Model:
    """A model folder on disk: where it lies and what its card says."""

    folder: Path
    card: ModelCard

    @property
    def file(self) -> Path:
        """Path of the ONNX file."""
        return self.folder / self.card.file


def read_model(folder: Path) -> Model:
    """Read the card of a model folder; the ONNX file itself is not touched.

    Raises:
        ModelError: there is no card, or it is not a valid one.
    """
    path = folder / CARD_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"no readable model card at {path} ({type(error).__name__}); expected a folder with "
            f"model.onnx and {CARD_NAME}, as tomau export writes it"
        ) from error
    try:
        return Model(folder, ModelCard.model_validate_json(text))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelError(
            f"the model card {path} is not valid at {field}: {first['msg']}; "
            "export the model again with tomau export"
        ) from error


def write_card(card: ModelCard, folder: Path) -> Path:
    """Write ``card.json`` into a model folder and return its path."""
    path = folder / CARD_NAME
    text = json.dumps(card.model_dump(mode="json"), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as 64 lower-case hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify_model(model: Model) -> None:
    """Check that the ONNX file is, byte for byte, the one that the card describes.

    Raises:
        ModelError: the file is missing, of another length, or of another SHA-256.
    """
    card = model.card
    advice = "fetch or export the model again, it must not be used like this"
    try:
        length = model.file.stat().st_size
        if length != card.bytes:
            raise ModelError(
                f"model file {model.file} has {length} bytes where its card says {card.bytes}; "
                f"{advice}"
            )
        digest = file_sha256(model.file)
    except OSError as error:
        raise ModelError(
            f"model file {model.file} cannot be read ({error.strerror}); "
            f"expected the file named by {CARD_NAME}: fetch or export the model again"
        ) from error
    if digest != card.sha256:
        raise ModelError(
            f"model file {model.file} is damaged or was changed: SHA-256 {digest[:12]}..., "
            f"its card says {card.sha256[:12]}...; {advice}"
        )
