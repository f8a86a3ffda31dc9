"""The console in a browser: every mode, what it shows, and what its canvas really looks like."""

import io
import json
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from PIL import Image
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from api.settings import ApiSettings
from tests.api.conftest import Hand, Served, shim
from tests.api.rings import no_ring
from tests.api.test_ring_models import picture
from tests.page.rings import a_shown_ring
from tests.pages import DESKTOP, PHONE, Watched, watched
from tests.waiting import eventually

PROMPT = "A gold ring with one diamond"
SLOW_MS = 60_000  # a software renderer on a busy machine


async def opened(browser: Browser, origin: str, size: dict[str, int] = DESKTOP) -> Watched:
    """Open the console the way a visitor does, by /test."""
    seen = await watched(browser, size)
    await seen.page.goto(f"{origin}/test")
    await expect(seen.page).to_have_title("Atelier · Ring")
    await expect(seen.page.locator("#health .text")).not_to_have_text("checking …")
    return seen


async def pane(page: Page, name: str) -> Any:
    """Return a payload pane's JSON, None while it is empty."""
    text = await page.locator(f"#pane-{name}").text_content()
    return None if text in (None, "—") else json.loads(text or "")


async def submitted(page: Page, prompt: str = PROMPT) -> str:
    """Fill in the prompt, send it, and return the job's id."""
    await page.fill("#prompt", prompt)
    await page.click("#make")
    return str((await eventually(lambda: pane(page, "response"), "an answer is to be shown"))["job_id"])


async def shown(page: Page) -> None:
    """Wait until the viewer shows a ring."""
    await expect(page.locator("#spin")).to_be_visible(timeout=SLOW_MS)
    await page.wait_for_timeout(800)


