"""What the try-on contract makes of requests: pictures, points, strokes, URIs, keys and refusals."""

import asyncio
import base64
import json
from typing import Any

import pytest

from blocks.artifacts import Artifact, ArtifactStore
from blocks.try_on.settings import TryOnSettings
from tests.tryon_api.conftest import Client, Hand, Shim, bare
from tests.tryon_api.pictures import POINT, STROKE, encoded, generate_body, half_mask, photo_body, picture

NO_PICTURE = encoded(b"%PDF-1.7 " + bytes(100))
STARTS = ("/workflow/start", "/workflow/preprocess")


async def test_the_flow_gets_what_was_asked(tryon: Client, hand: Hand) -> None:
    """Points, strokes, gender, type, space and whose it is reach the flow; the photo as a reference."""
    workflow = await tryon.started(
        maskPoints=[POINT | {"id": 7}, {"x": 0.1, "y": 0.8, "label": 0}],
        brushStrokes=[STROKE],
        gender="male",
        jewelryType="earring",
        pointSpace="photo",
        sessionId="s 1",
        userId="u1",
        somethingElse={"is": "ignored"},
    )
    parameters = await hand.parameters(bare(workflow))
    photo = Artifact.model_validate(parameters.pop("photo"))
    assert await hand.store.read(photo) == picture()
    assert photo.media_type == "image/jpeg"
    assert parameters == {
        "points": [{"x": 0.5, "y": 0.3, "label": 1}, {"x": 0.1, "y": 0.8, "label": 0}],
        "strokes": [STROKE],
        "gender": "male",
        "jewelry_type": "earring",
        "point_space": "photo",
        "session_id": "s 1",
        "user_id": "u1",
    }
    run = await hand.client.read_flow_run(await hand.run_id(bare(workflow)))
    assert set(run.tags) == {"try-on", "session:s 1", "user:u1"}


async def test_what_is_left_out_has_its_default(tryon: Client, hand: Hand) -> None:
    """Without further fields, or with nulls, a woman wears a necklace; snake_case is taken as well."""
    nulls = dict.fromkeys(("brushStrokes", "gender", "jewelryType", "pointSpace", "sessionId", "userId"))
    snake = {"original_image_base64": encoded(picture()), "mask_points": [POINT], "brush_strokes": []}
    asked = []
    for body in (photo_body(), photo_body(**nulls), snake):
        answer = await tryon.post("/workflow/start", json=body)
        parameters = await hand.parameters(bare(answer.json()["workflowId"]))
        assert parameters.pop("photo")["size"] == len(picture())
        asked.append(parameters)
    assert asked[0] == asked[1] == asked[2]
    assert (asked[0]["gender"], asked[0]["jewelry_type"], asked[0]["strokes"]) == ("female", "necklace", [])


FORMS = [
    "data:image/png;base64," + encoded(picture("PNG")),
    " data:image/jpeg;charset=utf-8;base64," + encoded(picture("PNG")),
    encoded(picture("PNG")).rstrip("="),
    base64.encodebytes(picture("PNG")).decode(),
]


async def test_base64_comes_in_many_forms(tryon: Client, hand: Hand) -> None:
    """A data URL, missing padding and line breaks all give the same bytes; the type is told from them."""
    for text in FORMS:
        workflow = await tryon.started("preprocess", originalImageBase64=text)
        photo = Artifact.model_validate((await hand.parameters(bare(workflow)))["photo"])
        assert await hand.store.read(photo) == picture("PNG")
        assert photo.media_type == "image/png"


async def test_no_picture_travels_in_parameters(tryon: Client, hand: Hand) -> None:
    """A big photo, six points and two thousand stroke points make parameters of less than 100 KB, without base64."""
    data = picture() + bytes(3_000_000)
    strokes = [STROKE | {"points": [{"x": i / 307, "y": i / 311} for i in range(100)]} for _ in range(20)]
    workflow = await tryon.started(originalImageBase64=encoded(data), maskPoints=[POINT] * 6, brushStrokes=strokes)
    parameters = json.dumps(await hand.parameters(bare(workflow)))
    assert len(parameters) < 100_000
    assert encoded(data)[:60] not in parameters


