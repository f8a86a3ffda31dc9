"""How the four services are, asked at the same time and once each."""

import asyncio
from typing import Literal

from blocks.try_on.a100 import A100
from blocks.try_on.birefnet import BiRefNet
from blocks.try_on.image_manipulator import ImageManipulator
from blocks.try_on.sam3 import SAM3
from blocks.try_on.service import TryOnService
from blocks.try_on.settings import TryOnSettings
from tasks.domain.errors import UpstreamError

State = Literal["online", "offline", "unknown"]


def probes(settings: TryOnSettings) -> dict[str, tuple[TryOnService, str]]:
    """Return each service, by the contract's name for it, and the path that says whether it is there."""
    return {
        "a100": (A100(url=settings.a100_url), "/health"),
        "imageManipulator": (ImageManipulator(url=settings.image_manipulator_url), "/health"),
        "birefnet": (BiRefNet(url=settings.birefnet_url), "/"),
        "sam3": (SAM3(url=settings.sam3_url), "/"),
    }


async def probe_all(settings: TryOnSettings) -> dict[str, State]:
    """Return how each service is, in the contract's words; unknown is one that no URL is set for."""
    asked = probes(settings)
    states = await asyncio.gather(*(_state(block, path, settings.health_timeout_s) for block, path in asked.values()))
    return dict(zip(asked, states, strict=True))


async def _state(block: TryOnService, path: str, timeout_s: float) -> State:
    """Any success will do: `GET /` of a service need not answer JSON."""
    if not block.url:
        return "unknown"
    try:
        await block.reach(path, timeout_s)
    except UpstreamError:
        return "offline"
    return "online"
