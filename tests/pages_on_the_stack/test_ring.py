"""The ring contract and its page on the real stack: server, worker, Blender and shim as `up` starts them."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser

from tasks.domain.rings.proof import prove
from tests.page.test_console import DESKTOP, canvas, golden, shown
from tests.pages import watched
from tests.stack import RunningStack

BAND = "A plain 18k yellow gold comfort-fit band, 3 mm wide, US size 7"
CHANNEL = "An 18k yellow gold band with channel-set round diamonds"
SESSION_KEYS = {
    *("session_id", "prompt", "llm_name", "code", "modules", "version", "current_version", "edits"),
    *("version_history", "created", "retry_log", "cost", "spatial_report", "skip_validation", "blender_result"),
}
DONE = ("succeeded", "failed", "cancelled")


@pytest.fixture
async def ring(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the stack's ring contract."""
    async with httpx.AsyncClient(base_url=stack.ring_url, timeout=180) as client:
        yield client


async def test_a_fresh_stack_is_ready(ring: httpx.AsyncClient) -> None:
    """Every check of /ready holds, and health says that no key is there."""
    answer = await ring.get("/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    health = (await ring.get("/health")).json()
    assert (health["blender_exists"], health["master_prompt_loaded"], health["prefect"]) == (True, True, "connected")
    assert (health["claude_available"], health["gemini_available"]) == (False, False)


async def test_a_blocking_call_makes_a_ring(ring: httpx.AsyncClient) -> None:
    """Without a key /run gives a GLB of the size that was asked for, and its session can be read."""
    answer = await ring.post("/run", json={"data": {"prompt": BAND, "metadata": {"order": 7}}})
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert (result["success"], result["llm_used"], result["cost_summary"]["total_usd"]) == (True, "offline", 0)
    glb = (await ring.get(f"/sessions/{result['session_id']}/model.glb?t=1")).content
    assert len(glb) == result["glb_size"] == result["glb_path"]["bytes"]
    finger = prove(glb).finger
    assert finger is not None
    assert finger.us == 7
    session = (await ring.get(f"/sessions/{result['session_id']}")).json()
    assert set(session) >= SESSION_KEYS
    assert (
        session["code"] == result["code"] == (await ring.get(f"/sessions/{result['session_id']}/ring_script.py")).text
    )


async def test_a_job_is_followed_as_the_shipped_page_does(ring: httpx.AsyncClient) -> None:
    """Poll after 500 ms, then on and on: the words only move forward, and progress never falls."""
    accepted = (await ring.post("/jobs", json={"prompt": BAND, "previews": "none"})).json()
    await asyncio.sleep(0.5)
    seen = [(await ring.get(accepted["result_url"])).json()]
    while seen[-1]["status"] not in DONE:
        await asyncio.sleep(0.3)
        seen.append((await ring.get(accepted["result_url"])).json())
    order = [("queued", "running", "succeeded").index(answer["status"]) for answer in seen]
    progress = [answer["progress"] for answer in seen if "progress" in answer]
    assert order == sorted(order)
    assert order[-1] == 2
    assert progress == sorted(progress)
    assert all(isinstance(answer["detail"], str) for answer in seen if answer["status"] == "running")


async def test_a_waiting_job_is_cancelled_before_it_starts(ring: httpx.AsyncClient) -> None:
    """With one builder the last of three waits: it is cancelled, and the others are made all the same."""
    jobs = [(await ring.post("/jobs", json={"prompt": BAND})).json()["job_id"] for _ in range(3)]
    cancelled = await ring.delete(f"/jobs/{jobs[2]}")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    async with asyncio.timeout(120):
        for job in jobs:
            while (status := (await ring.get(f"/jobs/{job}/result")).json()["status"]) not in DONE:
                await asyncio.sleep(0.5)
            assert status == ("cancelled" if job == jobs[2] else "succeeded")


async def test_a_named_provider_without_its_key_fails_at_once(ring: httpx.AsyncClient) -> None:
    """Claude without a key is 503 and names the variable."""
    answer = await ring.post("/run", json={"prompt": BAND, "llm_name": "claude"})
    assert answer.status_code == 503
    assert "ANTHROPIC_API_KEY" in answer.json()["detail"]


async def test_the_page_shows_a_ring_that_was_just_made(browser: Browser, stack: RunningStack) -> None:
    """From a prompt typed into the page to a golden ring on its canvas, and no request to anyone else."""
    seen = await watched(browser, DESKTOP)
    page = seen.page
    await page.goto(f"{stack.ring_url}/test")
    await page.select_option("#previews", "none")
    await page.fill("#prompt", CHANNEL)
    await page.click("#make")
    await shown(page)
    assert golden(await canvas(page)).mean() > 0.03
    assert seen.strangers(stack.ring_url) == []
    assert seen.complaints == []
