"""The 3D page over a reload, by touch on a phone, by keyboard alone, and where its API is elsewhere."""

import pytest
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from playwright.async_api import Browser, expect

from api.pages import install_pages
from tests.page_models3d.conftest import Open, opened
from tests.page_models3d.fake import FakeModels3d, encoded
from tests.pages import DESKTOP, PHONE, Visit, close_pages, watched
from tests.prefect_server import Served
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reload_goes_on_where_it_was(visit: Visit, fake: FakeModels3d) -> None:
    """Wish, picture, concepts, the run under way, model, size and files come back; nothing is sent again."""
    models = await visit()
    page = models.page
    await models.wish("A gold hoop")
    await models.give(encoded((120, 90, 40)))
    await page.get_by_label("Clay").check(force=True)
    await page.click("#draw")
    await expect(page.locator("#concepts img")).to_have_count(2)
    fake.say("running", "reconstruct", 10, "waiting for a GPU, then building")
    await page.get_by_role("button", name="Build concept 1").click()
    await expect(page.locator("#detail")).to_contain_text("Building the shape")
    await page.reload()
    await expect(page.locator("#detail")).to_contain_text("Building the shape")
    await expect(page.locator("#concepts img")).to_have_count(2)
    await expect(page.locator("#drop-text")).to_have_text("ring.png")
    await expect(page.locator("textarea#prompt")).to_have_value("A gold hoop")
    await expect(page.get_by_label("Clay")).to_be_checked()
    fake.status = None
    await models.modelled()
    await expect(page.locator("#concepts .chosen")).to_have_count(1)
    await page.fill("#size-x", "30")
    await page.click("#make")
    await models.made()
    await page.reload()
    await models.modelled()
    await expect(page.locator("#files-title")).to_have_text("4 · The files, 30 × 6 × 30 mm")
    await expect(page.locator("#size-x")).to_have_value("30")
    assert [name for name, _ in fake.bodies] == ["concepts", "model3d", "rescale3d"]
    models.clean()


SLOW_TO_REMEMBER = """
const get = IDBObjectStore.prototype.get;
IDBObjectStore.prototype.get = function (...names) {
  const request = get.apply(this, names);
  Object.defineProperty(request, "onsuccess", { set: (heard) => request.addEventListener("success", () => {
    window.letRemember = () => heard.call(request);
  }) });
  return request;
};
"""


async def test_a_picture_chosen_before_the_page_is_ready_stays(browser: Browser, origin: str) -> None:
    """What an earlier visit left, or did not leave, takes nothing from a hand that was quicker; a reload keeps it."""
    seen = await watched(browser, DESKTOP)
    page = seen.page
    await page.add_init_script(SLOW_TO_REMEMBER)
    await page.goto(f"{origin}/ring/ui/models3d/", wait_until="domcontentloaded")
    await eventually(lambda: page.evaluate("Boolean(window.letRemember)"), "the page is to look for what was kept")
    await Open(seen, origin).give(encoded((120, 90, 40)))
    await expect(page.locator("#drop-text")).to_have_text("ring.png")
    await page.evaluate("letRemember()")
    await eventually(lambda: page.evaluate("Boolean(localStorage.getItem('atelier.models3d'))"), "the look is to end")
    await expect(page.locator("#skip")).to_be_enabled()
    await page.reload()
    await eventually(lambda: page.evaluate("Boolean(window.letRemember)"), "the page is to look again")
    await page.evaluate("letRemember()")
    await expect(page.locator("#drop-text")).to_have_text("ring.png")
    await close_pages(browser)


async def test_what_the_service_has_forgotten_is_left_out(visit: Visit, fake: FakeModels3d) -> None:
    """A run that is gone is said to be; one can go on, and start over with an empty page."""
    models = await visit()
    page = models.page
    await models.give(encoded((120, 90, 40)))
    await page.click("#skip")
    await models.modelled()
    gone = fake.runs.copy()
    fake.runs.clear()
    await page.reload()
    await expect(page.locator("#problem")).to_have_text("This run is not known any more.")
    await expect(page.locator("#skip")).to_be_enabled()
    fake.runs |= gone
    await page.click("#skip")
    await models.modelled()
    await page.click("#anew")
    await expect(page.locator("#empty")).to_be_visible()
    await expect(page.locator("#drop-text")).to_contain_text("Drop a picture here")


