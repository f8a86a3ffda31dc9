"""The one way in which the project calls a URL that came from outside: guarded, bounded and pinned.

httpcore does the HTTP. Underneath it, every connection looks its host up once, refuses it unless all its addresses
are public, and goes to one of those very addresses, while TLS still checks the certificate for the name.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Annotated, Any

import httpcore
import httpx
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from blocks.public_addresses import Address, Network, Resolver, checked_url, public_addresses
from blocks.tracing import outgoing_headers
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.pictures import sniff

MAX_BYTES = 32 * 1024 * 1024
MAX_REDIRECTS = 5
HEAD_BYTES = 4096
REDIRECTS = {301, 302, 303, 307, 308}
PASSING = {408, 425, 429}
FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
PATIENCE = {"timeout": {"connect": 10.0}}  # with one address, so that the next one gets its turn before the deadline
KNOWN_AS = {"User-Agent": "atelier", "Accept": "*/*", "Accept-Encoding": "identity"}


class FetchSettings(BaseSettings):
    """Whom the fetcher may call. Every field is the environment variable ATELIER_FETCH_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_FETCH_", extra="ignore")

    allow: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Networks beside the public Internet, comma separated: 10.1.0.0/16,127.0.0.1/32"
    )

    @field_validator("allow", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


@dataclass(frozen=True)
class Fetched:
    """What lay behind a URL; `media_type` is told from the bytes, `url` is where the redirects ended."""

    data: bytes
    media_type: str
    url: str


class Fetcher:
    """Calls public URLs. `network` makes the connections, `resolver` looks names up, `allow` adds networks.

    Every failure of the other side is an UpstreamError of its host; every refusal an InvalidInput of the field.
    """

    def __init__(
        self,
        *,
        allow: Iterable[Network] | None = None,
        resolver: Resolver | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow = FetchSettings().allow if allow is None else tuple(allow)
        self._resolver = resolver
        self._network = network or httpcore.AnyIOBackend()
        self._tls = tls or _system_tls()

    async def fetch(
        self, url: str, *, field: str = "url", max_bytes: int = MAX_BYTES, timeout_s: float = 30
    ) -> Fetched:
        """Return the bytes behind `url`, at most `max_bytes`, within `timeout_s` for everything together.

        Raises InvalidInput for a forbidden target or too many bytes, UpstreamError for any other failure.
        """
        target = checked_url(url, field=field)
        async with _deadline(target.host, timeout_s):
            for _ in range(MAX_REDIRECTS + 1):
                found = await self._get(target, field, max_bytes)
                if isinstance(found, Fetched):
                    return found
                target = found
        raise UpstreamError(target.host, f"redirects more than {MAX_REDIRECTS} times")

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, field: str = "url", timeout_s: float = 30
    ) -> int:
        """Send `body` to `url`, follow nothing, read no answer, and return its status.

        Raises InvalidInput for a forbidden target, UpstreamError when there is no answer.
        """
        target = checked_url(url, field=field)
        async with (
            _deadline(target.host, timeout_s),
            self._exchange("POST", target, field, headers=headers, body=body) as answer,
        ):
            return answer.status

    async def check(self, url: str, *, field: str = "url", timeout_s: float = 5) -> None:
        """Raise InvalidInput if `url` is none that would be called, UpstreamError if its name cannot be looked up."""
        target = checked_url(url, field=field)
        async with _deadline(target.host, timeout_s):
            await self._addresses(target.host, target.port or 0, field)

    async def _get(self, target: httpx.URL, field: str, max_bytes: int) -> Fetched | httpx.URL:
        """Return what `target` holds, or where it sends us."""
        async with self._exchange("GET", target, field) as answer:
            headers = httpx.Headers(answer.headers)
            if answer.status in REDIRECTS and "location" in headers:
                return _redirected(target, headers["location"], field)
            if answer.status != httpx.codes.OK:
                passing = answer.status >= 500 or answer.status in PASSING
                raise UpstreamError(target.host, f"answers HTTP {answer.status}", retryable=passing)
            if headers.get("content-encoding", "identity").lower() != "identity":  # never unpacked: it may be a bomb
                raise UpstreamError(target.host, "sends compressed bytes although it was asked not to")
            data = await _bounded(answer, headers, field, max_bytes)
        return Fetched(data, sniff(data[:HEAD_BYTES], complete=len(data) <= HEAD_BYTES), str(target))

    @asynccontextmanager
    async def _exchange(
        self, method: str, target: httpx.URL, field: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> AsyncIterator[httpcore.Response]:
        """Send one request on a connection of its own and yield the answer, its body unread."""
        guarded = _Guarded(self._network, partial(self._addresses, field=field))
        address = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        sent = {"Host": target.netloc.decode(), **KNOWN_AS, **outgoing_headers(), **(headers or {})}
        try:
            async with (
                httpcore.AsyncConnectionPool(ssl_context=self._tls, network_backend=guarded) as pool,
                pool.stream(method, address, headers=list(sent.items()), content=body, extensions=PATIENCE) as answer,
            ):
                yield answer
        except FAILURES as error:
            detail = str(error) or type(error).__name__
            raise UpstreamError(target.host, f"cannot be read: {detail}", retryable=True) from error

    async def _addresses(self, host: str, port: int, field: str) -> list[Address]:
        return await public_addresses(host, port, field=field, allow=self._allow, resolver=self._resolver)


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to hosts whose every address is public, at one of the addresses that were checked."""

    def __init__(self, network: httpcore.AsyncNetworkBackend, look_up: Resolver) -> None:
        self._network = network
        self._look_up = look_up

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers."""
        addresses = await self._look_up(host, port)
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._network.connect_tcp(str(address), port, *args, **kwargs)
        return await self._network.connect_tcp(str(addresses[-1]), port, *args, **kwargs)


async def _bounded(answer: httpcore.Response, headers: httpx.Headers, field: str, max_bytes: int) -> bytes:
    """Read the body; raises InvalidInput as soon as it is declared, or turns out, larger than `max_bytes`."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise InvalidInput(field, f"{declared} bytes; at most {max_bytes} are taken")
    data = bytearray()
    async for chunk in answer.aiter_stream():
        data += chunk
        if len(data) > max_bytes:
            raise InvalidInput(field, f"more than the {max_bytes} bytes that are taken")
    return bytes(data)


def _redirected(target: httpx.URL, location: str, field: str) -> httpx.URL:
    try:
        return checked_url(str(target.join(location)), field=field)
    except httpx.InvalidURL as error:
        raise UpstreamError(target.host, "redirects to something that is no URL") from error


@asynccontextmanager
async def _deadline(host: str, timeout_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError as error:
        raise UpstreamError(host, f"took longer than {timeout_s:g} s", retryable=True) from error


@lru_cache(maxsize=1)
def _system_tls() -> ssl.SSLContext:
    """Certificates as httpx checks them, SSL_CERT_FILE included; made once, since it takes 20 ms."""
    return httpx.create_ssl_context()
