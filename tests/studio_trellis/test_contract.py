"""The studio's trellis: pictures in every form become closed GLBs, and what it does not take is refused by name."""

import asyncio
import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import trimesh

from blocks.artifacts import ArtifactStore
from blocks.settings import CHECKOUT
from tasks.domain.errors import InvalidInput
from tests.studio.benches import Failing, Gated, with_matting
from tests.studio.drawn import PHOTO, base64_of, file, ring_mask, ring_photo
from tests.studio_trellis.conftest import Client, Serve

GENERATE = "/trellis/generate"
SAMPLES = CHECKOUT / "api/console/samples"
CUT_OUT = file(np.dstack([ring_photo(), np.where(ring_mask(), 255, 0).astype(np.uint8)]))
SMALL = {"simplify": 0.99, "texture_size": 64}


def inline(data: bytes) -> dict[str, Any]:
    return {"image": {"base64": base64_of(data)}}


def opened(answer: httpx.Response) -> trimesh.Trimesh:
    """The one mesh of an answer, as a viewer would open it."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "model/gltf-binary"
    scene = trimesh.load_scene(io.BytesIO(answer.content), file_type="glb")
    (mesh,) = scene.geometry.values()
    return mesh


def solid(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    """The mesh as a solid: vertices that differ in looks only are one."""
    bare = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    bare.merge_vertices()
    return bare


@pytest.mark.parametrize("form", ["base64", "data URL", "azure", "cut out"])
async def test_a_picture_becomes_a_model(studio: Client, store: ArtifactStore, form: str) -> None:
    """In whatever form the ring comes, its model has one hole and a texture, and says who made it from which seed."""
    images = {
        "base64": {"base64": base64_of(PHOTO)},
        "data URL": {"uri": f"data:image/jpeg;base64,{base64_of(PHOTO)}"},
        "azure": {"uri": (await store.write(PHOTO)).uri},
        "cut out": {"base64": base64_of(CUT_OUT)},
    }
    answer = await studio.post(GENERATE, json={"image": images[form], "seed": 7, **SMALL})
    mesh = opened(answer)
    assert (answer.headers["x-engine"], answer.headers["x-seed"]) == ("inflation", "7")
    assert solid(mesh).is_watertight
    assert solid(mesh).euler_number == 0
    assert max(mesh.visual.material.baseColorTexture.size) <= 64


async def test_a_cut_out_is_taken_as_it_is(studio_with: Serve) -> None:
    """The matting is not asked where the picture has no background any more; where it has one, its word counts."""
    client = await studio_with(with_matting(Failing(InvalidInput("image", "too dark"))))
    assert (await client.post(GENERATE, json=inline(CUT_OUT) | SMALL)).status_code == 200
    refused = await client.post(GENERATE, json=inline(PHOTO) | SMALL)
    assert (refused.status_code, refused.json()["detail"]) == (422, "image: too dark")


async def test_simplify_is_a_share_of_what_trellis_makes(studio: Client) -> None:
    """The default of 0.95 leaves tens of thousands of triangles, more of it fewer, and no value less than a shape."""
    counts = {}
    for simplify in (0.95, 0.99, 0.9999):
        mesh = opened(await studio.post(GENERATE, json=inline(CUT_OUT) | {"simplify": simplify, "texture_size": 64}))
        counts[simplify] = len(mesh.faces)
    assert 30_000 < counts[0.95] <= 60_000
    assert 8_000 < counts[0.99] <= 12_000
    assert 1_000 < counts[0.9999] <= 2_000


async def test_the_same_request_gives_the_same_file(studio: Client) -> None:
    """Seeds, samplers and the model's name leave the inflation as it is: it leaves nothing to chance."""
    told = {"seed": 5, "model": "trellis2", "slat_sampler_params": {"steps": 3, "cfg_strength": 0}}
    one, other = [await studio.post(GENERATE, json=inline(CUT_OUT) | SMALL | more) for more in ({}, told)]
    assert one.content == other.content


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({}, 422, "image: Field required"),
    ({"image": {}}, 422, "image: uri, base64: exactly one is needed"),
    ({"image": {"base64": "not base64!"}}, 422, "image.base64: is not base64"),
    ({"image": {"base64": "Água"}}, 422, "image.base64: is not base64"),
    (inline(b"no picture at all"), 422, "image.base64: not a picture"),
    (inline(PHOTO[:-200]), 422, "image: the picture is cut off"),
    (inline(file(np.full((40, 30, 3), 120, np.uint8))), 422, "image: no silhouette: nothing in it stands out"),
    (inline(file(np.zeros((40, 30, 4), np.uint8))), 422, "image: no silhouette: fewer than 16"),
    ({"image": {"uri": "http://127.0.0.1:1/x.jpg"}}, 422, "image.uri: "),
    ({"image": {"uri": f"azure://agentic-artifacts/hashed/{'0' * 64}"}}, 404, "image.uri: nothing is stored"),
    (inline(PHOTO) | {"model": "sofa"}, 422, "model: Input should be 'trellis' or 'trellis2'"),
    (inline(PHOTO) | {"simplify": 1}, 422, "simplify: Input should be less than 1"),
    (inline(PHOTO) | {"texture_size": 32}, 422, "texture_size: Input should be greater than or equal to 64"),
    (inline(PHOTO) | {"seed": -1}, 422, "seed: Input should be greater than or equal to 0"),
    (inline(PHOTO) | {"slat_sampler_params": {"steps": 0}}, 422, "slat_sampler_params.steps: Input should be"),
]