WRONG_PHOTOS: list[tuple[dict[str, Any], str]] = [
    ({"originalImageBase64": None}, "originalImageBase64"),
    ({"originalImageBase64": ""}, "originalImageBase64"),
    ({"originalImageBase64": "data:image/png;base64,"}, "originalImageBase64: not a picture"),
    ({"originalImageBase64": "not base64!"}, "originalImageBase64: is not base64"),
    ({"originalImageBase64": "ABCDE"}, "originalImageBase64: is not base64"),
    ({"originalImageBase64": "QQ==QQ=="}, "originalImageBase64: is not base64"),
    ({"originalImageBase64": "ключ"}, "originalImageBase64: is not base64"),
    ({"originalImageBase64": NO_PICTURE}, "originalImageBase64: not a picture"),
    ({"originalImageBase64": encoded(picture(size=(63, 400)))}, "63 × 400 pixels; at least 64"),
    ({"originalImageBase64": encoded(picture("PNG", size=(9000, 8000)))}, "at most 64000000"),
    ({"maskPoints": []}, "maskPoints"),
    ({"maskPoints": None}, "maskPoints"),
    ({"maskPoints": [POINT] * 101}, "at most 100"),
    ({"maskPoints": [POINT | {"label": 0}]}, "maskPoints: at least one must have label 1"),
    ({"maskPoints": [POINT | {"label": 2}]}, "maskPoints.0.label"),
    ({"maskPoints": [POINT, {"x": 0.5, "y": 0.5}]}, "maskPoints.1.label"),
    ({"maskPoints": [POINT | {"x": 1.01}]}, "maskPoints.0.x: Input should be less than or equal to 1"),
    ({"maskPoints": [POINT | {"y": -0.1}]}, "maskPoints.0.y: Input should be greater than or equal to 0"),
    ({"maskPoints": [POINT | {"x": float("nan")}]}, "maskPoints.0.x: Input should be a finite number"),
    ({"jewelryType": "crown"}, "jewelryType"),
    ({"pointSpace": "moon"}, "pointSpace"),
    ({"sessionId": "x" * 201}, "sessionId"),
    ({"userId": "a\0b"}, "NUL"),
]


async def test_a_photo_and_points_are_checked(tryon: Client) -> None:
    """Whatever is wrong with photo or points is a 422 that names the field and the limit, in both routes."""
    for number, (fields, said) in enumerate(WRONG_PHOTOS):
        answer = await tryon.post(STARTS[number % 2], content=json.dumps(photo_body(**fields)))
        assert answer.status_code == 422, fields
        assert said in answer.json()["detail"]


WRONG_STROKES: list[tuple[dict[str, Any], str]] = [
    ({"points": []}, "brushStrokes.0.points"),
    ({"points": [{"x": 0.5, "y": 0.5}] * 2001}, "at most 2000"),
    ({"points": [{"x": 1.01, "y": 0.5}]}, "must lie in [0, 1]; 1.01 does not"),
    ({"points": [{"x": -0.01, "y": 0.5}]}, "brushStrokes.0.points.0.x"),
    ({"points": [{"x": float("inf"), "y": 0.5}]}, "finite"),
    ({"points": [{}] * 1500}, "brushStrokes.0.points.0.x: Field required"),
    ({"mode": "paint"}, "brushStrokes.0.mode"),
    ({"size": 0}, "brushStrokes.0.size"),
    ({"size": 101}, "brushStrokes.0.size"),
    ({"size": 7.5}, "whole number"),
]


async def test_strokes_are_checked(tryon: Client, hand: Hand) -> None:
    """Whatever is wrong with a stroke is a 422 that names it, in both routes that take strokes, in few words."""
    generate = await generate_body(hand.store)
    for stroke, said in WRONG_STROKES:
        strokes = {"brushStrokes": [STROKE | stroke]}
        for route, body in (("start", photo_body(**strokes)), ("generate", generate | strokes)):
            answer = await tryon.post(f"/workflow/{route}", content=json.dumps(body))
            assert answer.status_code == 422, stroke
            assert said in answer.json()["detail"]
            assert len(answer.content) < 2000


