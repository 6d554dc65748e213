"""All addresses. Each app has its own ``urls`` below ``/api/v1/``."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from tomau.server.health import healthz
from tomau.server.metrics import metrics
from tomau.server.oneshot.views import MainView
from tomau.server.page import page

handler400 = "tomau.server.errors.bad_request"
handler403 = "tomau.server.errors.permission_denied"
handler404 = "tomau.server.errors.page_not_found"
handler500 = "tomau.server.errors.server_error"

api = [
    path("", include("tomau.server.accounts.urls")),
    path("", include("tomau.server.photos.urls")),
    path("", include("tomau.server.jobs.urls")),
    path("", include("tomau.server.oneshot.urls")),
    path("", include("tomau.server.survey.urls")),
]

urlpatterns = [
    path("api/v1/", include(api)),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="tomau/docs.html"),
        name="docs",
    ),
    path("main/", MainView.as_view()),
    path("healthz", healthz),
    path("metrics", metrics),
    # The page's own router knows what its addresses mean.
    re_path(r"^(?!api/|static/|assets/|main/|metrics|healthz)[^.]*$", page),
]
