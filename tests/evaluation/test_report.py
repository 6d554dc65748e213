from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.evaluation.made import bluish, made_photo, orange, save
from tomau.errors import UsageError
from tomau.evaluation import (
    MeanColor,
    Protocol,
    Summary,
    TruthPhotos,
    score_on_photos,
    summarize,
)
from tomau.evaluation.report import selection as selecting
from tomau.evaluation.report import write_report
from tomau.evaluation.report.selection import ranking_metrics, select

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 14
CONTESTANTS = {
    "blue": lambda _, gray: bluish(gray),
    "<b>orange</b>": lambda _, gray: orange(gray),
}
PROTOCOL = Protocol(32, MeanColor(5, 5, "here"))


class Page(HTMLParser):
    """What a browser would load or run, and the texts it would show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> TruthPhotos:
    folder = tmp_path_factory.mktemp("photos")
    for k in range(COUNT - 1):
        save(made_photo(k), folder / f"{k:02}.png")
    save(made_photo(50, 60, 40), folder / "z</script><i>.png")
    return TruthPhotos(folder)


@pytest.fixture(scope="module")
def summary(photos: TruthPhotos) -> Summary:
    return summarize(score_on_photos(CONTESTANTS, photos, PROTOCOL))


@pytest.fixture(scope="module")
def report(summary: Summary, photos: TruthPhotos, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "deep" / "page.html"
    told: list[int] = []
    folder = write_report(path, summary, photos, CONTESTANTS, PROTOCOL, progress=told.append)
    assert folder == path.parent / "page-plots"
    assert told == list(range(1, len(select(summary.scores).keys) + 1))
    return path


def test_the_page_loads_nothing_from_anywhere(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    page = Page(text)
    assert page.sources
    assert all(source.startswith("data:image/") for source in page.sources)
    assert not {tag for tag, _ in page.tags} & {"link", "iframe", "object", "base"}
    assert "default-src 'none'" in text
    assert "url(" not in text
    assert "@import" not in text
    assert not re.findall(r"""["'(]https?://""", text)


def test_names_from_outside_stay_names(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    page = Page(text)
    assert "i" not in {tag for tag, _ in page.tags}
    assert "<b>orange" not in text
    assert sum(tag == "script" for tag, _ in page.tags) == 2


def test_each_picture_is_embedded_once(report: Path, summary: Summary) -> None:
    page = Page(report.read_text(encoding="utf-8"))
    jpegs = [source for source in page.sources if source.startswith("data:image/jpeg")]
    cards = [attrs for tag, attrs in page.tags if tag == "article"]
    assert len(cards) == len(select(summary.scores).keys) <= COUNT
    assert len(jpegs) == 4 * len(cards)  # input, two answers, truth
    sizes = {(a["width"], a["height"]) for tag, a in page.tags if tag == "img" and "width" in a}
    assert sizes <= {("224", "149"), ("149", "224")}  # in the photographs' own shapes


def test_the_script_finds_every_card_it_is_told_of(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    ids = {attrs.get("id") for _, attrs in Page(text).tags}
    assert set(data["choices"]) == set(data["values"])
    for metric, labels in data["choices"].items():
        assert set(labels) == set(CONTESTANTS)
        for label, ranks in labels.items():
            numbers = [number for rank in ranks.values() for number in rank]
            assert len(set(numbers)) == len(numbers) == 12
            assert {f"card-{number}" for number in numbers} <= ids
            assert len(data["values"][metric][label]) > max(numbers)


def test_the_table_holds_every_mean(report: Path, summary: Summary) -> None:
    text = report.read_text(encoding="utf-8")
    for line in summary.lines:
        assert f"{line.means['blue']:.4g}" in text
    assert "blue − &lt;b&gt;orange&lt;/b&gt;" in text
    assert summary.protocol.replace("*", "*") in text


def test_plots_lie_beside_the_page(report: Path, summary: Summary) -> None:
    plots = {path.stem: path for path in (report.parent / "page-plots").glob("*.png")}
    assert set(plots) == set(summary.scores.metrics)
    with Image.open(plots["rmse"]) as image:
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape[1] > 800
    assert (pixels[0, 0] == 255).all()
    # The first result's colour, and the second's, were drawn.
    for color in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (np.abs(pixels.astype(int) - color).sum(axis=-1) < 12).sum() > 50


def test_ranks_are_the_extremes_and_the_middle(summary: Summary) -> None:
    scores = summary.scores
    ranks = select(scores).ranked["psnr"]["blue"]
    order = [scores.keys[k] for k in np.argsort(-scores.column("blue", "psnr"))]
    assert ranks["best"] == tuple(order[:4])
    assert ranks["worst"] == tuple(order[: -4 - 1 : -1])
    assert ranks["median"] == tuple(order[5:9])
    assert ranking_metrics(scores)[0] == "rmse"
    assert "mse" not in ranking_metrics(scores)
    assert "chroma" not in ranking_metrics(scores)


def test_many_photographs_are_too_many(summary: Summary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "_MOST_PHOTOS", 5)
    ranked = select(summary.scores).ranked
    assert {len(keys) for keys in ranked["rmse"]["blue"].values()} == {1}


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_photographs_are_enough(count: int, tmp_path: Path) -> None:
    for k in range(count):
        save(made_photo(k), tmp_path / "photos" / f"{k}.png")
    photos = TruthPhotos(tmp_path / "photos")
    one = {"result": CONTESTANTS["blue"]}
    scores = score_on_photos(one, photos, Protocol(32))
    assert len(select(scores).keys) == min(count, 3) if count < 4 else 4
    if count == 1:
        write_report(tmp_path / "page.html", summarize(scores), photos, one, Protocol(32))
        assert "result on 1 photos" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_told(
    summary: Summary, photos: TruthPhotos, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(tmp_path / "file" / "page.html", summary, photos, CONTESTANTS, PROTOCOL)
