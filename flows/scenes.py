"""Tell what a photo shows, as scene JSON: by a model that sees, which may mend its answer once, or by measurement.

    analyze_image    photo ─ take ─ look ─┬──────────┬─ publish
                              │           └─ repair ─┘
                              └ measure, where there is no model

A model that is named or configured and fails is no reason to measure instead: its caller is told what was wrong.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prefect import State, flow
from prefect.states import Failed

from flows.contracts import AnalyzeRequest, AnalyzeResult, Artifact, CostSummary
from flows.steps import Steps
from tasks.domain.errors import AtelierError
from tasks.image_writers import ASK_TIMEOUT_S, writer_named
from tasks.naming import name_run
from tasks.progress import Progress
from tasks.ring_design import run_costs
from tasks.scenes import Look, blame, described, look, measure, repair, take_photo
from tasks.scenes_publishing import publish_scene

FLOW_TIMEOUT_S = 2 * ASK_TIMEOUT_S + 120  # two answers; whatever else there is takes seconds
PERCENT = {"take": 5, "look": 10, "measure": 10, "repair": 60, "publish": 95}


@flow(name="analyze-image", timeout_seconds=FLOW_TIMEOUT_S, persist_result=False)
async def analyze_image(request: AnalyzeRequest) -> AnalyzeResult | State:
    """Describe a photo's scene; a failed run keeps its result for the client."""
    await name_run("Scene of a photo")
    result = AnalyzeResult(success=False)
    async with under_way(result, request.picture) as steps:
        with steps.at("take", "taking the photo in"):
            photo = await take_photo(request.picture)
        writer = writer_named(request.model, vision=True)
        result.source, result.model_id = writer.source, writer.model_id
        if writer.source == "offline":
            with steps.at("measure", "measuring palette, light and composition"):
                result.scene = await measure(photo, request.steering)
        else:
            what = Look(photo, request.steering, request.model, request.max_cost_usd)
            await describe(what, result, steps)
        result.warnings = result.scene.analysis.warnings if result.scene and result.scene.analysis else []
    return result if result.success else Failed(message=result.error)


async def describe(what: Look, result: AnalyzeResult, steps: Steps) -> None:
    """Have a model describe the photo, with one more round when its answer does not fit the schema."""
    with steps.at("look", "a model looks at the photo"):
        first = last = await look(what)
    if first.scene is None:
        with steps.at("repair", "its answer does not fit, and goes back"):
            last = await repair(what, first)
        result.repaired = True
    result.model_id = last.answer.model_id
    result.scene = described(last, first)


@asynccontextmanager
async def under_way(result: AnalyzeResult, photo: Artifact) -> AsyncIterator[Steps]:
    """Do all steps inside the block, then write the result down: the scene, or else why there is none."""
    async with Progress() as progress:
        steps = Steps(PERCENT, progress, result.timings_s)
        try:
            yield steps
            result.success = True
        except (AtelierError, TimeoutError) as failure:
            result.error = str(failure) or "no answer in time"
            result.error_kind, result.upstream_status = blame(failure)
        result.cost_summary = CostSummary.of(await run_costs())
        with steps.at("publish"):
            steps.time_all()
            await publish_scene(result, photo if result.success else None)
