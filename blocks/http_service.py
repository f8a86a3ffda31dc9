"""The block that a service behind HTTP is: tried once, with errors that say whose fault it is.

Whether to try again is the caller's policy. A connection that fails, a time-out, an overload, a fault of the service's
own and a reply that breaks off may pass; a refusal and a reply of the wrong form will not.
"""

import asyncio
import json
import ssl
from abc import ABC
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

import httpx
from prefect.blocks.core import Block
from pydantic import Field

from blocks.fetching import PASSING
from blocks.replies import Reply
from blocks.tracing import outgoing_headers
from tasks.domain.errors import MissingKey, UpstreamError

MAX_REPLY_BYTES = 128 * 1024 * 1024  # four pictures of a canvas as base64 are a quarter of it
MAX_DETAIL = 300


class Refused(UpstreamError):
    """The service answered with an HTTP status that is no success."""

    def __init__(self, service: str, status: int, said: str) -> None:
        self.status = status
        self.said = said
        detail = f"answers HTTP {status}{': ' if said else ''}{said}"
        super().__init__(service, detail, retryable=status >= 500 or status in PASSING)

    def __reduce__(self) -> tuple[object, ...]:
        return Refused, (self.service, self.status, self.said)


class HttpService(Block, ABC):
    """A service behind `url` that takes and gives JSON."""

    service: ClassVar[str]
    variable: ClassVar[str]

    url: str = Field(description="Without it the service is missing")
    connect_timeout_s: float = Field(10, gt=0)

    async def get(self, path: str, timeout_s: float) -> Reply:
        """Return what the service answers to GET `path` within `timeout_s`.

        Raises UpstreamError: Refused for any status but 2xx. Raises MissingKey without a URL.
        """
        return self._reply(await self._ask("GET", path, None, timeout_s))

    async def post(
        self, path: str, body: dict[str, Any], timeout_s: float, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Return what the service answers to `body` within `timeout_s`; raises what `get` does."""
        return self._reply(await self._ask("POST", path, body, timeout_s, headers))

    async def download(self, path: str, timeout_s: float) -> bytes:
        """Return the bytes, up to MAX_REPLY_BYTES, that lie at `path`; raises what `get` does."""
        return await self._ask("GET", path, None, timeout_s)

    async def reach(self, path: str, timeout_s: float) -> None:
        """Raise what `get` would, whatever form a successful answer has."""
        await self._ask("GET", path, None, timeout_s)

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        timeout_s: float,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        if not self.url:
            raise MissingKey(self.service, self.variable)
        try:
            async with asyncio.timeout(timeout_s):
                status, data = await self._exchange(method, path, body, timeout_s, headers or {})
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise UpstreamError(self.service, f"{self.variable} is no URL: {error}") from error
        except httpx.ConnectTimeout as error:
            raise UpstreamError(self.service, "takes no connection on in time", retryable=True) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise UpstreamError(self.service, f"took longer than {timeout_s:g} s", retryable=True) from error
        except httpx.TransportError as error:
            detail = str(error) or type(error).__name__
            raise UpstreamError(self.service, f"cannot be read: {detail}", retryable=True) from error
        if not httpx.codes.is_success(status):
            raise Refused(self.service, status, _said(data))
        return data

    async def _exchange(
        self, method: str, path: str, body: dict[str, Any] | None, timeout_s: float, extra: Mapping[str, str]
    ) -> tuple[int, bytes]:
        timeout = httpx.Timeout(timeout_s, connect=min(self.connect_timeout_s, timeout_s))
        headers = {
            "Accept": "application/json, */*;q=0.5",
            "Accept-Encoding": "identity",
            **outgoing_headers(),
            **extra,
        }
        async with (
            httpx.AsyncClient(timeout=timeout, verify=_tls(self.url)) as client,
            client.stream(method, f"{self.url.rstrip('/')}{path}", json=body, headers=headers) as answer,
        ):
            return answer.status_code, await self._bounded(answer)

    async def _bounded(self, answer: httpx.Response) -> bytes:
        """Read the body as it was sent: packed bytes, which nobody asked for, are no JSON, and are never unpacked."""
        data = bytearray()
        async for chunk in answer.aiter_raw():
            data += chunk
            if len(data) > MAX_REPLY_BYTES:
                raise UpstreamError(self.service, f"answers with more than {MAX_REPLY_BYTES} bytes")
        return bytes(data)

    def _reply(self, data: bytes) -> Reply:
        try:
            parsed = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise UpstreamError(self.service, "answers with something that is no JSON", retryable=True) from error
        if not isinstance(parsed, dict):
            raise UpstreamError(self.service, f"answers with a {type(parsed).__name__} instead of an object")
        return Reply(self.service, parsed)


def _said(data: bytes) -> str:
    """Return what a refusal says of itself, on one line: its `detail` or `error`, or the beginning of its text."""
    text = data[: 4 * MAX_DETAIL].decode(errors="replace")
    try:
        parsed = json.loads(data[: 64 * 1024])
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        text = str(parsed.get("detail") or parsed.get("error") or parsed.get("message") or text)
    return " ".join(text.split())[:MAX_DETAIL]


def _tls(url: str) -> ssl.SSLContext | bool:
    """Return the certificates to check, read once a process; plain HTTP has none to check, and redirects none to go."""
    return _certificates() if url.startswith("https:") else False


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()
