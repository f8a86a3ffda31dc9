"""The process that is told to stop: what has begun is answered, and new jobs are refused."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.images_api.conftest import refused
from tests.prefect_server import free_port
from tests.waiting import eventually

PORTS = (
    "ATELIER_API_PORT", "RING_GEN_PORT", "AGENTIC_PORT", "TRYON_API_PORT", "RUNPOD_IMAGE_PORT", "RUNPOD_MODEL_PORT",
    "IMAGE_DUAL_GEN_PORT", "IMAGE_JSON_FROM_IMAGE_PORT", "IMAGE_CREATE_JSON_PORT",
)  # fmt: skip


@pytest.fixture
def ports() -> dict[str, str]:
    """Free ports for every door of the process."""
    return {name: str(free_port()) for name in PORTS}


@pytest.fixture
def process(ports: dict[str, str], prefect_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process that serves every contract."""
    environment = os.environ | ports | {"ATELIER_HOME": str(tmp_path), "PREFECT_API_URL": prefect_url}
    served = subprocess.Popen([sys.executable, "-m", "api"], env=environment)
    yield served
    served.kill()
    served.wait()


async def test_it_serves_three_doors_and_takes_nothing_new_at_the_end(
    process: subprocess.Popen[bytes], ports: dict[str, str]
) -> None:
    """Each port answers for its service; a job that is still being sent when the process is told to stop is refused."""
    doors = {name: f"http://127.0.0.1:{port}" for name, port in ports.items() if name.startswith("IMAGE_")}
    async with httpx.AsyncClient(timeout=60) as client:

        async def service(url: str) -> str | None:
            try:
                return str((await client.get(f"{url}/health")).json()["service"])
            except httpx.ConnectError:
                return None

        async def all_answer() -> list[str] | None:
            services = [await service(url) for url in doors.values()]
            return [name for name in services if name] if all(services) else None

        assert await eventually(all_answer, "every door opens") == ["dual_gen", "json_from_image", "create_json"]
        generate = f"{doors['IMAGE_DUAL_GEN_PORT']}/api/v1/generate"
        refused(await client.post(generate, content=slowly(process)), 503, "SERVICE_UNAVAILABLE")
    assert await asyncio.to_thread(process.wait, 30) == 0


async def slowly(process: subprocess.Popen[bytes]) -> AsyncIterator[bytes]:
    """Send half a request, tell the process to stop, and send the other half."""
    yield b'{"prompt": '
    await asyncio.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    yield b'"a barn"}'
