"""Make a model of a picture, and bring a model to the size that is printed.

    generate_model   picture ─ fetch ─ reconstruct ─ clean ─ normalise ─ prove ─ publish     GLB, longest side 1
                                       (GPU slot)
    rescale_model    GLB ─ fetch ─ rescale ─ export ─ prove ─ publish                        GLB, STL, 3MF, …

Only `reconstruct` takes a slot of the GPU, so that other runs fetch, clean and prove meanwhile. What is the same for
the same input comes from the cache. A run that fails leaves its result too, which says where and why.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from prefect import State, flow
from prefect.states import Failed

from flows.contracts import ModelRequest, ModelResult, RescaleRequest, RescaleResult
from flows.steps import Steps
from tasks.domain.errors import AtelierError
from tasks.models3d import clean, fetch_model, fetch_picture, normalise, prove, reconstruct, warnings_of
from tasks.models3d_publishing import publish_model
from tasks.naming import name_run
from tasks.print_sizes import export, rescale
from tasks.progress import Progress

FLOW_TIMEOUT_S = 1800
MODEL_PERCENT = {"fetch": 5, "reconstruct": 10, "clean": 60, "normalise": 75, "prove": 80, "publish": 95}
RESCALE_PERCENT = {"fetch": 5, "rescale": 20, "export": 40, "prove": 60, "publish": 95}


@flow(name="generate-model", timeout_seconds=FLOW_TIMEOUT_S, persist_result=False)
async def generate_model(request: ModelRequest) -> ModelResult | State:
    """Make a model of a picture; a failed run keeps its result for the client."""
    await name_run(f"Model: {' '.join(request.prompt.split()) or 'of a picture'}")
    result = ModelResult(success=False)
    async with under_way(result, MODEL_PERCENT) as steps:
        with steps.at("fetch", "taking the picture in"):
            result.picture = await fetch_picture(request.picture, request.picture_url)
        with steps.at("reconstruct", "waiting for a GPU, then building"):
            raw = await reconstruct(result.picture, request.reconstruction)
        result.raw, result.engine = raw.model, raw.engine
        with steps.at("clean", "closing holes"):
            cleaned = await clean(raw.model, request.keep_small_parts)
        result.cleaning = cleaned.report
        with steps.at("normalise"):
            result.model = await normalise(cleaned.model)
        with steps.at("prove", "measuring walls"):
            proven = await prove(result.model)
        result.proof, result.views = proven.proof, proven.views
        result.warnings = warnings_of(raw, cleaned.report)
    return result if result.success else Failed(message=result.error)


@flow(name="rescale-model", timeout_seconds=FLOW_TIMEOUT_S, persist_result=False)
async def rescale_model(request: RescaleRequest) -> RescaleResult | State:
    """Bring a model to its size; a failed run keeps its result for the client."""
    await name_run("Model: to its size")
    result = RescaleResult(success=False)
    async with under_way(result, RESCALE_PERCENT) as steps:
        with steps.at("fetch", "taking the model in"):
            model = await fetch_model(request.model, request.model_url)
        with steps.at("rescale"):
            scaled = await rescale(model, request.scale_factor, request.target_dimensions, request.keep_aspect)
        result.model, result.factors, result.warnings = scaled.model, scaled.factors, scaled.warnings
        with steps.at("export", "writing files for slicers"):
            result.files = await export(scaled.model, request.formats)
        with steps.at("prove", "measuring walls"):
            proven = await prove(scaled.model)
        result.proof, result.views = proven.proof, proven.views
    return result if result.success else Failed(message=result.error)


@asynccontextmanager
async def under_way(result: ModelResult | RescaleResult, percent: Mapping[str, int]) -> AsyncIterator[Steps]:
    """Do all steps inside the block, then write the result down: what was made, and else where and why it failed."""
    async with Progress() as progress:
        steps = Steps(percent, progress, result.timings_s)
        try:
            yield steps
            result.success = True
        except AtelierError as failure:
            result.error, result.failed_step = str(failure), steps.current
        with steps.at("publish"):
            steps.time_all()
            await publish_model(result)
