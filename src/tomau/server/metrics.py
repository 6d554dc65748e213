"""``/metrics`` for Prometheus: what this process answered, and how far the jobs are."""

from __future__ import annotations

import hmac
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily

from tomau.server.errors import page_not_found
from tomau.server.options import is_loopback
from tomau.server.pool import shared_pool
from tomau.server.previews import kept_photos

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponseBase

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of this process."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "tomau_requests", "Requests answered.", ("method", "route", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "tomau_request_seconds", "Time until the answer began.", ("method", "route"),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.registry.register(_State())


class _State:
    """What is asked at the moment of a scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Answer the pool, the previews, and from the database the jobs."""
        pool = shared_pool()
        yield _gauge("tomau_pool_taken", "Pictures in work or waiting.", pool.taken)
        yield _gauge("tomau_pool_places", "Places for them.", pool.workers + pool.queue)
        yield _gauge("tomau_previews_kept", "Prepared photographs.", len(kept_photos()))
        jobs = GaugeMetricFamily("tomau_jobs", "Jobs by state.", labels=["state"])
        for state, count in _jobs_by_state().items():
            jobs.add_metric([state], count)
        yield jobs


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _jobs_by_state() -> dict[str, int]:
    from tomau.server.jobs.models import Job

    counts = dict.fromkeys(Job.State.values, 0)
    try:
        found = Job.objects.values_list("state").annotate(count=Count("id")).order_by()
        counts.update(dict(found))
    except DatabaseError:  # the process still tells what it knows itself
        return {}
    return counts


@lru_cache(maxsize=1)
def shared_metrics() -> Metrics:
    """The counters of this process."""
    return Metrics()


class CountRequests:
    """Counts every request by its route, never by its address: ids are no labels."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Join the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer what the rest of the chain answers."""
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "unknown"
        method = request.method if request.method in _METHODS else "OTHER"
        metrics = shared_metrics()
        metrics.requests.labels(method, route, response.status_code).inc()
        metrics.seconds.labels(method, route).observe(time.perf_counter() - began)
        return response


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the counters to this machine, or to whoever has the token for it; others find nothing.

    The token is ``TOMAU_METRICS_TOKEN``, sent as bearer.
    """
    if not _may_scrape(request):
        return page_not_found(request, Exception())
    return HttpResponse(generate_latest(shared_metrics().registry), CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    token = settings.OPTIONS.metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(sent.encode(), token.encode())
    # Behind a proxy everybody seems to come from this machine.
    is_forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    return not is_forwarded and is_loopback(request.META.get("REMOTE_ADDR", ""))
