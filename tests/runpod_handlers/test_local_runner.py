"""Both workers under the SDK's own local runner: every operation, its files of inputs, and what is left behind."""

import json
import re
from pathlib import Path

import pytest

from deployments.runpod.worker import RETRY_DELAYS_S
from flows.contracts.runpod.inputs import IMAGE_WORKER, MODEL_WORKER, read_operation, read_request
from tasks.domain.concepts.offline_illustrator import DRAWN_OFFLINE, WORDS_UNREAD
from tasks.domain.pictures import sniff
from tasks.models3d import TRIED_AGAIN
from tests.runpod_handlers.conftest import PUBLIC_URL, WORKERS, Sandbox, output_of

INPUTS = sorted(WORKERS.glob("*/test_input*.json"), key=str)
LINK = re.compile(rf"{PUBLIC_URL}/artifacts/(?P<sha256>[0-9a-f]{{64}})\?expires=\d+&signature=[0-9a-f]{{64}}")


async def stored(sandbox: Sandbox, url: str) -> bytes:
    """Return what a link of an output names."""
    link = LINK.fullmatch(url)
    assert link, url
    return await sandbox.store.read(f"azure://{sandbox.store.container}/hashed/{link['sha256']}")


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_file_of_inputs_is_one(path: Path) -> None:
    """Each is an input that its own worker takes; together they name every operation."""
    given = json.loads(path.read_text())["input"]
    worker = IMAGE_WORKER if path.parent.name == "image_generator" else MODEL_WORKER
    read_request(given, read_operation(given, worker))


def test_every_operation_has_a_file() -> None:
    """Whoever tries a worker out finds an input for each thing that it can do."""
    named = {json.loads(path.read_text())["input"]["operation"] for path in INPUTS}
    assert named == {operation.name for operation in (*IMAGE_WORKER, *MODEL_WORKER)}


async def test_concepts_of_words(sandbox: Sandbox) -> None:
    """Without a key the offline illustrator draws rings, in a Blender of the worker's own."""
    output = output_of(sandbox.does("image_generator", "test_input.json"))
    pictures = {await stored(sandbox, url) for url in output["concept_urls"]}
    assert [sniff(data) for data in pictures] == ["image/png", "image/png"]
    assert sandbox.left() == set()


async def test_a_model_of_a_picture(sandbox: Sandbox) -> None:
    """A watertight GLB of longest side 1 is linked, with its figures."""
    output = output_of(sandbox.does("model_generator", "test_input.json"))
    assert (await stored(sandbox, output["normalized_model_url"]))[:4] == b"glTF"
    assert output["stats"]["watertight"] is True
    assert max(output["stats"]["extents"]) == pytest.approx(1.0)
    assert sandbox.left() == set()


async def test_a_model_in_its_size(sandbox: Sandbox) -> None:
    """Millimetres become metres, and z is the height: glTF's y. The box of 1 × 0.5 × 0.8 is stretched, and told so."""
    output = output_of(sandbox.does("model_generator", "test_input_rescale.json"))
    assert (await stored(sandbox, output["rescaled_model_url"]))[:4] == b"glTF"
    assert output["stats"]["extents"] == pytest.approx([0.1, 0.08, 0.05])
    assert output["warnings"]
    assert sandbox.left() == set()


async def test_worker_two_serves(sandbox: Sandbox) -> None:
    """One process does job after job; a failed one says why in a sentence, and leaves as little as any other."""
    model_url = f"{PUBLIC_URL}/samples/ring.glb"
    with sandbox.serves("model_generator") as api:
        done = api.runsync(operation="rescale_model", model_url=model_url, scale_factor=0.1)
        assert done["status"] == "COMPLETED"
        assert done["output"]["stats"]["extents"] == pytest.approx([0.1, 0.05, 0.08])
        wrong = api.runsync(operation="rescale_model", model_url=model_url)
        assert (wrong["status"], wrong["error"]) == ("FAILED", "target_dimensions or scale_factor is required")
        page = api.runsync(operation="rescale_model", model_url=f"{PUBLIC_URL}/samples/page.html", scale_factor=2)
        assert page["status"] == "FAILED"
        assert "Traceback" not in page["error"]
        inside = api.runsync(operation="generate_model", input_image_url="http://127.0.0.2/x.png")
        assert "not on the public Internet" in inside["error"]
        assert sandbox.left() == set()


async def test_worker_one_serves(sandbox: Sandbox) -> None:
    """A picture becomes concepts offline, and says so; an unknown style is answered with those that there are."""
    picture = {"operation": "generate_concepts", "type": "image", "image_url": f"{PUBLIC_URL}/samples/ring.png"}
    with sandbox.serves("image_generator") as api:
        output = api.runsync(**picture)["output"]
        pictures = [await stored(sandbox, url) for url in output["concept_urls"]]
        assert [sniff(data) for data in pictures] == ["image/png", "image/png"]
        assert pictures[0] != pictures[1]
        assert output["warnings"] == [DRAWN_OFFLINE, WORDS_UNREAD]
        unknown = api.runsync(**picture, styleId="lopoly")
        assert unknown["status"] == "FAILED"
        assert unknown["error"].startswith("styleId: 'lopoly' is unknown; known styles are classic, ")
        assert sandbox.left() == set()


def test_others_trouble_is_waited_out_as_in_the_flows() -> None:
    """Twice more, after 2 and 10 s: what the tasks have as their policy."""
    assert list(RETRY_DELAYS_S) == TRIED_AGAIN["retry_delay_seconds"]
