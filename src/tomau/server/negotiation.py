"""What kind of answer a client gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation

if TYPE_CHECKING:
    from rest_framework.request import Request


class OneKind(BaseContentNegotiation):
    """Answers what there is, whatever ``Accept`` says: pictures as pictures, the rest as JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Choose by the type of the request's body."""
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Choose the only one."""
        del request, format_suffix
        return renderers[0], renderers[0].media_type
