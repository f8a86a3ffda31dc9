"""The image pipeline's pages in headless Chromium, in front of a fake of its contracts. One browser serves a module."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests import pages
from tests.page_images.fake import FakeImages
from tests.pages import DESKTOP, Visit, browser, close_pages, open_as, origin

__all__ = ["browser", "origin"]

PATHS = {
    "images": "dual-gen/ui/images/",
    "gallery": "dual-gen/ui/gallery/",
    "scenes": "json-from-image/ui/scenes/",
    "editor": "create-json/ui/editor/",
}
UNNAMED = """main => [...main.querySelectorAll('input, select, textarea, button, img')].filter(
  node => !node.labels?.length && !node.textContent.trim() && !node.ariaLabel && !node.hasAttribute('alt')
    && !node.querySelector('img[alt]')).map(node => node.outerHTML)"""


@dataclass
class Open(pages.Open):
    """An open page, and how to use it."""

    async def make(self) -> None:
        """Send the form, and wait until its job is shown."""
        await self.page.click("#make")
        await expect(self.page.locator("#doing")).to_be_visible()

    async def lowest_px(self) -> float:
        """Return the height of the lowest control that can be seen."""
        controls = self.page.locator("main").locator(
            "button:visible, select:visible, input:visible:not([type=checkbox])"
        )
        heights = await controls.evaluate_all("all => all.map(node => node.getBoundingClientRect().height)")
        return min(height for height in heights if height > 1)  # radios and files lie under their labels


opened = partial(open_as, Open)


@pytest.fixture
def fake() -> FakeImages:
    """The contracts' fake."""
    return FakeImages()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, origin: str) -> AsyncIterator[Visit]:
    """Opens a page, in any window and colour scheme; closed when the test ends."""

    async def open_page(page: str, size: dict[str, int] = DESKTOP, scheme: str = "light", more: str = "") -> Open:
        return await opened(browser, f"{origin}/image/{PATHS[page]}{more}", size, scheme)

    yield open_page
    await close_pages(browser)