async def test_strokes_are_bounded_together(tryon: Client) -> None:
    """More than a hundred strokes, or more points in all than parameters hold, are refused."""
    assert "at most 100" in await tryon.refused("/workflow/start", photo_body(brushStrokes=[STROKE] * 101))
    long = STROKE | {"points": [{"x": 0.5, "y": 0.5}] * 2000}
    assert "at most 10000" in await tryon.refused("/workflow/start", photo_body(brushStrokes=[long] * 6))


async def test_the_shipped_clients_strokes_are_taken_when_told_to(shim: Shim, hand: Hand) -> None:
    """Lenient, coordinates above 1 are pixels of the canvas by 400 × 533; sizes are rounded; still no further."""
    tryon = await shim.client(TryOnSettings(lenient_strokes=True))
    stroke = {"points": [{"x": 2.5, "y": 2.5}, {"x": 0.1, "y": 5.0}], "mode": "remove", "size": 12.6}
    workflow = await tryon.started(brushStrokes=[stroke, STROKE])
    strokes = (await hand.parameters(bare(workflow)))["strokes"]
    assert strokes[1] == STROKE
    assert (strokes[0]["mode"], strokes[0]["size"]) == ("remove", 13)
    places = [(point["x"], point["y"]) for point in strokes[0]["points"]]
    assert places == [(0.5, pytest.approx(2.5 * 533 / 2667, abs=1e-6)), (0.02, pytest.approx(0.99925, abs=1e-5))]
    far = photo_body(brushStrokes=[{"points": [{"x": 6, "y": 1}], "mode": "add"}])
    assert "at most 5.004" in await tryon.refused("/workflow/start", far)


