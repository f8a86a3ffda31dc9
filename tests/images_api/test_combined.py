"""The image contracts inside the combined app, each under its prefix."""

import pytest

from api.main import create_app
from api.settings import AgenticSettings, RingSettings
from blocks.images.settings import ImageSettings
from tests.images_api.conftest import Client, Shim, refused, wrong
from tests.images_api.documents import in_gallery
from tests.prefect_server import Hand


@pytest.fixture
async def combined(shim: Shim) -> Client:
    """A client of the combined app."""
    app = create_app(RingSettings(), AgenticSettings(), shim.api, shim.store, images=ImageSettings())
    shim.clients.append(Client(base_url=await shim.served.start(app), timeout=60))
    return shim.clients[-1]


async def test_each_is_under_its_prefix(combined: Client) -> None:
    """Named at the root, described, healthy, and with pages of its own."""
    named = await combined.read("/")
    for name, page in {"dual-gen": "images", "json-from-image": "scenes", "create-json": "editor"}.items():
        assert named[name] == f"/image/{name}/"
        assert (await combined.read(f"/image/{name}/health"))["service"] == name.replace("-", "_")
        assert (await combined.get(f"/image/{name}/")).headers["location"] == f"/image/{name}/ui/{page}/"
        assert (await combined.read(f"/image/{name}/openapi.json"))["paths"]


async def test_a_job_under_the_prefix(combined: Client, hand: Hand) -> None:
    """Errors are in the envelope, links lead back, legacy routes are marked."""
    dual = "/image/dual-gen"
    answer = await combined.post(f"{dual}/api/generate", json={"prompt": "x"})
    assert (answer.status_code, answer.headers["x-api-deprecated"]) == (200, "true")
    document = await combined.get(f"{dual}/api/v1/status/{answer.json()['job_id']}")
    assert (document.status_code, "x-api-deprecated" in document.headers) == (200, False)
    assert set(wrong(await combined.post(f"{dual}/api/v1/generate", json={}))) == {"prompt"}
    refused(await combined.get(f"{dual}/api/v1/status/1"), 404, "JOB_NOT_FOUND")
    refused(await combined.get(f"{dual}/nothing"), 404, "VALIDATION_ERROR")
    await in_gallery(hand.store, "gen_a.png")
    (item,) = await combined.read(f"{dual}/api/v1/gallery")
    assert item["url"] == f"{dual}/images/gen_a.png"
    assert (await combined.get(item["thumbnail"])).status_code == 200
