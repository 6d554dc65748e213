"""Jobs as JSON."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tomau.server.choices import ChoiceSerializer
from tomau.server.jobs.models import Item, Job


class FailureSerializer(serializers.Serializer[Any]):
    """A photograph that could not be coloured, and why."""

    photo = serializers.UUIDField(allow_null=True, help_text="null if it was deleted")
    name = serializers.CharField()
    message = serializers.CharField()


class JobSerializer(serializers.Serializer[Any]):
    """A batch and how far it is."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    total = serializers.SerializerMethodField(help_text="photographs")
    done = serializers.SerializerMethodField(help_text="photographs that are finished or failed")
    failures = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()
    created = serializers.DateTimeField()
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)
    settings = ChoiceSerializer()

    def get_total(self, job: Job) -> int:
        return len(job.items.all())

    def get_done(self, job: Job) -> int:
        return sum(item.state != Item.State.QUEUED for item in job.items.all())

    @extend_schema_field(FailureSerializer(many=True))
    def get_failures(self, job: Job) -> list[dict[str, Any]]:
        return [
            {"photo": item.photo_id, "name": item.name, "message": item.message}
            for item in job.items.all()
            if item.state == Item.State.FAILED
        ]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_versions(self, job: Job) -> list[str]:
        return [str(item.version_id) for item in job.items.all() if item.version_id]


class JobCreateSerializer(serializers.Serializer[Any]):
    """Which photographs are coloured, and how."""

    photos = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=10_000)
    settings = ChoiceSerializer(required=False)
