"""The try-on page by touch on a phone, and by keyboard alone."""

import pytest
from playwright.async_api import Page, expect

from tests.page_tryon.acts import result, share
from tests.page_tryon.fake import FakeTryOn, photo
from tests.pages import PHONE, Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEAR = 0.005


async def test_it_works_by_touch_on_a_phone(visit: Visit, fake: FakeTryOn) -> None:
    """On a phone a tap marks, a finger paints and moves the slider; nothing is wider than the screen."""
    tryon = await visit(PHONE)
    page = tryon.page
    await expect(page.locator("#camera-chip")).to_be_visible()
    await tryon.give(photo(800, 600))
    await page.touchscreen.tap(*await tryon.place(0.4, 0.6))
    await page.locator("label:has(input[value=add])").tap()
    await swipe(page, await tryon.place(0.2, 0.2), await tryon.place(0.8, 0.2))
    await expect(page.locator("#counts")).to_have_text("1 on the jewelry · 0 beside it · 1 stroke")
    await page.locator("#all").tap()
    await result(tryon)
    sent = fake.asked("start")
    assert sent["maskPoints"] == [{"x": pytest.approx(0.4, abs=NEAR), "y": pytest.approx(0.6, abs=NEAR), "label": 1}]
    (stroke,) = sent["brushStrokes"]
    assert [point["x"] for point in (stroke["points"][0], stroke["points"][-1])] == pytest.approx([0.2, 0.8], abs=0.01)
    box = await page.locator(".window").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    await swipe(page, (box["x"] + box["width"] / 2, middle), (box["x"] + 0.2 * box["width"], middle))
    assert await share(page) == pytest.approx(20, abs=3)
    await page.get_by_text("Key", exact=True).tap()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    heights = await page.locator("button:visible, select:visible, #drop").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert min(heights) >= 32
    tryon.clean()


async def swipe(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Move a finger from one place of the screen to another."""
    devtools = await page.context.new_cdp_session(page)
    steps = [
        (start[0] + (end[0] - start[0]) * part / 8, start[1] + (end[1] - start[1]) * part / 8) for part in range(9)
    ]
    for number, (x, y) in enumerate(steps):
        kind = "touchMove" if number else "touchStart"
        await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    await page.wait_for_timeout(120)  # a finger that rests before it lifts flings nothing
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_it_works_by_keyboard(visit: Visit, fake: FakeTryOn) -> None:
    """Arrow keys and Enter mark and paint, every control has a name, and the key to the service is sent along."""
    tryon = await visit()
    page = tryon.page
    await tryon.give(photo(400, 400))
    await tryon.canvas.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown", "Enter"):
        await page.keyboard.press(key)
    await tryon.tool("remove")
    await tryon.canvas.focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "Enter"):
        await page.keyboard.press(key)
    await expect(page.locator("#counts")).to_have_text("1 on the jewelry · 0 beside it · 1 stroke")
    await page.click("summary")
    await page.fill("#key", "open sesame")
    async with page.expect_request("**/workflow/preprocess") as asked:
        await page.locator("#make-mask").press("Enter")
    assert (await asked.value).headers["x-api-key"] == "open sesame"
    await expect(page.locator("#show-mask")).to_be_enabled()
    assert fake.asked("preprocess")["maskPoints"] == [{"x": 0.54, "y": pytest.approx(0.504), "label": 1}]
    unnamed = await page.locator("input, select, button, canvas, img").evaluate_all(
        "nodes => nodes.filter(node => !node.labels?.length && !node.textContent.trim()"
        " && !node.ariaLabel && !node.hasAttribute('alt')).map(node => node.id)"
    )
    assert unnamed == []
