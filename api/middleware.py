"""What every answer passes through: correlation ids, a body limit, security headers, CORS and compression."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.measuring import Measured
from api.settings import ApiSettings
from blocks.tracing import tracing
from tasks.domain.trace_context import CORRELATION_HEADER, TRACEPARENT_HEADER, Trace

TRACE_HEADERS = [CORRELATION_HEADER, TRACEPARENT_HEADER]
CONDITIONS = ["If-None-Match", "Range", "If-Range", "Last-Event-ID", "Idempotency-Key", "Prefer"]
ALLOWED_HEADERS = ["Content-Type", "X-API-Key", "X-On-Behalf-Of", "Authorization", *CONDITIONS, *TRACE_HEADERS]
EXPOSED_HEADERS = [
    *TRACE_HEADERS, "X-Job-Id", "Location", "Retry-After", "ETag", "Link", "Preference-Applied", "Content-Range",
]  # fmt: skip


def install_middleware(app: FastAPI, settings: ApiSettings, body_limits: Mapping[str, int] | None = None) -> None:
    """Wrap a top-level `app`; what is mounted inside it is covered by this.

    `body_limits` gives what lies under a prefix a limit of its own, in bytes.
    """
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, under=body_limits or {})
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=settings.cors_origin_regex,
        allow_methods=["GET", "HEAD", "POST", "DELETE"],
        allow_headers=ALLOWED_HEADERS,
        expose_headers=EXPOSED_HEADERS,
    )
    app.add_middleware(AnswerHeaders)
    app.add_middleware(Measured, name=app.title)


def correlation_id(scope: MutableMapping[str, Any]) -> str:
    """Return the id under which this request is logged and answered."""
    return str(scope.get("state", {}).get("correlation_id", ""))


class AnswerHeaders:
    """Gives each request its place in a trace, the caller's if it sent a decent one, and each answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope)
        trace = Trace.received(given.get(CORRELATION_HEADER, ""), given.get(TRACEPARENT_HEADER, "")).next_hop()
        scope.setdefault("state", {})["correlation_id"] = trace.correlation_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(trace.headers)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        with tracing(trace):
            await self._app(scope, receive, send_with_headers)


class BodyTooLarge(HTTPException):
    """The body is larger than what is taken."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"the body is larger than the {limit} bytes that are taken")


class BodyLimit:
    """Answers 413 to who reads a body of more than `max_bytes`, told from its declared length or while it arrives.

    `under` gives the paths that begin with a prefix a limit of their own.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, under: Mapping[str, int]) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._under = under

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "")
        is_declared_too_large = declared.isdigit() and int(declared) > limit
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            if is_declared_too_large:
                raise BodyTooLarge(limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLarge(limit)
            return message

        await self._app(scope, receive_within_limit, send)

    def _limit(self, path: str) -> int:
        return next((limit for prefix, limit in self._under.items() if path.startswith(prefix)), self._max_bytes)
