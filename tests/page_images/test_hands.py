"""The image pages by touch on a phone, by keyboard alone, over a reload, in the dark, and between each other."""

import pytest
from playwright.async_api import Browser, expect

from tests.page_images.conftest import PATHS, UNNAMED, opened
from tests.page_images.fake import FakeImages, picture
from tests.pages import PHONE, Visit
from tests.prefect_server import Served

pytestmark = pytest.mark.asyncio(loop_scope="module")

DARK, LIGHT = "rgb(21, 20, 18)", "rgb(247, 244, 238)"


async def test_it_works_by_touch_on_a_phone(visit: Visit, fake: FakeImages) -> None:
    """A job by tapping, its picture large and swiped away; controls are large enough, nothing wider than the screen."""
    images = await visit("images", PHONE)
    page = images.page
    await page.get_by_role("button", name="Emerald ring").tap()
    await page.locator("#make").tap()
    await expect(page.locator("#doing")).to_be_in_viewport()
    fake.finish_round(fake.last)
    fake.end(fake.last)
    await page.locator(".shot").first.tap()
    await expect(page.locator(".lightbox .count")).to_have_text("1 of 2")
    devtools = await page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 300), ("touchMove", 200), ("touchMove", 100), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 200}]
        await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await expect(page.locator(".lightbox .count")).to_have_text("2 of 2")
    await page.get_by_role("button", name="Close").tap()
    await expect(page.locator(".lightbox")).to_be_hidden()
    await page.get_by_text("Seed, steps, guidance and key").tap()
    assert await images.width() <= PHONE["width"]
    assert await images.lowest_px() >= 32
    images.clean()


@pytest.mark.parametrize("name", PATHS)
async def test_every_page_fits_a_phone_and_names_its_controls(visit: Visit, fake: FakeImages, name: str) -> None:
    """Nothing is wider than the screen, nothing too small to touch, and every control has a name."""
    fake.draw("A barn", 2)
    shown = await visit(name, PHONE)
    if name == "scenes":
        await shown.give(picture(1))
        await shown.page.locator("#analyze").tap()
        await expect(shown.page.locator("#verdict")).to_be_visible()
    await expect(shown.page.locator("#health .text")).to_contain_text("ready")
    assert await shown.width() <= PHONE["width"]
    assert await shown.lowest_px() >= 32
    assert await shown.page.locator("main").evaluate(UNNAMED) == []
    shown.clean()


async def test_it_works_by_keyboard(visit: Visit, fake: FakeImages) -> None:
    """Ctrl+Enter makes pictures, Enter enlarges, Esc leads back; the key goes along; focus goes to what is new."""
    images = await visit("images")
    page = images.page
    await page.locator("summary").press("Enter")
    await page.fill("#key", "open sesame")
    await page.locator("#prompt").fill("A gold ring")
    await page.locator("#prompt").press("Control+Enter")
    await expect(page.locator("#job")).to_be_focused()
    fake.finish_round(fake.last)
    fake.end(fake.last)
    await expect(page.locator(".shot")).to_have_count(2)
    await page.locator("#job").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".lightbox .count")).to_have_text("1 of 2")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Escape")
    await expect(page.locator(".shot").nth(1)).to_be_focused()
    assert fake.keys == {"open sesame"}
    images.clean()


async def test_the_editor_works_by_keyboard(visit: Visit, fake: FakeImages) -> None:
    """Enter adds to a list and goes there; removing stays near; Ctrl+Enter in the send form sends."""
    editor = await visit("editor")
    page = editor.page
    await page.get_by_role("textbox", name="Props 2").press("Enter")
    await expect(page.get_by_role("textbox", name="Props 3")).to_be_focused()
    await page.keyboard.type("a candle")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Props 2")).to_be_focused()
    await page.get_by_role("button", name="Add subject").press("Enter")
    await expect(page.get_by_label("Description").nth(1)).to_be_focused()
    await page.keyboard.type("a bee")
    await page.locator("#count").press("Control+Enter")
    await expect(page.locator("#sent")).to_contain_text("Sent.")
    assert '"a bee"' in fake.asked("generate")["prompt"]
    editor.clean()


