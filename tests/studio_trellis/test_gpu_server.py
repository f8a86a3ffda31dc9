"""The GPU server over stand-ins for Microsoft's packages: what they are told, and what becomes of their results."""

import asyncio
import io
import json
import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import trimesh

from api.studio.trellis_pipelines import PipelineMissing
from api.studio.trellis_server import ServerSettings, reconstructors
from blocks.settings import CHECKOUT
from tests.studio.drawn import base64_of, file, ring_mask, ring_photo
from tests.studio_trellis.conftest import Serve
from tests.waiting import STUCK_S

CUT_OUT = file(np.dstack([ring_photo(), np.where(ring_mask(), 255, 0).astype(np.uint8)]))
RING_BOX = (88, 88)  # the outermost pixels are the crop's end, as in the originals
BODY = {
    "image": {"base64": base64_of(CUT_OUT)},
    "seed": 7,
    "sparse_structure_sampler_params": {"steps": 20, "cfg_strength": 6},
    "slat_sampler_params": {"steps": 10, "cfg_strength": 2.5},
    "simplify": 0.9,
    "texture_size": 512,
}


def image(**given: str) -> dict[str, Any]:
    return {"image": given}


async def test_trellis_is_told_what_was_asked(gpu_server: Serve, installed: ModuleType) -> None:
    """The piece is cut out once, by TRELLIS' own preprocessing; seed, samplers, simplify and texture arrive as sent."""
    client = await gpu_server()
    answer = await client.post("/generate", json=BODY | {"model": "trellis"})
    assert (answer.status_code, answer.headers["x-engine"], answer.headers["x-seed"]) == (200, "trellis", "7")
    assert len(trimesh.load_scene(io.BytesIO(answer.content), file_type="glb").to_geometry().faces) == 12
    samplers = {"steps": 20, "cfg_strength": 6.0}, {"steps": 10, "cfg_strength": 2.5}
    assert installed.calls == [
        ("preprocess", "RGBA", (150, 200)),
        ("trellis", RING_BOX, 7, *samplers, False),
        ("to_glb", 0.9, 512),
    ]


async def test_trellis2_is_told_in_its_own_words(gpu_server: Serve, installed: ModuleType) -> None:
    """Guidance has another name there, and the share of triangles to do without becomes a number to keep."""
    client = await gpu_server(models="trellis2,trellis")
    answer = await client.post("/generate", json=BODY)
    assert (answer.status_code, answer.headers["x-engine"]) == (200, "trellis2")
    guided = {"steps": 20, "guidance_strength": 6.0}, {"steps": 10, "guidance_strength": 2.5}, {"steps": 10}
    box = [[-0.5] * 3, [0.5] * 3]
    assert installed.calls == [
        ("preprocess", "RGBA", (150, 200)),
        ("trellis2", RING_BOX, 7, *guided, False),
        ("simplify", 16_777_216),
        ("to_glb", 2048, 512, box, "attrs", "coords", 1 / 1024, True),
    ]


async def test_a_pipeline_is_loaded_once(gpu_server: Serve, installed: ModuleType) -> None:
    """It is loaded with the first picture, from the repository or folder of the settings, and kept."""
    client = await gpu_server(trellis="/models/large")
    assert installed.loaded == []
    for _ in range(2):
        assert (await client.post("/generate", json=BODY)).status_code == 200
    assert installed.loaded == ["/models/large"]


async def test_an_opaque_photo_is_left_to_the_pipeline(gpu_server: Serve, installed: ModuleType) -> None:
    """It has a remover of backgrounds of its own."""
    client = await gpu_server()
    lit = file(np.where(ring_mask()[..., None], np.uint8(250), np.zeros((1, 1, 3), np.uint8)))
    assert (await client.post("/generate", json=BODY | image(base64=base64_of(lit)))).status_code == 200
    assert installed.calls[0] == ("preprocess", "RGB", (150, 200))


async def test_one_picture_at_a_time(gpu_server: Serve, installed: ModuleType) -> None:
    """Two models share one device: however many ask, one works, and all get their answer."""
    client = await gpu_server()
    models = ["trellis", "trellis2"] * 3
    asked = [client.post("/generate", json=BODY | {"model": model}) for model in models]
    answers = await asyncio.gather(*asked)
    assert [answer.headers.get("x-engine") for answer in answers] == models
    assert installed.most == 1