@pytest.mark.parametrize(("body", "status", "told"), REFUSED, ids=[told for _, _, told in REFUSED])
async def test_a_refusal_names_its_field(studio: Client, body: dict[str, Any], status: int, told: str) -> None:
    """Whoever reads the answer knows which field to mend, and how."""
    answer = await studio.post(GENERATE, json=body)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text


async def test_the_studio_says_who_makes_its_models(studio: Client) -> None:
    """The service's health names engine, device and line, at its root too; the studio's names the engine."""
    for path in ("/trellis", "/trellis/", "/trellis/health"):
        said = (await studio.get(path)).json()
        assert said == {
            "status": "online",
            "service": "trellis",
            "engine": "inflation",
            "engines": ["inflation"],
            "device": "cpu",
            "queued": 0,
        }
    assert (await studio.get("/health")).json()["engines"]["reconstructor"] == "inflation"


async def test_work_waits_in_line_beside_a_free_loop(studio_with: Serve) -> None:
    """While a model is made health still answers and counts it; who finds the line full is told when to come again."""
    gated = Gated()
    client = await studio_with(with_matting(gated), threads=1, max_waiting=0)
    first = asyncio.create_task(client.post(GENERATE, json=inline(PHOTO) | SMALL))
    await asyncio.to_thread(gated.begun.acquire)
    assert (await client.get("/trellis/health")).json()["queued"] == 1
    busy = await client.post(GENERATE, json=inline(PHOTO) | SMALL)
    assert busy.status_code == 503
    assert int(busy.headers["retry-after"]) >= 1
    gated.gate.set()
    assert (await first).status_code == 422  # its matting calls everything a piece


@pytest.mark.parametrize("name", ["ring", "necklace"])
async def test_the_sample_photos_become_models(studio: Client, store: ArtifactStore, name: str) -> None:
    """Photos with their background, as customers send them: closed, in one piece, on the whole of their outline."""
    data = await asyncio.to_thread(Path(SAMPLES / f"{name}.jpg").read_bytes)
    answer = await studio.post(GENERATE, json={"image": {"uri": (await store.write(data)).uri}})
    piece = solid(opened(answer))
    assert (piece.is_watertight, piece.is_winding_consistent, piece.body_count) == (True, True, 1)
    assert 20_000 < len(piece.faces) <= 60_000
    assert piece.extents.max() == pytest.approx(1, abs=1e-5)
    assert piece.extents[1] > 0.6
    assert 0.05 < piece.extents[2] < 0.6
    assert len(answer.content) < 4_000_000
