"""Whole try-ons over the contract, on the stack with its studio: alone, repeated, and ten at once."""

import asyncio
import base64
import io
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from bench.engine.house import size
from bench.engine.runs import STUCK_S, NotMeasured
from bench.figures import Figures, figure, seconds_of
from bench.try_on.plain import Plain
from blocks.artifacts import ArtifactStore
from deployments.catalog import CPU
from deployments.demo_try_on import SAMPLE
from deployments.settings import LOOPBACK, StackSettings
from deployments.stack import Stack

TURNS, REPEATS, AT_ONCE = 3, 5, 10
POLL_S, POLL_AT_ONCE_S = 0.1, 1.0
TIMEOUT_S = 600


class Photos:
    """Copies of the sample photo, each with a pixel or two of its own, so that no cache knows it."""

    def __init__(self) -> None:
        self._sample = np.asarray(Image.open(SAMPLE).convert("RGB"))
        self._count = 0
        self.request: dict[str, Any] = json.loads(SAMPLE.with_suffix(".json").read_text())

    def new(self) -> bytes:
        """Return a JPEG that nobody has seen."""
        self._count += 1
        pixels = self._sample.copy()
        pixels[:8, :8] = self._count * 7 % 256
        pixels[:8, 8:16] = self._count // 36
        jpeg = io.BytesIO()
        Image.fromarray(pixels).save(jpeg, "JPEG", quality=92)
        return jpeg.getvalue()

    @property
    def clicks(self) -> tuple[list[tuple[float, float]], list[int]]:
        """Return where the sample is clicked, and the clicks' labels."""
        points = self.request["maskPoints"]
        return [(point["x"], point["y"]) for point in points], [point["label"] for point in points]


async def figures() -> Figures:
    """Return the figures of whole workflows; the plain sequence calls the same studio."""
    photos = Photos()
    settings = StackSettings(ports="auto")
    studio = f"http://{LOOPBACK}:{settings.studio_port}"
    with tempfile.TemporaryDirectory() as home, Stack(Path(home), settings, pools=[CPU]) as stack:
        async with (
            httpx.AsyncClient(base_url=stack.parts.tryon_url, timeout=TIMEOUT_S) as contract,
            httpx.AsyncClient(timeout=TIMEOUT_S) as services,
        ):
            plain = Plain(studio, services, ArtifactStore(home=stack.home))
            await _made(contract, "start", photos.new(), photos)  # the first run of a stack imports everything
            await plain.try_on(photos.new(), *photos.clicks)
            return {
                **await _alone(contract, plain, photos),
                **await _repeated(contract, photos),
                **await _at_once(contract, plain, photos),
            }


async def _alone(contract: httpx.AsyncClient, plain: Plain, photos: Photos) -> Figures:
    """Take turns, so that a machine that drifts is fair to both."""
    ours, peers = [], []
    for _ in range(turns := size(TURNS)):
        ours.append(await seconds_of(lambda: _made(contract, "start", photos.new(), photos)))
        peers.append(await seconds_of(lambda: plain.try_on(photos.new(), *photos.clicks)))
    flow_s, plain_s = statistics.median(ours), statistics.median(peers)
    return {
        "whole workflow / the same services in plain sequence": figure(flow_s, plain_s, "s", turns),
        "orchestration overhead (the difference)": figure(flow_s - plain_s, None, "s", turns),
    }


async def _repeated(contract: httpx.AsyncClient, photos: Photos) -> Figures:
    """Repeat one photo: its mask is known, and only the pictures are made anew."""
    photo, repeats = photos.new(), size(REPEATS)
    first_s = await seconds_of(lambda: _made(contract, "preprocess", photo, photos))
    known = [await seconds_of(lambda: _made(contract, "preprocess", photo, photos)) for _ in range(repeats)]
    whole = await _made(contract, "start", photo, photos)
    timings_s = whole["result"]["timingsS"]
    steps_s = sum(value for step, value in timings_s.items() if step not in ("GENERATING_IMAGES", "total"))
    return {
        "photo to mask, second run / first": figure(statistics.median(known), first_s, "s", repeats),
        "cached steps of a second whole run": figure(steps_s, None, "s", 1),
    }


async def _at_once(contract: httpx.AsyncClient, plain: Plain, photos: Photos) -> Figures:
    count = size(AT_ONCE)
    began_s = time.perf_counter()
    await asyncio.gather(*(_made(contract, "start", photos.new(), photos, poll_s=POLL_AT_ONCE_S) for _ in range(count)))
    ours_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    await asyncio.gather(*(plain.try_on(photos.new(), *photos.clicks) for _ in range(count)))
    plain_s = time.perf_counter() - began_s
    return {f"{count} workflows at once, each / plain": figure(ours_s / count, plain_s / count, "s", count)}


async def _made(
    contract: httpx.AsyncClient, kind: str, photo: bytes, photos: Photos, *, poll_s: float = POLL_S
) -> dict[str, Any]:
    """Start a workflow and poll it to its end, as the contract's clients do."""
    body = {"originalImageBase64": base64.b64encode(photo).decode(), **photos.request}
    accepted = (await contract.post(f"/workflow/{kind}", json=body)).raise_for_status().json()
    path, parameters = f"/workflow/{accepted['workflowId']}", {"images": "uri", "case": "camel"}
    deadline_s = time.monotonic() + STUCK_S
    while time.monotonic() < deadline_s:
        answer: dict[str, Any] = (await contract.get(path, params=parameters)).raise_for_status().json()
        if answer["status"] == "COMPLETED":
            return answer
        if answer["status"] != "RUNNING":
            raise NotMeasured(f"{path}: {answer}")
        await asyncio.sleep(poll_s)
    raise NotMeasured(f"{path} has not ended after {STUCK_S} s")