async def test_it_works_by_touch_on_a_phone(visit: Visit, fake: FakeModels3d) -> None:
    """On a phone everything is reached by tapping, is large enough, and nothing is wider than the screen."""
    models = await visit(PHONE)
    page = models.page
    await models.wish("A gold hoop")
    await page.locator("#draw").tap()
    await page.get_by_role("button", name="Build concept 1").tap()
    await models.modelled()
    await page.fill("#size-x", "25")
    await page.locator("#make").tap()
    await models.made()
    await page.get_by_text("Who draws, seed and key").tap()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    heights = (
        await page.locator("#form, #size-form, #concepts, #files")
        .locator("button:visible, select:visible")
        .evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().height)")
    )
    assert min(heights) >= 32
    models.clean()


async def test_it_works_by_keyboard(visit: Visit, fake: FakeModels3d) -> None:
    """Ctrl+Enter draws, Enter builds and makes, focus goes to what is new, and the key is sent along."""
    models = await visit()
    page = models.page
    await page.locator("summary").press("Enter")
    await page.fill("#key", "open sesame")
    await models.wish("A gold hoop")
    await page.locator("textarea#prompt").press("Control+Enter")
    await expect(page.locator("#concepts img")).to_have_count(2)
    assert await page.evaluate("document.activeElement.id") == "choice"
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await models.modelled()
    await expect(page.locator("#stage")).to_be_focused()
    await page.locator("#size-x").press("Enter")
    await models.made()
    await expect(page.locator("#result")).to_be_focused()
    assert fake.keys == ["open sesame"] * 3
    unnamed = await page.locator("main").evaluate(
        "main => [...main.querySelectorAll('input, select, textarea, button, img')].filter(node => !node.labels?.length"
        " && !node.textContent.trim() && !node.ariaLabel && !node.hasAttribute('alt')).map(node => node.id)"
    )
    assert unnamed == []
    models.clean()


async def test_pages_are_one_step_apart(visit: Visit) -> None:
    """Every page of the combined app leads to the others; light and dark can be switched."""
    models = await visit(scheme="dark")
    page = models.page
    links = page.locator("nav.pages a")
    hrefs = await links.evaluate_all("all => all.map(link => new URL(link.href).pathname)")
    assert hrefs == ["/ring/ui/", "/tryon/ui/tryon/", "/ring/ui/models3d/", "/image/dual-gen/ui/images/"]
    await expect(page.locator("nav.pages [aria-current=page]")).to_have_text("3D")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 20, 18)"
    await page.click("#theme")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 244, 238)"
    await page.get_by_role("link", name="Ring").click()
    await expect(page.locator("nav.pages [aria-current=page]")).to_have_text("Ring")
    await page.goto(f"{models.origin}/ring/ui/tryon/")
    await expect(page.locator("nav.pages [aria-current=page]")).to_have_text("Try-on")


async def test_on_a_port_of_its_own_the_page_is_told_where_the_api_is(
    browser: Browser, origin: str, fake: FakeModels3d
) -> None:
    """Served by a contract without the native API, ?api= names another port of this host; pictures come from there."""
    contract, served = FastAPI(), Served()
    install_pages(contract)
    fake_elsewhere = fake.app("")
    fake_elsewhere.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    try:
        here, there = await served.start(contract), await served.start(fake_elsewhere)
        models = await opened(browser, f"{here}/ui/models3d/?api={there}")
        await expect(models.page.locator("#health .text")).to_have_text("ready")
        await models.wish("A gold hoop")
        await models.page.click("#draw")
        await expect(models.page.locator("#concepts img")).to_have_count(2)
        await models.page.get_by_role("button", name="Build concept 1").click()
        await models.modelled()
        assert {url.split("/")[2] for url in models.seen.strangers(here)} == {there.split("/")[2]}
        await models.page.goto("about:blank")
        alone = await opened(browser, f"{there}/ui/models3d/")
        await expect(alone.page.locator("#health .text")).to_have_text("ready")
        assert alone.seen.strangers(there) == []
        await alone.page.goto(f"{here}/ui/models3d/?api=https://example.com/")
        assert await alone.page.locator("nav.pages a").first.get_attribute("href") != "https://example.com/ring/ui/"
        await alone.page.goto("about:blank")
    finally:
        for context in browser.contexts:
            await context.close()
        await served.stop()
