"""Jobs as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tomau.server.catalog import DEFAULT
from tomau.server.choices import ChoiceSerializer, FiniteFloatField
from tomau.server.jobs.models import Item, Job
from tomau.server.jobs.selectors import film_of


class FailureSerializer(serializers.Serializer[Any]):
    """A photograph that could not be coloured, and why."""

    photo = serializers.UUIDField(allow_null=True, help_text="null if it was deleted")
    name = serializers.CharField()
    message = serializers.CharField()


class FilmSerializer(serializers.Serializer[Any]):
    """The film of a job that colours one."""

    name = serializers.CharField()
    bytes = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True, help_text="null where the file does not tell")
    frames = serializers.IntegerField(source="total", allow_null=True, help_text="about; or null")
    result_bytes = serializers.IntegerField(allow_null=True, help_text="null until it is done")


class FilmUploadSerializer(serializers.Serializer[Any]):
    """A film, and how it is coloured."""

    film = serializers.FileField(allow_empty_file=True, max_length=10_000)
    model = serializers.CharField(default=DEFAULT, max_length=255)
    size = serializers.IntegerField(min_value=32, max_value=1024, required=False)
    strength = FiniteFloatField(min_value=0, max_value=3, default=1.0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the settings by the same rules as everywhere."""
        given = {name: attrs[name] for name in ("model", "size", "strength") if name in attrs}
        choice = ChoiceSerializer(data=given)
        choice.is_valid(raise_exception=True)
        return {"film": attrs["film"], "choice": choice.validated_data}


class JobSerializer(serializers.Serializer[Any]):
    """A batch of photographs, or a film, and how far it is."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    total = serializers.SerializerMethodField(
        help_text="photographs; of a film frames, 0 where nobody knows"
    )
    done = serializers.SerializerMethodField(
        help_text="photographs that are finished or failed; of a film frames"
    )
    failures = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()
    created = serializers.DateTimeField()
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)
    settings = ChoiceSerializer()
    film = serializers.SerializerMethodField()

    def get_total(self, job: Job) -> int:
        film = film_of(job)
        if film is not None:
            return max(film.total or 0, film.done)
        return len(job.items.all())

    def get_done(self, job: Job) -> int:
        film = film_of(job)
        if film is not None:
            return film.done
        return sum(item.state != Item.State.QUEUED for item in job.items.all())

    @extend_schema_field(FailureSerializer(many=True))
    def get_failures(self, job: Job) -> list[dict[str, Any]]:
        film = film_of(job)
        if film is not None and film.message:
            return [{"photo": None, "name": film.name, "message": film.message}]
        return [
            {"photo": item.photo_id, "name": item.name, "message": item.message}
            for item in job.items.all()
            if item.state == Item.State.FAILED
        ]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_versions(self, job: Job) -> list[str]:
        return [str(item.version_id) for item in job.items.all() if item.version_id]

    @extend_schema_field(FilmSerializer(allow_null=True))
    def get_film(self, job: Job) -> dict[str, Any] | None:
        film = film_of(job)
        return None if film is None else FilmSerializer(film).data


class JobCreateSerializer(serializers.Serializer[Any]):
    """Which photographs are coloured, and how."""

    photos = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=10_000)
    settings = ChoiceSerializer(required=False)
