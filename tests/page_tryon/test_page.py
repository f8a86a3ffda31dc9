"""The try-on page against a fake of its contract: what it sends, what it shows, and how it can be used."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.page.conftest import DESKTOP, PHONE
from tests.page_tryon.conftest import Open, Visit
from tests.page_tryon.fake import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, FakeTryOn, encoded, padding, photo
from tests.prefect_server import Served
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEAR = 0.005
DROPPED = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/png" }));
  return files;
}"""


async def colour(page: Page, x: float, y: float) -> tuple[int, int, int]:
    """Return the colour of the canvas at a place, given in fractions, once it is drawn."""
    look = """async (canvas, [x, y]) => {
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      const [across, down] = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
      return [...canvas.getContext("2d").getImageData(across, down, 1, 1).data].slice(0, 3);
    }"""
    red, green, blue = await page.locator("#canvas").evaluate(look, [x, y])
    return red, green, blue


async def masked(visit: Visit, width: int = 800, height: int = 600, size: dict[str, int] = DESKTOP) -> Open:
    """Open the page and go as far as the mask."""
    tryon = await visit(size)
    await tryon.marked(width, height)
    await tryon.page.click("#make-mask")
    await expect(tryon.page.locator("#show-mask")).to_be_enabled()
    return tryon


async def result(tryon: Open) -> None:
    """Wait for the pictures."""
    await expect(tryon.page.locator("#result")).to_be_visible()


async def test_clicks_are_sent_as_fractions_of_the_photo(visit: Visit, fake: FakeTryOn) -> None:
    """Where one clicks is where the point is, within half a percent, with its label and in the photo's space."""
    tryon = await visit()
    picture = photo(640, 480)
    await tryon.give(picture)
    clicks = [(0.34, 0.52, 1), (0.02, 0.98, 1), (0.91, 0.07, 0)]
    for x, y, label in clicks:
        await tryon.tool("on" if label else "beside")
        await tryon.click(x, y)
    await expect(tryon.page.locator("#counts")).to_have_text("2 on the jewelry · 1 beside it")
    await tryon.page.select_option("#jewelry", "bracelet")
    await tryon.page.click("#make-mask")
    await expect(tryon.page.locator("#show-mask")).to_be_enabled()
    sent = fake.asked("preprocess")
    assert base64.b64decode(sent["originalImageBase64"]) == picture
    assert (sent["pointSpace"], sent["jewelryType"]) == ("photo", "bracelet")
    for point, (x, y, label) in zip(sent["maskPoints"], clicks, strict=True):
        assert point == {"x": pytest.approx(x, abs=NEAR), "y": pytest.approx(y, abs=NEAR), "label": label}
    tryon.clean()


async def test_a_turned_photo_is_upright(visit: Visit, fake: FakeTryOn) -> None:
    """A photo that its EXIF turns is shown as it is meant, and points are fractions of it like that."""
    exif = Image.Exif()
    exif[0x0112] = 6
    tryon = await visit()
    await tryon.give(photo(400, 200, exif=exif.tobytes()))
    await expect(tryon.page.locator("#drop-text")).to_contain_text("200 × 400")
    box = await tryon.canvas.bounding_box()
    assert box
    assert box["width"] / box["height"] == pytest.approx(0.5, abs=0.01)
    await tryon.click(0.25, 0.75)
    await tryon.page.click("#all")
    await result(tryon)
    (point,) = fake.asked("start")["maskPoints"]
    assert (point["x"], point["y"]) == (pytest.approx(0.25, abs=NEAR), pytest.approx(0.75, abs=NEAR))


@pytest.mark.parametrize(("width", "height"), [(800, 400), (300, 900)], ids=["wide", "tall"])
async def test_strokes_are_fractions_of_the_canvas(visit: Visit, fake: FakeTryOn, width: int, height: int) -> None:
    """What is painted on the photo is sent where it lies on the padded canvas, with its mode and size."""
    tryon = await masked(visit, width, height)
    await tryon.tool("add")
    await tryon.page.fill("#size", "40")
    await tryon.stroke((0.2, 0.3), (0.6, 0.3), (0.6, 0.7))
    await tryon.page.click("#put-on")
    await result(tryon)
    sent = fake.asked("generate")
    assert (sent["imageUri"], sent["maskUri"]) == ("azure://c/resized", "azure://c/mask")
    assert sent["scaledPoints"] == [[150.0, 200.0]]
    (stroke,) = sent["brushStrokes"]
    assert (stroke["mode"], stroke["size"]) == ("add", 40)
    around = padding(width, height)
    wide = CANVAS_WIDTH_PX - around["left"] - around["right"]
    high = CANVAS_HEIGHT_PX - around["top"] - around["bottom"]
    corners = [(0.2, 0.3), (0.6, 0.3), (0.6, 0.7)]
    expected = [
        ((around["left"] + x * wide) / CANVAS_WIDTH_PX, (around["top"] + y * high) / CANVAS_HEIGHT_PX)
        for x, y in corners
    ]
    assert 3 <= len(stroke["points"]) <= 6  # what lies on a line is left out
    for x, y in expected:
        assert min(abs(point["x"] - x) + abs(point["y"] - y) for point in stroke["points"]) < NEAR
    tryon.clean()


