"""A photograph on which the network was run once, answering hints and strengths at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tomau.color import reduce_by_area
from tomau.errors import UsageError
from tomau.runtime.finishing import Finish, finish_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.imaging import Levels, Picture
    from tomau.runtime.card import ModelCard
    from tomau.runtime.prediction import Edit, Prediction


@dataclass(frozen=True, eq=False)
class Prepared:
    """A photograph and what the network said of it; `Colorizer.prepare` makes it.

    Nothing in it changes, so that threads may share it and a server may keep it: answers take
    the time of the colour stage, not of the network.

    Attributes:
        picture: as it came.
        l: (H, W) float32, its L* 0..100.
        prediction: at working size, untouched by a person; `tomau.edits.suggestions.suggest`
            reads it too.
        card: of the model that answered.
        height: of the photograph in whose pixels edits speak; that of ``picture``, unless reduced.
        width: the same.
        finish: how answers are made, beside their colours.
        threads: worker threads of the colour stage.
    """

    picture: Picture
    l: NDArray[np.float32]
    prediction: Prediction
    card: ModelCard
    height: int
    width: int
    finish: Finish = field(default_factory=Finish)
    threads: int = 1

    def colors(self, edit: Edit | None = None) -> Prediction:
        """Return the prediction as an edit leaves it, at working size.

        Raises:
            UsageError: the edit does not fit the photograph.
            MissingExtraError: the edit needs packages that are not installed.
        """
        if edit is None:
            return self.prediction
        return edit(self.prediction, self.height, self.width)

    def answer(self, edit: Edit | None = None, *, strength: float = 1.0) -> Picture:
        """Return the photograph in colour; its depth, alpha, metadata and resolution are kept.

        Args:
            edit: corrects the colours, as `tomau.edits.coloring.HintEdit` does; its coordinates
                are pixels of the photograph that was prepared, also after `reduced`.
            strength: factor on chroma, 0 (gray) to 10.

        Raises:
            UsageError: the strength is out of range, or the edit does not fit the photograph.
            MissingExtraError: the profile or the edit needs packages that are not installed.
        """
        check_strength(strength)
        said = self.colors(edit)
        result = finish_picture(
            self.picture,
            self.l,
            said.ab,
            self.finish,
            self.card,
            strength=strength,
            threads=self.threads,
        )
        return replace(result, notes=(*result.notes, *said.notes))

    def reduced(self, longest: int) -> Prepared:
        """Return the same for looking at: the long side at most ``longest``, gray, 8 bits, sRGB.

        It holds a few megabytes whatever the photograph's size, and its answers show the colours
        that `answer` gives at full size. Metadata and notes of the file are left out.

        Raises:
            UsageError: ``longest`` is less than 1.
        """
        if longest < 1:
            raise UsageError(f"a longest side of {longest} came; expected at least 1 pixel")
        full = (self.l.shape[0], self.l.shape[1])
        share = min(1.0, longest / max(full))
        size = (max(1, round(full[0] * share)), max(1, round(full[1] * share)))
        l = reduce_by_area(self.l.__getitem__, full, size)
        narrow = self.picture.narrowed()
        picture = replace(
            narrow,
            pixels=_resized(_gray(narrow.pixels_u8), size),
            alpha=None if narrow.alpha is None else _resized(narrow.alpha, size),
            exif=None, icc=None, xmp=None, iptc=None, notes=(),
        )  # fmt: skip
        finish = Finish(luminance=self.finish.luminance, recolor=True, provenance=False)
        return replace(self, picture=picture, l=l, finish=finish)


def check_strength(strength: float) -> None:
    """Refuse a factor on chroma that is not 0 to 10.

    Raises:
        UsageError: it is not.
    """
    if not 0.0 <= strength <= 10.0:
        raise UsageError(f"strength {strength} came; expected 0 (gray) to 10, 1 is the model's own")


def _gray(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 2 else np.asarray(Image.fromarray(pixels).convert("L"))


def _resized(plane: Levels, size: tuple[int, int]) -> NDArray[np.uint8]:
    image = Image.fromarray(plane)
    return np.asarray(image.resize((size[1], size[0]), Image.Resampling.BOX), np.uint8)
