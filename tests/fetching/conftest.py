"""A loopback server that answers as a test says, byte by byte, and remembers who asked for what."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Site:
    """Serves `pages`, each a function that writes the whole answer; `asked` are the request heads that came."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.pages: dict[str, Say] = {}
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, path: str, answer: bytes) -> None:
        """Answer `path` with these bytes."""

        async def say(writer: asyncio.StreamWriter) -> None:
            writer.write(answer)

        self.pages[path] = say

    def redirects(self, path: str, location: str, status: int = 302) -> None:
        """Send whoever asks for `path` to `location`."""
        self.says(path, f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            await self.pages[head.split(" ")[1]](writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has seen enough, which is what some tests are about
        finally:
            writer.close()


Start = Callable[..., Awaitable[Site]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts sites: `await start()`, `await start(host="127.0.0.2", tls=context)`."""
    async with AsyncExitStack() as stack:

        async def started(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Site:
            site = Site()
            server = await asyncio.start_server(site.serve, host, 0, ssl=tls)
            stack.callback(server.close)
            site.port = server.sockets[0].getsockname()[1]
            return site

        yield started


@pytest.fixture
async def site(start: Start) -> Site:
    """A site on 127.0.0.1."""
    return await start()


def page(body: bytes, *headers: str) -> bytes:
    """Return an answer 200 with `body`."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers])
    return f"{head}\r\n\r\n".encode() + body
