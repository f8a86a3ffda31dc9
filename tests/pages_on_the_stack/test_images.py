"""The image pages on the real stack: contracts, server, workers and the studio's endpoints, without any model."""

import json
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, expect

from tests.page_images.conftest import opened
from tests.pages import DESKTOP
from tests.stack import RunningStack

STUCK_MS = 300_000
PROMPT = "A gold ring with a round emerald on pale marble"


async def test_rounds_appear_and_hang_in_the_gallery(browser: Browser, stack: RunningStack, tmp_path: Path) -> None:
    """Two rounds on the studio's two endpoints appear one after the other; the gallery has all four, with words."""
    images = await opened(browser, f"{stack.api_url}/image/dual-gen/", DESKTOP)
    page = images.page
    await expect(page.locator("#health .text")).to_have_text("ready", timeout=STUCK_MS)
    await expect(page.locator("#services li")).to_have_count(3)
    await page.fill("#prompt", PROMPT)
    await page.fill("#count", "2")
    await page.select_option("#size", "0.5mp")
    await page.click("#make")
    await expect(page.locator(".tile").first).to_be_visible(timeout=STUCK_MS)
    await expect(page.locator(".round:not(.live)")).not_to_have_count(0, timeout=STUCK_MS)
    await expect(page.locator(".shot img")).to_have_count(4, timeout=STUCK_MS)
    await expect(page.locator("#progress")).to_be_hidden(timeout=STUCK_MS)
    await expect(page.locator("#job-facts")).to_contain_text("2 rounds · 4 pictures")

    await page.get_by_role("link", name="Gallery").click()
    await page.fill("#search", "emerald")
    await expect(page.locator(".grid .shot")).to_have_count(4)
    await page.locator(".grid .shot").first.click()
    await expect(page.locator(".lightbox .words")).to_have_text(PROMPT)
    await expect(page.locator(".lightbox dl")).to_contain_text("studio-painter")
    await expect(page.locator(".large img[src]")).to_be_visible()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download").click()
    await (await started.value).save_as(tmp_path / "picture")
    with Image.open(tmp_path / "picture") as picture:
        assert 0.45e6 < picture.width * picture.height < 0.55e6
        assert picture.width > picture.height

    await page.get_by_role("link", name="Use as start").click()
    await expect(page.locator("#drop-text")).to_contain_text("gen_")
    await page.fill("#count", "1")
    await page.click("#make")
    await expect(page.locator("#job-facts")).to_contain_text("from a picture · 2 pictures", timeout=STUCK_MS)
    images.clean()


async def test_prompts_are_written_without_a_language_model(browser: Browser, stack: RunningStack) -> None:
    """The built-in writer is named as such, and each endpoint has a prompt of its own about the concept."""
    images = await opened(browser, stack.image_urls[0], DESKTOP)
    page = images.page
    await expect(page.locator("#services")).to_contain_text("Built-in writer")
    await page.get_by_label("Let a language model write them").check()
    await page.locator("label:has(input[value=different])").click()
    await page.fill("#prompt", "a moonstone pendant")
    await page.select_option("#size", "0.5mp")
    await page.click("#make")
    await expect(page.locator(".shot img")).to_have_count(2, timeout=STUCK_MS)
    prompts = await page.locator(".round:not(.live) .words").all_text_contents()
    assert len(set(prompts)) == 2
    assert all("moonstone pendant" in prompt for prompt in prompts)
    images.clean()


async def test_a_photo_is_described_changed_and_drawn(browser: Browser, stack: RunningStack) -> None:
    """Measured offline, which is said; changed by hand; sent, and watched being drawn."""
    scenes = await opened(browser, f"{stack.api_url}/image/json-from-image/", DESKTOP)
    page = scenes.page
    await page.get_by_role("button", name="Sapphire ring").click()
    await page.click("#analyze")
    await expect(page.locator("#verdict")).to_have_text("Fits the schema", timeout=STUCK_MS)
    await expect(page.locator("#described-by")).to_have_text("Measured, not seen by a model")
    await expect(page.locator("#notes li")).not_to_have_count(0)
    await page.get_by_label("Scene", exact=True).fill("A sapphire ring on grey linen")
    await page.click("#send")
    await expect(page.locator("#sent")).to_contain_text("Sent")
    await page.get_by_role("link", name="Watch it being drawn").click()
    await expect(page.locator("#job-title")).to_have_text("A sapphire ring on grey linen")
    await expect(page.locator(".shot img")).to_have_count(2, timeout=STUCK_MS)
    scenes.clean()


async def test_a_scene_is_checked_and_drawn(browser: Browser, stack: RunningStack) -> None:
    """What does not fit the schema is named and not sent; what fits is handed on to Dual Gen, and drawn."""
    editor = await opened(browser, f"{stack.api_url}/image/create-json/", DESKTOP)
    page = editor.page
    await page.get_by_role("button", name="Pendant at dusk").click()
    scene = json.loads(await page.input_value("#text"))
    await page.fill("#text", json.dumps({**scene, "color_palette": ["silver"]}, indent=2))
    await expect(page.locator("#problems")).to_contain_text("color_palette has 1 entry; at least 3 are needed")
    await expect(page.locator("#send")).to_be_disabled()
    await page.fill("#text", json.dumps(scene))
    await page.select_option("#size", "0.5mp")
    await page.click("#send")
    await expect(page.locator("#sent")).to_contain_text("Sent")
    await page.get_by_role("link", name="Watch it being drawn").click()
    await expect(page.locator("#job-title")).to_have_text(scene["scene"])
    await expect(page.locator(".shot img")).to_have_count(2, timeout=STUCK_MS)
    editor.clean()
