"""Entries of a survey from what somebody has in the studio: versions, and true photographs."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from tomau.evaluation.survey import TRUTH_MODEL
from tomau.evaluation.survey.entries import Entry
from tomau.evaluation.survey.viewing import viewing_jpeg
from tomau.server import files
from tomau.server.errors import ApiError
from tomau.server.photos.models import Photo, Version

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from tomau.server.accounts.models import User


def gather(owner: User, versions: Sequence[uuid.UUID], truths: Sequence[uuid.UUID]) -> list[Entry]:
    """Entries of versions and true photographs, all of which belong to ``owner``.

    Pictures of one photograph share its name. A model that made several of them is told apart by
    its settings.

    Raises:
        ApiError: one is not there, or is somebody else's.
    """
    found = Version.objects.filter(photo__owner=owner, id__in=versions).select_related("photo")
    by_id = {version.id: version for version in found}
    photos = {photo.id: photo for photo in Photo.objects.filter(owner=owner, id__in=truths)}
    _refuse_missing("version", versions, by_id)
    _refuse_missing("photo", truths, photos)
    shown = [by_id[version] for version in dict.fromkeys(versions)]
    true = [photos[photo] for photo in dict.fromkeys(truths)]
    names = _photo_names([*(version.photo for version in shown), *true])
    labels = _labels(shown)
    entries = [
        Entry(
            photo=names[version.photo_id],
            model=labels[version.id],
            read=partial(_look, files.version_look(version.id)),
            version=version,
            source=version.photo,
        )
        for version in shown
    ]
    return entries + [
        Entry(
            photo=names[photo.id],
            model=TRUTH_MODEL,
            read=partial(_look, files.photo_look(photo.id)),
            kind="truth",
            source=photo,
        )
        for photo in true
    ]


def _refuse_missing(what: str, wanted: Sequence[uuid.UUID], found: dict[uuid.UUID, Any]) -> None:
    missing = [str(one) for one in wanted if one not in found]
    if missing:
        raise ApiError(
            400,
            "invalid",
            f"{len(missing)} {what}s are not there or not yours (the first: {missing[0]}); "
            "expected ids of your own",
        )


def _photo_names(photos: Sequence[Photo]) -> dict[uuid.UUID, str]:
    """Names by which photographs are told apart, without endings; twins get a number."""
    names: dict[uuid.UUID, str] = {}
    taken: Counter[str] = Counter()
    for photo in photos:
        if photo.id in names:
            continue
        stem = PurePath(photo.name).stem or photo.name
        taken[stem] += 1
        names[photo.id] = stem if taken[stem] == 1 else f"{stem} ({taken[stem]})"
    return names


def _labels(versions: Sequence[Version]) -> dict[uuid.UUID, str]:
    """What made each version: its model, with the settings where several share photo and model."""
    alike = Counter((version.photo_id, version.model) for version in versions)
    labels: dict[uuid.UUID, str] = {}
    used: Counter[tuple[Any, str]] = Counter()
    for version in versions:
        label = version.model
        if alike[version.photo_id, version.model] > 1:
            facts = version.settings
            label += f", strength {facts.get('strength', 1):g}, size {facts.get('size') or 'own'}"
        used[version.photo_id, label] += 1
        number = used[version.photo_id, label]
        labels[version.id] = label if number == 1 else f"{label} ({number})"
    return labels


def _look(place: str) -> bytes:
    return viewing_jpeg(files.read(place))
