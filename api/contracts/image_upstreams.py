"""The two servers that the image contracts pass requests on to: Dual Gen, and a language model's."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from api.contracts.image_envelope import ContractError
from blocks.images.settings import ImageSettings
from blocks.settings import is_given
from blocks.tracing import outgoing_headers

MAX_ANSWER_BYTES = 64 * 1024 * 1024
CONNECT_TIMEOUT_S = 10.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # who listens on all addresses is called on its own machine


@dataclass(frozen=True)
class Said:
    """A server's answer."""

    status: int
    headers: httpx.Headers
    data: bytes

    @property
    def media_type(self) -> str:
        """What the answer says it is."""
        return str(self.headers.get("content-type", "application/octet-stream"))


class Unreachable(ContractError):
    """No connection, or one that broke."""

    def __init__(self, name: str) -> None:
        super().__init__("SERVICE_UNAVAILABLE", f"{name} cannot be reached")


class TookTooLong(ContractError):
    """No answer in time."""

    def __init__(self, name: str, timeout_s: float) -> None:
        super().__init__("TIMEOUT", f"{name} took longer than {timeout_s:g} s")


class Upstream:
    """One server. Open it with `async with`."""

    def __init__(self, name: str, url: str, key: SecretStr | None = None) -> None:
        self.name = name
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key and is_given(key) else {}
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        checked = self.url.startswith("https:")  # plain HTTP has no certificates to check, and reading them takes time
        client = httpx.AsyncClient(verify=checked, limits=httpx.Limits(max_keepalive_connections=8))
        self._client = await self._opened.enter_async_context(client)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        timeout_s: float,
        query: str = "",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        max_bytes: int = MAX_ANSWER_BYTES,
    ) -> Said:
        """Return the answer, whatever its status; redirects are not followed.

        Raises Unreachable, TookTooLong, and ContractError for an answer of more than `max_bytes`.
        """
        if not self.url:
            raise ContractError("SERVICE_UNAVAILABLE", f"{self.name} is not configured")
        url = f"{self.url}/{quote(path.lstrip('/'))}{f'?{query}' if query else ''}"
        sent = {"Accept-Encoding": "identity"} | self._headers | outgoing_headers() | (headers or {})
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s))
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._client.stream(method, url, content=body or None, headers=sent, timeout=timeout) as answer,
            ):
                return Said(answer.status_code, answer.headers, await self._bounded(answer, max_bytes))
        except httpx.ConnectTimeout as error:
            raise Unreachable(self.name) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise TookTooLong(self.name, timeout_s) from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Unreachable(self.name) from error

    async def _bounded(self, answer: httpx.Response, max_bytes: int) -> bytes:
        data = bytearray()
        async for chunk in answer.aiter_raw():
            data += chunk
            if len(data) > max_bytes:
                raise ContractError("SERVICE_UNAVAILABLE", f"{self.name} answers with more than {max_bytes} bytes")
        return bytes(data)


def dual_gen(settings: ImageSettings) -> Upstream:
    """Return Dual Gen: the one that the settings name, or else that of this process."""
    host = ANYWHERE.get(settings.dual_gen_host, settings.dual_gen_host)
    return Upstream("Dual Gen", settings.dual_gen_url or f"http://{host}:{settings.dual_gen_port}")


def language_models(settings: ImageSettings) -> Upstream:
    """Return the language model's server; its URL ends in /v1, and is empty when there is none."""
    return Upstream("the language model's server", settings.lm_studio_url, settings.llm_api_key)
