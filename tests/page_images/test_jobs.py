"""Jobs on the page that makes them: what is sent, rounds as they come, the queue, and how it ends."""

import base64

import pytest
from playwright.async_api import expect

from tests.page_images.fake import FakeImages, envelope, picture
from tests.pages import Visit
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROMPT = "A gold ring on marble"
ASKED = {
    "prompt": PROMPT, "prompt2": "", "prompt_mode": "same", "random": False, "count": 1, "orientation": "landscape",
    "size": "1mp", "steps": 25,
}  # fmt: skip


async def test_rounds_appear_as_they_are_finished(visit: Visit, fake: FakeImages) -> None:
    """A wish becomes a job; each endpoint's state and each finished round show while it runs; then the page rests."""
    images = await visit("images")
    page = images.page
    await expect(page.locator("#make")).to_be_disabled()
    await page.fill("#prompt", PROMPT)
    await page.fill("#count", "2")
    await expect(page.locator("#advice")).to_have_text("2 rounds on 2 endpoints: 4 pictures")
    await page.click("#make")
    await expect(page.locator("#doing")).to_have_text("Waiting for its turn")
    assert fake.asked("generate") == {**ASKED, "count": 2}
    fake.run(fake.last, "done", "generating")
    await expect(page.locator(".tile").first).to_contain_text("Studio 1done")
    await expect(page.locator(".tile").last).to_contain_text("Studio 2draws")
    fake.finish_round(fake.last)
    fake.run(fake.last)
    await expect(page.locator(".round:not(.live) .shot img")).to_have_count(2)
    await expect(page.locator("#doing")).to_have_text("Round 2 of 2")
    await expect(page.locator(".live h3")).to_have_text("Round 2, under way")
    fake.finish_round(fake.last)
    fake.end(fake.last)
    await expect(page.locator("#announcement")).to_have_text("The job is done.")
    await expect(page.locator(".round:not(.live) h3")).to_have_text(["Round 2", "Round 1"])
    await expect(page.locator("#progress")).to_be_hidden()
    await expect(page.locator(".live")).to_be_hidden()
    await expect(page.locator("#job-facts")).to_have_text("2 rounds · 4 pictures · 4.2 s")
    seen = page.locator(".shot img")
    assert await eventually(
        lambda: seen.evaluate_all("all => all.every(one => one.naturalWidth === 300)"), "the pictures are to be seen"
    )
    images.clean()


@pytest.mark.parametrize(
    ("status", "title", "told"),
    [
        ("complete", "Worth knowing", None),
        ("error", "It failed", "the model is gone"),
        ("cancelled", "Cancelled", None),
    ],
)
async def test_a_job_that_has_ended_is_not_looked_at_again(
    visit: Visit, fake: FakeImages, status: str, title: str, told: str | None
) -> None:
    """However it ended: the page says so and asks no more for it."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", PROMPT)
    await images.make()
    fake.finish_round(fake.last)
    fake.end(fake.last, status, told)
    await expect(page.locator("#progress")).to_be_hidden()
    await expect(page.locator(".round:not(.live)")).to_have_count(1)
    if status != "complete":
        await expect(page.locator("#notes")).to_contain_text(title)
    if told:
        await expect(page.locator("#notes")).to_contain_text(told)
    looks = fake.looks
    await page.wait_for_timeout(2200)
    assert fake.looks == looks
    images.clean()


async def test_an_endpoint_that_fails_leaves_the_others_their_pictures(visit: Visit, fake: FakeImages) -> None:
    """Its words stand where its picture would; they are text, not markup."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", PROMPT)
    await images.make()
    fake.finish_round(fake.last, None, "HTTP 500 <b>after</b> 3 tries")
    fake.end(fake.last)
    await expect(page.locator(".failed p")).to_have_text("HTTP 500 <b>after</b> 3 tries")
    await expect(page.locator(".shot img")).to_have_count(1)
    await expect(page.locator("#job-facts")).to_contain_text("1 of 2 pictures")
    images.clean()


