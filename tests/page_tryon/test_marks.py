"""Clicks and strokes on the try-on page: what is sent is where the photo was touched."""

import base64

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.page_tryon.acts import colour, masked, result
from tests.page_tryon.fake import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, FakeTryOn, padding, photo
from tests.pages import Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEAR = 0.005


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
