"""The console in headless Chromium, in front of a real shim and a real Prefect server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request

from api.pages import CONSOLE
from tests.api.conftest import api_settings, prefect_url, ring, served
from tests.browser import chromium

__all__ = ["api_settings", "prefect_url", "ring", "served"]

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 720}


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


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium with a software renderer, so that WebGL works without a GPU."""
    async with chromium(webgl=True) as launched:
        yield launched


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
    return seen


def vendored() -> Path:
    """Return the viewer's script, which set-up brings."""
    return CONSOLE / "vendor" / "model-viewer.min.js"