async def test_every_way_to_prompt_is_sent(visit: Visit, fake: FakeImages) -> None:
    """Two prompts; prompts that a model writes; guidance drawn anew; a seed; a picture to start from, with strength."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", PROMPT)
    await page.locator("label:has(input[value=different])").click()
    await page.fill("#prompt2", "The same in silver")
    await page.locator("label:has(input[value=portrait])").click()
    await page.locator("summary").click()
    await page.fill("#seed", "7")
    await page.fill("#guidance", "3,5")
    await page.fill("#steps", "40")
    await images.give(picture(1))
    await page.locator("#strength").fill("0.4")
    await images.make()
    sent = fake.asked("generate")
    assert base64.b64decode(sent.pop("image")) == picture(1)
    assert sent == {
        **ASKED, "prompt2": "The same in silver", "prompt_mode": "different", "orientation": "portrait", "steps": 40,
        "seed": 7, "vary_seed": True, "guidance_scale": 3.5, "strength": 0.4,
    }  # fmt: skip
    await page.click("#picture-remove")
    await page.fill("#prompt", "")
    await page.fill("#guidance", "random")
    await expect(page.locator("#make")).to_be_disabled()
    await page.get_by_label("Let a language model write them").check()
    await expect(page.locator("#prompt2")).to_be_hidden()
    await page.fill("#model", "llama")
    await page.fill("#temperature", "1.1")
    await page.click("#make")
    await expect(page.locator("#job-title")).to_have_text("Whatever a language model thinks of")
    sent = fake.asked("generate")
    assert {name: sent[name] for name in ("random", "prompt", "prompt2", "model", "temperature", "guidance_scale")} == {
        "random": True, "prompt": "", "prompt2": "", "model": "llama", "temperature": 1.1, "guidance_scale": "random",
    }  # fmt: skip
    assert "image" not in sent
    models = page.locator("#models option")
    assert await models.evaluate_all("all => all.map(one => one.value)") == ["qwen3", "llama", "offline"]
    images.clean()


async def test_who_writes_is_told_and_who_stepped_in(visit: Visit, fake: FakeImages) -> None:
    """While a model writes, its name shows; when it failed and the built-in writer stepped in, the page says why."""
    images = await visit("images")
    page = images.page
    await page.get_by_label("Let a language model write them").check()
    await page.fill("#count", "3")
    await images.make()
    fake.run(fake.last, "pending", "pending", llm={"state": "generating", "model": "qwen3", "mode": "vision"})
    await expect(page.locator("#writing")).to_have_text("qwen3 writes the prompt, looking at the picture …")
    fake.run(fake.last, llm={"state": "fallback", "model": "qwen3", "source": "fallback", "error": "HTTP 503"})
    await expect(page.locator("#writing")).to_have_text("The built-in writer stepped in.")
    await expect(page.locator("#notes")).to_contain_text("The language model gave no prompt (HTTP 503)")
    fake.run(fake.last, llm={"state": "done", "source": "offline"})
    await expect(page.locator("#writing")).to_have_text("Prompt by the built-in writer")
    images.clean()


async def test_endpoints_and_writer_are_shown_as_they_are(visit: Visit, fake: FakeImages) -> None:
    """Each with its state; the line of the page's health counts those that answer."""
    fake.endpoints = {"Studio 1": "online", "Attic": "offline", "Cellar": "timeout"}
    images = await visit("images")
    page = images.page
    await expect(page.locator("#health .text")).to_have_text("1 of 3 endpoints online")
    await expect(page.locator("#services li")).to_have_text(
        ["Studio 1online", "Atticoffline", "Cellarslow to answer", "qwen3writes prompts · online"]
    )
    fake.writer.source, fake.writer.status = "offline", "unknown"
    await page.reload()
    await expect(page.locator("#services li").last).to_have_text("Built-in writerwrites prompts · online")


async def test_waiting_jobs_are_cancelled(visit: Visit, fake: FakeImages) -> None:
    """One by its button, all by one button; what runs or has ended has none, and can be looked at."""
    done = fake.draw("A barn")
    images = await visit("images")
    page = images.page
    for prompt in ("First", "Second", "Third"):
        await page.fill("#prompt", prompt)
        await page.click("#make")
        await expect(page.locator("#job-title")).to_have_text(prompt)
    rows = page.locator("#jobs li")
    await expect(rows).to_have_count(4)
    await page.get_by_role("button", name="Cancel: Second").click()
    await expect(rows.filter(has_text="Second")).to_contain_text("cancelled")
    await page.click("#clear")
    await expect(page.locator("#announcement")).to_have_text("The job was cancelled.")
    assert [job.status for job in fake.jobs.values()] == ["complete"] + ["cancelled"] * 3
    await rows.filter(has_text="A barn").get_by_role("button").click()
    await expect(page.locator("#job-title")).to_have_text(done.prompt)
    await expect(page.locator(".shot img")).to_have_count(2)
    await expect(page.locator("#clear")).to_be_hidden()
    images.clean()


async def test_the_job_that_is_shown_can_be_cancelled_while_it_waits(visit: Visit, fake: FakeImages) -> None:
    """Cancel is there until it runs."""
    images = await visit("images")
    page = images.page
    await page.fill("#prompt", PROMPT)
    await page.click("#make")
    await page.click("#cancel")
    await expect(page.locator("#notes")).to_contain_text("Cancelled")
    await page.click("#make")
    await expect(page.locator("#cancel")).to_be_visible()
    fake.run(fake.last)
    await expect(page.locator("#cancel")).to_be_hidden()
    images.clean()


async def test_refusals_name_their_fields(visit: Visit, fake: FakeImages) -> None:
    """The contract's envelope becomes a sentence; nothing typed is lost, and one can go on."""
    images = await visit("images")
    page = images.page
    fake.refusal = envelope(400, "VALIDATION_ERROR", "Input validation failed", count="above maximum")
    await page.fill("#prompt", PROMPT)
    await page.fill("#count", "500")
    await page.click("#make")
    await expect(page.locator("#problem")).to_have_text("count: above maximum")
    fake.refusal = envelope(503, "SERVICE_UNAVAILABLE", "64 jobs wait already")
    await page.click("#make")
    await expect(page.locator("#problem")).to_have_text("64 jobs wait already")
    fake.refusal = None
    await page.fill("#count", "1")
    await images.make()
    await expect(page.locator("#problem")).to_be_hidden()
