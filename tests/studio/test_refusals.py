"""What the studio does not take: each refusal is a 4xx whose detail names the field and what is wrong with it."""

from typing import Any

import numpy as np
import pytest

from blocks.artifacts import ArtifactStore
from blocks.try_on.settings import try_on_settings
from tests.studio.conftest import Client, Serve
from tests.studio.drawn import MASK, PHOTO, base64_of, file

NOTHING = base64_of(file(np.zeros((40, 30), np.uint8)))
TEXT = base64_of(b"no picture at all")
UNKNOWN = f"azure://agentic-artifacts/hashed/{'0' * 64}"
CLICK: dict[str, Any] = {"points": [[0.5, 0.5]], "labels": [1]}
RESIZE, CUT_OUT, SEGMENT, REFINE, GENERATE = (
    "/image-manipulator/resize", "/birefnet/jobs", "/sam3/jobs", "/a100/refine_mask", "/a100/generate",
)  # fmt: skip
PIXELS = {"image_base64": base64_of(PHOTO), "mask_base64": base64_of(MASK)}


def stroke(**changes: Any) -> dict[str, Any]:
    strokes = [{"points": [[0.5, 0.5]], "mode": "add", "size": 20} | changes]
    return {"image_uri": "{photo}", "mask_uri": "{mask}", "strokes": strokes}


def click(**changes: Any) -> dict[str, Any]:
    return {"image_uri": "{photo}"} | CLICK | changes


