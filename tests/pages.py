"""What tests of pages share: a watched page, how it is opened, and a browser and a fake's server for their folder.

A folder's conftest imports the fixtures and gives a `fake`, whose `app()` is served.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from tests.browser import chromium
from tests.prefect_server import Served

__all__ = ["browser", "origin"]

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 720}
SLOW_MS = 60_000  # a software renderer on a busy machine
Visit = Callable[..., Awaitable[Any]]

expect.set_options(timeout=SLOW_MS)


@dataclass
class Watched:
    """A page, and everything that it asked for or complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def strangers(self, origin: str) -> list[str]:
        """Return the requests that went elsewhere than to `origin`."""
        local = (origin, "blob:", "data:")
        return [url for url in self.requests if not url.startswith(local)]


async def watched(browser: Browser, size: dict[str, int], scheme: str = "light") -> Watched:
    """Open an empty page that is watched from its first request on."""
    context = await browser.new_context(
        viewport=size, color_scheme=scheme, reduced_motion="reduce", has_touch=size is PHONE, is_mobile=size is PHONE
    )
    seen = Watched(await context.new_page())

    def note(request: Request) -> None:
        seen.requests.append(request.url)

    seen.page.on("request", note)
    seen.page.on("console", lambda message: message.type == "error" and seen.complaints.append(message.text))
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.set_default_timeout(SLOW_MS)
    return seen


@dataclass
class Open:
    """An open page, and how to use it."""

    seen: Watched
    origin: str

    @property
    def page(self) -> Page:
        return self.seen.page

    async def give(self, data: bytes, name: str = "ring.png", kind: str = "image/png") -> None:
        """Choose a file."""
        await self.page.set_input_files("#picture", {"name": name, "mimeType": kind, "buffer": data})

    async def width(self) -> int:
        """Return how wide the page is."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth"))

    def clean(self) -> None:
        """Nothing went to strangers, and the console has no complaint."""
        assert self.seen.strangers(self.origin) == []
        assert self.seen.complaints == []


AnOpen = TypeVar("AnOpen", bound=Open)


async def open_as(
    kind: type[AnOpen], browser: Browser, url: str, size: dict[str, int] = DESKTOP, scheme: str = "light"
) -> AnOpen:
    """Open the page at `url` and wait until it knows its service; who serves it is its origin."""
    seen = await watched(browser, size, scheme)
    await seen.page.goto(url, wait_until="domcontentloaded")
    await expect(seen.page.locator("#health .text")).not_to_have_text("checking …")
    return kind(seen, "/".join(url.split("/")[:3]))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser for the module's tests, without WebGL; each has a context of its own."""
    async with chromium(webgl=False) as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="module")
async def origin(fake: Any) -> AsyncIterator[str]:
    """Where the fake and its page are."""
    served = Served()
    yield await served.start(fake.app())
    await served.stop()


async def close_pages(browser: Browser) -> None:
    """Close what a test opened."""
    for context in browser.contexts:
        await context.close()
