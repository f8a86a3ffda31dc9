"""Runs on the try-on page: which photos it takes, what it shows while it waits, and what survives a reload."""

import base64

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.page_tryon.acts import colour, result
from tests.page_tryon.fake import FakeTryOn, encoded, photo
from tests.pages import Visit
from tests.prefect_server import Served
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = [
    ("notes.txt", "text/plain", b"no picture", "is not a picture that can be used"),
    ("cut.jpg", "image/jpeg", photo(300, 300)[:200], "cannot be read as a picture"),
    ("none.png", "image/png", b"", "is empty"),
    ("tiny.png", "image/png", encoded(Image.new("RGB", (80, 20)), "PNG"), "is 80 × 20 pixels"),
]

DROPPED = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/png" }));
  return files;
}"""


async def test_a_bad_file_is_refused_before_it_is_sent(visit: Visit, fake: FakeTryOn) -> None:
    """No picture, damaged, empty or too small: the page says so, and nothing is sent; a good one may follow."""
    tryon = await visit()
    for name, kind, data, told in REFUSED:
        await tryon.give(data, name, kind)
        await expect(tryon.page.get_by_role("alert").filter(visible=True)).to_contain_text(f"{name} {told}")
    await expect(tryon.page.locator("#make-mask")).to_be_disabled()
    await tryon.marked()
    await expect(tryon.page.locator("#make-mask")).to_be_enabled()
    await expect(tryon.page.get_by_role("alert").filter(visible=True)).to_have_count(0)
    assert fake.bodies == []


async def test_a_large_file_is_refused_before_it_is_sent(visit: Visit, fake: FakeTryOn) -> None:
    """20 MB and a byte are refused on the page."""
    tryon = await visit()
    page = tryon.page
    large = """() => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(20 * 1024 * 1024 + 1)], "large.jpg", { type: "image/jpeg" }));
      return files;
    }"""
    await page.dispatch_event("#drop", "drop", {"dataTransfer": await page.evaluate_handle(large)})
    await expect(page.locator("#photo-problem")).to_contain_text("20.1 MB; a photo may have 20 MB at most")
    assert fake.bodies == []


async def test_a_photo_can_be_dropped_and_pasted(visit: Visit) -> None:
    """A file that is dropped anywhere, or pasted, is the photo."""
    tryon = await visit()
    page = tryon.page
    picture = base64.b64encode(encoded(Image.new("RGB", (320, 240)), "PNG")).decode()
    files = await page.evaluate_handle(DROPPED, [picture, "dropped.png"])
    await page.dispatch_event("#stage", "drop", {"dataTransfer": files})
    await expect(page.locator("#drop-text")).to_contain_text("dropped.png")
    files = await page.evaluate_handle(DROPPED, [picture, "pasted.png"])
    paste = "files => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files }))"
    await page.evaluate(paste, files)
    await expect(page.locator("#drop-text")).to_contain_text("pasted.png")


async def test_steps_are_shown_and_a_run_is_cancelled(visit: Visit, fake: FakeTryOn) -> None:
    """The step is marked in the list, said to screen readers, on the bar; Cancel asks the API and the run ends so."""
    tryon = await visit()
    page = tryon.page
    await tryon.marked()
    fake.say("RUNNING", "GENERATING_MASK", 45)
    await page.click("#all")
    current = page.locator("#steps li[aria-current=step]")
    await expect(current).to_have_text("Finding the jewelry")
    await expect(page.locator("#announcement")).to_have_text("Finding the jewelry")
    assert await page.locator("#meter").evaluate("meter => meter.value") == 45
    assert await page.locator("#steps li.done").count() == 4
    fake.say("RUNNING", "GENERATING_IMAGES", 70)
    await expect(current).to_have_text("Putting it on")
    await page.click("#cancel")
    await expect(page.locator("#problem")).to_have_text("Cancelled.")
    assert fake.cancelled == ["jewelry-gen-1"]
    await expect(page.locator("#progress")).to_be_hidden()
    await expect(page.locator("#all")).to_be_enabled()
    looks = fake.looks
    await page.wait_for_timeout(1300)
    assert fake.looks == looks


async def test_errors_are_told_as_the_service_says_them(visit: Visit, fake: FakeTryOn) -> None:
    """A refusal's and a failure's `detail` is on the page as text, with the failed step; one can go on after it."""
    tryon = await visit()
    page = tryon.page
    await tryon.marked()
    fake.refusal = (422, "maskPoints: <b>at least one</b> must have label 1")
    await page.click("#make-mask")
    await expect(page.locator("#problem")).to_have_text("maskPoints: <b>at least one</b> must have label 1")
    fake.refusal = None
    error = {"code": "A100_UNAVAILABLE", "message": "A100 server is offline", "failedStep": "GENERATING_IMAGES",
             "retryCount": 0, "isRetryable": True}  # fmt: skip
    fake.say("FAILED", "FAILED", 70, error=error, detail="A100 server is offline")
    await page.click("#all")
    problem = page.locator("#problem")
    await expect(problem).to_contain_text("A100 server is offline — Step: Putting it on.")
    await expect(problem).to_contain_text("try again later")
    fake.status = None
    await page.click("#all")
    await result(tryon)
    await expect(problem).to_be_hidden()


async def test_a_reload_goes_on_where_it_was(visit: Visit, fake: FakeTryOn) -> None:
    """A run under way is followed again after a reload; photo, mask and marks come back, and so does the result."""
    tryon = await visit()
    page = tryon.page
    await tryon.marked(800, 600)
    fake.say("RUNNING", "RESIZING_IMAGE", 30)
    await page.click("#make-mask")
    await expect(page.locator("#doing")).to_have_text("Fitting it to the canvas")
    await page.reload()
    await expect(page.locator("#doing")).to_have_text("Fitting it to the canvas")
    await expect(tryon.canvas).to_be_visible()
    await expect(page.locator("#drop-text")).to_contain_text("photo.jpg")
    fake.status = None
    await expect(page.locator("#show-mask")).to_be_enabled()
    await expect(page.locator("#counts")).to_have_text("1 on the jewelry · 0 beside it")
    await page.reload()
    await expect(page.locator("#show-mask")).to_be_enabled()
    green = await colour(page, 0.6, 0.5)
    assert green[1] > green[0] + 30
    await page.click("#put-on")
    await result(tryon)
    await page.reload()
    await result(tryon)
    await expect(page.locator("#engines")).to_have_text("Made byMask: classicalPicture 1: classical")
    await expect(page.locator("#show-mask")).to_be_enabled()
    assert [kind for kind, _ in fake.bodies] == ["preprocess", "generate"]
    tryon.clean()


async def test_under_a_prefix_the_page_finds_its_contract(visit: Visit, fake: FakeTryOn) -> None:
    """Mounted under /tryon, as in the combined app, every request stays below it."""
    served = Served()
    try:
        origin = await served.start(fake.app("/tryon"))
        tryon = await visit()
        page = tryon.page
        tryon.seen.requests.clear()
        await page.goto(f"{origin}/tryon/ui/tryon/")
        await tryon.marked()
        await page.click("#all")
        await result(tryon)
        assert tryon.seen.strangers(f"{origin}/tryon/") == []
        assert tryon.seen.complaints == []
    finally:
        await page.goto("about:blank")
        await served.stop()


async def test_samples_and_theme(visit: Visit) -> None:
    """Each sample comes with its kind and its suggested clicks; light and dark can be switched."""
    tryon = await visit(scheme="dark")
    page = tryon.page
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 20, 18)"
    await page.click("#theme")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 244, 238)"
    for kind in ("necklace", "ring"):
        await page.get_by_role("button", name=f"Sample: {kind}").click()
        await expect(page.locator("#drop-text")).to_contain_text(f"{kind}.jpg")
        await expect(page.locator("#jewelry")).to_have_value(kind)
        await eventually(lambda: page.locator("#make-mask").is_enabled(), "the sample's clicks are to be there")
    tryon.clean()
