"""The handlers' inputs: what each operation takes, and every way to get it wrong."""

from typing import Any

import pytest

from flows.contracts import ConceptsRequest, ModelRequest, RescaleRequest
from flows.contracts.runpod.inputs import IMAGE_WORKER, MODEL_WORKER, Operation, Request, read_operation, read_request
from tasks.domain.errors import InvalidInput

CONCEPTS = {"operation": "generate_concepts", "type": "text", "prompt": "fox statue"}
MODEL = {"operation": "generate_model", "input_image_url": "https://store.example/fox.png"}
RESCALE = {"operation": "rescale_model", "model_url": "https://store.example/fox.glb"}
LONG = "https://store.example/" + "x" * 4096


def read(given: dict[str, Any], worker: tuple[Operation, ...]) -> Request:
    return read_request(given, read_operation(given, worker))


def problem(given: dict[str, Any], worker: tuple[Operation, ...]) -> str:
    with pytest.raises(InvalidInput) as caught:
        read(given, worker)
    return caught.value.problem if caught.value.field == "input" else str(caught.value)


def test_words_become_two_concepts() -> None:
    """Two are drawn unless n says otherwise; the style goes along; null and unknown fields are nothing."""
    asked = read(CONCEPTS | {"styleId": "lowpoly", "image_url": None, "n": None, "anything": {"else": 1}}, IMAGE_WORKER)
    assert asked == ConceptsRequest(prompt="fox statue", style="lowpoly", n=2)
    assert read(CONCEPTS | {"n": 4}, IMAGE_WORKER) == ConceptsRequest(prompt="fox statue", n=4)


def test_a_picture_may_have_words_beside_it() -> None:
    """Of type image the URL counts and the prompt guides; of type text a URL is not looked at."""
    url = "https://store.example/fox.png"
    pictured = {"operation": "generate_concepts", "type": "image", "image_url": url}
    assert read(pictured, IMAGE_WORKER) == ConceptsRequest(picture_url=url)
    assert read(pictured | {"prompt": "golden"}, IMAGE_WORKER) == ConceptsRequest(picture_url=url, prompt="golden")
    assert read(CONCEPTS | {"image_url": url}, IMAGE_WORKER) == ConceptsRequest(prompt="fox statue")


def test_a_picture_becomes_a_model() -> None:
    """Prompt and style are guidance that may be missing."""
    url = MODEL["input_image_url"]
    assert read(MODEL, MODEL_WORKER) == ModelRequest(picture_url=url)
    asked = read(MODEL | {"prompt": "fox", "styleId": "clay", "seed": 7}, MODEL_WORKER)
    assert isinstance(asked, ModelRequest)
    assert (asked.prompt, asked.style, asked.reconstruction.seed) == ("fox", "clay", 7)


@pytest.mark.parametrize("unit", ["mm", "cm", "m", "in"])
def test_a_model_gets_its_size(unit: str) -> None:
    """By a factor, or along one to three axes in any unit; no other files are written than the one that is linked."""
    by_factor = read(RESCALE | {"scale_factor": 0.5, "target_dimensions": None}, MODEL_WORKER)
    assert by_factor == RescaleRequest(model_url=RESCALE["model_url"], scale_factor=0.5, formats=[])
    size = {"x": 100, "y": 50, "z": None, "unit": unit}
    by_size = read(RESCALE | {"target_dimensions": size, "keep_aspect": True}, MODEL_WORKER)
    assert by_size == RescaleRequest(
        model_url=RESCALE["model_url"],
        target_dimensions={"x": 100, "y": 50, "unit": unit},
        keep_aspect=True,
        formats=[],
    )


def test_millimetres_are_the_default() -> None:
    """A size without a unit is in mm."""
    asked = read(RESCALE | {"target_dimensions": {"z": 40, "unit": None}}, MODEL_WORKER)
    assert isinstance(asked, RescaleRequest)
    assert asked.target_dimensions
    assert (asked.target_dimensions.z, asked.target_dimensions.unit) == (40, "mm")


