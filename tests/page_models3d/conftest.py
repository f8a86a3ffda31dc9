"""The 3D page in headless Chromium, in front of a fake of the native API. One browser serves a module's tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests import pages
from tests.browser import chromium
from tests.page_models3d.fake import FakeModels3d
from tests.pages import DESKTOP, Visit, close_pages, open_as, origin

__all__ = ["origin"]


@dataclass
class Open(pages.Open):
    """An open 3D page, and how to use it."""

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


opened = partial(open_as, Open)


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
async def visit(browser: Browser, origin: str) -> AsyncIterator[Visit]:
    """Opens the page, in any window and colour scheme; closed when the test ends."""

    async def open_page(size: dict[str, int] = DESKTOP, scheme: str = "light") -> Open:
        return await opened(browser, f"{origin}/ring/ui/models3d/", size, scheme)

    yield open_page
    await close_pages(browser)
