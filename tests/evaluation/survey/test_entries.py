from __future__ import annotations

import io
import random
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tomau.errors import DataError, UsageError
from tomau.evaluation.survey.entries import MOST_PICTURES, Entry, plan_pairs, plan_rating
from tomau.evaluation.survey.folders import gather_entries
from tomau.evaluation.survey.viewing import viewing_jpeg


def entry(photo: str, model: str = "a") -> Entry:
    kind = "truth" if model == "truth" else "result"
    return Entry(photo, model, partial(bytes, 1), kind)  # type: ignore[arg-type]


ENTRIES = [entry("1"), entry("2"), entry("1", "b"), entry("2", "b"), entry("1", "truth")]


def test_every_picture_is_asked_about_and_some_results_again() -> None:
    plan = plan_rating(ENTRIES, 2, random.Random(1))
    assert [one.key for one in plan[:5]] == ["a/1", "a/2", "b/1", "b/2", "truth/1"]
    assert [one.picture for one in plan[:5]] == [0, 1, 2, 3, 4]
    for again in plan[5:]:
        assert again.repeats is not None
        assert again.key == f"{plan[again.repeats].key} (again)"
        assert again.picture == again.repeats < 4  # no true photograph is repeated


def test_pairs_are_all_pictures_of_one_photograph_two_by_two() -> None:
    plan = plan_pairs(ENTRIES, 1, random.Random(1))
    assert [one.key for one in plan[:4]] == [
        "1: a or b", "1: a or truth", "1: b or truth", "2: a or b",
    ]  # fmt: skip
    assert [(one.picture, one.other) for one in plan[:4]] == [(0, 2), (0, 4), (2, 4), (1, 3)]
    (again,) = plan[4:]
    assert again.repeats is not None
    assert (again.picture, again.other) == (
        plan[again.repeats].picture,
        plan[again.repeats].other,
    )


@pytest.mark.parametrize(
    ("entries", "repeats", "message"),
    [
        ([], 0, "0 results and 0 true photographs came"),
        ([entry("1", "truth")], 0, "0 results and 1 true photographs came"),
        ([entry(str(k)) for k in range(MOST_PICTURES + 1)], 0, "at most 2000 pictures"),
        ([entry("1"), entry("1")], 0, "two pictures are called 'a/1'"),
        ([entry("1")], 2, "expected 0 to 1"),
        ([entry("1")], -1, "expected 0 to 1"),
        ([Entry("1", "truth", bytes)], 0, "for true photographs only"),
    ],
)
def test_what_makes_no_survey_is_told(entries: list[Entry], repeats: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan_rating(entries, repeats, random.Random(1))


def test_photographs_of_one_picture_make_no_pairs() -> None:
    with pytest.raises(UsageError, match="2 pictures of 2 photographs came for pairs"):
        plan_pairs([entry("1"), entry("2", "b")], 0, random.Random(1))


def test_results_models_and_true_photographs_are_gathered(
    tmp_path: Path, tiny_model: Path, gray_u8: np.ndarray
) -> None:
    for name in ("out/sub/one.color.png", "in/sub/one.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        Image.fromarray(gray_u8).save(path)
    problems: list[str] = []
    places = {"out": str(tmp_path / "out"), "net": str(tiny_model)}
    found = gather_entries(places, tmp_path / "in", tmp_path / "in", problems)
    assert [(one.photo, one.model, one.kind) for one in found] == [
        ("sub/one", "out", "result"),
        ("sub/one", "net", "result"),
        ("sub/one", "truth", "truth"),
    ]
    pictures = [np.array(Image.open(io.BytesIO(one.read())).convert("RGB")) for one in found]
    gray, colored, truth = (float(np.ptp(picture.mean((0, 1)))) for picture in pictures)
    assert gray < 1
    assert truth < 1
    assert colored > 20  # the model's orange
    assert not problems


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no picture lies in"):
        gather_entries({"a": str(tmp_path)}, None, None, [])


def test_a_viewing_picture_is_upright_small_and_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "coloured by a machine"  # lies on its side
    Image.new("RGB", (2000, 1000), (200, 40, 40)).save(path, exif=exif, comment=b"told")
    content = viewing_jpeg(path)
    image = Image.open(io.BytesIO(content))
    assert image.size == (800, 1600)
    assert b"machine" not in content
    assert b"told" not in content
    assert image.getpixel((400, 800)) == pytest.approx((200, 40, 40), abs=3)
