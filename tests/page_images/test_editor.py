"""The scene editor: form and text change each other, problems name their place, and what fits is sent."""

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from pydantic import ValidationError

from tasks.domain.scenes.scene import Scene
from tests.page_images.conftest import Open
from tests.page_images.fake import FakeImages
from tests.pages import Visit

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def scene(page: Page) -> dict[str, Any]:
    """Return the scene as the text has it."""
    found: dict[str, Any] = json.loads(await page.input_value("#text"))
    return found


async def ready(visit: Visit, sample: str = "Barn in fog") -> Open:
    """Open the editor with a sample in it."""
    editor = await visit("editor")
    await editor.page.get_by_role("button", name=sample).click()
    await expect(editor.page.locator("#verdict")).to_have_text("Fits the schema")
    return editor


@pytest.mark.parametrize("sample", ["Emerald ring", "Pendant at dusk", "Barn in fog"])
async def test_samples_fit_the_schema(visit: Visit, sample: str) -> None:
    """As the page checks it, and as the service does."""
    editor = await ready(visit, sample)
    Scene.model_validate(await scene(editor.page), strict=True)
    editor.clean()


async def test_the_form_is_what_the_schema_says(visit: Visit) -> None:
    """Every field has its control, but for the one that is no part of a prompt; lists and frames are named."""
    editor = await ready(visit)
    labels = (
        await editor.page.locator("#fields").locator("> * > label, > * > legend, > * > summary").all_text_contents()
    )
    named = [label.removesuffix(" optional").lower().replace(" ", "_") for label in labels]
    assert named == [name for name in Scene.model_fields if name != "analysis"]


async def test_what_is_changed_in_the_form_is_changed_in_the_text(visit: Visit) -> None:
    """Texts, numbers, lists of texts and of things; what the form does not show stays."""
    editor = await ready(visit)
    page = editor.page
    before = await scene(page)
    await page.fill("#text", json.dumps({**before, "unknown": [1, {"a": "b"}]}))
    await page.get_by_label("Mood").fill('still, "cold"')
    await page.get_by_text("Camera", exact=True).click()
    await page.get_by_label("Iso").fill("800")
    await page.get_by_role("button", name="Add subject").click()
    await page.get_by_label("Description").nth(1).fill("an owl on the roof")
    await page.get_by_role("textbox", name="Props 2").press("Enter")
    await page.get_by_role("textbox", name="Props 3").fill("lantern")
    await page.get_by_role("button", name="Remove props 1").click()
    await page.get_by_label("Iso").fill("")
    now = await scene(page)
    assert now == {
        **before, "mood": 'still, "cold"', "props": ["single oak", "lantern"],
        "subjects": [*before["subjects"], {"description": "an owl on the roof"}],
        "camera": {**before["camera"], "iso": None}, "unknown": [1, {"a": "b"}],
    }  # fmt: skip
    await expect(page.locator("#verdict")).to_have_text("Fits the schema")
    editor.clean()


UNREADABLE = [  # instead of the line of the mood; how many lines further down the place is that is named
    ('"mood": still,', "a value is expected here", 0),
    ('"mood" "still",', 'a colon is expected after "mood"', 0),
    ('mood: "still",', "a name in quotes is expected here", 0),
    ('"mood": "still"', "a comma or } is expected here", 1),
    ('"mood": "still,', "a text does not end in its line, or has a \\ that means nothing", 0),
    ('"mood": [1 2],', "a comma or ] is expected here", 0),
    ('"mood": 01,', "a value is expected here", 0),
]


async def test_what_is_changed_in_the_text_is_changed_in_the_form(visit: Visit) -> None:
    """As it is typed; while the text cannot be read the form waits, and then follows."""
    editor = await ready(visit)
    page = editor.page
    text = await page.input_value("#text")
    await page.fill("#text", text.replace('"still"', '"loud"'))
    await expect(page.get_by_label("Mood")).to_have_value("loud")
    line = text[: text.index('"mood"')].count("\n") + 1
    for mood, told, further in UNREADABLE:
        await page.fill("#text", text.replace('"mood": "still",', mood))
        await expect(page.locator("#problems li")).to_have_text(
            f" The text cannot be read: {told} line {line + further}"
        )
        await expect(page.locator("#fields")).to_have_js_property("disabled", True)
        await expect(page.locator("#send")).to_be_disabled()
    await page.fill("#text", text)
    await expect(page.get_by_label("Mood")).to_have_value("still")
    await expect(page.locator("#send")).to_be_enabled()
    editor.clean()


