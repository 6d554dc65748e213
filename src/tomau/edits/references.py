"""Other pictures whose colours a photograph is to take: an edit of the network's answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
from PIL import Image

from tomau.color import luminance, srgb_to_lab
from tomau.edits.deep import deep
from tomau.edits.exemplars import reinhard, transport, welsh
from tomau.edits.matching import Seen
from tomau.errors import TomauError, UsageError
from tomau.imaging import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tomau.imaging import Picture
    from tomau.runtime.prediction import Ask, Prediction

    Floats = NDArray[np.float32]

ExemplarMethod: TypeAlias = Literal["auto", "deep", "welsh", "reinhard", "transport"]

_GRAY = 2.0  # mean chroma below which a picture is called gray
_MOST_TRUST = 10.0
_STATISTICS_SHARE = 0.37  # of the way to the reference's palette, where nothing is matched


@dataclass(frozen=True, eq=False)
class Reference:
    """Colours to be taken from other pictures, whole or in part: an `Edit`.

    ``deep`` finds what is alike by the network's features and needs a model that takes hints;
    ``welsh`` looks at light alone, ``reinhard`` gives mean and deviation, ``transport`` the whole
    distribution of colours. ``auto`` is ``deep`` where the model can, else a share of
    ``transport``.

    >>> import tomau
    >>> summer = tomau.Reference.read("summer.jpg")              # doctest: +SKIP
    >>> tomau.colorize("old.jpg", edit=summer).save("new.jpg")   # doctest: +SKIP

    Attributes:
        pictures: in colour; transparent pixels do not count.
        method: as above.
        trust: factor on how far ``auto`` and ``deep`` believe what is merely of the same sort.
        names: of the pictures, for messages.

    Raises:
        UsageError: there are no pictures, or method or trust is none that there is.
    """

    pictures: tuple[Picture, ...]
    method: ExemplarMethod = "auto"
    trust: float = 1.0
    names: tuple[str, ...] = ()
    _seen: dict[Ask, tuple[Seen, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.pictures:
            raise UsageError("no reference came; expected one picture with colours or more")
        if self.method not in get_args(ExemplarMethod):
            raise UsageError(
                f"exemplar method {self.method!r} came; expected one of "
                f"{', '.join(get_args(ExemplarMethod))}"
            )
        if not 0 <= self.trust <= _MOST_TRUST:
            raise UsageError(f"a trust of {self.trust} came; expected 0 to {_MOST_TRUST:g}")

    def __repr__(self) -> str:
        """Tell what the pictures hold, by digests: the same in every process that reads them."""
        digests = tuple(_digest(picture) for picture in self.pictures)
        return f"Reference({digests}, method={self.method!r}, trust={self.trust!r})"

    @classmethod
    def read(
        cls, *paths: str | Path, method: ExemplarMethod = "auto", trust: float = 1.0
    ) -> Reference:
        """Read pictures from files.

        Raises:
            UsageError: a file cannot be read as a picture, or see above.
        """
        pictures = []
        for path in paths:
            try:
                pictures.append(read_picture(Path(path)))
            except TomauError as error:
                raise UsageError(
                    f"the reference {path} cannot be used: {error}; expected a picture in colour"
                ) from error
        return cls(tuple(pictures), method, trust, tuple(Path(path).name for path in paths))

    def __call__(self, prediction: Prediction, height: int, width: int) -> Prediction:  # noqa: ARG002
        """Correct a prediction; references speak of no pixels, so that its size does not matter.

        Raises:
            UsageError: a reference is transparent throughout, or ``deep`` was asked of a model
                that tells no features.
            MissingExtraError: the method needs packages that are not installed.
        """
        parts = (prediction.features, prediction.classes, prediction.ask)
        able = all(part is not None for part in parts)
        if self.method == "deep" and not able:
            raise UsageError(
                "the exemplar method deep was asked of a model that tells no features; expected "
                'a model whose card says "hints": true (see: tomau models info), or another method'
            )
        notes = list(prediction.notes)
        colored = [k for k, picture in enumerate(self.pictures) if not is_gray(picture)]
        for k in set(range(len(self.pictures))) - set(colored):
            told = self.names[k] if self.names else f"number {k + 1}"
            rest = "is left out" if colored else "gives gray"
            notes.append(f"the reference {told} is gray and {rest}")
        if not colored:
            return replace(prediction, ab=np.zeros_like(prediction.ab), notes=tuple(notes))
        if self.method == "auto" and not able:
            notes.append(
                "this model tells no features: colours of the reference came by transport, in "
                'part; a model whose card says "hints": true matches what is alike'
            )
        method = self.method if self.method != "auto" else "deep" if able else "transport"
        if method == "deep":
            seen = self._as_seen(prediction.ask)
            ab = deep(prediction, [seen[k] for k in colored], trust=self.trust)
        else:
            pictures = [self.pictures[k] for k in colored]
            ab = _by_statistics(method, prediction, pictures)
        if self.method == "auto" and method != "deep":
            share = min(1.0, _STATISTICS_SHARE * self.trust)
            ab = prediction.ab + np.float32(share) * (ab - prediction.ab)
        return replace(prediction, ab=ab, notes=tuple(notes))

    def _as_seen(self, ask: Ask | None) -> tuple[Seen, ...]:
        """The pictures as a network sees them; it looks at each only once."""
        if ask is None:
            return ()
        if ask not in self._seen:
            self._seen[ask] = tuple(see(picture, ask) for picture in self.pictures)
        return self._seen[ask]


def see(picture: Picture, ask: Ask) -> Seen:
    """Show a picture in colour to a network; transparent pixels are as bright as the others' mean.

    Raises:
        ModelError: the network failed.
    """
    l = luminance(picture.pixels)
    if picture.alpha is not None:
        hidden = picture.alpha < np.iinfo(picture.alpha.dtype).max
        l[hidden] = l[~hidden].mean()
    prediction = ask(l)
    lab, opaque = _small(picture, prediction.l.shape)
    return Seen(prediction, lab[..., 1:], opaque)


def is_gray(picture: Picture) -> bool:
    """Whether what counts of a picture has no colour to speak of.

    Raises:
        UsageError: nothing counts.
    """
    share = min(1.0, 256 / max(picture.height, picture.width))
    sides = (max(1, round(side * share)) for side in (picture.height, picture.width))
    lab, opaque = _small(picture, tuple(sides))
    if not opaque.any():
        raise UsageError("the reference is fully transparent; expected a picture with colours")
    return float(np.linalg.norm(lab[opaque][:, 1:], axis=1).mean()) < _GRAY


def _small(picture: Picture, shape: tuple[int, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    """Lab of a picture at another size (h, w), and which pixels are wholly opaque."""
    rgb = picture.rgb_u8
    alpha = picture.narrowed().alpha
    opaque = np.full(rgb.shape[:2], 255, np.uint8) if alpha is None else alpha
    image = Image.fromarray(np.dstack((rgb, opaque)))
    if (picture.height, picture.width) != shape:
        # Pillow weighs colours by opacity.
        image = image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    rgba = np.asarray(image)
    counts = rgba[..., 3] == 255
    lab = srgb_to_lab(rgba[..., :3].astype(np.float32) / 255)
    if counts.any():
        lab[~counts] = lab[counts].mean(axis=0)
    return lab, counts


def _by_statistics(method: str, prediction: Prediction, pictures: list[Picture]) -> Floats:
    """Colours by a method that knows no network."""
    lab, opaque = _on_one_canvas(pictures, min(prediction.l.shape))
    if method == "welsh":
        return welsh(prediction.l, lab, opaque=opaque)
    if method == "reinhard":
        return reinhard(prediction.ab, lab, opaque=opaque)
    return transport(np.dstack((prediction.l, prediction.ab)), lab, opaque=opaque)


def _on_one_canvas(pictures: list[Picture], side: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Put pictures below each other, each with its short side at most ``side``."""
    parts = []
    for picture in pictures:
        share = min(1.0, side / min(picture.height, picture.width))
        sides = (max(1, round(length * share)) for length in (picture.height, picture.width))
        parts.append(_small(picture, tuple(sides)))
    width = max(lab.shape[1] for lab, _ in parts)
    return (
        np.concatenate(
            [np.pad(lab, ((0, 0), (0, width - lab.shape[1]), (0, 0)), "edge") for lab, _ in parts]
        ),
        np.concatenate(
            [np.pad(opaque, ((0, 0), (0, width - opaque.shape[1]))) for _, opaque in parts]
        ),
    )


def _digest(picture: Picture) -> str:
    """SHA-256 of what a picture shows."""
    shown = hashlib.sha256(repr((picture.pixels.shape, picture.pixels.dtype.str)).encode())
    for plane in (picture.pixels, picture.alpha):
        if plane is not None:
            shown.update(plane.tobytes())
    return shown.hexdigest()
