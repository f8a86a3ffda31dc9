"""Models and print sizes on a real stack: from a photo to a sound mesh, from there to files of the wanted size."""

import asyncio
import io
from pathlib import Path

import pytest
import trimesh
from PIL import Image

from deployments.catalog import GPU_LIMIT, MODEL, RESCALE
from deployments.demo_models3d import SAMPLE
from flows.contracts import ModelRequest, Reconstruction, RescaleRequest
from tasks.domain.meshes.sizes import TargetDimensions
from tests.models3d.conftest import Models, Turnstile
from tests.prefect_server import task_states
from tests.try_on.faults import Status
from tests.waiting import eventually

CACHED_STEPS = ("reconstruct", "clean", "normalise", "prove")


def picture(colour: str = "white") -> bytes:
    """A PNG without anything in it."""
    data = io.BytesIO()
    Image.new("RGB", (300, 300), colour).save(data, "PNG")
    return data.getvalue()


async def sample(models: Models) -> ModelRequest:
    return ModelRequest(picture=await models.store.write(SAMPLE.read_bytes()), prompt="a ring")


async def test_a_photo_becomes_a_sound_model_and_the_second_time_comes_from_the_cache(models: Models) -> None:
    """The model is closed, manifold and of longest side 1, says what made it, and is made once."""
    run, result = await models.made(MODEL, await sample(models))
    assert run.state is not None
    assert run.state.is_completed(), result.error
    assert result.success
    assert result.engine == "inflation"
    assert any("without a generative model" in warning for warning in result.warnings)
    assert result.proof is not None
    assert (result.proof.watertight, result.proof.manifold) == (True, True)
    assert max(result.proof.extents_mm) == pytest.approx(1000)
    assert result.cleaning is not None
    assert result.cleaning.watertight
    mesh = trimesh.load(io.BytesIO(await models.store.read(result.model)), file_type="glb", force="mesh")
    assert mesh.bounds.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert Image.open(io.BytesIO(await models.store.read(result.views))).width >= 800

    again, cached = await models.made(MODEL, await sample(models))
    assert cached.model == result.model
    states = await task_states(models.client, again.id, *CACHED_STEPS)
    assert {states[step] for step in CACHED_STEPS} == {"Cached"}


async def test_a_model_gets_its_size_in_every_format(models: Models) -> None:
    """40 mm along x mean 0.04 in the GLB and 40 in STL and 3MF, which stand on the bed, z up."""
    _, model = await models.made(MODEL, await sample(models))
    request = RescaleRequest(
        model=model.model, target_dimensions=TargetDimensions(x=40), formats=["stl", "3mf", "obj", "usdz"]
    )
    run, result = await models.made(RESCALE, request)
    assert run.state is not None
    assert run.state.is_completed(), result.error
    assert result.proof is not None
    width_mm, depth_mm, height_mm = result.proof.extents_mm
    assert width_mm == pytest.approx(40, abs=1e-3)
    glb = trimesh.load(io.BytesIO(await models.store.read(result.model)), file_type="glb", force="mesh")
    assert glb.extents * 1000 == pytest.approx([width_mm, height_mm, depth_mm], abs=1e-3)
    assert result.files.keys() == {"stl", "3mf", "obj", "usdz"}
    stl = trimesh.load(io.BytesIO(await models.store.read(result.files["stl"])), file_type="stl")
    assert stl.extents == pytest.approx([width_mm, depth_mm, height_mm], abs=1e-3)
    assert stl.bounds[0][2] == pytest.approx(0, abs=1e-4)
    assert stl.is_watertight


async def test_a_picture_without_a_piece_fails_where_that_is_seen(models: Models, turnstile: Turnstile) -> None:
    """The run fails in `reconstruct`, with the service's own words, after one call, and leaves its result."""
    run, result = await models.made(MODEL, ModelRequest(picture=await models.store.write(picture())))
    assert run.state is not None
    assert run.state.is_failed()
    assert (result.success, result.failed_step) == (False, "reconstruct")
    assert result.error is not None
    assert result.error.startswith("TRELLIS: ")
    assert run.state.message == result.error
    assert turnstile.count("POST", "/generate") == 1


async def test_what_is_no_picture_is_refused_before_anything_is_built(models: Models, turnstile: Turnstile) -> None:
    """Other bytes end the run in `fetch`; TRELLIS is not asked."""
    _, result = await models.made(MODEL, ModelRequest(picture=await models.store.write(b"no picture at all")))
    assert result.failed_step == "fetch"
    assert str(result.error).startswith("picture: ")
    assert turnstile.calls == []


async def test_what_is_no_model_is_refused(models: Models) -> None:
    """A file that no reader takes fails by its name, not by a crash."""
    request = RescaleRequest(model=await models.store.write(b"glTF" + bytes(40)), scale_factor=2)
    _, result = await models.made(RESCALE, request)
    assert result.failed_step == "rescale"
    assert str(result.error).startswith("model: ")


async def test_a_busy_server_is_asked_again(models: Models, turnstile: Turnstile) -> None:
    """One 503 costs a retry, not the run."""
    turnstile.order("POST", "/generate", Status(503), times=1)
    request = (await sample(models)).model_copy(update={"reconstruction": Reconstruction(seed=77)})
    _, result = await models.made(MODEL, request)
    assert result.success, result.error
    assert turnstile.count("POST", "/generate") == 2


async def test_one_run_at_a_time_has_the_gpu(models: Models, turnstile: Turnstile) -> None:
    """Three runs at once take turns at the one slot, which is free again when all have ended."""
    requests = [
        (await sample(models)).model_copy(update={"reconstruction": Reconstruction(seed=seed)})
        for seed in (1001, 1002, 1003)
    ]
    runs = [await models.start(MODEL, request) for request in requests]
    ended = await asyncio.gather(*(models.ended(MODEL, run) for run in runs))
    assert all(result.success for _, result in ended)
    assert turnstile.count("POST", "/generate") == 3
    assert turnstile.most == 1
    assert (await models.client.read_global_concurrency_limit_by_name(GPU_LIMIT)).active_slots == 0


@pytest.mark.parametrize("succeeds", [True, False])
async def test_nothing_of_a_run_stays_on_the_worker(models: Models, scratch: Path, succeeds: bool) -> None:
    """Temporary files are gone when a run has ended, failed or not, and what the client gave is there as it was."""
    given = await models.store.write(SAMPLE.read_bytes() if succeeds else picture("grey"))
    before = set(scratch.rglob("*"))
    run, model = await models.made(MODEL, ModelRequest(picture=given, reconstruction=Reconstruction(seed=5)))
    assert model.success is succeeds
    if model.model:
        sized = RescaleRequest(model=model.model, scale_factor=0.03, formats=["stl", "3mf", "obj", "usdz"])
        assert (await models.made(RESCALE, sized))[1].success

    async def tidy() -> bool:
        return set(scratch.rglob("*")) <= before

    await eventually(tidy, f"temporary files of run {run.id} are to go")
    assert await models.store.exists(given)