REFUSALS: list[tuple[str, dict[str, Any], int, str]] = [
    (RESIZE, {}, 422, "image_uri: Field required"),
    (RESIZE, {"image": {}}, 422, "image: uri, base64: exactly one is needed"),
    (RESIZE, {"image": {"base64": "not base64!"}}, 422, "image.base64: is not base64"),
    (RESIZE, {"image": {"base64": "Água"}}, 422, "image.base64: is not base64"),
    (RESIZE, {"image": {"base64": TEXT}}, 422, "image.base64: not a picture"),
    (RESIZE, {"image": {"base64": base64_of(PHOTO[:-200])}}, 422, "image: the picture is cut off"),
    (RESIZE, {"image_uri": "file:///etc/passwd"}, 422, "image_uri: must be an azure:// URI"),
    (RESIZE, {"image_uri": "azure://somebody-elses/hashed/x.jpg"}, 422, "image_uri: must be azure://jewelry-uploads/"),
    (RESIZE, {"image_uri": "azure://jewelry-uploads/../x.jpg"}, 422, "image_uri: names no blob that may be read"),
    (RESIZE, {"image_uri": UNKNOWN}, 404, "image_uri: nothing is stored"),
    (RESIZE, {"image_uri": "azure://jewelry-uploads/none.jpg"}, 404, "image_uri: nothing is stored"),
    (RESIZE, {"image_uri": "http://127.0.0.1:1/x.jpg"}, 422, "image_uri: "),
    (RESIZE, {"image_uri": "{photo}", "max_dimension": 0}, 422, "max_dimension: Input should be greater than"),
    (RESIZE, {"image_uri": "{photo}", "flag": "stretch"}, 422, "flag: Input should be 'fixed_dimensions'"),
    (RESIZE, {"image_uri": "{photo}", "flag": "fixed_dimensions"}, 422, "target_width, target_height: both are needed"),
    (RESIZE, {"image_uri": "{photo}", "target_width": 100_000}, 422, "target_width: Input should be less than"),
    (CUT_OUT, {"image_uri": "{text}"}, 422, "image_uri: not a picture"),
    (CUT_OUT, {"image_uri": UNKNOWN}, 404, "image_uri: nothing is stored"),
    (CUT_OUT, {"data": {"image": {"uri": "{text}"}}}, 422, "data.image.uri: not a picture"),
    (SEGMENT, click(points=[[0.5, 1.5]]), 422, "points.0.1: Input should be less than or equal to 1"),
    (SEGMENT, click(points=[]), 422, "points: List should have at least 1 item"),
    (SEGMENT, click(labels=[0]), 422, "labels: at least one must be 1"),
    (SEGMENT, click(labels=[2]), 422, "labels.0: Input should be 0 or 1"),
    (SEGMENT, click(labels=[1, 1]), 422, "labels: 2 of them for 1 points"),
    (SEGMENT, click(points=[[0.5, 0.5]] * 101, labels=[1] * 101), 422, "points: List should have at most 100 items"),
    (SEGMENT, {"data": {"image": {"uri": "{photo}"}, "points": [[1, 1]], "point_labels": [0]}}, 422, "point_labels: "),
    (REFINE, stroke(mode="smudge"), 422, "strokes.0.mode: Input should be 'add' or 'remove'"),
    (REFINE, stroke(size=0), 422, "strokes.0.size: Input should be greater than 0"),
    (REFINE, stroke(points=[[2, 0]]), 422, "strokes.0.points.0.0: Input should be less than or equal to 1"),
    (REFINE, stroke() | {"mask_uri": UNKNOWN}, 404, "mask_uri: nothing is stored"),
    (
        "/a100/refine-mask",
        {
            "original_image_base64": base64_of(PHOTO),
            "current_mask_base64": base64_of(MASK),
            "brush_strokes": [{"type": "add", "points": [[301, 5]], "radius": 9}],
        },
        422,
        "brush_strokes.0.points: (301, 5) lies outside the picture of 150 × 200 pixels",
    ),
    (GENERATE, PIXELS | {"mask_base64": NOTHING}, 422, "mask_base64: no pixel of it is jewelry"),
    (GENERATE, PIXELS | {"mask_base64": TEXT}, 422, "mask_base64: not a picture"),
    (GENERATE, PIXELS | {"gender": "robot"}, 422, "gender: Input should be 'female', 'male' or 'neutral'"),
    (GENERATE, PIXELS | {"jewelry_type": "sofa"}, 422, "jewelry_type: Input should be"),
    (GENERATE, PIXELS | {"scaled_points": [[200, 1]]}, 422, "scaled_points: (200, 1) lies outside"),
    (GENERATE, {"image_base64": base64_of(PHOTO)}, 422, "mask_base64: Field required"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status", "told"), REFUSALS, ids=[f"{r[0]} {r[3]}" for r in REFUSALS])
async def test_a_refusal_names_its_field(
    studio: Client,
    store: ArtifactStore,
    photo_uri: str,
    mask_uri: str,
    path: str,
    body: dict[str, Any],
    status: int,
    told: str,
) -> None:
    """Whoever reads the answer knows which field to mend, and how."""
    names = {"{photo}": photo_uri, "{mask}": mask_uri, "{text}": (await store.write(b"no picture at all")).uri}
    answer = await studio.post(path, json=filled(body, names))
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text


def filled(value: Any, names: dict[str, str]) -> Any:
    """Put the stored pictures' URIs in."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    return names.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("path", [RESIZE, CUT_OUT, SEGMENT, GENERATE])
async def test_a_picture_of_too_many_bytes_is_refused(serve: Serve, photo_uri: str, path: str) -> None:
    """A file above the limit is refused by every service, with both numbers."""
    client = await serve(max_picture_bytes=2000)
    answer = await client.post(path, json={"image_uri": photo_uri, "mask_uri": photo_uri} | CLICK)
    assert answer.status_code == 422
    assert f"image_uri: {len(PHOTO)} bytes; at most 2000 are taken" in answer.json()["detail"]


@pytest.mark.parametrize("path", [CUT_OUT, SEGMENT, GENERATE])
async def test_a_picture_of_too_many_pixels_is_refused(serve: Serve, photo_uri: str, path: str) -> None:
    """A picture too large to work on is refused by its header, when it is submitted; resizing still takes it."""
    client = await serve(max_work_pixels=5000)
    body = {"image_uri": photo_uri, "mask_uri": photo_uri} | CLICK
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    assert "image_uri: 150 × 200 pixels; at most 5000 are taken" in answer.json()["detail"]
    assert (await client.post(RESIZE, json=body | {"max_dimension": 50})).status_code == 200


async def test_a_body_above_the_limit_is_413(serve: Serve) -> None:
    """More than the studio reads is refused from the declared length."""
    client = await serve(max_body_bytes=2000)
    answer = await client.post(RESIZE, json={"image": {"base64": "A" * 3000}})
    assert answer.status_code == 413
    assert "2000 bytes" in answer.json()["detail"]


async def test_a_blob_of_the_replaced_system_is_read(studio: Client, store: ArtifactStore) -> None:
    """Clients of the replaced system keep blobs under names of their own in their own container."""
    folder = store.home / "store" / try_on_settings().uploads_container / "necklace"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "photo.jpg").write_bytes(PHOTO)
    body = {"image_uri": "azure://jewelry-uploads/necklace/photo.jpg", "max_dimension": 40}
    answer = await studio.post(RESIZE, json=body)
    assert (answer.json()["new_width"], answer.json()["new_height"]) == (30, 40)
