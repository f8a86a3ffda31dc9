"""A photo becomes a scene: given, described, changed, copied and sent."""

import base64
import json

import pytest
from playwright.async_api import expect

from tests.page_images.fake import MEASURED, FakeImages, envelope, picture
from tests.pages import Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_photo_is_described_changed_and_sent(visit: Visit, fake: FakeImages) -> None:
    """The very bytes and the words to steer by are sent; what is known and what is not is told; a change goes along."""
    scenes = await visit("scenes")
    page = scenes.page
    await expect(page.locator("#analyze")).to_be_disabled()
    await scenes.give(picture(2))
    await page.fill("#steering", "the light")
    await page.click("#analyze")
    await expect(page.locator("#verdict")).to_have_text("Fits the schema")
    asked = fake.asked("analyze")
    assert base64.b64decode(asked.pop("image_base64")) == picture(2)
    assert asked == {"mime": "image/png", "steering": "the light"}
    await expect(page.locator("#described-by")).to_have_text("Measured, not seen by a model")
    await expect(page.locator("#notes")).to_contain_text("What the things are is not known.")
    await expect(page.locator("#palette span")).to_have_count(3)
    await expect(page.get_by_label("Mood")).to_have_value("calm")
    await page.get_by_label("Mood").fill("stormy")
    assert json.loads(await page.input_value("#text"))["mood"] == "stormy"
    await page.click("#send")
    await expect(page.locator("#sent")).to_contain_text("Sent.")
    sent = fake.asked("send")
    assert sent["mood"] == "stormy"
    assert "analysis" not in sent
    link = page.get_by_role("link", name="Watch it being drawn")
    assert (await link.get_attribute("href") or "").endswith("/image/dual-gen/ui/images/#job=job-1")
    await link.click()
    await expect(page.locator("#job-title")).to_have_text(MEASURED["scene"])
    scenes.clean()


async def test_samples_and_bad_files(visit: Visit, fake: FakeImages) -> None:
    """A sample is a photo; what is none is refused before anything is sent."""
    scenes = await visit("scenes")
    page = scenes.page
    await scenes.give(b"no picture", "notes.txt", "text/plain")
    await expect(page.locator("#picture-problem")).to_contain_text("notes.txt is not a picture")
    await scenes.give(picture(1)[:60], "cut.png")
    await expect(page.locator("#picture-problem")).to_contain_text("cut.png cannot be read")
    await expect(page.locator("#analyze")).to_be_disabled()
    await page.get_by_role("button", name="Sapphire ring").click()
    await expect(page.locator("#drop-text")).to_have_text("ring.jpg")
    await expect(page.locator("#analyze")).to_be_enabled()
    assert fake.bodies == []
    scenes.clean()


async def test_refusals_are_told_and_a_second_try_is_possible(visit: Visit, fake: FakeImages) -> None:
    """In the service's words; the photo stays."""
    scenes = await visit("scenes")
    page = scenes.page
    await scenes.give(picture(1))
    fake.refusal = envelope(422, "LM_STUDIO_ERROR", "the model's answer is no scene: mood is missing")
    await page.click("#analyze")
    await expect(page.locator("#problem")).to_have_text("the model's answer is no scene: mood is missing")
    await expect(page.locator("#empty")).to_be_visible()
    fake.refusal = None
    await page.click("#analyze")
    await expect(page.locator("#verdict")).to_have_text("Fits the schema")
    await expect(page.locator("#problem")).to_be_hidden()
    fake.refusal = envelope(502, "SERVICE_UNAVAILABLE", "Dual Gen cannot be reached")
    await page.click("#send")
    await expect(page.locator("#problem")).to_have_text("Dual Gen cannot be reached")
    await expect(page.locator("#sent")).to_be_hidden()


async def test_photo_and_scene_survive_a_reload(visit: Visit, fake: FakeImages) -> None:
    """With what was changed; and what a model described says which."""
    fake.scene = {**MEASURED, "analysis": {"by": "model", "model": "llava"}}
    scenes = await visit("scenes")
    page = scenes.page
    await scenes.give(picture(1))
    await page.click("#analyze")
    await expect(page.locator("#described-by")).to_have_text("Described by llava")
    await page.get_by_label("Style").fill("etching")
    await page.reload()
    await expect(page.get_by_label("Style")).to_have_value("etching")
    await expect(page.locator("#drop-text")).to_have_text("ring.png")
    assert len(fake.bodies) == 1
    scenes.clean()