async def test_the_mask_lies_where_the_service_put_it(visit: Visit) -> None:
    """The mask is green over the photo without the canvas's padding, and strokes are painted into it."""
    tryon = await masked(visit, 800, 400)
    page = tryon.page
    # The fake's mask is columns 100 to 200 and rows 190 to 210 of a canvas whose rows 125 to 275 are the photo.
    inside, above, beside = (0.6, 0.5), (0.6, 0.4), (0.25, 0.5)
    green, plain = await colour(page, *inside), await colour(page, *above)
    assert green[1] > green[0] + 30
    assert plain[0] > plain[1]
    assert max(await colour(page, *beside)) < 140
    await tryon.tool("remove")
    await tryon.stroke((0.55, 0.5), (0.65, 0.5))
    erased = await colour(page, *inside)
    assert erased[0] > erased[1]
    await tryon.tool("add")
    await tryon.stroke((0.2, 0.5), (0.3, 0.5))
    added = await colour(page, *beside)
    assert added[1] > added[0] + 30
    await page.locator("label:has(#show-mask)").click()
    assert abs((await colour(page, 0.4, 0.5))[0] - 200) < 12


async def test_marks_are_undone_and_redone(visit: Visit, fake: FakeTryOn) -> None:
    """Undo, redo and clear work by button and by key; only what is left is sent."""
    tryon = await visit()
    page = tryon.page
    counts = page.locator("#counts")
    await tryon.marked()
    await tryon.click(0.25, 0.25)
    await tryon.tool("remove")
    await tryon.stroke((0.1, 0.1), (0.2, 0.2))
    await expect(counts).to_have_text("2 on the jewelry · 0 beside it · 1 stroke")
    await page.click("#undo")
    await page.keyboard.press("Control+z")
    await expect(counts).to_have_text("1 on the jewelry · 0 beside it")
    await page.keyboard.press("Control+Shift+z")
    await expect(counts).to_have_text("2 on the jewelry · 0 beside it")
    await page.click("#clear")
    await expect(counts).to_have_text("0 on the jewelry · 0 beside it")
    await expect(page.locator("#make-mask")).to_be_disabled()
    await page.keyboard.press("Control+z")
    await expect(page.locator("#redo")).to_be_enabled()
    await tryon.tool("on")
    await tryon.click(0.75, 0.75)
    await expect(page.locator("#redo")).to_be_disabled()
    await page.click("#make-mask")
    await expect(page.locator("#show-mask")).to_be_enabled()
    assert [round(point["x"], 1) for point in fake.asked("preprocess")["maskPoints"]] == [0.5, 0.2, 0.8]


async def test_the_models_of_marks_and_frames(visit: Visit) -> None:
    """A fast pointer's points become few on the same line; there is room for so many marks and no more."""
    tryon = await visit()
    counted = await tryon.page.evaluate(
        """async () => {
      const { Marks, point, stroke, simplified } = await import("./marks.js");
      const { radius, fitted, reported, toCanvas } = await import("./frame.js");
      const line = Array.from({ length: 5000 }, (_, index) => ({ x: index / 5000, y: 0.5 }));
      const wave = line.map(({ x }) => ({ x, y: 0.5 + 0.4 * Math.sin(40 * x) }));
      const short = simplified(wave);
      const near = wave.every(({ x, y }) => {
        const after = short.findIndex((each) => each.x >= x);
        const [from, to] = [short[Math.max(0, after - 1)], short[after]];
        const at = to.x === from.x ? 0 : (x - from.x) / (to.x - from.x);
        return Math.abs(from.y + at * (to.y - from.y) - y) < 0.02;
      });
      const noise = Array.from({ length: 5000 }, (_, index) => ({ x: (index * 0.618) % 1, y: (index * 0.414) % 1 }));
      const marks = new Marks();
      const points = Array.from({ length: 101 }, () => marks.add(point(0.5, 0.5, 1))).filter(Boolean).length;
      const strokes = Array.from({ length: 9 }, () => marks.add(stroke("add", 20, noise))).filter(Boolean).length;
      const beyond = stroke("add", 20, [{ x: -0.5, y: 2 }]).points;
      const padded = { top: 125, bottom: 125, left: 0, right: 0 };
      return { line: simplified(line).length, wave: short.length, near, points, strokes, beyond,
        wide: fitted({ width: 800, height: 400 }), radius: radius(100, fitted({ width: 100, height: 2667 })),
        place: toCanvas({ x: 0.5, y: 0 }, reported(padded, { width: 300, height: 400 })) };
    }"""
    )
    assert (counted["line"], counted["near"], counted["points"], counted["strokes"]) == (2, True, 100, 5)
    assert 20 < counted["wave"] < 800
    assert counted["beyond"] == [{"x": 0, "y": 1}]
    assert counted["wide"]["height"] == pytest.approx(1000 / 2667)
    assert counted["radius"] == pytest.approx(1)  # as wide as a photo that is a twentieth of the canvas
    assert counted["place"] == {"x": 0.5, "y": 0.3125}


REFUSED = [
    ("notes.txt", "text/plain", b"no picture", "is not a picture that can be used"),
    ("cut.jpg", "image/jpeg", photo(300, 300)[:200], "cannot be read as a picture"),
    ("none.png", "image/png", b"", "is empty"),
    ("tiny.png", "image/png", encoded(Image.new("RGB", (80, 20)), "PNG"), "is 80 × 20 pixels"),
]


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


async def share(page: Page) -> float:
    """Return how much of the left picture is seen, in percent."""
    return float(await page.locator(".window").evaluate("node => parseFloat(node.style.getPropertyValue('--at'))"))


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


async def test_sample_and_theme(visit: Visit) -> None:
    """The sample comes with its suggested clicks; light and dark can be switched."""
    tryon = await visit(scheme="dark")
    page = tryon.page
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 20, 18)"
    await page.click("#theme")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 244, 238)"
    await page.get_by_role("button", name="Sample: necklace").click()
    await expect(tryon.canvas).to_be_visible()
    await eventually(lambda: page.locator("#make-mask").is_enabled(), "the sample's clicks are to be there")
    tryon.clean()
