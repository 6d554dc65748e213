from __future__ import annotations

import io
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from tests.server.conftest import body_of, decoded, encoded, uploaded
from tomau.server import files
from tomau.server.photos.models import Photo, Version
from tomau.server.photos.services import delete_expired, shown_name

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rest_framework.test import APIClient

    from tests.server.conftest import MakePhoto, MakeVersion, SetOptions
    from tomau.server.accounts.models import User

URL = "/api/v1/photos"


def test_an_upload_is_kept_byte_for_byte(client: APIClient, photo_jpeg: bytes) -> None:
    answer = client.post(URL, {"file": uploaded(photo_jpeg, "grandma.jpg")}, format="multipart")
    assert answer.status_code == 201, answer.content
    photo = answer.json()
    assert {key: photo[key] for key in ("name", "kind", "width", "height", "bytes", "format")} == {
        "name": "grandma.jpg", "kind": "photo", "width": 140, "height": 90,
        "bytes": len(photo_jpeg), "format": "JPEG",
    }  # fmt: skip
    assert (photo["expires"], photo["versions"]) == (None, [])
    original = client.get(f"{URL}/{photo['id']}/original")
    assert original.headers["Content-Type"] == "image/jpeg"
    assert original.headers["Content-Disposition"] == 'attachment; filename="grandma.jpg"'
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    assert body_of(original) == photo_jpeg


def test_the_kind_of_file_is_told_by_its_content(
    client: APIClient, gray_u8: NDArray[np.uint8]
) -> None:
    png = encoded(gray_u8, "PNG")
    photo = client.post(URL, {"file": uploaded(png, "a.jpg")}, format="multipart").json()
    assert photo["format"] == "PNG"
    original = client.get(f"{URL}/{photo['id']}/original")
    assert original.headers["Content-Type"] == "image/png"
    body_of(original)


def test_photographs_are_listed_by_kind_and_pages(client: APIClient, photo_jpeg: bytes) -> None:
    for kind in ("photo", "reference", "photo"):
        sent = {"file": uploaded(photo_jpeg), "kind": kind}
        assert client.post(URL, sent, format="multipart").status_code == 201
    page = client.get(URL, {"kind": "photo", "limit": 1}).json()
    assert (page["count"], len(page["results"])) == (2, 1)
    assert "offset=1" in page["next"]
    assert client.get(URL, {"kind": "reference"}).json()["count"] == 1
    assert client.get(URL).json()["count"] == 3
    assert client.get(URL, {"kind": "film"}).status_code == 400


def test_a_view_is_upright_in_its_own_tones(client: APIClient) -> None:
    sepia = np.full((60, 100, 3), (112, 66, 20), np.uint8)
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.fromarray(sepia).save(stream, "JPEG", exif=exif, quality=95)
    sent = {"file": uploaded(stream.getvalue())}
    photo = client.post(URL, sent, format="multipart").json()
    assert (photo["width"], photo["height"]) == (60, 100)
    answer = client.get(f"{URL}/{photo['id']}/view", {"side": 50})
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    seen = decoded(answer.content)
    assert seen.shape == (50, 30, 3)
    np.testing.assert_allclose(seen.reshape(-1, 3).mean(0), (112, 66, 20), atol=3)
    assert decoded(client.get(f"{URL}/{photo['id']}/view").content).shape == (100, 60, 3)


def test_a_transparent_picture_is_shown_with_its_transparency(client: APIClient) -> None:
    pixels = np.zeros((40, 50, 4), np.uint8)
    pixels[10:] = (90, 90, 90, 255)
    photo = client.post(
        URL, {"file": uploaded(encoded(pixels, "PNG"), "a.png")}, format="multipart"
    ).json()
    answer = client.get(f"{URL}/{photo['id']}/view", {"side": 1000})
    assert answer.headers["Content-Type"] == "image/webp"
    seen = decoded(answer.content)
    assert seen[0, 0, 3] == 0
    assert seen[30, 20, 3] == 255


@pytest.mark.parametrize("side", ["0", "15", "20000", "large"])
def test_a_side_that_is_none_is_told(client: APIClient, make_photo: MakePhoto, local: User,
                                     side: str) -> None:  # fmt: skip
    answer = client.get(f"{URL}/{make_photo(local).id}/view", {"side": side})
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["side"]


