"""The try-on page on the real stack: contract, server, worker and studio as `up` starts them."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.page_tryon.conftest import Open, opened
from tests.pages import DESKTOP
from tests.pages_on_the_stack.conftest import CANVAS_PX
from tests.stack import RunningStack

WIDTH_PX, HEIGHT_PX = CANVAS_PX
SLOW_MS = 120_000


async def saved(page: Page, text: str, folder: Path) -> bytes:
    """Press a link that saves something; return what it saved."""
    async with page.expect_download() as started:
        await page.get_by_role("link", name=text).click()
    download = await started.value
    await download.save_as(folder / download.suggested_filename)
    return (folder / download.suggested_filename).read_bytes()


def decoded(data: bytes) -> np.ndarray:
    """Return a picture's pixels."""
    return np.asarray(Image.open(io.BytesIO(data)))


async def sampled(tryon: Open) -> None:
    """Take the sample, with the clicks that come with it."""
    await tryon.page.get_by_role("button", name="Sample: necklace").click()
    await expect(tryon.page.locator("#make-mask")).to_be_enabled()


async def test_from_a_photo_to_pictures_of_it_worn(browser: Browser, stack: RunningStack, tmp_path: Path) -> None:
    """Sample, mask, strokes, both pictures, slider, metrics and files: all of it in the browser, on the real stack."""
    tryon = await opened(browser, f"{stack.tryon_url}/ui/tryon/", DESKTOP)
    page = tryon.page
    await expect(page.locator("#health .text")).to_have_text("ready")
    await sampled(tryon)
    await page.click("#make-mask")
    await expect(page.locator("#steps li[aria-current=step]")).to_be_visible()
    await expect(page.locator("#show-mask")).to_be_enabled(timeout=SLOW_MS)
    await tryon.tool("add")
    await tryon.stroke((0.02, 0.02), (0.1, 0.02))
    await tryon.tool("remove")
    await tryon.stroke((0.06, 0.02), (0.1, 0.02))
    await page.click("#put-on")
    await expect(page.locator("#result")).to_be_visible(timeout=SLOW_MS)

    mask = decoded(await saved(page, "Save the mask", tmp_path))
    pictures = [decoded(await saved(page, f"Save picture {number}", tmp_path)) for number in (1, 2)]
    metrics = json.loads(await saved(page, "Save the metrics", tmp_path))
    assert mask.shape == (HEIGHT_PX, WIDTH_PX)
    assert {picture.shape for picture in pictures} == {(HEIGHT_PX, WIDTH_PX, 3)}
    row = np.flatnonzero(mask[: HEIGHT_PX // 4, : WIDTH_PX // 8].max(axis=1) > 127)
    assert row.size, "the stroke that was added is in the mask"
    across = np.flatnonzero(mask[int(np.median(row)), : WIDTH_PX // 5] > 127)
    assert across.max() < 0.07 * WIDTH_PX, "the stroke that was removed is not"
    assert np.abs(pictures[0].astype(int) - pictures[1]).mean() > 1
    for name in ("flux", "gemini"):
        assert 0.5 < metrics[name]["iou"] <= 1
    assert metrics["engines"]["GENERATING_IMAGES"] == "classical"

    await expect(page.locator("#metrics")).to_contain_text("Verdict")
    slider = page.get_by_role("slider", name="Compare the two pictures")
    await slider.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(slider).to_have_attribute("aria-valuetext", "49 % Picture 1, 51 % Picture 2")
    loaded = "nodes => nodes.map(node => node.naturalWidth)"
    assert await page.locator("#result img").evaluate_all(loaded) == [WIDTH_PX] * 4
    tryon.clean()


async def test_everything_at_once(browser: Browser, stack: RunningStack) -> None:
    """One press, under /tryon of the combined app: steps, then both pictures, and a reload shows them again."""
    tryon = await opened(browser, f"{stack.api_url}/tryon/ui/tryon/", DESKTOP)
    page = tryon.page
    await sampled(tryon)
    await page.click("#all")
    await expect(page.locator("#result")).to_be_visible(timeout=SLOW_MS)
    assert await page.locator("tr.verdict td").count() == 2
    await page.reload()
    await expect(page.locator("#result")).to_be_visible()
    tryon.clean()


async def test_a_run_is_cancelled(browser: Browser, stack: RunningStack) -> None:
    """Cancel ends the run that is under way, and says so."""
    tryon = await opened(browser, f"{stack.tryon_url}/ui/tryon/", DESKTOP)
    page = tryon.page
    await sampled(tryon)
    await tryon.click(0.01, 0.01)  # another click than before, so that the mask is not at hand
    await page.click("#all")
    await expect(page.locator("#steps li[aria-current=step]")).to_be_visible()
    await page.click("#cancel")
    await expect(page.locator("#problem")).to_have_text("Cancelled.", timeout=SLOW_MS)
    tryon.clean()
