"""The try-on as it comes: Prefect, the worker of the pool cpu and the studio, on a small canvas; no stand-ins.

The studio answers in the test's own process, behind a proxy that counts what is asked and injects what goes wrong.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from api.studio.app import create_app
from api.studio.classical import engines
from api.studio.settings import StudioSettings
from blocks.artifacts import Artifact, ArtifactStore
from blocks.settings import Settings
from deployments.catalog import (
    CPU,
    TRY_ON,
    TRY_ON_GENERATE,
    TRY_ON_PREPROCESS,
    TRY_ON_QUEUE,
    TRY_ONS_AT_ONCE,
)
from flows.contracts import TryOnResult
from tests.prefect_server import Served, ended, task_states
from tests.stack import RunningStack, running_stack
from tests.try_on import pictures, scenes
from tests.try_on.faults import Changed, FaultyProxy, Status
from tests.try_on.services import addresses
from tests.waiting import eventually

WIDTH_PX, HEIGHT_PX = scenes.CANVAS
PLAIN = {"points": [click.model_dump() for click in scenes.PLAIN_CLICKS], "jewelry_type": "ring"}
CLUTTERED = {"points": [click.model_dump() for click in scenes.CLUTTERED_CLICKS], "jewelry_type": "ring"}
WIPE = {"points": [{"x": 0.0, "y": 0.3125}, {"x": 1.0, "y": 0.3125}], "mode": "remove", "size": 100}


@pytest.fixture(scope="module")
def running_gate() -> Iterator[FaultyProxy]:
    with FaultyProxy() as gate:
        yield gate


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, running_gate: FaultyProxy) -> Iterator[RunningStack]:
    """A stack whose services are behind the gate, whose canvas is small, and whose retries do not wait."""
    environment = {
        **addresses(running_gate.url),
        "TRYON_CANVAS_WIDTH_PX": str(WIDTH_PX),
        "TRYON_CANVAS_HEIGHT_PX": str(HEIGHT_PX),
        "TRYON_IMAGE_RETRY_DELAYS_S": "[0, 0, 0, 0]",
        "TRYON_MODEL_RETRY_DELAYS_S": "[0, 0]",
    }
    with running_stack(tmp_path_factory.mktemp("try-on-stack"), environment, pools=(CPU,), api=False) as stack:
        yield stack


@pytest.fixture
def store(stack: RunningStack) -> ArtifactStore:
    """The stack's own store."""
    return ArtifactStore.from_settings(Settings(home=stack.home))


@pytest.fixture
async def gate(running_gate: FaultyProxy, store: ArtifactStore) -> AsyncIterator[FaultyProxy]:
    """The way to the studio, with nothing in it."""
    served = Served()
    running_gate.begin()
    running_gate.upstream = await served.start(create_app(StudioSettings(), engines(), store))
    yield running_gate
    await served.stop()


@dataclass
class Runs:
    """Starts the deployments and reads what their runs leave."""

    client: PrefectClient
    store: ArtifactStore

    async def start(self, deployment: str, **request: Any) -> UUID:
        found = await self.client.read_deployment_by_name(deployment)
        run = await self.client.create_flow_run_from_deployment(found.id, parameters={"request": request})
        return run.id

    async def made(self, deployment: str, **request: Any) -> tuple[FlowRun, TryOnResult]:
        """Run to the end; a result of preprocess is read as one without pictures."""
        run = await ended(self.client, await self.start(deployment, **request))
        return run, TryOnResult.model_validate_json(await self.store.read_named(f"runs/{run.id}/result.json"))

    async def photo(self, data: bytes) -> dict[str, Any]:
        return (await self.store.write(data)).model_dump()

    async def mask(self, mask: Artifact) -> np.ndarray:
        return np.asarray(await pictures.opened(self.store, mask)) == 255


@pytest.fixture
async def runs(stack: RunningStack, store: ArtifactStore, gate: FaultyProxy) -> AsyncIterator[Runs]:
    async with PrefectClient(api=stack.prefect_api_url) as client:
        yield Runs(client, store)


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    return float((mask & truth).sum() / (mask | truth).sum())