def test_deleted_is_deleted(client: APIClient, make_version: MakeVersion, local: User) -> None:
    version = make_version(local)
    photo = version.photo
    places = (
        files.original(photo.id), files.photo_look(photo.id),
        files.picture(version.id), files.version_look(version.id),
    )  # fmt: skip
    assert all(default_storage.exists(place) for place in places)
    assert client.delete(f"{URL}/{photo.id}").status_code == 204
    assert not any(default_storage.exists(place) for place in places)
    assert not default_storage.exists(f"photos/{photo.id}")
    assert not default_storage.exists(f"versions/{version.id}")
    assert not Photo.objects.exists()
    assert not Version.objects.exists()
    assert client.get(f"{URL}/{photo.id}").status_code == 404
    assert client.delete(f"{URL}/{photo.id}").status_code == 404


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid_image"),
        (b"not a picture at all", "invalid_image"),
        (b"<html><script>alert(1)</script></html>", "invalid_image"),
        (SVG, "invalid_image"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "invalid_image"),
    ],
    ids=["empty", "text", "html", "svg", "damaged"],
)
def test_what_is_no_picture_is_refused(client: APIClient, content: bytes, code: str) -> None:
    answer = client.post(URL, {"file": uploaded(content, "a.jpg")}, format="multipart")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == code
    assert "expected" in error["message"]
    assert "/" not in error["message"].split(":")[0]
    assert not Photo.objects.exists()


def test_half_a_file_is_refused(client: APIClient, photo_jpeg: bytes) -> None:
    half = photo_jpeg[: len(photo_jpeg) // 2]
    answer = client.post(URL, {"file": uploaded(half)}, format="multipart")
    assert answer.status_code == 400
    assert "truncated" in answer.json()["error"]["message"]


def _bomb(side: int) -> bytes:
    """A PNG of some kilobytes that would be side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    head = side.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    rows = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(client: APIClient) -> None:
    answer = client.post(URL, {"file": uploaded(_bomb(60_000), "a.png")}, format="multipart")
    assert answer.status_code == 400
    assert "3,600,000,000 pixels" in answer.json()["error"]["message"]


def test_limits_of_pixels_bytes_and_count(
    client: APIClient, set_options: SetOptions, photo_jpeg: bytes
) -> None:
    set_options(max_pixels=100)
    sent = client.post(URL, {"file": uploaded(photo_jpeg)}, format="multipart")
    assert (sent.status_code, sent.json()["error"]["code"]) == (400, "invalid_image")
    set_options(max_pixels=10**8, max_bytes=1024)
    sent = client.post(URL, {"file": uploaded(photo_jpeg)}, format="multipart")
    assert (sent.status_code, sent.json()["error"]["code"]) == (413, "too_large")
    set_options(max_bytes=10**8, max_files=1)
    assert client.post(URL, {"file": uploaded(photo_jpeg)}, format="multipart").status_code == 201
    sent = client.post(URL, {"file": uploaded(photo_jpeg)}, format="multipart")
    assert (sent.status_code, sent.json()["error"]["code"]) == (409, "too_many_photos")


def test_a_long_body_is_refused_by_its_announced_length(client: APIClient) -> None:
    answer = client.post(URL, {}, format="multipart", CONTENT_LENGTH="200000000")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\an\\bà ngoại.jpg", "bà ngoại.jpg"),
        ("a\x00b\nc.jpg", "abc.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("...", "photo"),
        ("", "photo"),
        ("x" * 400 + ".jpg", "x" * 255),
        ("<img src=x>.jpg", "<img src=x>.jpg"),
    ],
)
def test_names_are_text_and_never_a_path(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_a_clients_name_leaves_no_trace_among_the_files(
    client: APIClient, photo_jpeg: bytes
) -> None:
    sent = {"file": uploaded(photo_jpeg, "../../evil.jpg")}
    photo = client.post(URL, sent, format="multipart").json()
    assert photo["name"] == "evil.jpg"
    folders, found = default_storage.listdir(f"photos/{photo['id']}")
    assert (folders, sorted(found)) == ([], ["look.jpg", "original"])


def test_photographs_past_their_day_are_deleted(
    client: APIClient, set_options: SetOptions, photo_jpeg: bytes
) -> None:
    set_options(retention_days=7)
    photo = client.post(URL, {"file": uploaded(photo_jpeg)}, format="multipart").json()
    kept = Photo.objects.get(id=photo["id"])
    assert kept.expires is not None
    assert abs(kept.expires - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert delete_expired() == 0
    Photo.objects.filter(id=kept.id).update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{URL}/{kept.id}").status_code == 404
    assert delete_expired() == 1
    assert not default_storage.exists(files.original(kept.id))


def test_what_is_not_there_is_not_found(client: APIClient) -> None:
    for address in ("", "/original", "/view", "/suggest?x=1&y=1", "/versions"):
        answer = client.get(f"{URL}/{uuid4()}{address}")
        assert answer.status_code == 404, address
        assert answer.json()["error"]["code"] == "not_found"
    assert client.get(f"{URL}/12").status_code == 404
