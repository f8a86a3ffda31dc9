"""Counts requests and how soon they are answered, by what a route is and not by what a caller writes."""

import time
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
UNMATCHED = "unmatched"
HUNG_UP = 499  # the client did before there was an answer
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

REQUESTS = Counter("atelier_http_requests", "Requests answered", ["app", "method", "route", "status"])
LATENCY = Histogram(
    "atelier_http_answer_seconds", "From a request to the start of its answer", ["app", "method", "route"],
    buckets=BUCKETS_S,
)  # fmt: skip
PREFECT_CALLS = Counter("atelier_prefect_calls", "Times that Prefect's API was asked")


class Measured:
    """Measures every request of the app `name`; a stream counts when it begins."""

    def __init__(self, app: ASGIApp, *, name: str) -> None:
        self._app = app
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s, status, answered_s = time.perf_counter(), HUNG_UP, None

        async def note(message: Message) -> None:
            nonlocal status, answered_s
            if message["type"] == "http.response.start":
                status, answered_s = message["status"], time.perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            labels = self._name, _method(scope), route_of(scope)
            REQUESTS.labels(*labels, str(status)).inc()
            LATENCY.labels(*labels).observe((answered_s or time.perf_counter()) - began_s)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """Return the template of the route that was taken, such as /ring/jobs/{job_id}: a bounded set of values."""
    route: Any = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    return f"{scope.get('root_path', '')}{path}" if path else UNMATCHED