async def test_a_reload_goes_on_where_it_was(visit: Visit, fake: FakeImages) -> None:
    """What is typed, the picture to start from, the job under way with its rounds; nothing is sent again."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", "A gold ring")
    await page.locator("label:has(input[value=portrait])").click()
    await images.give(picture(1))
    await page.fill("#count", "3")
    await images.make()
    fake.finish_round(fake.last)
    fake.run(fake.last)
    await expect(page.locator("#doing")).to_have_text("Round 2 of 3")
    await page.reload()
    await expect(page.locator("#doing")).to_have_text("Round 2 of 3")
    await expect(page.locator(".shot")).to_have_count(2)
    await expect(page.locator("#prompt")).to_have_value("A gold ring")
    await expect(page.locator("input[value=portrait]")).to_be_checked()
    await expect(page.locator("#drop-text")).to_have_text("ring.png")
    fake.finish_round(fake.last)
    await expect(page.locator(".shot")).to_have_count(4)
    assert len(fake.bodies) == 1
    images.clean()


async def test_what_the_service_has_forgotten_is_let_go(visit: Visit, fake: FakeImages) -> None:
    """A job that is gone is said to be, once; the one under way is shown to whoever comes."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", "A gold ring")
    await images.make()
    fake.jobs.clear()
    await expect(page.locator("#problem")).to_have_text("This run is not known any more.")
    await page.reload()
    await expect(page.locator("#problem")).to_be_hidden()
    await expect(page.locator("#empty")).to_be_visible()
    fake.draw("A barn")
    fake.run(fake.last)
    await page.reload()
    await expect(page.locator("#job-title")).to_have_text("A barn")


async def test_a_page_in_the_background_rests(visit: Visit, fake: FakeImages) -> None:
    """Hidden, it asks for nothing; seen again, it goes on at once."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", "A gold ring")
    await images.make()
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await page.evaluate(hide, True)
    await page.wait_for_timeout(1500)
    looks = fake.looks, fake.queue_looks
    await page.wait_for_timeout(4000)
    assert (fake.looks, fake.queue_looks) == looks
    await page.evaluate(hide, False)
    fake.finish_round(fake.last)
    await expect(page.locator(".shot")).to_have_count(2)


async def test_pages_are_one_step_apart_in_light_and_dark(visit: Visit) -> None:
    """Both lines of pages lead everywhere and say where one is; the colours follow the machine and the button."""
    images = await visit("images", scheme="dark")
    page = images.page
    body = page.locator("body")
    await expect(body).to_have_css("background-color", DARK)
    await page.click("#theme")
    await expect(body).to_have_css("background-color", LIGHT)
    paths = "all => all.map(link => new URL(link.href).pathname)"
    assert await page.locator("nav.subpages a").evaluate_all(paths) == [f"/image/{path}" for path in PATHS.values()]
    assert (await page.locator("nav.pages a").evaluate_all(paths))[:3] == [
        "/ring/ui/", "/tryon/ui/tryon/", "/ring/ui/models3d/",
    ]  # fmt: skip
    for name in ("Gallery", "From a photo", "Scene editor", "Create"):
        await page.get_by_role("link", name=name).click()
        await expect(page.locator("nav.subpages [aria-current=page]")).to_have_text(name)
        await expect(page.locator("nav.pages [aria-current]")).to_have_text("Images")
        await expect(body).to_have_css("background-color", LIGHT)
    images.clean()


async def test_a_contract_on_its_own_port_has_its_pages_beside_each_other(browser: Browser, fake: FakeImages) -> None:
    """There, gallery and form are on that port too; pages of other contracts are on the combined app's."""
    served = Served()
    try:
        here = await served.start(fake.dual_gen())
        fake.draw("A barn")
        gallery = await opened(browser, f"{here}/ui/gallery/")
        links = await gallery.page.locator("nav.subpages a").evaluate_all("all => all.map(link => link.href)")
        assert links[:2] == [f"{here}/ui/images/", f"{here}/ui/gallery/"]
        assert links[3] == "http://127.0.0.1:8000/image/create-json/ui/editor/"
        await gallery.page.locator(".shot").first.click()
        await gallery.page.get_by_role("link", name="Use as start").click()
        await expect(gallery.page.locator("#drop-text")).to_contain_text("gen_")
        gallery.clean()
    finally:
        for context in browser.contexts:
            await context.close()
        await served.stop()
