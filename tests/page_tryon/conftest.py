"""The try-on page in headless Chromium, in front of a fake of its contract. One browser serves a module's tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests import pages
from tests.page_tryon.fake import FakeTryOn, photo
from tests.pages import DESKTOP, Visit, browser, close_pages, open_as, origin

__all__ = ["browser", "origin"]


@dataclass
class Open(pages.Open):
    """An open try-on page, and how to use it."""

    @property
    def canvas(self) -> Locator:
        return self.page.locator("#canvas")

    async def give(self, data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
        """Choose a file."""
        await self.page.set_input_files("#picture", {"name": name, "mimeType": kind, "buffer": data})

    async def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where on the screen a place of the photo is, given in fractions."""
        await self.canvas.scroll_into_view_if_needed()
        box = await self.canvas.bounding_box()
        assert box
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    async def click(self, x: float, y: float) -> None:
        """Click on a place of the photo."""
        await self.page.mouse.click(*await self.place(x, y))

    async def tool(self, name: str) -> None:
        """Choose what a click does."""
        await self.page.locator(f"label:has(input[value={name}])").click()

    async def stroke(self, *places: tuple[float, float]) -> None:
        """Paint along places of the photo."""
        await self.page.mouse.move(*await self.place(*places[0]))
        await self.page.mouse.down()
        for place in places[1:]:
            await self.page.mouse.move(*await self.place(*place), steps=3)
        await self.page.mouse.up()

    async def marked(self, width: int = 300, height: int = 400) -> None:
        """Give a photo and click on its middle."""
        await self.give(photo(width, height))
        await expect(self.canvas).to_be_visible()
        await self.click(0.5, 0.5)


opened = partial(open_as, Open)


@pytest.fixture
def fake() -> FakeTryOn:
    """The contract's fake."""
    return FakeTryOn()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, origin: str) -> AsyncIterator[Visit]:
    """Opens the page, in any window and colour scheme; closed when the test ends."""

    async def open_page(size: dict[str, int] = DESKTOP, scheme: str = "light") -> Open:
        return await opened(browser, f"{origin}/ui/tryon/", size, scheme)

    yield open_page
    await close_pages(browser)
