"""Whole runs on the stack with its studio: picture to GLB, print sizes, repeats; and /runsync beside RunPod's own."""

import base64
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from bench.engine.house import size
from bench.engine.runs import STUCK_S, NotMeasured
from bench.figures import Figures, figure, seconds_of, side_by_side
from blocks.settings import CHECKOUT
from deployments.catalog import GPU
from deployments.demo_models3d import SAMPLE, reference
from deployments.settings import LOOPBACK, StackSettings, free_ports
from deployments.stack import Stack

TURNS, REPEATS = 3, 5
TIMEOUT_S = 600
HANDLER = CHECKOUT / "deployments" / "runpod" / "model_generator" / "rp_handler.py"


class Pictures:
    """Copies of the sample, each with a corner of its own, so that no cache knows it."""

    def __init__(self) -> None:
        self._sample = np.asarray(Image.open(SAMPLE).convert("RGB"))
        self._number = count(1)

    def new(self) -> dict[str, Any]:
        """Return a picture that nobody has seen, as a request carries it."""
        pixels = self._sample.copy()
        pixels[:8, :8] = next(self._number) * 7 % 256
        jpeg = io.BytesIO()
        Image.fromarray(pixels).save(jpeg, "JPEG", quality=92)
        return {"base64": base64.b64encode(jpeg.getvalue()).decode()}


async def figures() -> Figures:
    """Return the figures of runs, all on one stack."""
    with tempfile.TemporaryDirectory() as home, Stack(Path(home), StackSettings(ports="auto"), pools=[GPU]) as stack:
        runpod_url = stack.parts.runpod_urls[1]
        async with (
            httpx.AsyncClient(base_url=stack.parts.api_url, timeout=TIMEOUT_S) as api,
            httpx.AsyncClient(base_url=runpod_url, timeout=TIMEOUT_S) as ours,
        ):
            pictures = Pictures()
            model = (await _run(api, "model3d", {"picture": pictures.new()}))["model"]  # imports everything, too
            found = {**await _models(api, pictures), **await _sizes(api, model)}
            with _sdk_server(stack.environment) as url:
                async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S) as peer:
                    link = f"{stack.parts.api_url}{model['url']}"
                    return {**found, **await _runsync(ours, peer, link)}


async def _models(api: httpx.AsyncClient, pictures: Pictures) -> Figures:
    turns, repeats = size(TURNS), size(REPEATS)
    fresh = [await seconds_of(lambda: _run(api, "model3d", {"picture": pictures.new()})) for _ in range(turns)]
    known = pictures.new()
    await _run(api, "model3d", {"picture": known})
    again = [await seconds_of(lambda: _run(api, "model3d", {"picture": known})) for _ in range(repeats)]
    first_s, second_s = statistics.median(fresh), statistics.median(again)
    return {
        "picture to proven GLB, on the CPU": figure(first_s, None, "s", turns),
        "the same picture again / first": figure(second_s, first_s, "s", repeats),
    }


async def _sizes(api: httpx.AsyncClient, model: dict[str, Any]) -> Figures:
    """Each turn wants another size, which no cache knows."""
    turns = size(REPEATS)
    wanted = [{"model": reference(model), "scale_factor": 0.04 + turn / 1000} for turn in range(turns)]
    taken = [await seconds_of(lambda request=request: _run(api, "rescale3d", request)) for request in wanted]  # type: ignore[misc]
    return {"GLB to its size, with STL, 3MF and proof": figure(statistics.median(taken), None, "s", turns)}


async def _runsync(ours: httpx.AsyncClient, peer: httpx.AsyncClient, model_url: str) -> Figures:
    """Take turns at rescaling, each to a size of its own, through both servers' /runsync."""
    sizes, turns = count(1), size(REPEATS)

    async def sized(client: httpx.AsyncClient) -> None:
        wanted = {"operation": "rescale_model", "model_url": model_url, "scale_factor": 0.02 + next(sizes) / 10_000}
        answer = (await client.post("/runsync", json={"input": wanted})).raise_for_status().json()
        if answer["status"] != "COMPLETED":
            raise NotMeasured(f"{client.base_url}: {answer}")

    await sized(ours)
    await sized(peer)
    ours_s, peer_s = await side_by_side(lambda: sized(ours), lambda: sized(peer), turns)
    return {
        "/runsync / the SDK's own local server, same handler": figure(ours_s, peer_s, "s", turns),
        "orchestration overhead of /runsync (the difference)": figure(ours_s - peer_s, None, "s", turns),
    }


@contextmanager
def _sdk_server(environment: dict[str, str]) -> Iterator[str]:
    """Serve the handler as RunPod's SDK does for local tests; yield its URL once it answers."""
    (port,) = free_ports(1)
    command = [sys.executable, str(HANDLER), "--rp_serve_api", "--rp_api_host", LOOPBACK, "--rp_api_port", str(port)]
    url = f"http://{LOOPBACK}:{port}"
    server = subprocess.Popen(
        command, env=environment, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(server, url)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _await(server: subprocess.Popen[bytes], url: str) -> None:
    deadline_s = time.monotonic() + STUCK_S
    while time.monotonic() < deadline_s and server.poll() is None:
        try:
            httpx.get(url, timeout=2)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        return
    raise NotMeasured(f"RunPod's local server did not start; it ended with {server.poll()}")


async def _run(api: httpx.AsyncClient, pipeline: str, request: dict[str, Any]) -> dict[str, Any]:
    """Run a pipeline to its end over the native API; return its result."""
    answer = await api.post(f"/runs/{pipeline}", json={"request": request}, headers={"Prefer": "wait=120"})
    outcome: dict[str, Any] = answer.raise_for_status().json()
    if outcome["state"] != "completed":
        raise NotMeasured(f"{pipeline}: {outcome['state']}: {outcome.get('error')}")
    result: dict[str, Any] = outcome["result"]
    return result
