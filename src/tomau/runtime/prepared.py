"""A photograph on which the network was run once, answering hints and strengths at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from tomau.color import StripRenderer, compose_u8, guide_sizes
from tomau.color.threads import over_threads
from tomau.errors import UsageError
from tomau.runtime.allocator import return_freed_memory
from tomau.runtime.finishing import Development, Finish, finish_picture
from tomau.runtime.light import Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.color.threads import Apply
    from tomau.imaging import Levels, Picture
    from tomau.runtime.card import ModelCard
    from tomau.runtime.light import Shape, Survey
    from tomau.runtime.prediction import Edit, Prediction


@dataclass(frozen=True, eq=False)
class Seen:
    """A photograph's light and what the network said of it; `Colorizer.look` makes it.

    Attributes:
        light: its light.
        survey: what all its rows told.
        prediction: at working size, untouched by a person.
        card: of the model that answered.
        finish: how results are made, beside their colours.
        shape: height and width of the photograph in whose pixels edits speak; that of ``light``,
            unless it was reduced.
    """

    light: Light
    survey: Survey
    prediction: Prediction
    card: ModelCard
    finish: Finish
    shape: Shape

    def colors(self, edit: Edit | None = None) -> Prediction:
        """Return the prediction as an edit leaves it, at working size.

        Raises:
            UsageError: the edit does not fit the photograph.
            MissingExtraError: the edit needs packages that are not installed.
        """
        return self.prediction if edit is None else edit(self.prediction, *self.shape)

    def develop(
        self, edit: Edit | None = None, strength: float = 1.0, apply: Apply = map
    ) -> Development:
        """Join light and colours; rows of the result can then be made.

        ``apply`` is ``map``, or that of an executor.

        Raises:
            UsageError: the strength is out of range, or the edit does not fit the photograph.
            MissingExtraError: the edit needs packages that are not installed.
        """
        check_strength(strength)
        said = self.colors(edit)
        own_size = guide_sizes(said.ab.shape[:2], self.light.shape)[-1]
        # A specialist may have looked at the picture in another size.
        is_own = own_size == self.survey.guide.shape
        guide = self.survey.guide if is_own else self.light.reduced(own_size, apply)
        renderer = StripRenderer(said.ab, guide, self.light.shape, strength=strength, apply=apply)
        borders, thin = self.survey.borders, self.survey.thin
        return Development(self.light, renderer, borders, thin, self.card, self.finish, said.notes)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A photograph and what the network said of it; `Colorizer.prepare` makes it.

    Nothing in it changes, so that threads may share it and a server may keep it: answers take
    the time of the colour stage, not of the network.

    Attributes:
        picture: as it came.
        seen: what the network said; `tomau.edits.suggestions.suggest` reads its prediction too.
        threads: worker threads of the colour stage.
    """

    picture: Picture
    seen: Seen
    threads: int = 1

    @property
    def prediction(self) -> Prediction:
        """The colours at working size, untouched by a person."""
        return self.seen.prediction

    @property
    def height(self) -> int:
        """Of the photograph in whose pixels edits speak."""
        return self.seen.shape[0]

    @property
    def width(self) -> int:
        """The same."""
        return self.seen.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of its planes: pixels, their light, and what the network said."""
        picture, said, light = self.picture, self.prediction, self.seen.light
        planes = (picture.pixels, picture.alpha, said.l, said.ab, said.guide, said.features,
                  said.classes)  # fmt: skip
        floats = 0 if light.is_large else 4 * light.shape[0] * light.shape[1]
        return floats + sum(plane.nbytes for plane in planes if plane is not None)

    def colors(self, edit: Edit | None = None) -> Prediction:
        """Return the prediction as an edit leaves it; see `Seen.colors`."""
        return self.seen.colors(edit)

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
        with over_threads(self.threads) as apply:
            development = self.seen.develop(edit, strength, apply)
            if self.seen.light.is_large:
                return_freed_memory()  # the result needs a large block
            return finish_picture(self.picture, development, apply)

    def reduced(self, longest: int) -> Prepared:
        """Return the same for looking at: the long side at most ``longest``, gray, 8 bits, sRGB.

        It holds a few megabytes whatever the photograph's size, and its answers show the colours
        that `answer` gives at full size. Metadata and notes of the file are left out.

        Raises:
            UsageError: ``longest`` is less than 1.
        """
        if longest < 1:
            raise UsageError(f"a longest side of {longest} came; expected at least 1 pixel")
        full = self.seen.light.shape
        share = min(1.0, longest / max(full))
        size = (max(1, round(full[0] * share)), max(1, round(full[1] * share)))
        l = self.seen.light.reduced(size)
        narrow = self.picture.narrowed()
        picture = replace(
            narrow,
            pixels=compose_u8(l, np.zeros((*size, 2), np.float32))[..., 0],
            alpha=None if narrow.alpha is None else _resized(narrow.alpha, size),
            exif=None, icc=None, xmp=None, iptc=None, notes=(),
        )  # fmt: skip
        finish = Finish(recolor=True, provenance=False)
        light = light_of(picture, finish)
        survey = light.survey(guide_sizes(self.prediction.ab.shape[:2], size)[-1])
        return replace(
            self,
            picture=picture,
            seen=replace(self.seen, light=light, survey=survey, finish=finish),
        )


def light_of(picture: Picture, finish: Finish) -> Light:
    """Return the light of a picture, by the way that a finish names."""
    shape = picture.height, picture.width
    return Light(picture.tones, shape, finish.luminance)


def check_strength(strength: float) -> None:
    """Refuse a factor on chroma that is not 0 to 10.

    Raises:
        UsageError: it is not.
    """
    if not 0.0 <= strength <= 10.0:
        raise UsageError(f"strength {strength} came; expected 0 (gray) to 10, 1 is the model's own")


def _resized(plane: Levels, size: tuple[int, int]) -> NDArray[np.uint8]:
    image = Image.fromarray(plane)
    return np.asarray(image.resize((size[1], size[0]), Image.Resampling.BOX), np.uint8)