async def canvas(page: Page) -> np.ndarray:
    """Return the viewer as it looks, height × width × 3, 0..255."""
    shot = await page.locator(".viewer").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def golden(pixels: np.ndarray) -> np.ndarray:
    """Return which pixels are coloured like gold: red over green over blue, and well apart."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return (red > 90) & (red > green + 8) & (green > blue + 25)


@pytest.fixture
async def origin(ring: httpx.AsyncClient) -> str:
    return str(ring.base_url).rstrip("/")


async def test_a_ring_is_made_and_seen(browser: Browser, origin: str, hand: Hand) -> None:
    """Async mode: submitted, followed, shown; gold looks gold, the stone is bright; nothing leaves the host."""
    seen = await opened(browser, origin)
    page = seen.page
    job = await submitted(page)
    await hand.start(job, progress=40, step="build", detail="Blender build 2 of 3")
    await expect(page.locator("#detail")).to_have_text("Blender build 2 of 3")
    assert await page.locator("#meter").evaluate("meter => meter.value") == 40
    before = await canvas(page)
    await hand.finish(job, await a_shown_ring(hand.store))
    await shown(page)
    pixels = await canvas(page)
    gold = golden(pixels)
    assert golden(before).mean() < 0.01
    assert gold.mean() > 0.03
    assert stone_of(pixels, gold).max() > 235
    assert np.ptp(stone_of(pixels, gold)) > 80
    assert seen.strangers(origin) == []
    assert seen.complaints == []


def stone_of(pixels: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """Return the brightness of the stone's pixels: the patch above the hoop's topmost gold."""
    rows, columns = np.nonzero(gold)
    top, middle = rows.min(), int(np.median(columns))
    return pixels[max(top - 60, 0) : top, middle - 40 : middle + 40].mean(axis=-1)


async def test_the_report_says_what_was_measured(browser: Browser, origin: str, hand: Hand) -> None:
    """Size, weight, stones, cost, rounds, warnings and what was not honoured are on the page, and so is the picture."""
    seen = await opened(browser, origin)
    job = await submitted(seen.page)
    await hand.finish(job, await a_shown_ring(hand.store))
    await shown(seen.page)
    report = seen.page.locator("#report")
    for text in ("US 6.5", "UK M½", "2.89 g", "1.91 ct", "$0.4250", "engraving", "stands proud", "ring size: US 7"):
        await expect(report).to_contain_text(text)
    hero = seen.page.get_by_alt_text("Studio picture of the ring")
    await expect(hero).to_be_visible()
    assert await hero.evaluate("image => image.naturalWidth") == 480
    assert (await pane(seen.page, "result"))["proof"]["triangles"] == 4628


async def test_the_ring_can_be_taken_home(browser: Browser, origin: str, hand: Hand, tmp_path: Path) -> None:
    """The GLB that is downloaded is the stored one, not the copy dressed for the browser."""
    seen = await opened(browser, origin)
    job = await submitted(seen.page)
    ring = await a_shown_ring(hand.store)
    await hand.finish(job, ring)
    await shown(seen.page)
    async with seen.page.expect_download() as coming:
        await seen.page.get_by_text("Download GLB").click()
    await (await coming.value).save_as(tmp_path / "ring.glb")
    assert ring.glb is not None
    assert (tmp_path / "ring.glb").read_bytes() == await hand.store.read(ring.glb)


async def test_sync_mode_shows_progress_too(browser: Browser, origin: str, hand: Hand) -> None:
    """Sync mode blocks in one call, follows the same job beside it, and shows the ring."""
    seen = await opened(browser, origin)
    page = seen.page
    await page.click("summary")
    await page.get_by_label("Sync", exact=True).check()
    await page.fill("#prompt", PROMPT)
    await page.click("#make")
    job = (await eventually(lambda: pane(page, "request"), "the request is to be shown"))["request_id"]
    await eventually(lambda: known(hand, job), "the job is to be known")
    await hand.start(job, progress=55, detail="measuring")
    await expect(page.locator("#detail")).to_have_text("measuring")
    await hand.finish(job, await a_shown_ring(hand.store))
    await shown(page)
    assert [url for url in seen.requests if url.endswith("/run")] == [f"{origin}/run"]


async def known(hand: Hand, job: str) -> bool:
    runs = await hand.client.read_flow_runs(sort="ID_DESC", limit=200)
    return any(run.labels.get("atelier.job") == job for run in runs)


async def test_a_failure_is_explained(browser: Browser, origin: str, hand: Hand) -> None:
    """A failed job shows its cause and keeps its cost and its rounds."""
    seen = await opened(browser, origin)
    job = await submitted(seen.page)
    await hand.finish(job, no_ring("no geometry after 3 attempts"))
    await expect(seen.page.get_by_role("alert")).to_have_text("no geometry after 3 attempts")
    await expect(seen.page.locator("#report")).to_contain_text("$0.0000")


async def test_a_waiting_job_is_cancelled(browser: Browser, origin: str, hand: Hand) -> None:
    """Cancel withdraws a job that waits; for one that runs the page says why it cannot."""
    seen = await opened(browser, origin)
    page = seen.page
    await submitted(page)
    await page.click("#cancel")
    await expect(page.get_by_role("alert")).to_have_text("The job was cancelled")
    job = await submitted(page)
    await hand.start(job)
    await page.click("#cancel")
    await expect(page.get_by_role("alert")).to_contain_text("running jobs are not cancelled")
    await expect(page.locator("#progress")).to_be_visible()


async def test_a_picture_goes_along(browser: Browser, origin: str, hand: Hand) -> None:
    """A chosen picture is shown, sent, and stored before the run is made."""
    seen = await opened(browser, origin)
    file = {"name": "ring.png", "mimeType": "image/png", "buffer": picture("PNG")}
    await seen.page.set_input_files("#picture", [file])
    await expect(seen.page.get_by_alt_text("Your reference picture")).to_be_visible()
    job = await submitted(seen.page, prompt="")
    parameters = await hand.parameters(job)
    assert await hand.store.read(parameters["reference"]["uri"]) == picture("PNG")


async def test_the_key_is_sent_on_every_call(
    browser: Browser, served: Served, api_settings: ApiSettings, hand: Hand
) -> None:
    """With a service key set, the page works once it has the key, and keeps it for this tab only."""
    async with await shim(served, api_settings, hand.store, api_key=SecretStr("open sesame")) as client:
        origin = str(client.base_url).rstrip("/")
        seen = await opened(browser, origin)
        page = seen.page
        await page.fill("#prompt", PROMPT)
        await page.click("#make")
        await expect(page.get_by_role("alert")).to_contain_text("X-API-Key")
        await page.click("summary")
        await page.fill("#key", "open sesame")
        job = await submitted(page)
        await hand.finish(job, await a_shown_ring(hand.store))
        await shown(page)
        await expect(page.get_by_alt_text("Studio picture of the ring")).to_be_visible()
        await page.reload()
        assert await page.input_value("#key") == "open sesame"
        assert await page.evaluate("JSON.stringify(localStorage)") == "{}"


@pytest.fixture
async def backend(served: Served) -> tuple[str, list[dict[str, Any]]]:
    """An agentic backend that speaks the contract's protocol and notes what it was asked."""
    app, asked = FastAPI(), list[dict[str, Any]]()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    polls = iter(["running", "running", "completed"])

    @app.post("/run/{workflow}")
    async def start(workflow: str, request: Request) -> dict[str, str]:
        asked.append({"workflow": workflow, "headers": dict(request.headers), "body": await request.json()})
        return {"workflow_id": "wf-1", "status_url": "/status/wf-1", "result_url": "/result/wf-1"}

    @app.get("/status/wf-1")
    async def status() -> dict[str, Any]:
        return {"progress": {"state": next(polls), "completed_nodes": 0, "total_nodes": 1}}

    @app.get("/result/wf-1")
    async def result() -> dict[str, Any]:
        return {"ring-generate": [{"result": {"success": True, "session_id": "s_0123456789_1", "glb_path": "a"}}]}

    return await served.start(app), asked


