"""Figures of one process for monitoring, in the text format of Prometheus: never a person's data, never a code.

Counting costs next to nothing: a request is one observation, pools are asked when somebody looks, and what only the
database knows is read then, by whoever composes the process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import cast

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import Scope

from .logs import route_of

Readings = Callable[[], Awaitable[list[Metric]]]
BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

router = APIRouter(tags=["operation"])


class Metrics:
    """What one process counts, web and worker alike."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.in_flight = 0
        self.streams: Callable[[], int] = lambda: 0
        ProcessCollector(registry=registry)
        self._answers = Histogram(
            "lienthong_request_seconds",
            "Time until the answer began",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=registry,
        )
        self._known: dict[tuple[str, str, int], Histogram] = {}
        under_way = Gauge("lienthong_requests_in_flight", "Requests under way, open streams too", registry=registry)
        under_way.set_function(lambda: self.in_flight)
        open_streams = Gauge("lienthong_streams_open", "Live streams that are listened to", registry=registry)
        open_streams.set_function(lambda: self.streams())  # noqa: PLW0108 - it is set later
        loop = ("loop",)
        self._turns = Counter("lienthong_worker_turns", "Turns of the worker's loops", loop, registry=registry)
        self._failures = Counter("lienthong_worker_failures", "Turns that failed", loop, registry=registry)
        self._passed = Counter("lienthong_worker_passed_over", "Rows it cannot handle", loop, registry=registry)
        self._handled = Counter("lienthong_worker_handled", "What the turns handled", loop, registry=registry)

        self._unbelieved = Counter(
            "lienthong_unbelieved_forwards", "Requests of a proxy that is not believed", registry=registry
        )
        self._told = Counter("lienthong_notice_attempts", "Notices sent", ("channel", "outcome"), registry=registry)
        self._pushed = Counter("lienthong_national_attempts", "Facts pushed", ("outcome",), registry=registry)
        self._handed_over = Counter(
            "lienthong_partner_attempts", "Posts to Open311 partners", ("outcome",), registry=registry
        )
        self._sent = Counter("lienthong_webhook_attempts", "Webhooks posted", ("outcome",), registry=registry)

    def answered(self, scope: Scope, status: int, duration_s: float) -> None:
        """Count one answer; `duration_s` until its first byte, since a stream has no last one."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        key = (method, route_of(scope), status // 100)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._answers.labels(method, key[1], f"{key[2]}xx")
        known.observe(duration_s)

    def unbelieved(self) -> None:
        """Count a request that says on whose behalf it comes, of somebody who is not believed."""
        self._unbelieved.inc()

    def turned(self, loop: str, handled: int) -> None:
        """Count a turn of one of the worker's loops that went well."""
        self._turns.labels(loop).inc()
        self._handled.labels(loop).inc(handled)

    def passed_over(self, loop: str) -> None:
        """Count a row that a turn of the loop could not handle, and that kept none of the others waiting."""
        self._passed.labels(loop).inc()

    def posted(self, outcome: str) -> None:
        """Count one attempt to deliver a webhook."""
        self._sent.labels(outcome).inc()

    def told(self, channel: str, outcome: str) -> None:
        """Count one attempt to send a notice."""
        self._told.labels(channel, outcome).inc()

    def pushed(self, outcome: str) -> None:
        """Count one attempt to tell the national portal."""
        self._pushed.labels(outcome).inc()

    def handed_over(self, outcome: str) -> None:
        """Count one attempt to tell a partner."""
        self._handed_over.labels(outcome).inc()

    def failed(self, loop: str) -> None:
        """Count a turn of one of the worker's loops that failed."""
        self._turns.labels(loop).inc()
        self._failures.labels(loop).inc()


class _Given(Collector):
    """Figures that have been read already."""

    def __init__(self, figures: list[Metric]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        return self._figures


def written(figures: list[Metric]) -> bytes:
    """The figures in the text format."""
    registry = CollectorRegistry()
    registry.register(_Given(figures))
    return generate_latest(registry)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Số liệu vận hành cho giám sát. Figures for monitoring, in the text format of Prometheus.

    Answers also when the database is away: `lienthong_database_up` is 0 then. Keep it inside your own network.
    """
    state = request.app.state
    readings = await cast("Readings", state.readings)()
    content = generate_latest(cast("Metrics", state.metrics).registry) + written(readings)
    return Response(content, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})
