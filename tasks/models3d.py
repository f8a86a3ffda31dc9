"""3D tasks: a picture or a model is taken in, reconstructed, cleaned, normalised and proved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prefect import task
from prefect.concurrency.asyncio import concurrency
from prefect.context import FlowRunContext
from pydantic import BaseModel

from blocks.artifacts import Artifact, ArtifactStore
from blocks.incoming import taken_in
from blocks.models3d.settings import trellis_settings
from blocks.models3d.trellis import How, Raw, Trellis
from flows.contracts import Reconstruction
from tasks.deadline import deadline
from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.cleaning import clean as cleaned
from tasks.domain.meshes.exporting import as_glb
from tasks.domain.meshes.normalising import normalised
from tasks.domain.meshes.proof import MeshProof
from tasks.domain.meshes.proving import prove as proof_of
from tasks.domain.meshes.reading import MAX_BYTES, open_model
from tasks.domain.meshes.report import CleaningReport
from tasks.domain.meshes.views import four_views
from tasks.domain.pictures import check_picture
from tasks.policies import by_inputs, if_upstream_may_recover

GPU_SLOT = "gpu"  # the global concurrency limit that set-up makes: one slot for each GPU behind TRELLIS_URL
INFLATION = "inflation"  # the studio's engine
INFLATED = "the model was inflated from the picture's outline, without a generative model"
GLB_TYPE = "model/gltf-binary"
MAX_PICTURE_BYTES = 32 * 1024 * 1024
PICTURE_TIMEOUT_S, MODEL_TIMEOUT_S = 30.0, 60.0  # to fetch one
MESH_TIMEOUT_S = 300.0  # to work a mesh through

# Two more tries: a download or a GPU that is out of memory or away may come back; a bad picture never does.
TRIED_AGAIN: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [2, 10],
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": if_upstream_may_recover,
}
KEPT: dict[str, Any] = {"cache_policy": by_inputs(), "persist_result": True}


class Cleaned(BaseModel):
    """A model without its defects, and what was done about them."""

    model: Artifact
    report: CleaningReport


class Proven(BaseModel):
    """What was measured on a model, and what it looks like."""

    proof: MeshProof
    views: Artifact


def warnings_of(raw: Raw, report: CleaningReport) -> list[str]:
    """Return what a client should know of how its model came about."""
    warnings = [INFLATED] if raw.engine == INFLATION else []
    return [*warnings, *(f"{part.name}: {part.reason}" for part in report.parts if part.reason), *report.dropped]


def trellis_world() -> str:
    """Return what a reconstruction depends on and no input shows: who makes it."""
    return trellis_settings().url


@task(task_run_name="fetch the picture", **TRIED_AGAIN)
async def fetch_picture(picture: Artifact | None, url: str | None) -> Artifact:
    """Return the picture, stored and labelled by its bytes; raises InvalidInput when it is none.

    Not cached: what lies behind a URL may change. The steps after it are, by the picture's digest.
    """
    field, limit = "picture" if picture else "picture_url", MAX_PICTURE_BYTES
    stored = picture or await taken_in(str(url), field=field, max_bytes=limit, timeout_s=PICTURE_TIMEOUT_S)
    store = ArtifactStore.from_settings()
    data = await store.read(stored, max_bytes=limit, field=field)
    return await store.write(data, media_type=check_picture(data, field=field, max_bytes=limit))


@task(task_run_name="fetch the model", **TRIED_AGAIN)
async def fetch_model(model: Artifact | None, url: str | None) -> Artifact:
    """Return the model's file, stored; whether it is one, its reader tells. Not cached, as pictures are not."""
    if model is None:
        return await taken_in(str(url), field="model_url", max_bytes=MAX_BYTES, timeout_s=MODEL_TIMEOUT_S)
    if model.size > MAX_BYTES:
        raise InvalidInput("model", f"{model.size} bytes; at most {MAX_BYTES} are taken")
    return model


@task(
    task_run_name="reconstruct",
    cache_policy=by_inputs(trellis_world),
    persist_result=True,
    **TRIED_AGAIN,
)
async def reconstruct(picture: Artifact, how: Reconstruction) -> Raw:
    """Return the model that TRELLIS makes of `picture`; its own time-out ends it, so waiting for a slot does not."""
    async with gpu_slot():
        return await Trellis().reconstruct(picture, How.model_validate(how.model_dump()))


@asynccontextmanager
async def gpu_slot() -> AsyncIterator[None]:
    """Hold one GPU inside the block. Outside of a flow run, as in RunPod's worker, nobody shares it."""
    if FlowRunContext.get() is None:
        yield
        return
    async with concurrency(GPU_SLOT, occupy=1):
        yield


@task(task_run_name="clean", **KEPT)
async def clean(raw: Artifact, keep_small_parts: bool) -> Cleaned:
    """Return the model without what no printer can make; raises InvalidInput for a file that is no model."""
    store = ArtifactStore.from_settings()
    data = await store.read(raw)
    with deadline(MESH_TIMEOUT_S, "model"):
        model, report = cleaned(open_model(data), keep_small_parts=keep_small_parts)
        glb = as_glb(model)
    return Cleaned(model=await store.write(glb, media_type=GLB_TYPE), report=report)


@task(task_run_name="normalise", **KEPT)
async def normalise(model: Artifact) -> Artifact:
    """Return the model centred on the origin, its longest side 1."""
    store = ArtifactStore.from_settings()
    data = await store.read(model)
    with deadline(MESH_TIMEOUT_S, "model"):
        glb = as_glb(normalised(open_model(data)))
    return await store.write(glb, media_type=GLB_TYPE)


@task(task_run_name="prove", **KEPT)
async def prove(model: Artifact) -> Proven:
    """Measure and draw the model from its file alone."""
    store = ArtifactStore.from_settings()
    data = await store.read(model)
    with deadline(MESH_TIMEOUT_S, "model"):
        opened = open_model(data)
        proof = proof_of(opened)
        views = four_views(opened, proof)
    return Proven(proof=proof, views=await store.write(views, media_type="image/png"))