async def test_a_full_line_says_when_to_come_again(gpu_server: Serve) -> None:
    """Beyond those that may wait, 503 with Retry-After; the others are served."""
    client = await gpu_server(max_waiting=1)
    answers = await asyncio.gather(*(client.post("/generate", json=BODY) for _ in range(4)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 200, 503, 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status_code == 503)


async def test_no_memory_may_pass_and_a_bug_may_not(gpu_server: Serve) -> None:
    """Out of memory is 503 and the server lives on; what is broken is 500, and its words stay in the log."""
    client = await gpu_server()
    full = await client.post("/generate", json=BODY | {"seed": 13})
    assert (full.status_code, full.json()["detail"]) == (503, "trellis: the GPU's memory does not suffice now")
    assert int(full.headers["retry-after"]) > 0
    broken = await client.post("/generate", json=BODY | {"seed": 14})
    assert broken.status_code == 500
    assert "kernel" not in broken.text
    assert (await client.post("/generate", json=BODY)).status_code == 200
    assert (await client.get("/health")).json()["queued"] == 0


EMPTY = base64_of(file(np.dstack([ring_photo(), np.full((200, 150), 100, np.uint8)])))
FAINT = base64_of(file(np.zeros((40, 30, 3), np.uint8)))


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (image(base64="!"), 422, "image.base64: is not base64"),
        (image(base64="Água"), 422, "image.base64: is not base64"),
        (image(base64="A" * 3600), 422, "image.base64: decodes to more than the 2000 bytes that are taken"),
        (image(base64=base64_of(b"no picture")), 422, "image: not a picture"),
        (image(base64=base64_of(CUT_OUT[:800])), 422, "image: not a picture that can be read: cut off"),
        (image(base64=FAINT), 422, "image: no silhouette: nothing stands out"),
        (image(uri="azure://agentic-artifacts/hashed/" + "0" * 64), 422, "image.uri: must be an https URL"),
        (image(uri="https://127.0.0.1/x.png"), 422, "image.uri: "),
        ({}, 422, "image: Field required"),
        (image(base64=FAINT) | {"texture_size": 1}, 422, "texture_size: Input should be"),
        (image(base64="A" * 9000), 413, "the body must have a length"),
    ],
)
async def test_a_refusal_names_its_field(gpu_server: Serve, body: dict[str, Any], status: int, told: str) -> None:
    """As the studio does it."""
    client = await gpu_server(max_picture_bytes=2000)
    answer = await client.post("/generate", json=body)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text


async def test_a_piece_that_is_hardly_there_is_refused(gpu_server: Serve, installed: ModuleType) -> None:
    """Where all is more transparent than the pipelines look at, none of them is asked."""
    client = await gpu_server()
    answer = await client.post("/generate", json=image(base64=EMPTY))
    assert (answer.status_code, answer.json()["detail"]) == (422, "image: no silhouette: all of it is transparent")
    assert installed.calls == []


async def test_a_model_that_is_not_here_is_refused(gpu_server: Serve) -> None:
    """Who asks for one model is not given another, and is told which there is."""
    client = await gpu_server(models="trellis")
    answer = await client.post("/generate", json=BODY | {"model": "trellis2"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "model: there is no trellis2 here; there is trellis")
    said = (await client.get("/health")).json()
    assert (said["status"], said["engine"], said["device"]) == ("online", "trellis", "cuda:0")


def test_a_name_that_nobody_knows_is_refused() -> None:
    """A server is not started with less than the settings demand."""
    with pytest.raises(PipelineMissing, match="names 'sofa'; known are trellis, trellis2"):
        reconstructors(ServerSettings(models=("sofa",)))


def test_the_server_needs_little() -> None:
    """TRELLIS' own environment has no Prefect, store or MeshLab: the server does without, and says which package lacks.

    Not even torch is imported before the first picture. Without the packages the process ends at once.
    """
    watched = """
import json, runpy, sys
sys.excepthook = lambda kind, error, trace: print(json.dumps([str(error), list(sys.modules)]))
runpy.run_module("api.studio.trellis_server", run_name="__main__")
"""
    ended = subprocess.run([sys.executable, "-c", watched], capture_output=True, cwd=CHECKOUT, timeout=STUCK_S)
    error, imported = json.loads(ended.stdout)
    assert ended.returncode != 0
    assert "needs the packages trellis, which are not installed" in error
    assert "needs the packages trellis2, o_voxel, which are not installed" in error
    heavy = {"prefect", "obstore", "httpx", "cv2", "scipy", "skimage", "trimesh", "pymeshlab", "torch", "blocks"}
    assert heavy.isdisjoint(imported)
