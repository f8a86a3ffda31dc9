"""The three flows in a real Prefect before stand-ins of the services: what is asked of whom, and what is left."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State

from blocks.artifacts import Artifact, ArtifactStore
from flows.contracts import (
    BrushStroke,
    MaskPoint,
    StrokePoint,
    TryOnGenerateRequest,
    TryOnPreprocessRequest,
    TryOnPreprocessResult,
    TryOnRequest,
    TryOnResult,
)
from flows.try_on import try_on, try_on_generate, try_on_preprocess
from tests.try_on import pictures
from tests.try_on.faults import Changed, FaultyProxy, Reset, Slow
from tests.try_on.services import METRICS, PADDING

pytestmark = pytest.mark.usefixtures("prefect")
CLICKS = [MaskPoint(x=0.5, y=0.5, label=1), MaskPoint(x=0.1, y=0.1, label=0)]
STROKE = BrushStroke(points=[StrokePoint(x=0.5, y=0.5)], mode="add", size=20)


@dataclass
class Runs:
    """Runs flows in this process and reads what they leave."""

    client: PrefectClient
    store: ArtifactStore

    async def made(self, flow: Flow, request, model=TryOnResult) -> tuple[State, TryOnResult]:
        """Run `flow`; return its state and the result that it published."""
        state = await flow(request, return_state=True)
        document = await self.store.read_named(f"runs/{state.state_details.flow_run_id}/result.json")
        return state, model.model_validate_json(document)


@pytest.fixture
async def runs(store: ArtifactStore, prefect: None) -> AsyncIterator[Runs]:
    async with get_client() as client:
        yield Runs(client, store)


@pytest.mark.parametrize("services", ["seed", "deployed"], indirect=True)
async def test_a_photo_becomes_pictures(services, runs, photo: Artifact):
    """All steps in their order; the mask is found in the cut-out photo, the pictures are made from the resized one."""
    request = TryOnRequest(photo=photo, points=CLICKS, strokes=[STROKE], gender="male", jewelry_type="ring")
    state, result = await runs.made(try_on, request)
    assert (state.name, result.success, result.failure) == ("Completed", True, None)
    order = ["resize", "zoom_check", "birefnet/jobs", "sam3/jobs", "refine", "generate"]
    posted = [call.path for call in services.calls if call.method == "POST"]
    assert all(part in path for part, path in zip(order, posted, strict=True)), posted
    if services.dialect == "seed":
        assert services.sent("/sam3/jobs")["image_uri"] == result.cutout.uri
        assert services.sent("/generate")["image_uri"] == result.resized.uri
        assert services.sent("/generate")["mask_uri"] == result.mask.uri
        assert result.engines["GENERATING_IMAGES"] == "fake"
        assert result.warnings == []
    sent = services.sent("/generate")
    assert (sent["gender"], sent["jewelry_type"], sent["scaled_points"]) == ("male", "ring", [[15.0, 20.0]])
    assert result.background_removed
    assert result.padding.model_dump() == PADDING
    assert result.scaled_points == [(15.0, 20.0)]
    assert (result.flux.media_type, result.gemini.media_type) == ("image/jpeg", "image/jpeg")
    assert result.flux_metrics.model_dump() == result.gemini_metrics.model_dump() == METRICS
    assert set(result.timings_s) > {"RESIZING_IMAGE", "GENERATING_IMAGES", "total"}


@pytest.mark.parametrize(("jewelry", "ground"), [(255, 0), (0, 255)], ids=["white", "black"])
async def test_the_mask_is_white_where_the_jewelry_is(services, runs, photo, store, jewelry, ground):
    """Whatever SAM3 paints the jewelry, and however large: the mask is PNG, 0 and 255, as large as the photo."""
    painted = await store.write(pictures.mask(jewelry, ground, size=(60, 80)))
    services.replies["/sam3/jobs/"] = {"status": "completed", "mask_uri": painted.uri}
    request = TryOnPreprocessRequest(photo=photo, points=CLICKS)
    _, result = await runs.made(try_on_preprocess, request, TryOnPreprocessResult)
    mask = await pictures.opened(store, result.mask)
    assert (mask.format, mask.mode, mask.size) == ("PNG", "L", pictures.SIZE)
    assert np.array_equal(np.asarray(mask), np.asarray(Image.open(BytesIO(pictures.mask()))))


async def test_a_mask_without_jewelry_is_sam3s_failure(services, runs, photo, store):
    """A mask that covers everything, or nothing, ends the run with SAM3's code."""
    for colour in (0, 255):
        empty = await store.write(pictures.mask(colour, colour))
        services.replies["/sam3/jobs/"] = {"status": "completed", "mask_uri": empty.uri}
        state, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
        assert (state.name, result.failure.code, result.flux) == ("Failed", "SAM3_UNAVAILABLE", None)


async def test_the_two_halves_make_the_whole(services, runs, photo):
    """What preprocess leaves is what generate takes; the final mask is the same as that of the whole."""
    _, whole = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    _, half = await runs.made(
        try_on_preprocess, TryOnPreprocessRequest(photo=photo, points=CLICKS), TryOnPreprocessResult
    )
    request = TryOnGenerateRequest(photo=half.resized, mask=half.mask, scaled_points=half.scaled_points)
    state, result = await runs.made(try_on_generate, request)
    assert state.name == "Completed"
    assert (result.mask, result.resized, result.flux_metrics) == (whole.mask, whole.resized, whole.flux_metrics)
    assert services.sent("/generate")["gender"] == "female"


