"""From a wish to a model: concepts, pictures, live steps, refusals."""

import base64

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.page_models3d.fake import LINE, FakeModels3d, encoded
from tests.page_tryon.fake import encoded as picture_file
from tests.pages import Visit
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = [
    ("notes.txt", "text/plain", b"no picture", "is not a picture that can be used"),
    ("cut.png", "image/png", encoded((9, 9, 9))[:60], "cannot be read as a picture"),
    ("none.png", "image/png", b"", "is empty"),
    ("tiny.png", "image/png", encoded((9, 9, 9), (80, 20)), "is 80 × 20 pixels"),
]
DROPPED = """([data, name]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/png" }));
  return files;
}"""


async def test_a_wish_becomes_concepts_and_one_of_them_a_model(visit: Visit, fake: FakeModels3d) -> None:
    """Wish, style and number are sent; who drew is told; the concept that is picked is what the model is made of."""
    models = await visit()
    page = models.page
    await expect(page.locator("#draw")).to_be_disabled()
    await models.wish("A gold hoop")
    await page.get_by_label("Marble").check(force=True)
    await page.select_option("#count", "3")
    await page.click("#draw")
    await expect(page.locator("#concepts img")).to_have_count(3)
    sent = fake.asked("concepts")
    assert (sent["prompt"], sent["style"], sent["n"], sent["provider"]) == ("A gold hoop", "marble", 3, "auto")
    await expect(page.locator("#drawn-by")).to_have_text("Drawn by the offline illustrator")
    await expect(page.locator("#concept-notes")).to_contain_text(LINE)
    assert await page.locator("#concepts img").evaluate_all("all => all.map(one => one.naturalWidth)") == [256] * 3
    await page.get_by_role("button", name="Build concept 2").click()
    await models.modelled()
    picked = fake.artifact(encoded((150, 150, 160)))
    assert fake.asked("model3d")["picture"] == picked.model_dump()
    await expect(page.locator("#concepts figure.chosen img")).to_have_attribute("alt", "Concept 2")
    await expect(page.locator("#notes")).to_contain_text("The back is guessed")
    await expect(page.locator("#made-by")).to_have_text("Built by inflation · 4.2 s")
    models.clean()


async def test_a_picture_becomes_a_model_straight_away(visit: Visit, fake: FakeModels3d) -> None:
    """Without words or concepts: the very bytes that were chosen are sent, and the model is shown in its colours."""
    models = await visit()
    page = models.page
    await expect(page.locator("#skip")).to_be_disabled()
    await models.give(encoded((120, 90, 40)))
    await page.click("#skip")
    await models.modelled()
    assert [name for name, _ in fake.bodies] == ["model3d"]
    assert base64.b64decode(fake.asked("model3d")["picture"]["base64"]) == encoded((120, 90, 40))
    await expect(page.locator("#choice")).to_be_hidden()
    await page.locator("#picture-remove").click()
    await expect(page.locator("#skip")).to_be_disabled()
    models.clean()


async def test_a_bad_file_is_refused_before_it_is_sent(visit: Visit, fake: FakeModels3d) -> None:
    """No picture, damaged, empty, too small, above 10 MB: the page says so and sends nothing; a good one follows."""
    models = await visit()
    page = models.page
    problem = page.locator("#picture-problem")
    for name, kind, data, told in REFUSED:
        await models.give(data, name, kind)
        await expect(problem).to_contain_text(f"{name} {told}")
    large = """() => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(10 * 1024 * 1024 + 1)], "large.jpg", { type: "image/jpeg" }));
      return files;
    }"""
    await page.dispatch_event("#drop", "drop", {"dataTransfer": await page.evaluate_handle(large)})
    await expect(problem).to_contain_text("10.1 MB; a photo may have 10 MB at most")
    await expect(page.locator("#skip")).to_be_disabled()
    await models.give(picture_file(Image.new("RGB", (200, 200)), "JPEG"), "good.jpg", "image/jpeg")
    await expect(page.locator("#skip")).to_be_enabled()
    await expect(problem).to_be_hidden()
    assert fake.bodies == []


