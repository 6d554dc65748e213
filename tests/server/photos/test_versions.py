from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.storage import default_storage

from tests.server.conftest import body_of, decoded, encoded, uploaded
from tomau.imaging import read_picture
from tomau.runtime import Colorizer
from tomau.server import files
from tomau.server.coloring import Result
from tomau.server.errors import ApiError
from tomau.server.photos.models import Photo, Version
from tomau.server.photos.services import delete_photo, keep_version

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from rest_framework.test import APIClient

    from tests.server.conftest import MakePhoto, MakeVersion, SetOptions
    from tomau.server.accounts.models import User

URL = "/api/v1/photos"
RED = {"x": 70, "y": 45, "color": "#c03028", "radius": 6}


def assert_alike(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> None:
    """The same but for what JPEG loses of grain."""
    assert first.shape == second.shape
    assert np.abs(first.astype(int) - second).mean() < 4


def test_a_version_is_what_the_colorizer_gives(
    client: APIClient, make_photo: MakePhoto, local: User, photo_jpeg: bytes, tiny_model: Path
) -> None:
    photo = make_photo(local, name="grandma.jpeg")
    answer = client.post(f"{URL}/{photo.id}/versions", {"strength": 1.5, "size": 48})
    assert answer.status_code == 201, answer.content
    version = answer.json()
    assert version["photo"] == str(photo.id)
    assert version["settings"] == {
        "model": "default", "size": 48, "strength": 1.5, "hints": [], "strokes": [],
        "references": [], "exact": False, "reach": 1.0,
    }  # fmt: skip
    assert (version["width"], version["height"], version["format"]) == (140, 90, "JPEG")
    assert version["seconds"] > 0
    picture = client.get(f"/api/v1/versions/{version['id']}/picture")
    assert picture.headers["Content-Disposition"] == 'attachment; filename="grandma.color.jpeg"'
    content = body_of(picture)
    assert len(content) == version["bytes"]
    expected = Colorizer.load(tiny_model).colorize_picture(
        read_picture(photo_jpeg), size=48, strength=1.5
    )
    assert_alike(decoded(content), expected.rgb_u8)
    assert client.get(f"{URL}/{photo.id}").json()["versions"] == [version]
    assert client.get(f"{URL}/{photo.id}/versions").json()["results"] == [version]


def test_a_png_stays_a_png_without_loss(
    client: APIClient, gray_u8: NDArray[np.uint8], tiny_model: Path
) -> None:
    png = encoded(gray_u8, "PNG")
    photo = client.post(URL, {"file": uploaded(png, "a.png")}, format="multipart").json()
    version = client.post(f"{URL}/{photo['id']}/versions", {}).json()
    assert version["format"] == "PNG"
    content = body_of(client.get(f"/api/v1/versions/{version['id']}/picture"))
    expected = Colorizer.load(tiny_model).colorize_picture(read_picture(png))
    np.testing.assert_array_equal(decoded(content), expected.pixels_u8)


def test_a_version_can_be_looked_at_and_deleted(
    client: APIClient, make_version: MakeVersion, local: User
) -> None:
    version = make_version(local)
    url = f"/api/v1/versions/{version.id}"
    small = client.get(f"{url}/picture", {"view": 70})
    assert small.headers["Content-Type"] == "image/jpeg"
    assert decoded(small.content).shape[:2] == (45, 70)
    assert client.delete(url).status_code == 204
    assert not default_storage.exists(files.picture(version.id))
    assert not Version.objects.exists()
    assert client.get(f"{url}/picture").status_code == 404
    assert client.get(f"{URL}/{version.photo_id}").status_code == 200


@pytest.mark.parametrize("model", ["default", "hinting"])
@pytest.mark.parametrize("kind", ["hints", "strokes"])
def test_a_hint_changes_the_pixels_it_is_for(
    client: APIClient, make_photo: MakePhoto, local: User, model: str, kind: str
) -> None:
    photo = make_photo(local)
    stroke = {"points": [[60, 45], [80, 45]], "color": RED["color"], "radius": 6}
    painted = {"hints": [RED]} if kind == "hints" else {"strokes": [stroke]}
    plain, hinted = (
        decoded(client.post(f"{URL}/{photo.id}/preview", {"model": model, **extra}).content)
        for extra in ({}, {**painted, "exact": True})
    )
    assert plain.shape == hinted.shape == (90, 140, 3)
    red, _, blue = (hinted[45, 70].astype(int) - plain[45, 70]).tolist()
    assert red - blue > 15
    version = client.post(f"{URL}/{photo.id}/versions", {"model": model, **painted}).json()
    assert version["settings"][kind] == painted[kind]


def test_reach_holds_a_hint_back(client: APIClient, make_photo: MakePhoto, local: User) -> None:
    photo = make_photo(local)
    plain, near, far = (
        decoded(client.post(f"{URL}/{photo.id}/preview", extra).content).astype(int)
        for extra in ({}, {"hints": [RED], "reach": 0.05}, {"hints": [RED], "reach": 20})
    )
    changed = [(np.abs(shown - plain).max(axis=2) > 2).mean() for shown in (near, far)]
    assert 0 < changed[0] < changed[1]
    chosen = {"hints": [RED], "reach": 0.4}
    version = client.post(f"{URL}/{photo.id}/versions", chosen).json()
    assert version["settings"]["reach"] == 0.4


@pytest.mark.parametrize("address", ["preview", "versions"])
def test_a_reference_gives_its_colours(
    client: APIClient, make_photo: MakePhoto, local: User, address: str
) -> None:
    blue = np.random.default_rng(3).integers(0, 60, (40, 50, 3), np.uint8)
    blue[..., 2] += 160
    sent = {"file": uploaded(encoded(blue)), "kind": "reference"}
    reference = client.post(URL, sent, format="multipart").json()
    photo, seen = make_photo(local), []
    for chosen in ({}, {"references": [reference["id"]]}):
        answer = client.post(f"{URL}/{photo.id}/{address}", chosen)
        if address == "versions":
            version = answer.json()
            assert version["settings"]["references"] == chosen.get("references", [])
            answer = client.get(f"/api/v1/versions/{version['id']}/picture")
        seen.append(decoded(body_of(answer)).astype(int))
    plain, taken = ((picture[..., 2] - picture[..., 0]).mean() for picture in seen)
    assert taken > plain + 10


def test_a_preview_is_the_version_made_small(
    client: APIClient, make_photo: MakePhoto, local: User
) -> None:
    photo = make_photo(local)
    chosen = {"strength": 0.7}
    first = client.post(f"{URL}/{photo.id}/preview", chosen)
    assert first.headers["Content-Type"] == "image/jpeg"
    assert first.headers["Cache-Control"] == "no-store"
    version = client.post(f"{URL}/{photo.id}/versions", chosen).json()
    whole = body_of(client.get(f"/api/v1/versions/{version['id']}/picture"))
    assert_alike(decoded(first.content), decoded(whole))


def test_the_network_runs_once_for_many_previews(
    client: APIClient, make_photo: MakePhoto, local: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    real = Colorizer.predict
    monkeypatch.setattr(
        Colorizer, "predict", lambda *args, **kept: runs.append(1) or real(*args, **kept)
    )
    photo = make_photo(local)
    for strength in (0.5, 1.0, 1.5):
        answer = client.post(f"{URL}/{photo.id}/preview", {"strength": strength})
        assert answer.status_code == 200
    client.post(f"{URL}/{photo.id}/preview", {"hints": [RED]})
    assert len(runs) == 1
    client.post(f"{URL}/{photo.id}/preview", {"size": 96})
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"model": "nobody"}, "model"),
        ({"model": "/etc/passwd"}, "model"),
        ({"model": "../default"}, "model"),
        ({"size": 31}, "size"),
        ({"size": 1025}, "size"),
        ({"size": "large"}, "size"),
        ({"strength": -0.1}, "strength"),
        ({"strength": 3.1}, "strength"),
        ({"strength": "nan"}, "strength"),
        ({"strength": "inf"}, "strength"),
        ({"strength": True}, "strength"),
        ({"hints": [{"x": 1, "y": 1, "color": "red"}]}, "hints.0.color"),
        ({"hints": [{"x": "nan", "y": 1, "color": "#ff0000"}]}, "hints.0.x"),
        ({"hints": [{"x": 1, "y": 1, "color": "#ff0000", "radius": 0}]}, "hints.0.radius"),
        ({"hints": "all"}, "hints"),
        ({"strokes": [{"points": [], "color": "#ff0000"}]}, "strokes.0.points"),
        ({"strokes": [{"points": [[1]], "color": "#ff0000"}]}, "strokes.0.points.0"),
        ({"references": ["x"]}, "references.0"),
        ({"references": [str(uuid4())]}, "references"),
        ({"exact": "perhaps"}, "exact"),
        ({"reach": 0}, "reach"),
        ({"reach": 21}, "reach"),
    ],
)
@pytest.mark.parametrize("address", ["preview", "versions"])
def test_settings_that_cannot_be_used_are_told_with_their_field(
    client: APIClient, make_photo: MakePhoto, local: User, address: str,
    chosen: dict[str, object], field: str,
) -> None:  # fmt: skip
    answer = client.post(f"{URL}/{make_photo(local).id}/{address}", chosen)
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert field in error["fields"], error


