from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.edits.network import HandMade
from tests.edits.test_references import SHAPE, made_picture
from tomau.color import luminance
from tomau.edits.gallery import CARD_NAME, FromGallery, Gallery, describe
from tomau.edits.references import Reference, see
from tomau.edits.suggestions import suggest_after
from tomau.errors import DataError, MissingExtraError, UsageError
from tomau.imaging import read_picture
from tomau.runtime.card import ModelCard

CARD = ModelCard(
    name="made", version="1", architecture="by hand", sha256="a" * 64, bytes=1, stride=16
)


class Describer:
    """A Colorizer as far as a gallery needs one."""

    card = CARD

    def __init__(self, **changes: Any) -> None:
        self.card = CARD.model_copy(update=changes)
        self.runs = 0

    def predict(self, l: np.ndarray) -> Any:
        self.runs += 1
        return HandMade(SHAPE)(l)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "pictures"
    place.mkdir()
    for seed in range(12):
        Image.fromarray(made_picture(seed).rgb_u8).save(place / f"{seed:02}.png")
    return place


@pytest.fixture
def gallery(tmp_path: Path, folder: Path) -> Gallery:
    found = Gallery(tmp_path / "gallery")
    assert found.add(sorted(folder.iterdir()), Describer()) == 12
    return found


def asked(seed: int) -> Any:
    return HandMade(SHAPE)(luminance(made_picture(seed).pixels))


def test_a_picture_finds_itself_in_gray(gallery: Gallery, folder: Path) -> None:
    for seed in (0, 7, 11):
        best, second = gallery.suggest(asked(seed), count=2)
        assert best.path == folder / f"{seed:02}.png"
        assert best.likeness == pytest.approx(1, abs=1e-3)
        assert second.likeness < best.likeness


def test_neighbours_are_those_of_a_search_through_all(gallery: Gallery) -> None:
    query = describe(asked(30))
    cosines = {seed: float(describe(asked(seed)) @ query) for seed in range(12)}
    expected = sorted(cosines, key=lambda seed: -cosines[seed])[:4]
    found = gallery.suggest(asked(30), count=4)
    assert [one.path.stem for one in found] == [f"{seed:02}" for seed in expected]


def test_what_is_there_is_not_described_again_and_stays(gallery: Gallery, folder: Path) -> None:
    again, describer = Gallery(gallery.folder), Describer()
    assert len(again) == 12
    Image.fromarray(made_picture(20).rgb_u8).save(folder / "new.png")
    assert again.add(sorted(folder.iterdir()), describer) == 1
    assert describer.runs == 1
    assert Gallery(gallery.folder).suggest(asked(20), count=1)[0].path.name == "new.png"


def test_a_gallery_is_told_by_its_pictures(gallery: Gallery, folder: Path) -> None:
    assert repr(Gallery(gallery.folder)) == repr(gallery)
    before = repr(gallery)
    (folder / "more.png").write_bytes((folder / "07.png").read_bytes())
    gallery.add([folder / "more.png"], Describer())
    assert repr(gallery) != before


def test_files_that_went_or_changed_are_passed_over(gallery: Gallery, folder: Path) -> None:
    (folder / "07.png").unlink()
    Image.fromarray(made_picture(3).rgb_u8).save(folder / "08.png")
    names = {one.path.stem for one in gallery.suggest(asked(7), count=12)}
    assert names == {f"{seed:02}" for seed in range(12)} - {"07", "08"}


def test_the_proposals_lend_their_colours(gallery: Gallery, folder: Path) -> None:
    said = asked(4)
    answer = FromGallery(gallery, count=1)(said, *SHAPE)
    expected = Reference.read(folder / "04.png")(said, *SHAPE)
    np.testing.assert_array_equal(answer.ab, expected.ab)
    assert answer.notes == ("colours after 04.png",)


def test_the_most_alike_pictures_name_colours(gallery: Gallery) -> None:
    said = asked(4)
    paths = [one.path for one in gallery.suggest(said, count=8)]
    seen = [see(read_picture(path), HandMade(SHAPE)) for path in paths]
    expected = suggest_after(said, seen, 0.3, 0.5, count=4)
    found = gallery.suggest_colors(said, 0.3, 0.5, count=4)
    assert [one for one, _ in found] == list(expected)
    assert [path for _, path in found] == [paths[one.picture or 0] for one in expected]
    assert len({one.rgb for one in expected}) > 1


def test_colours_need_pictures_and_a_model_that_sees(gallery: Gallery, folder: Path) -> None:
    plain = HandMade(SHAPE, sees=False)(luminance(made_picture(1).pixels))
    with pytest.raises(UsageError, match="a model that tells no features"):
        gallery.suggest_colors(plain, 0.5, 0.5)
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(UsageError, match="is there any more; fill it again"):
        gallery.suggest_colors(asked(1), 0.5, 0.5)


def test_what_cannot_be_used_is_named_and_left_out(tmp_path: Path, folder: Path) -> None:
    (folder / "broken.png").write_text("nothing")
    Image.new("L", (50, 40), 90).save(folder / "gray.png")
    told = {}
    added = Gallery(tmp_path / "g").add(
        [*sorted(folder.iterdir()), folder / "none.png"],
        Describer(),
        lambda path, reason: told.update({path.name: reason}),
    )
    assert added == 12
    assert {name for name, reason in told.items() if reason} == {
        "broken.png", "gray.png", "none.png",
    }  # fmt: skip
    assert "is gray; expected a picture with colours" in told["gray.png"]


def test_another_model_is_refused(gallery: Gallery, folder: Path) -> None:
    with pytest.raises(UsageError, match="was described by model made aaaaaaaaaaaa"):
        Gallery(gallery.folder).add([folder / "01.png"], Describer(sha256="b" * 64))


def test_an_empty_or_damaged_gallery_is_told(gallery: Gallery, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is empty; fill it: tomau gallery add FOLDER"):
        Gallery(tmp_path / "none").suggest(asked(1))
    (gallery.folder / CARD_NAME).write_text("{}")
    with pytest.raises(DataError, match="is damaged"):
        Gallery(gallery.folder)


def test_a_network_without_features_describes_by_light() -> None:
    plain = HandMade(SHAPE, sees=False)
    one, same, other = (describe(plain(luminance(made_picture(seed).pixels))) for seed in (1, 1, 2))
    assert one @ same == pytest.approx(1, abs=1e-5)
    assert one @ other < 0.95


def test_missing_faiss_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tomau\[gallery\]"'):
        Gallery(tmp_path)