async def test_a_photo_of_more_than_20_mb_is_413(tryon: Client, shim: Shim) -> None:
    """What decodes to more than 20 MB is 413 with a message that names the field and the limit, however large."""
    for size in (20 * 1024 * 1024 + 3, 26 * 1024 * 1024):
        detail = await tryon.refused("/workflow/start", photo_body(originalImageBase64="A" * (size * 4 // 3)), 413)
        assert detail == "originalImageBase64: decodes to more than 20 MB (20971520 bytes)"
    small = await shim.client(max_image_bytes=len(picture()))
    await small.started()
    larger = photo_body(originalImageBase64=encoded(picture() + b"x"))
    assert "originalImageBase64" in await small.refused("/workflow/preprocess", larger, 413)


async def test_what_is_no_json_object_is_422(tryon: Client) -> None:
    """A body that is no JSON object answers 422 with a string, never 500."""
    for body in (b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000):
        for route in (*STARTS, "/workflow/generate", "/overlay", "/images/fetch"):
            answer = await tryon.post(route, content=body)
            assert answer.status_code == 422, (route, body[:10])
            assert isinstance(answer.json()["detail"], str)


FOREIGN_URIS = [
    "https://storage.example/image.jpg",
    "file:///etc/passwd",
    "azure://somewhere-else/image.jpg",
    "azure://agentic-artifacts/image.jpg",
    "azure://agentic-artifacts/named/runs/x/result.json",
    "azure://agentic-artifacts/hashed/" + "0" * 64,
    "azure://jewelry-uploads/not-there.jpg",
    "azure://jewelry-uploads/../agentic-artifacts/x",
    "azure://jewelry-uploads/",
    "",
]


async def test_only_our_containers_are_read(tryon: Client, hand: Hand) -> None:
    """A URI of another scheme, container or folder, or of nothing, is a 422 that names the field."""
    body = await generate_body(hand.store)
    for uri in FOREIGN_URIS:
        for field in ("imageUri", "maskUri"):
            assert field in await tryon.refused("/workflow/generate", body | {field: uri}), uri


async def test_an_upload_is_copied_into_the_store(tryon: Client, hand: Hand, store: ArtifactStore) -> None:
    """A blob of the uploads container becomes an artifact, so that the run works on bytes that nobody can change."""
    place = store.home / "store" / "jewelry-uploads" / "necklace" / "uploads"
    place.mkdir(parents=True)
    (place / "resized-1.jpg").write_bytes(picture())
    (place / "mask 1.png").write_bytes(half_mask())
    body = {
        "imageUri": "azure://jewelry-uploads/necklace/uploads/resized-1.jpg",
        "maskUri": "azure://jewelry-uploads/necklace/uploads/mask 1.png",
    }
    answer = await tryon.post("/workflow/generate", json=body)
    assert answer.status_code == 202, answer.text
    parameters = await hand.parameters(bare(answer.json()["workflowId"]))
    assert await store.read(Artifact.model_validate(parameters["photo"])) == picture()
    assert await store.read(Artifact.model_validate(parameters["mask"])) == half_mask()
    assert parameters["photo"]["uri"].startswith("azure://agentic-artifacts/hashed/")


async def test_what_a_uri_names_must_be_a_picture(tryon: Client, hand: Hand) -> None:
    """Stored bytes that are no picture are refused by name."""
    other = await hand.store.write(b"glTF" + bytes(100))
    body = await generate_body(hand.store, maskUri=other.uri)
    assert "maskUri: not a picture" in await tryon.refused("/workflow/generate", body)


WRONG_PIXELS: list[tuple[Any, str]] = [
    ([[301, 10]], "scaledPoints.0: 301, 10 lies outside the image of 300 × 400 pixels"),
    ([[1, 1], [10, 400.5]], "scaledPoints.1"),
    ([[-1, 10]], "scaledPoints.0.0"),
    ([[float("nan"), 10]], "finite"),
    ([[1]], "scaledPoints.0.1"),
    ([[1, 2, 3]], "scaledPoints.0"),
    ([[1, 2]] * 101, "at most 100"),
]


async def test_scaled_points_lie_in_the_image(tryon: Client, hand: Hand) -> None:
    """Scaled points are pairs of pixels of the image, at most a hundred."""
    for points, said in WRONG_PIXELS:
        body = await generate_body(hand.store, scaledPoints=points)
        answer = await tryon.post("/workflow/generate", content=json.dumps(body))
        assert answer.status_code == 422, points
        assert said in answer.json()["detail"]


async def test_a_key_stands_for_one_request(tryon: Client, hand: Hand) -> None:
    """Idempotency-Key: the same request again is the same workflow, another one is refused, per kind of workflow."""
    headers = {"Idempotency-Key": "order-4711"}

    async def ask(route: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = await tryon.post(f"/workflow/{route}", json=body, headers=headers)
        return answer.status_code, answer.json()

    first = await ask("start", photo_body())
    raced = await asyncio.gather(*(ask("start", photo_body()) for _ in range(3)))
    assert first[0] == 202
    assert all(answer == first for answer in raced)
    status, refusal = await ask("start", photo_body(gender="male"))
    assert (status, refusal["detail"]) == (422, "Idempotency-Key: was used for another request")
    assert (await ask("preprocess", photo_body()))[0] == 202
    broken = await tryon.post("/workflow/start", json=photo_body(), headers={"Idempotency-Key": "a b"})
    assert broken.status_code == 422


async def test_a_full_queue_is_503(shim: Shim, hand: Hand) -> None:
    """One workflow of a kind more than may wait is refused with Retry-After, unless its key is known already."""
    tryon = await shim.client(max_queue_size=1)
    headers = {"Idempotency-Key": "first"}
    first = await tryon.post("/workflow/start", json=photo_body(), headers=headers)
    full = await tryon.post("/workflow/start", json=photo_body())
    assert full.status_code == 503
    assert int(full.headers["Retry-After"]) > 0
    assert isinstance(full.json()["detail"], str)
    again = await tryon.post("/workflow/start", json=photo_body(), headers=headers)
    assert again.json() == first.json()
    await tryon.started("preprocess")
    await hand.start(bare(first.json()["workflowId"]))
    await tryon.started()
