"""``python -m tomau.server schema``: the OpenAPI document as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


class Command(BaseCommand):
    """Print the OpenAPI document."""

    help = "Print the OpenAPI document: python -m tomau.server schema > docs/openapi.json"
    requires_system_checks = ()

    def handle(self, *_: Any, **options: Any) -> None:
        """Print it, checked against the specification of OpenAPI."""
        del options
        self.stdout.write(openapi_document(), ending="")


def openapi_document() -> str:
    """The OpenAPI document as JSON that can be compared line by line."""
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    validate_schema(document)  # type: ignore[no-untyped-call]
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
