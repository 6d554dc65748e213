"""Colouring without keeping; what is too large for an answer at once becomes a job."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings

from tomau.server import coloring, previews
from tomau.server.choices import as_choice, as_json
from tomau.server.jobs.services import create_job
from tomau.server.photos.models import Photo
from tomau.server.photos.services import add_photo, read_upload
from tomau.server.pool import shared_pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomau.edits.suggestions import Suggestion
    from tomau.server.accounts.models import User
    from tomau.server.jobs.models import Job


def color(owner: User, given: Mapping[str, Any]) -> coloring.Result | Job:
    """Colour an uploaded picture; a large one is kept and becomes a job.

    Raises:
        ImageReadError: it is no picture, damaged, or of too many pixels.
        UsageError: the settings cannot be carried out.
        ApiError: it is too large a file, or too many pictures wait.
    """
    image = given["image"]
    content = read_upload(image)
    kept = as_json(given["choice"])
    paint = read_upload(given["scribbles"]) if "scribbles" in given else None
    references = [(file.name or "", read_upload(file)) for file in given.get("reference", ())]
    choice = as_choice(kept, references=[file for _, file in references], paint=paint)
    wanted, most = given.get("format"), settings.OPTIONS.inline_pixels
    try:
        return shared_pool().run(
            coloring.colorize,
            content,
            choice,
            wanted=wanted,
            most_pixels=most,
            with_look=False,
        )
    except coloring.LargePictureError:
        photo = add_photo(owner, image.name or "", content)
        kept["references"] = [
            str(add_photo(owner, name, file, kind=Photo.Kind.REFERENCE).id)
            for name, file in references
        ]
        return create_job(owner, [photo], kept, paint=paint, wanted=wanted or "")


def color_as_jpeg(upload: Any) -> bytes:
    """Colour an uploaded picture by the default model, as the study's page asks for it.

    Raises:
        ImageReadError: it is no picture, damaged, or of too many pixels.
        ApiError: it is too large a file, or too many pictures wait.
    """
    content = read_upload(upload)
    result = shared_pool().run(
        coloring.colorize, content, coloring.Choice(), wanted="JPEG", with_look=False
    )
    return result.content


def suggest(given: Mapping[str, Any]) -> tuple[Suggestion, ...]:
    """Name plausible colours of a place in an uploaded picture.

    Raises:
        ImageReadError: it is no picture, damaged, or of too many pixels.
        UsageError: the place lies outside, or the model tells none.
        ApiError: it is too large a file, or too many pictures wait.
    """
    content = read_upload(given["image"])
    key = hashlib.sha256(content).hexdigest()
    return previews.suggestions(
        key, lambda: content, given["x"], given["y"], model=given["model"], size=given["size"]
    )
