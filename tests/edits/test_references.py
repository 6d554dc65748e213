from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.edits.network import BROWN, HandMade
from tomau.color import compose_u8, luminance, srgb_to_lab
from tomau.edits.matching import match, same_things
from tomau.edits.references import Reference, see
from tomau.errors import UsageError
from tomau.imaging import Picture

METHODS = ("deep", "welsh", "reinhard", "transport")
SHAPE = (96, 128)


def made_picture(seed: int, shape: tuple[int, int] = SHAPE) -> Picture:
    """Coloured blots on a textured ground."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    l = 45 + 12 * np.sin(rows / 11 + seed) + random.normal(0, 3, shape)
    ab = np.tile(np.float64((5, 20)), (*shape, 1))
    for _ in range(6):
        y, x, r = random.uniform(0, shape[0]), random.uniform(0, shape[1]), random.uniform(10, 25)
        inside = (rows - y) ** 2 + (columns - x) ** 2 < r * r
        l[inside] += random.uniform(-20, 25)
        ab[inside] = random.uniform(-35, 35, 2)
    return Picture(compose_u8(l.astype(np.float32).clip(5, 95), ab.astype(np.float32)))


def ab_of(picture: Picture) -> np.ndarray:
    return srgb_to_lab(picture.rgb_u8.astype(np.float32) / 255)[..., 1:]


def rmse(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.sqrt(np.mean((first - second) ** 2)))


def ask_of(picture: Picture, *, sees: bool = True):
    return HandMade(SHAPE, sees)(luminance(picture.pixels))


@pytest.mark.parametrize(("method", "bar"), [("deep", 4.0), ("welsh", 3.0)])
def test_the_pictures_own_colours_come_back(method: str, bar: float) -> None:
    picture = made_picture(1)
    said = ask_of(picture)
    answer = Reference((picture,), method)(said, *SHAPE)
    assert rmse(said.ab, ab_of(picture)) > 12
    assert rmse(answer.ab, ab_of(picture)) < bar
    assert answer.notes == ()


def test_the_same_thing_is_found_where_it_has_moved() -> None:
    picture = made_picture(1, (128, 160))
    part = replace(picture, pixels=picture.pixels[16:112, 32:160])
    answer = Reference((picture,), "deep")(HandMade()(luminance(part.pixels)), *SHAPE)
    inside = (slice(24, None), slice(24, -16))
    assert rmse(np.float32(BROWN), ab_of(part)[inside]) > 10
    assert rmse(answer.ab[inside], ab_of(part)[inside]) < 2


def test_flat_places_of_two_pictures_are_not_taken_for_the_same_thing() -> None:
    flat = Picture(np.full((*SHAPE, 3), (90, 140, 200), np.uint8))
    other = Picture(np.full((*SHAPE, 3), 128, np.uint8))
    said = ask_of(other)
    seen = see(made_picture(4), HandMade(SHAPE))
    _, sure = same_things(said, [seen], match(said, [seen]))
    assert sure.max() < 0.5
    answer = Reference((flat,), "deep")(said, *SHAPE)
    assert np.isfinite(answer.ab).all()


@pytest.mark.parametrize("method", METHODS)
def test_transparent_pixels_do_not_contaminate(method: str) -> None:
    reference, picture = made_picture(2), made_picture(1)
    alpha = np.full(SHAPE, 255, np.uint8)
    alpha[:, 96:] = 0
    soiled = reference.pixels.copy()
    soiled[:, 96:] = np.random.default_rng(0).integers(0, 255, (96, 32, 3))
    clean, other = (
        Reference((Picture(pixels, alpha),), method)(ask_of(picture), *SHAPE).ab
        for pixels in (reference.pixels, soiled)
    )
    np.testing.assert_allclose(clean, other, atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_a_gray_reference_gives_gray_and_says_so(method: str) -> None:
    gray = replace(made_picture(2), pixels=luminance(made_picture(2).pixels).astype(np.uint8))
    answer = Reference((gray,), method, names=("old.png",))(ask_of(made_picture(1)), *SHAPE)
    assert not answer.ab.any()
    assert answer.notes == ("the reference old.png is gray and gives gray",)


def test_a_gray_reference_beside_others_is_left_out() -> None:
    gray, colored = Picture(np.full(SHAPE, 90, np.uint8)), made_picture(1)
    said = ask_of(made_picture(1))
    answer = Reference((gray, colored), "deep")(said, *SHAPE)
    alone = Reference((colored,), "deep")(said, *SHAPE)
    np.testing.assert_array_equal(answer.ab, alone.ab)
    assert answer.notes == ("the reference number 1 is gray and is left out",)


def test_of_several_references_the_alike_one_counts() -> None:
    picture = made_picture(1)
    both = Reference((made_picture(7, (64, 80)), picture), "deep")(ask_of(picture), *SHAPE)
    assert rmse(both.ab, ab_of(picture)) < 4
    for method in ("welsh", "reinhard", "transport"):
        ab = Reference((made_picture(7, (64, 80)), picture), method)(ask_of(picture), *SHAPE).ab
        assert ab.shape == (*SHAPE, 2)


def test_a_model_without_features_takes_another_method_and_says_so() -> None:
    said = ask_of(made_picture(1), sees=False)
    answer = Reference((made_picture(2),))(said, *SHAPE)
    whole = Reference((made_picture(2),), "transport")(said, *SHAPE)
    halfway = said.ab + 0.37 * (whole.ab - said.ab)
    np.testing.assert_allclose(answer.ab, halfway, atol=1e-3)
    assert "this model tells no features" in answer.notes[0]
    with pytest.raises(UsageError, match='expected a model whose card says "hints": true'):
        Reference((made_picture(2),), "deep")(said, *SHAPE)


def test_a_network_looks_at_a_reference_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    original = HandMade.__call__
    monkeypatch.setattr(
        HandMade, "__call__", lambda self, l: (calls.append(1), original(self, l))[1]
    )
    reference = Reference((made_picture(2),), "deep")
    for seed in (1, 3):
        reference(HandMade(SHAPE)(luminance(made_picture(seed).pixels)), *SHAPE)
    assert len(calls) == 3


@pytest.mark.parametrize("method", METHODS)
def test_specks_among_transparency_are_enough(method: str) -> None:
    alpha = np.zeros(SHAPE, np.uint8)
    alpha[::9, ::9] = 255
    blue = Picture(np.full((*SHAPE, 3), (60, 90, 200), np.uint8), alpha)
    said = ask_of(made_picture(1))
    answer = Reference((blue,), method)(said, *SHAPE)
    assert answer.ab[..., 1].mean() < said.ab[..., 1].mean() - 5


def test_trust_decides_how_far_colours_go() -> None:
    said = ask_of(made_picture(1))
    none, some, more = (
        Reference((made_picture(2),), "deep", trust=trust)(said, *SHAPE).ab for trust in (0, 1, 3)
    )
    assert rmse(none, said.ab) < rmse(some, said.ab) < rmse(more, said.ab)


def test_what_is_no_reference_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    with pytest.raises(UsageError, match=r"the reference .*broken.jpg cannot be used: .* expected"):
        Reference.read(broken)
    with pytest.raises(UsageError, match=r"the reference .*none.jpg cannot be used"):
        Reference.read(tmp_path / "none.jpg")
    with pytest.raises(UsageError, match="no reference came"):
        Reference(())
    with pytest.raises(UsageError, match="expected one of auto, deep, welsh"):
        Reference((made_picture(1),), "best")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="a trust of -1 came"):
        Reference((made_picture(1),), trust=-1)
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (20, 20)).save(clear)
    with pytest.raises(UsageError, match="fully transparent"):
        Reference.read(clear)(ask_of(made_picture(1)), *SHAPE)
