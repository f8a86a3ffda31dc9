"""The 3D page on the real stack: native API, workers and studio as `up` starts them, and files that slicers read."""

import io
from pathlib import Path

import pytest
import trimesh
from playwright.async_api import Browser, expect

from tests.page_models3d.conftest import opened
from tests.pages import DESKTOP
from tests.stack import RunningStack

STUCK_MS = 300_000


async def test_from_a_wish_to_files_in_a_print_size(browser: Browser, stack: RunningStack, tmp_path: Path) -> None:
    """A wish is drawn offline and says so, a concept is built, 30 mm are asked for, and the STL has 30 mm."""
    models = await opened(browser, f"{stack.api_url}/ring/ui/models3d/", DESKTOP)
    page = models.page
    await expect(page.locator("#health .text")).to_have_text("ready", timeout=STUCK_MS)
    await models.wish("A plain 18k yellow gold band, 6 mm wide")
    await page.select_option("#count", "1")
    await page.click("#draw")
    await expect(page.locator("#concepts img")).to_have_count(1, timeout=STUCK_MS)
    await expect(page.locator("#drawn-by")).to_contain_text("offline illustrator")
    await page.get_by_role("button", name="Build concept 1").click()
    await expect(page.locator("#steps li[aria-current=step]")).to_be_visible(timeout=STUCK_MS)
    await expect(page.locator("#spin")).to_be_visible(timeout=STUCK_MS)
    await expect(page.locator("#made-by")).to_contain_text("inflation")
    await page.fill("#size-x", "30")
    await page.click("#make")
    await expect(page.locator("#files-box")).to_be_visible(timeout=STUCK_MS)
    async with page.expect_download() as started:
        await page.locator("[data-format=stl]").click()
    download = await started.value
    await download.save_as(tmp_path / "model.stl")
    mesh = trimesh.load(io.BytesIO((tmp_path / "model.stl").read_bytes()), file_type="stl")
    assert mesh.extents[0] == pytest.approx(30, abs=0.01)
    assert mesh.is_watertight
    await expect(page.locator("#figures")).to_contain_text("of the finished file")
    await page.reload()
    await expect(page.locator("#files-box")).to_be_visible(timeout=STUCK_MS)
    models.clean()


async def test_a_photo_is_built_and_the_run_cancelled(browser: Browser, stack: RunningStack) -> None:
    """The sample photo goes straight to a model; Cancel ends the run that is under way and says so."""
    models = await opened(browser, f"{stack.ring_url}/ui/models3d/?api={stack.api_url}", DESKTOP)
    page = models.page
    await page.get_by_role("button", name="Sample photo: ring").click()
    await expect(page.locator("#skip")).to_be_enabled()
    await page.click("#skip")
    await expect(page.locator("#progress")).to_be_visible()
    await page.click("#cancel")
    await expect(page.locator("#problem")).to_have_text("Cancelled.", timeout=STUCK_MS)
    assert models.seen.complaints == []
