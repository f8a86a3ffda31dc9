"""Results on the try-on page: the two pictures side by side, and what their metrics mean."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.page_tryon.acts import result, share
from tests.page_tryon.fake import FakeTryOn
from tests.pages import Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_two_pictures_are_compared_by_mouse_and_keys(visit: Visit) -> None:
    """The slider shows more of either picture by arrow keys and by mouse; other pictures can be chosen for it."""
    tryon = await visit()
    page = tryon.page
    await tryon.marked()
    await page.click("#all")
    await result(tryon)
    slider = page.get_by_role("slider", name="Compare the two pictures")
    await slider.focus()
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    assert await share(page) == 55
    await expect(slider).to_have_attribute("aria-valuetext", "55 % Picture 1, 45 % Picture 2")
    await page.keyboard.press("Home")
    assert await share(page) == 0
    box = await slider.bounding_box()
    assert box
    await page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 3)
    assert await share(page) == pytest.approx(80, abs=1)
    await page.get_by_label("Left", exact=True).select_option("Photo")
    assert await page.locator("img.left").get_attribute("alt") == "The photo, as it was prepared"
    tryon.clean()


async def test_the_metrics_have_a_verdict(visit: Visit, fake: FakeTryOn, tmp_path: Path) -> None:
    """Good is what reaches all three thresholds; engine and warnings are told, and everything can be saved."""
    tryon = await visit()
    page = tryon.page
    await tryon.marked()
    await page.click("#all")
    await result(tryon)
    await expect(page.locator("#progress")).to_be_hidden()
    await expect(page.locator("#result")).to_be_focused()
    assert abs(await page.locator("#result").evaluate("node => node.getBoundingClientRect().top")) < 60
    assert await page.locator("tr.verdict td").all_text_contents() == ["✓ Good", "✗ Look closely"]
    assert await page.locator("td.low").all_text_contents() == ["0.620 (low)", "0.610 (low)", "✗ Look closely"]
    await expect(page.locator("#engines")).to_contain_text("Picture 1: classical")
    await expect(page.locator("#notes")).to_contain_text("The lower edge of the mask was cut.")
    saved = {}
    for link in await page.locator("#downloads a").all():
        async with page.expect_download() as started:
            await link.click()
        download = await started.value
        await download.save_as(tmp_path / download.suggested_filename)
        saved[download.suggested_filename] = (tmp_path / download.suggested_filename).read_bytes()
    names = [f"jewelry-gen-1-{name}" for name in ("picture-1.jpg", "picture-2.jpg", "mask.png", "metrics.json")]
    assert list(saved) == names
    blobs = [fake.blobs[f"azure://c/{name}"] for name in ("fluxResult", "geminiResult", "mask")]
    assert list(saved.values())[:3] == blobs
    metrics: dict[str, Any] = json.loads(saved[names[3]])
    assert metrics["gemini"]["recall"] == 0.62


async def test_one_picture_is_compared_with_the_photo(visit: Visit, fake: FakeTryOn) -> None:
    """Without a second picture the page says so, and compares the first with the photo."""
    fake.second = False
    tryon = await visit()
    await tryon.marked()
    await tryon.page.click("#all")
    await result(tryon)
    assert await tryon.page.locator(".slider select").evaluate_all("nodes => nodes.map(node => node.value)") == [
        "Photo",
        "Picture 1",
    ]
    await expect(tryon.page.locator("#notes")).to_contain_text("There is no second picture")
    tryon.clean()
