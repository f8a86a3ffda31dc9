"""The 3D page in headless Chromium, in front of a fake of the native API. One browser serves a module's tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser import chromium
from tests.page.conftest import DESKTOP, Watched, watched
from tests.page_models3d.fake import FakeModels3d
from tests.prefect_server import Served

SLOW_MS = 60_000  # a software renderer on a busy machine

expect.set_options(timeout=SLOW_MS)


@dataclass
class Open:
    """An open 3D page, and how to use it."""

    seen: Watched
    origin: str

    @property
    def page(self) -> Page:
        return self.seen.page

    async def give(self, data: bytes, name: str = "ring.png", kind: str = "image/png") -> None:
        """Choose a file."""
        await self.page.set_input_files("#picture", {"name": name, "mimeType": kind, "buffer": data})

    async def wish(self, text: str = "A gold hoop") -> None:
        """Write a wish."""
        await self.page.fill("textarea#prompt", text)

    async def modelled(self) -> None:
        """Wait until the viewer shows a model, with its dimensions."""
        await expect(self.page.locator("#spin")).to_be_visible()
        await expect(self.page.locator("#lines text")).not_to_have_count(0)

    async def made(self) -> None:
        """Wait until there are files."""
        await expect(self.page.locator("#files-box")).to_be_visible()

    def clean(self) -> None:
        """Nothing went to strangers, and the console has no complaint."""
        assert self.seen.strangers(self.origin) == []
        assert self.seen.complaints == []


async def opened(
    browser: Browser, url: str, size: dict[str, int] = DESKTOP, scheme: str = "light", origin: str = ""
) -> Open:
    """Open the page at `url`; what it asks of others than `origin`, by default of who serves it, is strange."""
    seen = await watched(browser, size, scheme)
    seen.page.set_default_timeout(SLOW_MS)
    await seen.page.goto(url, wait_until="domcontentloaded")
    await expect(seen.page.locator("#health .text")).not_to_have_text("checking …")
    return Open(seen, origin or "/".join(url.split("/")[:3]))


Visit = Callable[..., Awaitable[Open]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser for the module's tests; each has a context of its own."""
    async with chromium(webgl=True) as launched:
        yield launched


@pytest.fixture
def fake() -> FakeModels3d:
    """The native API's fake."""
    return FakeModels3d()


@pytest_asyncio.fixture(loop_scope="module")
async def origin(fake: FakeModels3d) -> AsyncIterator[str]:
    """Where the fake and the page are."""
    served = Served()
    yield await served.start(fake.app())
    await served.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, origin: str) -> AsyncIterator[Visit]:
    """Opens the page, in any window and colour scheme; closed when the test ends."""

    async def open_page(size: dict[str, int] = DESKTOP, scheme: str = "light") -> Open:
        return await opened(browser, f"{origin}/ring/ui/models3d/", size, scheme)

    yield open_page
    for context in browser.contexts:
        await context.close()
