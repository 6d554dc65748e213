"""The built page, and what stands in its place where it was not built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest

PLACE_OF_NONCE = "__CSP_NONCE__"


@require_safe
@never_cache
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """Serve the built ``index.html``, the request's nonce filled in for styles made by script.

    The build writes `PLACE_OF_NONCE` where the nonce belongs; where it does not, a
    ``<meta property="csp-nonce">`` is put into the head.
    """
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
    try:
        html = (settings.PAGE_FOLDER / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return render(request, "tomau/not_built.html", status=200)
    if PLACE_OF_NONCE in html:
        html = html.replace(PLACE_OF_NONCE, nonce)
    else:
        meta = f'<meta property="csp-nonce" nonce="{nonce}" content="{nonce}">'
        html = html.replace("</head>", f"{meta}</head>", 1)
    return HttpResponse(html)