WRONG_CONCEPTS: list[tuple[dict[str, Any], str]] = [
    ({}, "operation: is required: generate_concepts"),
    ({"operation": None}, "operation: is required: generate_concepts"),
    ({"operation": "generate_model"}, "operation: must be generate_concepts, not 'generate_model'"),
    ({"operation": ["generate_concepts"]}, "operation: must be generate_concepts, not \"['generate_concepts']\""),
    ({"operation": "generate_concepts"}, "type: Field required"),
    (CONCEPTS | {"type": "video"}, "type: Input should be 'text' or 'image'"),
    (CONCEPTS | {"prompt": None}, "prompt: is required when type is text"),
    (CONCEPTS | {"prompt": "  "}, "prompt: is required when type is text"),
    (CONCEPTS | {"prompt": "x" * 4001}, "prompt: String should have at most 4000 characters"),
    (CONCEPTS | {"prompt": 7}, "prompt: Input should be a valid string"),
    (CONCEPTS | {"type": "image"}, "image_url: is required when type is image"),
    (CONCEPTS | {"type": "image", "image_url": "ftp://x/y"}, "image_url: must be an http or https URL"),
    (CONCEPTS | {"type": "image", "image_url": "file:///etc/passwd"}, "image_url: must be an http or https URL"),
    (CONCEPTS | {"type": "image", "image_url": LONG}, "image_url: String should have at most 4096 characters"),
    (CONCEPTS | {"n": 0}, "n: Input should be greater than or equal to 1"),
    (CONCEPTS | {"n": 5}, "n: Input should be less than or equal to 4"),
]
WRONG_MODELS: list[tuple[dict[str, Any], str]] = [
    ({}, "operation: is required: generate_model or rescale_model"),
    (CONCEPTS, "operation: must be generate_model or rescale_model, not 'generate_concepts'"),
    ({"operation": "generate_model"}, "input_image_url: Field required"),
    (MODEL | {"input_image_url": "data:image/png;base64,AA"}, "input_image_url: must be an http or https URL"),
    (MODEL | {"input_image_url": ""}, "input_image_url: String should have at least 1 character"),
    ({"operation": "rescale_model", "scale_factor": 2}, "model_url: Field required"),
    (RESCALE, "target_dimensions or scale_factor is required"),
    (RESCALE | {"scale_factor": None}, "target_dimensions or scale_factor is required"),
    (
        RESCALE | {"scale_factor": 2, "target_dimensions": {"x": 1}},
        "target_dimensions, scale_factor: only one of them may be given",
    ),
    (RESCALE | {"scale_factor": 0}, "scale_factor: Input should be greater than 0"),
    (RESCALE | {"scale_factor": -1}, "scale_factor: Input should be greater than 0"),
    (RESCALE | {"scale_factor": float("inf")}, "scale_factor: Input should be a finite number"),
    (RESCALE | {"scale_factor": float("nan")}, "scale_factor: Input should be a finite number"),
    (RESCALE | {"scale_factor": "twice"}, "scale_factor: Input should be a valid number, unable to parse"),
    (RESCALE | {"target_dimensions": {}}, "target_dimensions: x, y, z: at least one is needed"),
    (RESCALE | {"target_dimensions": {"x": 0}}, "target_dimensions.x: Input should be greater than 0"),
    (RESCALE | {"target_dimensions": {"y": -3}}, "target_dimensions.y: Input should be greater than 0"),
    (
        RESCALE | {"target_dimensions": {"x": 1, "unit": "ft"}},
        "target_dimensions.unit: Input should be 'mm', 'cm', 'm' or 'in'",
    ),
    (RESCALE | {"target_dimensions": 40}, "target_dimensions: Input should be a valid dictionary"),
]


@pytest.mark.parametrize(("given", "why"), WRONG_CONCEPTS)
def test_what_worker_one_refuses(given: dict[str, Any], why: str) -> None:
    """Each wrong input is refused with the field and the limit."""
    assert problem(given, IMAGE_WORKER).startswith(why)


@pytest.mark.parametrize(("given", "why"), WRONG_MODELS)
def test_what_worker_two_refuses(given: dict[str, Any], why: str) -> None:
    """Each wrong input is refused with the field and the limit."""
    assert problem(given, MODEL_WORKER).startswith(why)


def test_all_that_is_wrong_is_told_without_the_values() -> None:
    """Several problems come together, and nothing that was sent is repeated."""
    secret = "s3cr3t" * 800
    said = problem(CONCEPTS | {"prompt": secret, "n": 9, "styleId": secret}, IMAGE_WORKER)
    assert [part.split(":")[0] for part in said.split("; ")] == ["prompt", "styleId", "n"]
    assert "s3cr3t" not in said
