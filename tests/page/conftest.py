"""The console in headless Chromium, in front of a real shim and a real Prefect server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from api.pages import CONSOLE
from tests.api.conftest import api_settings, prefect_url, ring, served
from tests.browser import chromium

__all__ = ["api_settings", "prefect_url", "ring", "served"]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium with a software renderer, so that WebGL works without a GPU."""
    async with chromium(webgl=True) as launched:
        yield launched


def vendored() -> Path:
    """Return the viewer's script, which set-up brings."""
    return CONSOLE / "vendor" / "model-viewer.min.js"
