"""The Colorizer: a photograph in, the same photograph in colour out, its luminance untouched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from tomau.color import (
    denormalize_ab,
    guide_sizes,
    guided_detail,
    luminance,
    normalize_l,
    reduce_by_area,
    render_float,
    render_u8,
)
from tomau.color.threads import over_threads
from tomau.errors import UsageError
from tomau.imaging import from_pil, read_picture, to_pil
from tomau.runtime.finishing import Finish
from tomau.runtime.light import LARGE_PIXELS, Light
from tomau.runtime.prediction import Edit, Prediction
from tomau.runtime.prepared import Prepared, Seen, check_strength, light_of
from tomau.runtime.session import Device, Session, available_cpus, open_session
from tomau.runtime.store import AUTO_MODEL, DEFAULT_MODEL, load_model
from tomau.runtime.working_size import (
    AskedSize,
    chosen_size,
    pad_to_stride,
    resize_luminance,
    working_size,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from tomau.color.threads import Apply
    from tomau.imaging import Picture
    from tomau.runtime.card import ModelCard


class Colorizer:
    """Colourizes photographs with one model; may be shared between threads.

    >>> from PIL import Image
    >>> import tomau
    >>> colorizer = tomau.Colorizer.load("default")              # doctest: +SKIP
    >>> colorizer.colorize(Image.open("old.jpg")).save("new.jpg")  # doctest: +SKIP
    """

    def __init__(self, card: ModelCard, session: Session, *, threads: int | None = None) -> None:
        """Join a loaded network with the card that describes it."""
        self.card = card
        self.session = session
        self.threads = threads or available_cpus()

    @classmethod
    def load(
        cls,
        name_or_path: str | Path = DEFAULT_MODEL,
        *,
        device: Device = "auto",
        threads: int | None = None,
    ) -> Colorizer:
        """Load a model by its name, its folder, or its ONNX file, after checking its SHA-256.

        ``threads`` bounds the processors used; by default all that this process may use.

        Raises:
            UsageError: no model has that name, or the device cannot be used here.
            MissingExtraError: the device needs a package that is not installed.
            ModelError: the model is missing, damaged, or of another kind; for ``auto``, which
                lets `tomau.runtime.router` choose for each picture, the default has no router.
        """
        if name_or_path == AUTO_MODEL:
            from tomau.runtime.router import load_routed

            return load_routed(device=device, threads=threads)
        model = load_model(name_or_path)
        session = open_session(model.file, device=device, threads=threads)
        return cls(model.card, session, threads=threads)

    @overload
    def colorize(
        self,
        image: Image.Image,
        *,
        size: AskedSize = None,
        strength: float = 1.0,
        edit: Edit | None = None,
    ) -> Image.Image: ...

    @overload
    def colorize(
        self,
        image: NDArray[Any],
        *,
        size: AskedSize = None,
        strength: float = 1.0,
        edit: Edit | None = None,
    ) -> NDArray[Any]: ...

    def colorize(
        self,
        image: Image.Image | NDArray[Any],
        *,
        size: AskedSize = None,
        strength: float = 1.0,
        edit: Edit | None = None,
    ) -> Image.Image | NDArray[Any]:
        """Colourize a picture and answer in kind: Pillow image for Pillow image, array for array.

        An array is (H, W), (H, W, 1) or (H, W, 3), with one more channel for alpha, which is
        kept; uint8, uint16, or float sRGB in 0..1. The answer has three colour channels and the
        same dtype. Colours of the input are ignored: only its luminance is used.
        ``size`` is the short side in pixels that the network sees (the card's by default,
        ``auto`` by a rule found on validation photographs);
        ``strength`` multiplies the chroma, 0 gives gray; ``edit`` corrects the colours, as
        `tomau.edits.coloring.HintEdit` does.

        Raises:
            UsageError: the array is not a picture, or a parameter is out of range.
            ModelError: the network failed.
        """
        if isinstance(image, np.ndarray):
            return self._colorize_array(image, size=size, strength=strength, edit=edit)
        picture = from_pil(image)
        return to_pil(self.colorize_picture(picture, size=size, strength=strength, edit=edit))

    def colorize_picture(
        self,
        picture: Picture,
        *,
        size: AskedSize = None,
        strength: float = 1.0,
        finish: Finish | None = None,
        edit: Edit | None = None,
    ) -> Picture:
        """Colourize a Picture; its depth, alpha, metadata and resolution are kept.

        ``finish`` says what else becomes of it; the default keeps the depth, writes sRGB and
        tells the provenance in XMP. Its notes tell of toning and of colours left aside.
        ``edit`` corrects the colours, as `tomau.edits.coloring.HintEdit` does.

        Raises:
            UsageError: a parameter is out of range.
            ModelError: the network failed.
            MissingExtraError: the profile needs packages that are not installed.
        """
        check_strength(strength)  # before the network runs
        return self.prepare(picture, size=size, finish=finish).answer(edit, strength=strength)

    def prepare(
        self, picture: Picture, *, size: AskedSize = None, finish: Finish | None = None
    ) -> Prepared:
        """Run the network once for a picture; hints and strengths are then answered without it.

        ``prepared.answer(edit, strength=1.2)`` is what `colorize_picture` gives;
        ``prepared.reduced(1024)`` is the same for looking at, small enough to be kept.

        Raises:
            UsageError: ``size`` is less than 1.
            ModelError: the network failed.
        """
        finish = finish or Finish()
        with over_threads(self.threads) as apply:
            seen = self.look(light_of(picture, finish), size=size, finish=finish, apply=apply)
        return Prepared(picture, seen, self.threads)

    def look(
        self,
        light: Light,
        *,
        size: AskedSize = None,
        finish: Finish | None = None,
        apply: Apply = map,
    ) -> Seen:
        """Look at a photograph that may come by rows, and ask the network once.

        ``apply`` is ``map``, or that of an executor. For the rest see `colorize_picture`.

        Raises:
            UsageError: ``size`` is less than 1.
            ModelError: the network failed.
        """
        height, width = light.shape
        pixels = chosen_size(size, card_size=self.card.size, height=height, width=width)
        target = working_size(height, width, size=pixels, stride=self.card.stride)
        guide_size = guide_sizes((target.height, target.width), light.shape)[-1]
        survey = light.survey(guide_size, apply)
        if light.is_large:
            prediction = self.predict(survey.guide, size=pixels)
        else:
            prediction = self.predict(light.rows(slice(0, height)), size=size)
        card = prediction.card or self.card
        return Seen(light, survey, prediction, card, finish or Finish(), light.shape)

    def predict_ab(self, l: NDArray[np.float32], *, size: AskedSize = None) -> NDArray[np.float32]:
        """Predict the chroma of a picture from its luminance, at working size.

        ``l`` is L* (H, W) in 0..100; the answer is ab (h, w, 2), about -110..110, with the
        aspect ratio of ``l`` and the model's chroma gain applied.

        Raises:
            UsageError: ``size`` is less than 1.
            ModelError: the network failed.
        """
        return self.predict(l, size=size).ab

    def predict(self, l: NDArray[np.float32], *, size: AskedSize = None) -> Prediction:
        """Predict as `predict_ab`, and keep what colour hints need: they run no network again.

        Raises:
            UsageError: ``size`` is less than 1.
            ModelError: the network failed.
        """
        height, width = l.shape
        pixels = chosen_size(size, card_size=self.card.size, height=height, width=width)
        target = working_size(height, width, size=pixels, stride=self.card.stride)
        if l.size > LARGE_PIXELS:
            # In the same two steps as a picture that comes by rows.
            guide_size = guide_sizes((target.height, target.width), l.shape)[-1]
            l = reduce_by_area(l.__getitem__, l.shape, guide_size)
        small = resize_luminance(l, target)
        padded = pad_to_stride(small, target)
        answer = self.session.run(normalize_l(padded)[np.newaxis, np.newaxis])
        # Network arrays are NCHW, ours HWC; this is the one place where the runtime crosses.
        ab = np.moveaxis(answer.ab[0], 0, -1)[: target.height, : target.width]
        gain = np.float32(self.card.chroma_gain)
        ab = np.ascontiguousarray(denormalize_ab(ab) * gain, dtype=np.float32)
        ab = guided_detail(ab, small, self.card.chroma_stride)
        guide, features, classes = (
            None if port is None else np.moveaxis(port[0], 0, -1)
            for port in (answer.guide, answer.features, answer.classes)
        )
        ask = _Network(self, pixels)
        return Prediction(small, ab, guide, features, classes, ask=ask, card=self.card)

    def _colorize_array(
        self, image: NDArray[Any], *, size: AskedSize, strength: float, edit: Edit | None
    ) -> NDArray[Any]:
        pixels, alpha = _split_alpha(image)
        check_strength(strength)
        l = luminance(pixels)
        prediction = self.predict(l, size=size)
        ab_low = (prediction if edit is None else edit(prediction, *l.shape)).ab
        if image.dtype == np.uint8:
            result: NDArray[Any] = render_u8(l, ab_low, strength=strength, threads=self.threads)
        else:
            result = render_float(l, ab_low, strength=strength, threads=self.threads)
            if image.dtype == np.uint16:
                result = np.rint(result * 65535.0)
            result = result.astype(image.dtype, copy=False)
        return result if alpha is None else np.dstack([result, alpha])


@dataclass(frozen=True)
class _Network:
    """One network at one working size, whatever a router would choose."""

    colorizer: Colorizer
    size: int

    def __call__(self, l: NDArray[np.float32]) -> Prediction:
        return Colorizer.predict(self.colorizer, l, size=self.size)


def colorize(
    source: str | Path | Image.Image | NDArray[Any],
    *,
    model: str | Path = DEFAULT_MODEL,
    size: AskedSize = None,
    strength: float = 1.0,
    edit: Edit | None = None,
    device: Device = "auto",
) -> Image.Image | NDArray[Any]:
    """Colourize one picture; a path gives a Pillow image, anything else is answered in kind.

    The model is loaded at the first call and kept for the next ones.

    Raises:
        ImageReadError: the file is not a picture that can be read.
        UsageError: a parameter is out of range, or no model has that name.
        ModelError: the model is missing or damaged, or the network failed.
    """
    colorizer = _shared_colorizer(model, device)
    if isinstance(source, (str, Path)):
        picture = read_picture(source)
        result = colorizer.colorize_picture(picture, size=size, strength=strength, edit=edit)
        return to_pil(result)
    return colorizer.colorize(source, size=size, strength=strength, edit=edit)


@lru_cache(maxsize=2)
def _shared_colorizer(model: str | Path, device: Device) -> Colorizer:
    return Colorizer.load(model, device=device)


def _split_alpha(image: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Pixels as (H, W) or (H, W, 3), and alpha (H, W) if the array has that channel."""
    channels = 1 if image.ndim == 2 else image.shape[-1]
    if image.ndim not in (2, 3) or not 1 <= channels <= 4 or 0 in image.shape:
        raise UsageError(
            f"an array of shape {image.shape} came; expected (H, W), or (H, W, C) with C of "
            "1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha"
        )
    if image.dtype not in (np.uint8, np.uint16) and not np.issubdtype(image.dtype, np.floating):
        raise UsageError(
            f"an array of {image.dtype} came; expected uint8, uint16, or float in 0..1"
        )
    alpha = image[..., -1] if channels in (2, 4) else None
    if channels <= 2:
        return (image if image.ndim == 2 else image[..., 0]), alpha
    return image[..., :3], alpha
