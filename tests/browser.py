"""Chromium for the tests of pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from deployments import system

QUIET = ("--no-sandbox", "--disable-background-networking")
WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")  # without a GPU


@asynccontextmanager
async def chromium(*, webgl: bool) -> AsyncIterator[Browser]:
    """Run a browser inside the block, with a software renderer where the pages need WebGL."""
    flags = WEBGL if webgl else ("--disable-gpu",)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=system.browser(), args=[*QUIET, *flags])
        yield browser
        await browser.close()
