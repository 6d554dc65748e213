from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.server.conftest import decoded, encoded, uploaded
from tests.server.jobs.test_jobs import work
from tomau.server.photos.models import Photo, Version

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rest_framework.test import APIClient

    from tests.server.conftest import SetOptions

URL = "/api/v1/colorize"
MAIN = "/main/"


def test_models_are_listed_the_default_first(client: APIClient) -> None:
    first, second, *embedded = client.get("/api/v1/models").json()
    assert [model["name"] for model in embedded] == ["fast"]
    assert (first["name"], first["is_default"], first["takes_hints"]) == ("default", True, False)
    assert (first["title"], first["size"]) == ("tiny 1", 64)
    assert (second["name"], second["is_default"], second["takes_hints"]) == (
        "hinting", False, True,
    )  # fmt: skip


def test_one_request_one_picture(client: APIClient, photo_jpeg: bytes) -> None:
    sent = {"image": uploaded(photo_jpeg), "strength": "1.5", "size": "96"}
    answer = client.post(URL, sent, format="multipart")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert decoded(answer.content).shape == (90, 140, 3)
    assert not Photo.objects.exists()


def test_the_format_can_be_chosen(client: APIClient, photo_jpeg: bytes) -> None:
    sent = {"image": uploaded(photo_jpeg), "format": "png"}
    answer = client.post(URL, sent, format="multipart")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def test_hints_and_scribbles_change_their_pixels(client: APIClient, photo_jpeg: bytes) -> None:
    paint = np.zeros((90, 140, 4), np.uint8)
    paint[40:50, 65:75] = (192, 48, 40, 255)
    hint = {"x": 70, "y": 45, "color": "#c03028", "radius": 6}
    pictures = []
    for extra in (
        {},
        {"hints": json.dumps([hint])},
        {"hints": json.dumps({"strokes": [{"points": [[70, 45]], **hint}]})},
        {"scribbles": uploaded(encoded(paint, "PNG"), "paint.png")},
    ):
        sent = {"image": uploaded(photo_jpeg), "model": "hinting", "exact": "true", **extra}
        answer = client.post(URL, {**sent, "format": "png"}, format="multipart")
        assert answer.status_code == 200, answer.content
        pictures.append(decoded(answer.content).astype(int))
    plain, *others = pictures
    for picture in others:
        red, _, blue = picture[45, 70] - plain[45, 70]
        assert red - blue > 15


def test_the_studys_address_answers_a_jpeg(client: APIClient, gray_u8: NDArray[np.uint8]) -> None:
    sent = {"image": uploaded(encoded(gray_u8, "PNG"), "a.png")}
    answer = client.post(MAIN, sent, format="multipart")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert decoded(answer.content).shape == (90, 140, 3)


def test_a_large_picture_becomes_a_job(
    client: APIClient, set_options: SetOptions, photo_jpeg: bytes
) -> None:
    set_options(inline_pixels=100)
    paint = np.zeros((90, 140, 4), np.uint8)
    paint[40:50, 65:75] = (192, 48, 40, 255)
    sent = {
        "image": uploaded(photo_jpeg, "large.jpg"), "format": "png", "model": "hinting",
        "scribbles": uploaded(encoded(paint, "PNG"), "paint.png"),
    }  # fmt: skip
    answer = client.post(URL, sent, format="multipart")
    assert answer.status_code == 202, answer.content
    work()
    job = client.get(answer.headers["Location"]).json()
    assert (job["state"], job["failures"]) == ("done", [])
    (version,) = Version.objects.all()
    assert (version.format, version.photo.name) == ("PNG", "large.jpg")
    url = f"/api/v1/versions/{version.id}/picture"
    assert client.get(url, {"view": 100}).status_code == 200


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"hints": "{"}, "hints"),
        ({"hints": "1"}, "hints"),
        ({"hints": "[" * 100_000}, "hints"),
        ({"hints": '[{"x": 1}]'}, "hints.0.y"),
        ({"format": "gif87"}, "format"),
        ({"format": "svg"}, "format"),
        ({"strength": "9"}, "strength"),
        ({"model": "nobody"}, "model"),
        ({"size": "1"}, "size"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_field(
    client: APIClient, photo_jpeg: bytes, extra: dict[str, str], field: str
) -> None:
    sent = {"image": uploaded(photo_jpeg), **extra}
    answer = client.post(URL, sent, format="multipart")
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["error"]["fields"]


@pytest.mark.parametrize("url", [URL, MAIN, "/api/v1/suggest"])
def test_what_is_no_picture_is_told(client: APIClient, url: str) -> None:
    answer = client.post(url, {"x": "1", "y": "1"}, format="multipart")
    assert answer.status_code == 400
    assert "image" in answer.json()["error"]["fields"]
    sent = {"image": uploaded(b"<svg/>", "a.svg"), "x": "1", "y": "1"}
    answer = client.post(url, sent, format="multipart")
    assert answer.json()["error"]["code"] == "invalid_image"
    assert client.post(url, {}).status_code == 415


def test_scribbles_without_transparency_are_told(client: APIClient, photo_jpeg: bytes) -> None:
    sent = {"image": uploaded(photo_jpeg), "scribbles": uploaded(photo_jpeg)}
    answer = client.post(URL, sent, format="multipart")
    assert answer.status_code == 400
    assert "no transparency" in answer.json()["error"]["message"]


def test_colours_are_suggested_for_an_upload(client: APIClient, photo_jpeg: bytes) -> None:
    sent = {"image": uploaded(photo_jpeg), "x": "70", "y": "45", "model": "hinting"}
    answer = client.post("/api/v1/suggest", sent, format="multipart")
    assert answer.status_code == 200, answer.content
    assert answer.json()["colors"][0]["share"] > 0
