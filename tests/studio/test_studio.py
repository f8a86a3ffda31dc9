"""The studio as a whole: it answers while it works, its line has an end, and it runs as a process of its own."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.studio import classical
from api.studio.app import SERVICES
from api.studio.classical import ClassicalGenerator, ClassicalMatting, ClassicalSegmenter
from api.studio.engines import choose
from api.studio.settings import StudioSettings
from blocks.service_checks import check_try_on
from blocks.settings import CHECKOUT
from blocks.try_on.settings import try_on_settings
from tasks.domain.errors import UpstreamError
from tests.prefect_server import free_port
from tests.studio.benches import Gated, with_matting
from tests.studio.conftest import Client, Serve
from tests.studio.drawn import PHOTO
from tests.waiting import STUCK_S

JOBS = "/birefnet/jobs"


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_says_that_it_is_there(studio: Client, service: str) -> None:
    """A probe of either kind, the root or /health, finds each service and what it works with."""
    for path in ("", "/", "/health"):
        answer = await studio.get(f"/{service}{path}")
        assert answer.status_code == 200
        assert answer.json()["engine"] == "classical"
        assert answer.json()["status"] in ("online", "healthy")


async def test_health_answers_while_every_thread_works(serve: Serve, photo_uri: str) -> None:
    """With all threads busy and work waiting, health is answered at once and tells how much there is to do."""
    gated = Gated()
    client = await serve(with_matting(gated), threads=2)
    for _ in range(5):
        await client.post(JOBS, json={"image_uri": photo_uri})
    for _ in range(2):
        await asyncio.to_thread(gated.begun.acquire)
    answers = [await client.get("/health") for _ in range(20)]
    assert {answer.json()["unfinished"] for answer in answers} == {5}
    assert sorted(answer.elapsed.total_seconds() for answer in answers)[10] < 0.1
    assert gated.count == 2
    gated.gate.set()


@pytest.mark.parametrize("limit", [{"max_waiting": 1}, {"max_waiting_bytes": 2 * len(PHOTO)}])
async def test_a_full_line_takes_no_more(serve: Serve, photo_uri: str, limit: dict[str, int]) -> None:
    """Beyond the places, or the bytes, that may wait, jobs and direct requests alike are 503 with Retry-After."""
    gated = Gated()
    client = await serve(with_matting(gated), threads=1, **limit)
    taken = [await client.post(JOBS, json={"image_uri": photo_uri}) for _ in range(2)]
    assert [answer.status_code for answer in taken] == [200, 200]
    for path in (JOBS, "/image-manipulator/resize", "/image-manipulator/zoom_check"):
        refused = await client.post(path, json={"image_uri": photo_uri})
        assert refused.status_code == 503, path
        assert int(refused.headers["Retry-After"]) >= 1
        assert "wait" in refused.json()["detail"]
    gated.gate.set()
    async with asyncio.timeout(STUCK_S):
        while (await client.post("/image-manipulator/resize", json={"image_uri": photo_uri})).status_code == 503:
            await asyncio.sleep(0.02)


async def test_who_waits_for_an_answer_waits_no_longer_than_the_limit(serve: Serve, photo_uri: str) -> None:
    """A direct request behind others is given up in time, and its place in line is free again."""
    gated = Gated()
    client = await serve(with_matting(gated), threads=1, answer_timeout_s=0.1)
    await client.post(JOBS, json={"image_uri": photo_uri})
    answer = await client.post("/image-manipulator/zoom_check", json={"image_uri": photo_uri})
    assert answer.status_code == 503
    assert "no result within 0.1 s" in answer.json()["detail"]
    assert (await client.get("/health")).json()["unfinished"] == 1
    gated.gate.set()


async def test_who_hangs_up_leaves_the_line(serve: Serve, photo_uri: str) -> None:
    """Work that nobody waits for any more is never begun."""
    gated = Gated()
    client = await serve(with_matting(gated), threads=1)
    await client.post(JOBS, json={"image_uri": photo_uri})
    with pytest.raises(httpx.ReadTimeout):
        await client.post("/image-manipulator/zoom_check", json={"image_uri": photo_uri}, timeout=0.3)
    async with asyncio.timeout(STUCK_S):
        while (await client.get("/health")).json()["unfinished"] > 1:
            await asyncio.sleep(0.05)
    gated.gate.set()


@pytest.fixture
def settings_from(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, str]], None]]:
    """Lets the try-on's settings be read anew, from variables of the test's own."""

    def read(variables: dict[str, str]) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        try_on_settings.cache_clear()

    yield read
    try_on_settings.cache_clear()


async def test_the_scheduled_probe_finds_the_studio(
    serve: Serve, settings_from: Callable[[dict[str, str]], None]
) -> None:
    """Each service is up where its address leads to one, down where nobody answers, unconfigured without an address."""
    up = (await serve()).base_url
    addresses = {
        "IMAGE_MANIPULATOR_URL": f"{up}/image-manipulator",
        "BIREFNET_URL": f"{up}/birefnet",
        "SAM3_URL": f"http://127.0.0.1:{free_port()}/sam3",
        "A100_SERVER_URL": "",
    }
    settings_from(addresses)
    assert await check_try_on("image manipulator") == f"answers at {addresses['IMAGE_MANIPULATOR_URL']}"
    assert await check_try_on("birefnet") == f"answers at {addresses['BIREFNET_URL']}"
    with pytest.raises(UpstreamError, match="sam3"):
        await check_try_on("sam3")
    assert await check_try_on("a100") is None


def test_without_models_the_engines_are_classical() -> None:
    """`classical` always is; `auto` is too where nothing better can be had, and then says why."""
    assert choose(StudioSettings(engine="classical")) == classical.engines()
    chosen = choose(StudioSettings(engine="auto"))
    assert (chosen.segmenter, chosen.matting, chosen.generator) == (
        ClassicalSegmenter(),
        ClassicalMatting(),
        ClassicalGenerator(),
    )
    assert chosen.missing


def test_the_studio_is_a_process(tmp_path: Path) -> None:
    """`python -m api.studio` serves on the port that the environment names, and ends when asked to."""
    port = free_port()
    environment = os.environ | {"ATELIER_STUDIO_PORT": str(port), "ATELIER_HOME": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-m", "api.studio"], env=environment, cwd=CHECKOUT) as process:
        try:
            assert answer_of(f"http://127.0.0.1:{port}/health", process)["services"] == list(SERVICES)
        finally:
            process.terminate()
        assert process.wait(STUCK_S) in (0, -15)


def answer_of(url: str, process: subprocess.Popen[bytes]) -> dict[str, object]:
    deadline = time.monotonic() + STUCK_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return dict(httpx.get(url, timeout=2).json())
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the studio did not start")
