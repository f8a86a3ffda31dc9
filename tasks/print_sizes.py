"""Tasks that bring a model to the size that is printed, and into the formats that slicers read."""

from collections.abc import Callable, Sequence

from prefect import task
from pydantic import BaseModel

from blocks.artifacts import Artifact, ArtifactStore
from flows.contracts import ModelFormat
from tasks.deadline import deadline
from tasks.domain.meshes.exporting import as_3mf, as_glb, as_obj, as_stl, as_usdz
from tasks.domain.meshes.model import Model
from tasks.domain.meshes.reading import open_model
from tasks.domain.meshes.rescaling import rescaled
from tasks.domain.meshes.sizes import Factors, TargetDimensions
from tasks.models3d import GLB_TYPE, KEPT, MESH_TIMEOUT_S

WRITERS: dict[ModelFormat, tuple[str, Callable[[Model], bytes]]] = {
    "stl": ("model/stl", as_stl),
    "3mf": ("model/3mf", as_3mf),
    "obj": ("application/zip", as_obj),  # with its material and texture beside it
    "usdz": ("model/vnd.usdz+zip", as_usdz),
}


class Scaled(BaseModel):
    """A model in its size, and how it got there."""

    model: Artifact
    factors: Factors
    warnings: list[str]


@task(task_run_name="rescale", **KEPT)
async def rescale(
    model: Artifact, scale_factor: float | None, target: TargetDimensions | None, keep_aspect: bool
) -> Scaled:
    """Return the model in the wanted size; raises InvalidInput for a file that is no model."""
    store = ArtifactStore.from_settings()
    data = await store.read(model)
    with deadline(MESH_TIMEOUT_S, "model"):
        done = rescaled(open_model(data), scale_factor=scale_factor, target=target, keep_aspect=keep_aspect)
        glb = as_glb(done.model)
    stored = await store.write(glb, media_type=GLB_TYPE)
    return Scaled(model=stored, factors=done.factors, warnings=done.warnings)


@task(task_run_name="export", **KEPT)
async def export(model: Artifact, formats: Sequence[ModelFormat]) -> dict[ModelFormat, Artifact]:
    """Return the model in other `formats`; STL and 3MF in millimetres, standing on the bed."""
    store = ArtifactStore.from_settings()
    data = await store.read(model)
    with deadline(MESH_TIMEOUT_S, "model"):
        opened = open_model(data)
        files = {name: WRITERS[name][1](opened) for name in formats}
    return {name: await store.write(file, media_type=WRITERS[name][0]) for name, file in files.items()}
