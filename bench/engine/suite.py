"""The engine's figures, ours beside Prefect's own ways, in one run.

ATELIER_BENCH_N caps how often each is measured, for a quick try. Everything runs on free loopback ports in a temporary
folder, and stops by itself.
"""

import tempfile
from pathlib import Path

import httpx
from prefect.client.orchestration import PrefectClient

from bench.engine import burst, cancel, history, latency, memory, ring_contract, shim, steps
from bench.engine.house import TIMEOUT_S, House, deploy
from bench.figures import Figures
from deployments import database
from deployments.catalog import BLENDER, CPU
from deployments.postgres import private_cluster
from deployments.settings import StackSettings
from deployments.stack import Stack
from tests.language_models.provider import FakeProviders


async def figures() -> Figures:
    """Measure everything, most of it in houses of its own: one server and only the workers that are compared."""
    with tempfile.TemporaryDirectory(prefix="atelier-bench-") as folder:
        home, found = Path(folder), {}
        async with House(home / "latency") as house:
            found = await latency.figures(house) | await cancel.figures(house) | await steps.figures(house)
        with private_cluster(home / "postgres") as cluster:
            found |= await burst.figures(home, cluster)
        async with House(home / "memory") as house:
            found |= await memory.figures(house)
        return found | await _on_a_stack(home / "stack")


async def _on_a_stack(home: Path) -> Figures:
    """Measure what needs the shim, Blender and a language model, and then the same with a long history."""
    with (
        FakeProviders() as providers,
        Stack(home, StackSettings(ports="auto"), pools=[CPU, BLENDER], environment=providers.environment) as stack,
    ):
        url = stack.parts.prefect_api_url
        async with (
            PrefectClient(api=url) as prefect,
            httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S) as http,
            httpx.AsyncClient(base_url=stack.parts.ring_url, timeout=TIMEOUT_S) as ring,
            httpx.AsyncClient(base_url=stack.parts.api_url, timeout=TIMEOUT_S) as api,
        ):
            found = await ring_contract.figures(ring, providers) | await shim.figures(api, prefect)
            trivial, endless = [await deploy(prefect, flow, CPU) for flow in ("trivial", "endless")]
            place = history.Place(prefect, http, api, trivial, endless)
            return found | await history.figures(place, database.path_of(home))