async def test_a_picture_can_be_dropped_pasted_or_the_sample(visit: Visit) -> None:
    """A file that is dropped anywhere, or pasted, is the picture; so is the sample; a sample wish is the wish."""
    models = await visit()
    page = models.page
    data = base64.b64encode(encoded((5, 90, 5))).decode()
    files = await page.evaluate_handle(DROPPED, [data, "dropped.png"])
    await page.dispatch_event("#stage", "drop", {"dataTransfer": files})
    await expect(page.locator("#drop-text")).to_have_text("dropped.png")
    files = await page.evaluate_handle(DROPPED, [data, "pasted.png"])
    paste = "files => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files }))"
    await page.evaluate(paste, files)
    await expect(page.locator("#drop-text")).to_have_text("pasted.png")
    await page.get_by_role("button", name="Sample photo: ring").click()
    await expect(page.locator("#drop-text")).to_have_text("concept.jpg")
    await page.get_by_role("button", name="Pendant").click()
    await expect(page.locator("textarea#prompt")).to_have_value("A silver pendant in the shape of a ginkgo leaf")
    models.clean()


async def test_steps_are_shown_and_a_run_is_cancelled(visit: Visit, fake: FakeModels3d) -> None:
    """The step is marked in the list, said to screen readers, on the bar; Cancel asks the API and the run ends so."""
    models = await visit()
    page = models.page
    await models.give(encoded((120, 90, 40)))
    fake.say("queued")
    await page.click("#skip")
    await expect(page.locator("#detail")).to_have_text("Waiting for its turn")
    fake.say("running", "clean", 60, "closing holes")
    current = page.locator("#steps li[aria-current=step]")
    await expect(current).to_have_text("Cleaning the mesh")
    await expect(page.locator("#detail")).to_have_text("Cleaning the mesh · closing holes")
    await expect(page.locator("#announcement")).to_have_text("Cleaning the mesh")
    assert await page.locator("#meter").evaluate("meter => meter.value") == 60
    assert await page.locator("#steps li").all_text_contents() == [
        "Taking it in", "Building the shape", "Cleaning the mesh", "Centring it", "Checking that it prints",
        "Storing it",
    ]  # fmt: skip
    assert await page.locator("#steps li.done").count() == 2
    await expect(page.locator("#draw")).to_be_disabled()
    await page.click("#cancel")
    await expect(page.locator("#problem")).to_have_text("Cancelled.")
    assert fake.cancelled == ["model3d"]
    await expect(page.locator("#progress")).to_be_hidden()
    await expect(page.locator("#skip")).to_be_enabled()
    looks = fake.looks
    await page.wait_for_timeout(1300)
    assert fake.looks == looks
    models.clean()


async def test_errors_are_told_as_the_service_says_them(visit: Visit, fake: FakeModels3d) -> None:
    """A refusal's and a failure's words are on the page as text, with the failed step; one can go on after it."""
    models = await visit()
    page = models.page
    await models.wish("A hoop")
    fake.refusal = (429, "64 runs wait <b>already</b>; come back later")
    await page.click("#draw")
    await expect(page.locator("#problem")).to_have_text("64 runs wait <b>already</b>; come back later")
    fake.refusal = None
    fake.say("failed", "reconstruct", 10, error="TRELLIS: no silhouette was found")
    await models.give(encoded((120, 90, 40)))
    await page.click("#skip")
    await expect(page.locator("#problem")).to_have_text("TRELLIS: no silhouette was found — Step: Building the shape.")
    fake.status = None
    await page.click("#draw")
    await expect(page.locator("#concepts img")).to_have_count(2)
    await expect(page.locator("#problem")).to_be_hidden()


async def test_without_styles_there_is_no_chooser(visit: Visit, fake: FakeModels3d) -> None:
    """A service that has no styles is asked for none; one that has, with their previews where there are any."""
    models = await visit()
    chooser = models.page.locator("#styles-field")
    await expect(chooser).to_be_visible()
    await expect(chooser.locator("label")).to_have_count(3)
    preview = chooser.locator("img")
    await eventually(lambda: preview.evaluate("image => image.naturalWidth === 96"), "the preview is to be seen")
    fake.styles = None
    models = await visit()
    await expect(models.page.locator("#styles-field")).to_be_hidden()
    await models.wish()
    await models.page.click("#draw")
    await expect(models.page.locator("#concepts img")).to_have_count(2)
    assert "style" not in fake.asked("concepts")