PROBLEMS: list[tuple[dict[str, Any], str]] = [
    ({"mood": ...}, "mood is missing"),
    ({"scene": ""}, "scene must not be empty"),
    ({"style": 7}, "style must be text"),
    ({"color_palette": ["gold"]}, "color_palette has 1 entry; at least 3 are needed"),
    ({"color_palette": ["a", "b", "", "c"]}, "color_palette[2] must not be empty"),
    ({"subjects": []}, "subjects has 0 entries; at least 1 are needed"),
    ({"subjects": "a barn"}, "subjects must be a list"),
    ({"subjects": [{"position": "left"}]}, "subjects[0].description is missing"),
    (
        {"subjects": [{"description": "x", "color_palette": [*"abcdef"]}]},
        "subjects[0].color_palette has 6 entries; at most 5 are",
    ),
    ({"camera": {"iso": 2.5}}, "camera.iso must be a whole number or null"),
    ({"camera": {"iso": 0}}, "camera.iso must be at least 1"),
    ({"lighting": "x" * 2001}, "lighting has 2001 characters; at most 2000 are allowed"),
]


async def test_every_problem_is_named_with_its_place(visit: Visit) -> None:
    """In words; the scene is not sent until it is solved; what the page refuses, the service's model does too."""
    editor = await ready(visit)
    page = editor.page
    good = await scene(page)
    for change, told in PROBLEMS:
        changed = {name: value for name, value in {**good, **change}.items() if value is not ...}
        await page.fill("#text", json.dumps(changed, indent=2))
        await expect(page.locator("#verdict")).to_have_text("1 problem")
        await expect(page.locator("#problems li")).to_contain_text(told)
        await expect(page.locator("#send")).to_be_disabled()
        with pytest.raises(ValidationError):
            Scene.model_validate(changed, strict=True)
    editor.clean()


async def test_a_problem_leads_to_its_field(visit: Visit) -> None:
    """Pressed, it puts one where it can be solved; the field is marked, and says what is wrong."""
    editor = await ready(visit)
    page = editor.page
    good = await scene(page)
    camera = {**good["camera"], "iso": "fast"}
    await page.fill("#text", json.dumps({**good, "camera": camera}, indent=2))
    await page.locator("#problems button").click()
    field = page.get_by_label("Iso")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("[data-wrong='camera.iso']")).to_have_text("must be a whole number or null")
    await field.fill("400")
    await expect(page.locator("#verdict")).to_have_text("Fits the schema")
    assert (await scene(page))["camera"]["iso"] == 400
    editor.clean()


async def test_what_fits_is_sent(visit: Visit, fake: FakeImages) -> None:
    """As the prompt of a job, without the notes on who described it; the job can be watched."""
    editor = await ready(visit)
    page = editor.page
    good = await scene(page)
    await page.fill("#text", json.dumps({**good, "analysis": {"by": "model", "model": "m", "warnings": []}}))
    await page.fill("#count", "3")
    await page.select_option("#orientation", "square")
    await page.click("#send")
    await expect(page.locator("#sent")).to_contain_text("Sent.")
    sent = fake.asked("generate")
    assert json.loads(sent.pop("prompt")) == good
    assert sent == {"random": False, "count": 3, "orientation": "square", "size": "1mp"}
    await page.get_by_role("link", name="Watch it being drawn").click()
    await expect(page.locator("#job-title")).to_have_text(good["scene"])
    editor.clean()


async def test_a_language_model_writes_a_scene_from_words(visit: Visit, fake: FakeImages) -> None:
    """Its thoughts and fences are left out; what it writes is checked as all is. Without one it is not offered."""
    editor = await ready(visit)
    page = editor.page
    good = await scene(page)
    fake.answer = f"<think>{{hm}}</think>Here it is:\n```json\n{json.dumps({**good, 'mood': 'merry'})}\n```"
    await page.fill("#words", "A merry barn")
    await page.click("#write")
    await expect(page.get_by_label("Mood")).to_have_value("merry")
    (chat,) = fake.chats
    assert chat["model"] == "qwen3"
    assert "A merry barn" in chat["messages"][1]["content"]
    assert '"color_palette"' in chat["messages"][0]["content"]
    fake.answer = "I cannot."
    await page.click("#write")
    await expect(page.locator("#problem")).to_have_text("The language model answered without a scene.")
    fake.writer.model = "offline"
    await page.reload()
    await expect(page.get_by_label("Mood")).to_have_value("merry")
    await expect(page.locator("#words-form")).to_be_hidden()
    editor.clean()


async def test_files_are_opened_and_saved(visit: Visit) -> None:
    """What is saved is what is opened."""
    editor = await ready(visit)
    page = editor.page
    await page.set_input_files(
        "#file", {"name": "s.json", "mimeType": "application/json", "buffer": b'{"scene": "A lamp"}'}
    )
    await expect(page.get_by_label("Scene", exact=True)).to_have_value("A lamp")
    await expect(page.locator("#verdict")).to_have_text("5 problems")
    async with page.expect_download() as started:
        await page.click("#save")
    assert (await started.value).suggested_filename == "scene.json"
    await page.click("#tidy")
    assert await page.input_value("#text") == '{\n  "scene": "A lamp"\n}'
    await page.get_by_role("button", name="Empty").click()
    await expect(page.get_by_label("Scene", exact=True)).to_have_value("")
    editor.clean()
