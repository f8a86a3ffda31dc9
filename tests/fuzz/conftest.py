"""All contracts behind one door, over real HTTP, in front of a real Prefect server whose runs never wait for long."""

import asyncio
import base64
import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from prefect.client.orchestration import PrefectClient
from pydantic import SecretStr

from api.contracts.runpod_settings import RunPodSettings
from api.main import create_app
from api.settings import AgenticSettings, ApiSettings, RingSettings, TryOnApiSettings
from blocks.artifacts import ArtifactStore
from blocks.images.settings import ImageSettings
from blocks.webhooks import webhook_settings
from tests.fuzz.model_server import model_server
from tests.prefect_server import cancel_leftovers, free_port
from tests.shim import prefect_url

__all__ = ["prefect_url"]

PAUSE_S = 0.2
MANY = 10_000  # runs may wait: a full queue is no fault, but its answer is a 503
START_S = 30.0
KEY = SecretStr("of-nobody")  # nothing is asked of a provider: no run is made
WEBHOOK_SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()  # without one a webhook's address is a 503


@pytest.fixture(scope="package")
def webhooks() -> Iterator[None]:
    """The process has a secret to sign webhooks with."""
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("ATELIER_WEBHOOK_SECRETS", WEBHOOK_SECRET)
        webhook_settings.cache_clear()
        yield
    webhook_settings.cache_clear()


@pytest.fixture(scope="package")
def house_url(prefect_url: str, webhooks: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The combined app; runs that it starts are cancelled soon, so that those who wait for them get their answer."""
    home, port = tmp_path_factory.mktemp("house"), free_port()
    with model_server() as models, ending_runs(prefect_url):
        images = ImageSettings(
            dual_gen_url=f"http://127.0.0.1:{port}/image/dual-gen", lm_studio_url=models, max_queue_size=MANY
        )
        with serving(combined_app(prefect_url, home, images), port):
            yield f"http://127.0.0.1:{port}"


def combined_app(prefect_url: str, home: Path, images: ImageSettings) -> FastAPI:
    """Build the app of all contracts, with room for many waiting runs."""
    return create_app(
        RingSettings(max_queue_size=MANY, anthropic_api_key=KEY, gemini_api_key=KEY),
        AgenticSettings(max_queue_size=MANY),
        ApiSettings(PREFECT_API_URL=prefect_url, max_wait_s=2),
        ArtifactStore(backend="local", home=home),
        TryOnApiSettings(max_queue_size=MANY, probe_services="off"),
        runpod=RunPodSettings(max_queue_size=MANY),
        images=images,
    )


@contextlib.contextmanager
def serving(app: FastAPI, port: int) -> Iterator[None]:
    """Serve `app` from a thread."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline_s = time.monotonic() + START_S
    while not server.started:
        assert thread.is_alive(), "the app did not start"
        assert time.monotonic() < deadline_s, "the app is too slow to start"
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def ending_runs(prefect_url: str) -> Iterator[None]:
    """Cancel every run that waits or runs, again and again, from a thread."""
    done = threading.Event()

    async def end_them() -> None:
        async with PrefectClient(api=prefect_url) as client:
            while not done.is_set():
                with contextlib.suppress(httpx.HTTPError):  # a server that is busy with the attack is asked again
                    await cancel_leftovers(client)
                await asyncio.sleep(PAUSE_S)

    thread = threading.Thread(target=lambda: asyncio.run(end_them()))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
