"""The gallery: its grid, what is found in it, one picture large, and what can be done with that."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.page_images.fake import FakeImages
from tests.pages import PHONE, Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT = ".lightbox .count"


async def test_pictures_are_there_newest_first_and_loaded_as_they_come_near(visit: Visit, fake: FakeImages) -> None:
    """Thumbnails far below are not fetched; the days are headings; scrolling down brings the rest."""
    fake.draw("A barn", 50)
    gallery = await visit("gallery", PHONE)
    page = gallery.page
    await expect(page.locator("#found")).to_have_text("100 pictures")
    first = page.locator(".grid .shot img").first
    assert (await first.get_attribute("src") or "").endswith(f"/images/{fake.gallery[0].filename}?thumbnail=1")
    await expect(page.locator(".grid h2").first).to_contain_text("2026")
    asked = [url for url in gallery.seen.requests if "/images/gen_" in url]
    assert 0 < len(asked) < 100
    for _ in range(12):
        await page.mouse.wheel(0, 4000)
        await page.wait_for_timeout(50)
    await expect(page.locator(".grid .shot")).to_have_count(100)
    gallery.clean()


async def test_what_is_searched_is_found_by_words_endpoint_and_file(visit: Visit, fake: FakeImages) -> None:
    """All words must fit, anywhere; no match is said to be none; without words all are there again."""
    fake.draw("A red barn in fog")
    fake.draw("A gold ring")
    gallery = await visit("gallery")
    page = gallery.page
    cards, search = page.locator(".grid .shot"), page.locator("#search")
    for words, number in (
        ("barn", 2),
        ("RED studio", 2),
        ("fog studio _0002", 1),
        ("_0003", 1),
        ("silver", 0),
        ("", 4),
    ):
        await search.fill(words)
        await expect(cards).to_have_count(number)
    await search.fill("silver")
    await expect(page.locator("#empty-text")).to_have_text("No picture fits.")
    await expect(page.locator("#found")).to_have_text("0 of 4 pictures")
    gallery.clean()


async def test_one_picture_large_and_on_by_keys(visit: Visit, fake: FakeImages) -> None:
    """Arrow keys, Home and End go through what was found; Esc leads back to the picture's place in the grid."""
    fake.draw("A barn", 2)
    gallery = await visit("gallery")
    page = gallery.page
    await page.locator(".grid .shot").nth(1).click()
    await expect(page.locator(COUNT)).to_have_text("2 of 4")
    await expect(page.locator(".lightbox dl")).to_contain_text("studio-painter")
    await expect(page.locator(".lightbox .words")).to_have_text("A barn")
    for key, count in (("ArrowRight", 3), ("End", 4), ("ArrowRight", 4), ("ArrowLeft", 3), ("Home", 1)):
        await page.keyboard.press(key)
        await expect(page.locator(COUNT)).to_have_text(f"{count} of 4")
    await expect(page.locator(".large .before")).to_be_disabled()
    assert page.url.endswith(f"#{fake.gallery[0].filename}")
    await page.keyboard.press("Escape")
    await expect(page.locator(".lightbox")).to_be_hidden()
    await expect(page.locator(".grid .shot").first).to_be_focused()
    assert "#" not in page.url
    gallery.clean()


async def test_a_picture_on_its_way_arrives_although_the_list_changes(visit: Visit, fake: FakeImages) -> None:
    """Who searches while a large picture is still being fetched sees it nevertheless, and can download it."""
    fake.draw("A barn")
    gallery = await visit("gallery")
    page = gallery.page
    asked, searched = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await searched.wait()
        await route.continue_()

    await page.route(lambda url: "/images/gen_" in url and "thumbnail" not in url, hold)
    await page.fill("#search", "barn")
    await page.locator(".grid .shot").first.click()
    await asked.wait()
    await expect(page.locator("#found")).to_have_text("2 of 2 pictures")
    searched.set()
    await expect(page.locator(".large img[src]")).to_be_visible()
    await expect(page.locator(".lightbox").get_by_role("link", name="Download")).to_be_visible()
    gallery.clean()


async def test_an_address_names_a_picture(visit: Visit, fake: FakeImages) -> None:
    """Who follows it sees that picture."""
    fake.draw("A barn", 2)
    named = fake.gallery[2].filename
    gallery = await visit("gallery", more=f"#{named}")
    await expect(gallery.page.locator(COUNT)).to_have_text("3 of 4")
    gallery.clean()


async def test_the_very_file_is_downloaded(visit: Visit, fake: FakeImages, tmp_path: Path) -> None:
    """Under its name in the gallery."""
    fake.draw("A barn")
    gallery = await visit("gallery")
    page = gallery.page
    await page.locator(".grid .shot").first.click()
    await expect(page.locator(".large img[src]")).to_be_visible()
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download").click()
    download = await started.value
    await download.save_as(tmp_path / "saved")
    assert download.suggested_filename == fake.gallery[0].filename
    assert (tmp_path / "saved").read_bytes() == fake.pictures[fake.gallery[0].filename]


async def test_a_picture_becomes_the_start_of_another(visit: Visit, fake: FakeImages) -> None:
    """Use as start leads to the form with that picture in it; Use its words brings prompt and seed."""
    fake.draw("A red barn in fog & rain #1")
    gallery = await visit("gallery")
    page = gallery.page
    await page.locator(".grid .shot").first.click()
    await page.get_by_role("link", name="Use as start").click()
    await expect(page.locator("#drop-text")).to_have_text(fake.gallery[0].filename)
    await expect(page.locator("#strength")).to_be_visible()
    assert "#" not in page.url
    await page.goto(f"{gallery.origin}/image/dual-gen/ui/gallery/")
    await page.locator(".grid .shot").first.click()
    await page.get_by_role("link", name="Use its words").click()
    await expect(page.locator("#prompt")).to_have_value("A red barn in fog & rain #1")
    await expect(page.locator("#seed")).to_have_value("41")
    await page.locator(".jobs button").first.click()
    await page.locator(".shot").first.click()
    await page.get_by_role("link", name="Use as start").click()
    await expect(page.locator(".lightbox")).to_be_hidden()
    await expect(page.locator("#drop-text")).not_to_contain_text("Drop")
    gallery.clean()


async def test_with_a_key_pictures_are_fetched_with_it(visit: Visit, fake: FakeImages) -> None:
    """Neither a thumbnail nor a large picture is asked for without the key that was given."""
    fake.draw("A barn")
    gallery = await visit("gallery")
    page = gallery.page
    await page.locator("summary").click()
    await page.fill("#key", "open sesame")
    fake.keys.clear()
    await page.reload()
    seen = "image => image.complete && image.naturalWidth === 300"
    await expect(page.locator(".grid img").first).to_have_js_property("naturalWidth", 300)
    assert await page.locator(".grid img").first.evaluate(seen)
    await page.locator(".grid .shot").first.click()
    await expect(page.locator(".large img[src]")).to_be_visible()
    assert fake.keys == {"open sesame"}
    gallery.clean()


async def test_a_picture_that_is_gone_is_said_to_be(visit: Visit, fake: FakeImages) -> None:
    """And an empty gallery to be empty."""
    gallery = await visit("gallery")
    await expect(gallery.page.locator("#empty-text")).to_have_text("No picture was made yet.")
    fake.draw("A barn")
    await gallery.page.reload()
    fake.pictures.clear()
    await gallery.page.locator(".grid .shot").first.click()
    await expect(gallery.page.locator(".about .problem")).to_contain_text("cannot be fetched: HTTP 404")