async def test_clicks_on_the_photo_are_moved_by_the_padding(services, runs, photo):
    """In the photo's own space a click at its middle is the middle between the padding, not of the canvas."""
    request = TryOnPreprocessRequest(photo=photo, points=[MaskPoint(x=0.5, y=0.5, label=1)], point_space="photo")
    _, result = await runs.made(try_on_preprocess, request, TryOnPreprocessResult)
    assert result.scaled_points == [(15.0, 19.0)]  # 4 pixels above, 6 below, 30 between
    assert services.sent("/sam3/jobs")["points"] == [[0.5, 19 / 40]]


async def test_a_background_that_is_not_in_the_way_stays(services, runs, photo):
    """Without the advice to remove it nobody is asked to, and the mask is found in the resized photo."""
    services.replies["/zoom_check"] = {"recommend_bg_removal": False}
    _, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    assert (result.background_removed, result.cutout, services.count("POST", "/birefnet")) == (False, None, 0)
    assert services.sent("/sam3/jobs")["image_uri"] == result.resized.uri
    assert "REMOVING_BACKGROUND" not in result.timings_s


async def test_what_is_known_is_not_asked_again(services, runs, photo):
    """A second run with the same photo, clicks and strokes asks the services for new pictures and nothing else."""
    request = TryOnRequest(photo=photo, points=CLICKS, strokes=[STROKE])
    _, first = await runs.made(try_on, request)
    services.calls.clear()
    _, second = await runs.made(try_on, request)
    assert [call.path for call in services.calls] == ["/a100/health", "/a100/generate"]
    assert second.mask == first.mask
    services.calls.clear()
    await runs.made(try_on, request.model_copy(update={"points": CLICKS[:1]}))
    assert services.count("POST", "/resize") == 0
    assert services.count("POST", "/sam3/jobs") == 1


async def test_missing_extras_are_no_failure(services, runs, photo):
    """Without a second variant, a fidelity picture and a refined mask the run succeeds; the mask's loss is told."""
    services.replies["/generate"] = {"result_gemini_base64": None, "fidelity_viz_base64": ..., "metrics": None}
    services.replies["/refine_mask"] = {"refined_mask_uri": None}
    state, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS, strokes=[STROKE]))
    assert (state.name, result.gemini, result.flux_fidelity, result.flux_metrics) == ("Completed", None, None, None)
    assert result.flux is not None
    assert result.warnings == ["the service returned no refined mask; the mask stays as it was"]
    assert "gemini" not in result.engines


async def test_a_classical_engine_is_told(services, runs, photo):
    """A service that composes without a generative model is named, and a warning says so."""
    services.replies["/generate"] = {"engine": "classical", "engine_gemini": "classical"}
    _, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    assert (result.engines["GENERATING_IMAGES"], result.engines["gemini"]) == ("classical", "classical")
    assert result.warnings == ["pictures were composed without a generative model"]


async def test_a_failed_step_is_named_and_keeps_what_came_before(proxy: FaultyProxy, runs, photo):
    """The A100 server is offline: the run fails in its step, with its code, and keeps photo and mask."""
    proxy.order("GET", "/a100/health", Reset())
    state, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    assert (state.name, state.message) == ("Failed", result.failure.message)
    failure = result.failure
    assert (failure.code, failure.failed_step, failure.retry_count) == ("A100_UNAVAILABLE", "GENERATING_IMAGES", 0)
    assert None not in (result.resized, result.mask)
    assert (result.success, result.flux) == (False, None)


async def test_retries_of_the_failed_step_alone_are_counted(proxy: FaultyProxy, runs, photo):
    """A step that was got over does not count; the one that failed does, with its own retries."""
    proxy.order("POST", "/resize", Reset(), times=1)
    proxy.order("POST", "/zoom_check", Changed("recommend_bg_removal", 3))
    _, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    failure = result.failure
    assert (failure.code, failure.failed_step, failure.retry_count) == ("ZOOM_CHECK_FAILED", "CHECKING_ZOOM", 0)
    assert proxy.count("POST", "/resize") == 2


async def test_a_run_that_takes_too_long(proxy: FaultyProxy, runs, photo, configure):
    """The whole run has a limit of its own: it ends with the code TIMEOUT, in the step that it was in."""
    configure(TRYON_FLOW_TIMEOUT_SECONDS=3)
    proxy.order("POST", "/resize", Slow())
    state, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    failure = result.failure
    assert (state.name, failure.code, failure.failed_step) == ("Failed", "TIMEOUT", "RESIZING_IMAGE")
    assert failure.message == "the workflow took longer than 3 s"


async def test_what_is_no_picture_is_the_callers_mistake(services, runs, store):
    """A photo that cannot be read ends the run before any service is asked."""
    text = await store.write(b"no picture")
    state, result = await runs.made(try_on, TryOnRequest(photo=text, points=CLICKS))
    assert (state.name, result.failure.code, result.failure.failed_step) == (
        "Failed",
        "VALIDATION_ERROR",
        "UPLOADING_IMAGE",
    )
    assert services.calls == []


async def test_a_service_that_is_not_configured(services, runs, photo, configure):
    """The failure names the variable that is missing."""
    configure(IMAGE_MANIPULATOR_URL="")
    _, result = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS))
    assert (result.failure.code, result.failure.failed_step) == ("WORKFLOW_FAILED", "RESIZING_IMAGE")
    assert "IMAGE_MANIPULATOR_URL" in result.failure.message


async def test_people_can_read_the_run(services, runs, photo):
    """Prefect's pages show a run by its name, with a report and a picture."""
    state, _ = await runs.made(try_on, TryOnRequest(photo=photo, points=CLICKS, jewelry_type="watch"))
    run_id = state.state_details.flow_run_id
    run = await runs.client.read_flow_run(run_id)
    artifacts = await runs.client.read_artifacts(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
    assert run.name == "Try-on: watch"
    assert {artifact.type for artifact in artifacts} == {"markdown", "image"}
