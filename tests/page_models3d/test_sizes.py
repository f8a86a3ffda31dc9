"""The print size on the page: lengths, walls and warnings change at once, and the finished file has the last word."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.page_models3d.conftest import Open
from tests.page_models3d.fake import FakeModels3d, encoded
from tests.pages import Visit
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def built(visit: Visit) -> Open:
    """Open the page and go as far as a model."""
    models = await visit()
    await models.give(encoded((120, 90, 40)))
    await models.page.click("#skip")
    await models.modelled()
    return models


async def lengths(page: Page) -> list[str]:
    """Return what the three fields say."""
    return [await page.input_value(f"#size-{axis}") for axis in "xyz"]


async def labels(page: Page, *wanted: str) -> None:
    """Wait until the lines in the viewer are labelled so."""
    await expect(page.locator("#lines text")).to_have_text(list(wanted))


async def verdict(page: Page) -> str:
    """Return whether it prints, as the page says."""
    return (await page.locator("#verdict").text_content()) or ""


async def test_a_length_leads_the_others_while_proportions_are_kept(visit: Visit) -> None:
    """40 mm to begin with; one length sets all three, in mm, cm or in, in the fields and around the model."""
    models = await built(visit)
    page = models.page
    assert await lengths(page) == ["40", "8", "40"]
    await labels(page, "W 40 mm", "D 8 mm", "H 40 mm")
    await page.fill("#size-y", "10")
    assert await lengths(page) == ["50", "10", "50"]
    await page.select_option("#unit", "cm")
    assert await lengths(page) == ["5", "1", "5"]
    await page.select_option("#unit", "in")
    assert await lengths(page) == ["1.969", "0.394", "1.969"]
    await page.fill("#size-x", "2")
    assert await lengths(page) == ["2", "0.4", "2"]
    await labels(page, "W 2 in", "D 0.4 in", "H 2 in")
    await page.select_option("#unit", "mm")
    assert await lengths(page) == ["50.8", "10.16", "50.8"]
    models.clean()


async def test_the_wall_check_follows_the_size(visit: Visit) -> None:
    """Walls grow with the size: 1.2 mm at 40 mm will do, 0.6 mm at 20 mm is doubtful; so do material and squares."""
    models = await built(visit)
    page = models.page
    figures = page.locator("#figures")
    await expect(figures).to_contain_text("1.2 mm ± 0.08")
    await expect(figures).to_contain_text("5.06 cm³")
    assert await verdict(page) == "✓ Likely printable in this size"
    await page.fill("#size-x", "20")
    await expect(figures).to_contain_text("0.6 mm ± 0.04")
    await expect(figures).to_contain_text("632 mm³")
    assert await verdict(page) == "… Thin places: the finished files tell whether they print"
    await expect(page.locator("#notes")).to_contain_text("The thinnest place has about 0.6 mm")
    await expect(page.locator("#notes")).not_to_contain_text("1000")
    await expect(page.locator("#squares")).to_have_text("Squares of 1 mm")
    await page.fill("#size-x", "300")
    await expect(page.locator("#squares")).to_have_text("Squares of 10 mm")
    await expect(page.locator("#notes")).to_contain_text("Larger than common printers take")
    assert await verdict(page) == "✓ Likely printable in this size"
    models.clean()


async def test_a_stretched_size_is_shown_and_left_to_the_finished_file(visit: Visit, fake: FakeModels3d) -> None:
    """Without proportions each length stands alone: the model is shown stretched, and only a least wall is said."""
    models = await built(visit)
    page = models.page
    await page.uncheck("#keep")
    await page.fill("#size-x", "24")
    assert await lengths(page) == ["24", "8", "40"]
    await expect(page.locator("#notes")).to_contain_text("the depth grows 67 % more than the width")
    await expect(page.locator("#notes")).to_contain_text("the check comes with the finished files")
    await expect(page.locator("#figures")).to_contain_text("≥ 0.72 mm")
    assert await verdict(page) == "… Thin places: the finished files tell whether they print"
    shape = (
        "viewer => { const { x, y, z } = viewer.getDimensions(); return [x / y, z / y].map(r => r.toFixed(2)).join() }"
    )
    viewer = page.locator("#viewer")

    async def is_stretched() -> bool:
        return str(await viewer.evaluate(shape)) == "0.60,0.20"

    await eventually(is_stretched, "the model is to be shown stretched")
    await page.click("#make")
    await models.made()
    sent = fake.asked("rescale3d")
    assert sent["target_dimensions"] == {"x": 24, "y": 8, "z": 40, "unit": "mm"}
    assert (sent["keep_aspect"], sent["formats"]) == (False, ["stl", "3mf"])
    assert await verdict(page) == "✗ Not printable as it is"
    await page.check("#keep")
    assert await lengths(page) == ["24", "4.8", "24"]
    models.clean()


async def test_the_proof_of_the_finished_file_replaces_the_foretold(visit: Visit, fake: FakeModels3d) -> None:
    """One length and its unit are asked for; what was measured holds for that size, and for no other."""
    fake.finished_wall_mm = 1.4
    models = await built(visit)
    page = models.page
    await page.select_option("#unit", "cm")
    await page.fill("#size-z", "3")
    await expect(page.locator("#figures")).to_contain_text("0.9 mm ± 0.06")
    await page.get_by_label("USDZ").check()
    await page.click("#make")
    await models.made()
    sent = fake.asked("rescale3d")
    assert (sent["target_dimensions"], sent["keep_aspect"]) == ({"z": 3, "unit": "cm"}, True)
    assert sent["formats"] == ["stl", "3mf", "usdz"]
    await expect(page.locator("#figures")).to_contain_text("1.4 mm ± 0.06")
    assert await verdict(page) == "✓ Printable: measured in the finished file"
    await expect(page.locator("#files-title")).to_have_text("4 · The files, 3 × 0.6 × 3 cm")
    await page.fill("#size-z", "6")
    await expect(page.locator("#figures")).to_contain_text("1.8 mm ± 0.12")
    await expect(page.locator("#files-title")).to_have_text(re.compile("3 × 0.6 × 3 cm: the size has changed since$"))
    await page.fill("#size-z", "3")
    await expect(page.locator("#figures")).to_contain_text("1.4 mm ± 0.06")
    models.clean()


async def test_every_file_is_saved_under_a_name_that_says_what_it_is(visit: Visit, fake: FakeModels3d) -> None:
    """GLB, STL, 3MF and what was asked for besides come whole, named after the wish and the size."""
    models = await visit()
    page = models.page
    await models.wish("Café “owl”, 2 eyes!")
    await models.give(encoded((120, 90, 40)))
    await page.click("#skip")
    await models.modelled()
    await page.get_by_label("OBJ").check()
    await page.click("#make")
    await models.made()
    saved = {}
    for button in await page.locator("#files button").all():
        async with page.expect_download() as started:
            await button.click()
        download = await started.value
        saved[download.suggested_filename] = (await download.path()).read_bytes()
    name = "cafe-owl-2-eyes-40x8x40mm"
    assert saved.pop(f"{name}.glb") == fake.glb
    assert saved == {f"{name}.stl": b"stl file", f"{name}.3mf": b"3mf file", f"{name}.obj.zip": b"obj file"}
    models.clean()


async def test_what_is_no_length_is_said_and_not_sent(visit: Visit, fake: FakeModels3d) -> None:
    """Words, nothing, zero and what is below it: the field is marked, and no file can be asked for."""
    models = await built(visit)
    page = models.page
    for text in ("ten", "", "0", "-4", "1e9"):
        await page.fill("#size-x", text)
        await expect(page.locator("#size-problem")).to_be_visible()
        await expect(page.locator("#make")).to_be_disabled()
    await expect(page.locator("#size-x")).to_have_attribute("aria-invalid", "true")
    await page.fill("#size-x", "12,5")
    await expect(page.locator("#size-problem")).to_be_hidden()
    assert (await lengths(page))[1:] == ["2.5", "12.5"]
    await page.locator("#size-x").press("Enter")
    await models.made()
    assert fake.asked("rescale3d")["target_dimensions"] == {"x": 12.5, "unit": "mm"}
    models.clean()