async def test_a_photo_becomes_pictures_and_is_not_worked_on_twice(runs: Runs, gate: FaultyProxy):
    """Both pictures, the mask and the metrics come of the whole workflow; again, only the pictures are made anew.

    The background is in the way and removed, and whoever reads the result knows which engine made it.
    """
    request = CLUTTERED | {"photo": await runs.photo(scenes.CLUTTERED), "gender": "male"}
    run, result = await runs.made(TRY_ON, **request)
    assert (run.state_name, result.failure, result.success) == ("Completed", None, True)
    assert run.name == "Try-on: ring"
    assert result.background_removed
    assert iou(await runs.mask(result.mask), scenes.CLUTTERED_TRUTH) > 0.95
    for picture in (result.flux, result.gemini):
        opened = await pictures.opened(runs.store, picture)
        assert (opened.format, opened.size) == ("JPEG", scenes.CANVAS)
    assert result.flux_metrics.precision > 0.5
    assert result.gemini_metrics is not None
    assert result.scaled_points[0] == (112.5, 200.0)
    assert set(result.engines.values()) == {"classical"}
    assert result.warnings == ["pictures were composed without a generative model"]

    gate.calls.clear()
    again, second = await runs.made(TRY_ON, **request)
    assert [call.path for call in gate.calls] == ["/a100/health", "/a100/generate"]
    steps = ("upload the photo", "resize the photo", "check the zoom", "remove the background", "generate the mask")
    states = await task_states(runs.client, again.id, *steps, "upload the mask", "generate the pictures", "publish")
    assert {name for name, state in states.items() if state == "Cached"} == {*steps, "upload the mask"}
    assert (second.mask, second.cutout) == (result.mask, result.cutout)


async def test_the_two_halves_and_strokes(runs: Runs, gate: FaultyProxy):
    """A mask is made, then corrected by strokes and worn; a plain ground is not worth removing."""
    photo = await runs.photo(scenes.PLAIN)
    run, half = await runs.made(TRY_ON_PREPROCESS, photo=photo, **PLAIN)
    assert run.state_name == "Completed"
    assert (half.background_removed, gate.count("POST", "/birefnet")) == (False, 0)
    assert iou(await runs.mask(half.mask), scenes.PLAIN_TRUTH) > 0.95
    run, result = await runs.made(
        TRY_ON_GENERATE,
        photo=half.resized.model_dump(),
        mask=half.mask.model_dump(),
        strokes=[WIPE],
        scaled_points=[list(point) for point in half.scaled_points],
    )
    assert run.state_name == "Completed"
    assert None not in (result.flux, result.gemini, result.flux_metrics, result.flux_fidelity)
    row = round(0.3125 * HEIGHT_PX)
    before, after = await runs.mask(half.mask), await runs.mask(result.mask)
    assert before[row].any()
    assert not after[row - 10 : row + 10].any()
    assert np.array_equal(before[row + 30 :], after[row + 30 :])


async def test_a_failed_step_is_named(runs: Runs, gate: FaultyProxy):
    """A service that always fails ends the run in its step, after all tries, with the result document written."""
    gate.order("POST", "/generate", Status(500))
    run, result = await runs.made(TRY_ON, photo=await runs.photo(scenes.PLAIN), **PLAIN)
    failure = result.failure
    assert (run.state_name, run.state.message) == ("Failed", failure.message)
    assert (failure.code, failure.failed_step, failure.retry_count) == ("GENERATION_FAILED", "GENERATING_IMAGES", 2)
    assert (gate.count("POST", "/generate"), result.success) == (3, False)
    assert result.mask is not None
    assert run.labels["atelier.step"] == "GENERATING_IMAGES"


async def test_a_cancelled_run_drops_its_jobs(runs: Runs, gate: FaultyProxy):
    """Cancelled in the middle of a job: the run ends CANCELLED, and the service is told to drop the job."""
    gate.order("GET", "/sam3/jobs/", Changed("status", "processing"))
    clicked = PLAIN | {"points": PLAIN["points"][:3]}
    run_id = await runs.start(TRY_ON, photo=await runs.photo(scenes.PLAIN), **clicked)

    async def waits() -> int:
        return gate.count("GET", "/sam3/jobs/")

    await eventually(waits, "the job is to be looked at")
    await runs.client.set_flow_run_state(run_id, Cancelling())
    run = await ended(runs.client, run_id)
    assert run.state_name == "Cancelled"
    assert gate.count("DELETE", "/sam3/jobs/") == 1
    assert await runs.store.list_named(f"runs/{run_id}/jobs") == []


async def test_the_three_share_a_queue(runs: Runs):
    """No more run at once than the queue lets through, and each deployment alone may use all of it."""
    queue = await runs.client.read_work_queue_by_name(TRY_ON_QUEUE, work_pool_name=CPU)
    assert queue.concurrency_limit == TRY_ONS_AT_ONCE
    for name in (TRY_ON, TRY_ON_PREPROCESS, TRY_ON_GENERATE):
        deployment = await runs.client.read_deployment_by_name(name)
        assert (deployment.work_queue_name, deployment.work_pool_name) == (TRY_ON_QUEUE, CPU)
        assert deployment.global_concurrency_limit.limit == TRY_ONS_AT_ONCE