def test_a_hint_outside_the_picture_is_told(
    client: APIClient, make_photo: MakePhoto, local: User
) -> None:
    hint = {"x": 140, "y": 0, "color": "#ff0000"}
    answer = client.post(f"{URL}/{make_photo(local).id}/preview", {"hints": [hint]})
    assert answer.status_code == 400
    assert "expected x in 0..139" in answer.json()["error"]["message"]


def test_what_is_no_json_is_told(client: APIClient, make_photo: MakePhoto, local: User) -> None:
    url = f"{URL}/{make_photo(local).id}/preview"
    answer = client.post(url, "{", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parse_error")
    answer = client.post(url, "x", content_type="text/plain")
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")
    answer = client.post(url, "[]", content_type="application/json")
    assert answer.status_code == 400


def test_colours_are_suggested(client: APIClient, make_photo: MakePhoto, local: User) -> None:
    photo = make_photo(local)
    answer = client.get(f"{URL}/{photo.id}/suggest", {"x": 70, "y": 45, "model": "hinting"})
    assert answer.status_code == 200, answer.content
    first, *others = answer.json()["colors"]
    red, _, blue = bytes.fromhex(first["color"][1:])
    assert red > blue
    assert all(first["share"] >= other["share"] for other in others)


@pytest.mark.parametrize(
    "place",
    [{"x": 140, "y": 1}, {"x": -1, "y": 1}, {"x": "nan", "y": 1}, {"x": 1}, {"x": 1, "y": 1}],
)
def test_suggestions_that_cannot_be_made(
    client: APIClient, make_photo: MakePhoto, local: User, place: dict[str, object]
) -> None:
    answer = client.get(f"{URL}/{make_photo(local).id}/suggest", place)
    assert answer.status_code == 400  # the last because the tiny model tells none


def test_a_large_photograph_becomes_a_job(
    client: APIClient, make_photo: MakePhoto, local: User, set_options: SetOptions
) -> None:
    set_options(inline_pixels=100)
    answer = client.post(f"{URL}/{make_photo(local).id}/versions", {})
    assert answer.status_code == 202
    job = answer.json()
    assert (job["state"], job["total"], job["done"]) == ("queued", 1, 0)
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert client.get(answer.headers["Location"]).json() == job


def test_a_photograph_deleted_meanwhile_leaves_no_version(
    make_photo: MakePhoto, local: User, photo_jpeg: bytes
) -> None:
    photo = make_photo(local)
    delete_photo(Photo.objects.get(id=photo.id))
    before = set(default_storage.listdir("versions")[0])
    result = Result(photo_jpeg, "JPEG", 140, 90, photo_jpeg, "tiny", 0.1)
    with pytest.raises(ApiError) as refused:
        keep_version(photo, {}, result)
    assert refused.value.status == 404
    assert not Version.objects.exists()
    assert set(default_storage.listdir("versions")[0]) == before