async def test_temporal_mode_follows_the_backends_protocol(
    browser: Browser, origin: str, hand: Hand, backend: tuple[str, list[dict[str, Any]]]
) -> None:
    """Temporal mode wraps the payload, sends the tenant's headers, follows the status and finds the ring."""
    url, asked = backend
    await a_shown_ring(hand.store)
    seen = await opened(browser, origin)
    page = seen.page
    await page.click("summary")
    await page.get_by_label("Temporal", exact=True).check()
    for field, value in {"backend": url, "tenant-key": "tap_live_1", "user": "testuser1"}.items():
        await page.fill(f"#{field}", value)
    await page.fill("#prompt", PROMPT)
    await page.click("#make")
    await shown(page)
    assert asked[0]["workflow"] == "ring_generate_only"
    assert asked[0]["body"]["return_nodes"] == ["ring-generate"]
    assert asked[0]["body"]["payload"]["prompt"] == PROMPT
    assert asked[0]["headers"]["x-api-key"] == "tap_live_1"
    assert asked[0]["headers"]["x-on-behalf-of"] == "testuser1"
    assert seen.complaints == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_nothing_is_cut_off(browser: Browser, origin: str, hand: Hand, size: dict[str, int]) -> None:
    """At 375 px and on a desktop nothing overflows the page's width, and what is touched is large enough."""
    seen = await opened(browser, origin, size)
    page = seen.page
    job = await submitted(page)
    await hand.finish(job, await a_shown_ring(hand.store))
    await shown(page)
    await page.click("summary")
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    heights = await page.locator("button:visible, select:visible").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert min(heights) >= 32


async def test_the_page_works_by_keyboard(browser: Browser, origin: str, hand: Hand) -> None:
    """Ctrl+Enter in the prompt starts a ring, arrow keys move between the panes, and every control has a name."""
    seen = await opened(browser, origin)
    page = seen.page
    await page.fill("#prompt", PROMPT)
    await page.press("#prompt", "Control+Enter")
    await eventually(lambda: pane(page, "response"), "an answer is to be shown")
    await page.focus("#tab-request")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#tab-response")).to_be_focused()
    await expect(page.locator("#pane-response")).to_be_visible()
    unnamed = await page.locator("input, select, textarea, button").evaluate_all(
        "nodes => nodes.filter(n => !n.labels?.length && !n.textContent.trim() && !n.ariaLabel).map(n => n.id)"
    )
    assert unnamed == []


async def test_the_policy_forbids_other_hosts(browser: Browser, origin: str) -> None:
    """The page's Content-Security-Policy stops a request to another host before it is made."""
    seen = await opened(browser, origin)
    for url in ("https://example.com/", "http://10.0.0.1/"):
        outcome = await seen.page.evaluate("url => fetch(url).then(() => 'sent', () => 'stopped')", url)
        assert outcome == "stopped"
    assert any("Content Security Policy" in complaint for complaint in seen.complaints)
