"""Results of the try-on contract: both spellings, both image forms, packed when the client takes that."""

import base64
import gzip
import json
from typing import Any

import pytest
from pydantic.alias_generators import to_camel, to_snake

from blocks.artifacts import ArtifactStore
from tests.tryon_api.conftest import Client, Hand, bare
from tests.tryon_api.pictures import a_mask, a_try_on

IMAGES = ("flux_result", "gemini_result", "flux_fidelity_viz", "gemini_fidelity_viz")
METRICS = {"flux_metrics", "gemini_metrics"}
SNAKE = {
    *(f"{image}_{form}" for image in IMAGES for form in ("base64", "uri")),
    *METRICS,
    *("processed_image_uri", "final_mask_uri", "mask_uri", "background_removed", "engines", "warnings", "timings_s"),
}
CAMEL = {to_camel(key) for key in SNAKE}
# What seed 3, seed 1 and the deployed system each print, word by word.
PRINTED = {
    *("fluxResultBase64", "geminiResultBase64", "fluxMetrics", "geminiMetrics"),
    *("fluxFidelityVizBase64", "geminiFidelityVizBase64"),
    *("flux_result_base64", "gemini_result_base64", "flux_metrics", "background_removed"),
    *("fluxResultUri", "geminiResultUri", "processedImageUri", "finalMaskUri", "backgroundRemoved", "maskUri"),
    *("flux_result_uri", "gemini_result_uri", "processed_image_uri", "final_mask_uri"),
}


async def done(tryon: Client, hand: Hand, **query: str) -> dict[str, Any]:
    """Return the result of a workflow that has just been completed."""
    workflow = await tryon.started()
    await hand.finish(bare(workflow), await a_try_on(hand.store))
    result: dict[str, Any] = (await tryon.status(workflow, **query))["result"]
    return result


async def test_both_spellings_are_there_and_equal(tryon: Client, hand: Hand) -> None:
    """A result has every key in snake_case and in camelCase with the same value, null rather than missing."""
    result = await done(tryon, hand)
    assert set(result) == SNAKE | CAMEL
    assert set(result) >= PRINTED
    for key in SNAKE:
        assert result[key] == result[to_camel(key)], key
    for key in ("geminiResultBase64", "geminiResultUri", "geminiMetrics", "geminiFidelityVizBase64"):
        assert result[key] is None


async def test_a_result_says_what_the_flow_left(tryon: Client, hand: Hand, store: ArtifactStore) -> None:
    """Base64 is bare and is the stored JPEG; metrics have both spellings inside; engines and warnings are told."""
    result = await done(tryon, hand)
    left = await a_try_on(store)
    assert left.flux is not None
    assert left.resized is not None
    assert left.mask is not None
    assert base64.b64decode(result["fluxResultBase64"], validate=True) == await store.read(left.flux)
    assert base64.b64decode(result["fluxResultBase64"])[:3] == b"\xff\xd8\xff"
    assert result["fluxResultUri"] == left.flux.uri
    assert result["fluxMetrics"] == {
        "precision": 0.98,
        "recall": 0.95,
        "iou": 0.92,
        "growth_ratio": 1.02,
        "growthRatio": 1.02,
    }
    assert (result["processedImageUri"], result["finalMaskUri"]) == (left.resized.uri, left.mask.uri)
    assert result["backgroundRemoved"] is True
    assert (result["engines"], result["warnings"]) == ({"GENERATING_IMAGES": "classical"}, ["a warning"])


@pytest.mark.parametrize(("case", "keys"), [("camel", CAMEL), ("snake", SNAKE)])
async def test_one_spelling_may_be_asked_for(tryon: Client, hand: Hand, case: str, keys: set[str]) -> None:
    """?case= leaves one spelling, in the metrics too."""
    result = await done(tryon, hand, case=case)
    assert set(result) == keys
    convert = to_camel if case == "camel" else to_snake
    assert convert("growth_ratio") in result[convert("flux_metrics")]
    assert len(result[convert("flux_metrics")]) == 4


@pytest.mark.parametrize(("images", "gone"), [("uri", "_base64"), ("base64", "_uri")])
async def test_one_image_form_may_be_asked_for(tryon: Client, hand: Hand, images: str, gone: str) -> None:
    """?images= leaves one form of the pictures that have two; what is only a URI stays."""
    result = await done(tryon, hand, images=images, case="snake")
    assert set(result) == SNAKE - {f"{image}{gone}" for image in IMAGES}


async def test_other_words_for_spelling_and_form_are_refused(tryon: Client) -> None:
    """?case= and ?images= take their three words only."""
    workflow = await tryon.started()
    for query in ("case=kebab", "images=none"):
        answer = await tryon.get(f"/workflow/{workflow}?{query}")
        assert answer.status_code == 422
        assert query.partition("=")[0] in answer.json()["detail"]


async def test_a_preprocess_result_has_its_keys(tryon: Client, hand: Hand) -> None:
    """The first half tells its URIs, padding and scaled points, each key in both spellings; no picture in base64."""
    workflow = await tryon.started("preprocess", sessionId="6d1e")
    left = await a_mask(hand.store)
    await hand.finish(bare(workflow), left)
    result = (await tryon.status(workflow))["result"]
    assert left.original is not None
    assert left.resized is not None
    assert left.mask is not None
    camel = {
        "sessionId": "6d1e",
        "originalUri": left.original.uri,
        "resizedUri": left.resized.uri,
        "maskUri": left.mask.uri,
        "bgRemovedUri": None,
        "backgroundRemoved": False,
        "padding": {"top": 0, "bottom": 0, "left": 50, "right": 50},
        "scaledPoints": [[1000.0, 800.1]],
        "engines": {"GENERATING_MASK": "classical"},
        "warnings": [],
        "timingsS": {},
    }
    assert result == camel | {to_snake(key): value for key, value in camel.items()}


async def test_long_answers_are_packed(tryon: Client, hand: Hand) -> None:
    """A client that takes gzip gets the same JSON packed, others get it plain."""
    workflow = await tryon.started()
    await hand.finish(bare(workflow), await a_try_on(hand.store))
    url = f"/workflow/{workflow}"
    async with tryon.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    plain = await tryon.get(url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert json.loads(gzip.decompress(raw)) == plain.json()
    assert plain.headers["vary"].lower().count("accept-encoding") >= 1
