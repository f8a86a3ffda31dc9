"""What Dual Gen's /generate takes and refuses, as JSON and as a form."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.images_api.conftest import Client, Shim, refused, wrong
from tests.images_api.documents import picture
from tests.prefect_server import Hand

GENERATE = "/api/v1/generate"
PNG = picture()
FILE = {"image": ("a.png", PNG, "image/png")}


async def asked(dual: Client, hand: Hand, **fields: Any) -> dict[str, Any]:
    """Queue a job; return its run's parameters."""
    return await hand.parameters(await dual.queued(**fields))


async def test_the_defaults(dual: Client, hand: Hand) -> None:
    """Who says only what to draw gets the contract's defaults."""
    parameters = await asked(dual, hand)
    assert {name: value for name, value in parameters.items() if value is not None} == {
        "prompt": "a barn",
        "prompt2": "",
        "prompt_mode": "same",
        "random": False,
        "count": 1,
        "orientation": "landscape",
        "size": "1mp",
        "steps": 25,
        "vary_seed": False,
        "strength": 0.75,
        "max_cost_usd": 1.0,
    }


async def test_every_field_is_passed_on(dual: Client, hand: Hand) -> None:
    """What is given reaches the flow."""
    given = {
        "prompt": "a barn",
        "prompt2": "a boat",
        "prompt_mode": "different",
        "random": True,
        "count": 100,
        "orientation": "square",
        "size": "4mp",
        "steps": 150,
        "seed": 0,
        "vary_seed": True,
        "strength": 1.0,
        "guidance_scale": "random",
        "model": "offline",
        "temperature": 2.0,
    }
    assert given.items() <= (await asked(dual, hand, **given)).items()


async def test_a_form_says_the_same(dual: Client, hand: Hand) -> None:
    """A form's fields are text, its blanks are fields that were not filled in, and its picture is a file."""
    fields = {
        "prompt": "",
        "random": "yes",
        "count": " 2 ",
        "seed": "",
        "guidance_scale": "3.5",
        "steps": "",
        "size": "2mp",
    }
    answer = await dual.post("/api/generate", data=fields, files=FILE)
    assert answer.status_code == 200, answer.text
    parameters = await hand.parameters(answer.json()["job_id"])
    expected = {"random": True, "count": 2, "seed": None, "guidance_scale": 3.5, "steps": 25, "size": "2mp"}
    assert expected.items() <= parameters.items()
    assert await hand.store.read(parameters["image"]["uri"]) == PNG
    assert (await dual.job(answer.json()["job_id"]))["has_image"] is True


async def test_a_form_without_a_file_needs_no_multipart(dual: Client) -> None:
    """Plain forms are taken, and JSON under any media type or none: nothing is answered with 415."""
    for content, media_type in ((b"prompt=x", "application/x-www-form-urlencoded"), (b'{"prompt": "x"}', "text/plain")):
        answer = await dual.post(GENERATE, content=content, headers={"Content-Type": media_type})
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", ["image", "image_base64"])
@pytest.mark.parametrize("head", ["", "data:image/png;base64,"])
async def test_a_picture_in_json(dual: Client, hand: Hand, name: str, head: str) -> None:
    """A picture may come in base64 or as a data URL; it is stored, and neither the run nor the job carries it."""
    encoded = base64.b64encode(PNG).decode()
    job = await dual.queued(**{name: head + encoded})
    image = (await hand.parameters(job))["image"]
    assert (image["media_type"], await hand.store.read(image["uri"])) == ("image/png", PNG)
    assert encoded not in json.dumps(await dual.job(job))


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"prompt": " "}, "prompt", "is required unless random is set"),
    ({"prompt": 7}, "prompt", "valid string"),
    ({"prompt": "x" * (1024 * 1024 + 1)}, "prompt", "longer than 1048576 bytes"),
    ({"prompt": "a\0b"}, "prompt", "NUL"),
    ({"prompt2": []}, "prompt2", "valid string"),
    ({"prompt_mode": "other"}, "prompt_mode", "'same' or 'different'"),
    ({"random": "perhaps"}, "random", "true or false"),
    ({"count": 101}, "count", "above maximum (100)"),
    ({"count": 0}, "count", "below minimum (1)"),
    ({"count": "three"}, "count", "valid integer"),
    ({"count": True}, "count", "must be a number"),
    ({"count": 1.5}, "count", "valid integer"),
    ({"count": 10**30}, "count", "above maximum (100)"),
    ({"orientation": "upside down"}, "orientation", "'landscape'"),
    ({"size": "3mp"}, "size", "'0.5mp'"),
    ({"steps": 151}, "steps", "above maximum (150)"),
    ({"seed": -1}, "seed", "below minimum (0)"),
    ({"seed": 2**53}, "seed", "above maximum"),
    ({"strength": 1.01}, "strength", "above maximum (1)"),
    ({"strength": "nan"}, "strength", "finite"),
    ({"strength": 10**400}, "strength", ""),
    ({"guidance_scale": 30.5}, "guidance_scale", "above maximum (30)"),
    ({"guidance_scale": "some"}, "guidance_scale", "must be a number, or random"),
    ({"guidance_scale": "inf"}, "guidance_scale", "finite"),
    ({"guidance_scale": True}, "guidance_scale", "must be a number, or random"),
    ({"temperature": 2.1}, "temperature", "above maximum (2)"),
    ({"model": "m" * 257}, "model", "256"),
    ({"model": "llama", "random": True}, "model", "IMAGE_LM_STUDIO_URL"),
    ({"image": 7}, "image", "must be base64"),
    ({"image": "no base64!"}, "image", "is not base64"),
]


@pytest.mark.parametrize(("given", "field", "problem"), WRONG, ids=[f"{name} {text}"[:40] for _, name, text in WRONG])
async def test_a_wrong_field_is_named(dual: Client, given: dict[str, Any], field: str, problem: str) -> None:
    """Whatever is wrong is answered with the field and what is wrong with it."""
    fields = wrong(await dual.post(GENERATE, json={"prompt": "a barn"} | given))
    assert set(fields) == {field}
    assert problem in fields[field]


async def test_all_wrong_fields_are_named_at_once(dual: Client) -> None:
    """A form's malformed numbers too."""
    fields = wrong(await dual.post(GENERATE, data={"count": "x", "steps": "1e9", "seed": "-", "strength": ""}))
    assert set(fields) == {"prompt", "count", "steps", "seed"}


NO_OBJECTS = [b"{", b"[]", b"null", b'"x"', b'{"prompt": NaN}', b'{"prompt": "\\ud800"}', b"\xff", b"[" * 5000]


@pytest.mark.parametrize("body", NO_OBJECTS)
async def test_what_is_no_object_is_refused(dual: Client, body: bytes) -> None:
    """A body that is no JSON object is named as such."""
    assert set(wrong(await dual.post(GENERATE, content=body))) == {"body"}


async def test_a_key_has_visible_characters(dual: Client) -> None:
    """A header that is wrong is named as a field is."""
    answer = await dual.post(GENERATE, json={"prompt": "x"}, headers={"Idempotency-Key": "a b"})
    assert set(wrong(answer)) == {"Idempotency-Key"}


@pytest.mark.parametrize("head", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_a_broken_form_is_refused(dual: Client, head: str) -> None:
    """A form that cannot be read is the caller's fault."""
    answer = await dual.post(GENERATE, content=b"no form", headers={"Content-Type": head})
    refused(answer, 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_four_formats_are_taken(dual: Client, form: str) -> None:
    """JPEG, PNG, WebP and GIF."""
    answer = await dual.post(GENERATE, data={"prompt": "x"}, files={"image": ("x", picture(form))})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("data", [picture("BMP"), b"<svg/>", b"%PDF-1.4", PNG[:20]])
async def test_other_formats_are_refused_in_both_ways(dual: Client, data: bytes) -> None:
    """What a picture is, its bytes say, whether it comes in a form or in JSON."""
    as_form = await dual.post(GENERATE, data={"prompt": "x"}, files={"image": ("a.png", data, "image/png")})
    as_json = await dual.post(GENERATE, json={"prompt": "x", "image": base64.b64encode(data).decode()})
    for answer in (as_form, as_json):
        assert set(wrong(answer, "INVALID_IMAGE_FORMAT")) == {"image"}


@pytest.mark.parametrize("extra_bytes", [1, 8 * 1024 * 1024])
async def test_large_pictures_are_refused_in_both_ways(dual: Client, extra_bytes: int) -> None:
    """Ten megabytes are taken, and not a byte more, however much more."""
    data = PNG + b"\0" * (10 * 1024 * 1024 - len(PNG) + extra_bytes)
    as_form = await dual.post(GENERATE, data={"prompt": "x"}, files={"image": ("a.png", data)})
    as_json = await dual.post(GENERATE, json={"prompt": "x", "image": base64.b64encode(data).decode()})
    for answer in (as_form, as_json):
        assert set(wrong(answer, "IMAGE_TOO_LARGE")) == {"image"}
    exact = await dual.post(GENERATE, data={"prompt": "x"}, files={"image": ("a.png", data[: 10 * 1024 * 1024])})
    assert exact.status_code == 200, exact.text


async def test_limits_and_defaults_are_those_of_the_settings(shim: Shim, hand: Hand) -> None:
    """The configuration raises limits and sets defaults, for requests and in the API's description."""
    dual = await shim.dual_gen(
        validation_limits={"count": {"min": 1, "max": 200}, "steps": {"max": 20}},
        generation_defaults={"steps": 4, "size": "0.5mp"},
    )
    parameters = await asked(dual, hand, count=200)
    assert (parameters["count"], parameters["steps"], parameters["size"]) == (200, 4, "0.5mp")
    assert wrong(await dual.post(GENERATE, json={"prompt": "x", "count": 201, "steps": 21})) == {
        "count": "above maximum (200)",
        "steps": "above maximum (20)",
    }
    described = (await dual.read("/openapi.json"))["paths"][GENERATE]["post"]["requestBody"]["content"]
    for schema in (described["application/json"]["schema"], described["multipart/form-data"]["schema"]):
        assert schema["properties"]["count"]["maximum"] == 200
        assert (
            schema["properties"]["steps"] | {"maximum": 20, "minimum": 1, "default": 4} == schema["properties"]["steps"]
        )


async def test_a_limit_above_ours_is_still_a_clear_answer(shim: Shim) -> None:
    """What config.json allows and the flow does not is refused as any other value is."""
    dual = await shim.dual_gen(validation_limits={"count": {"max": 5000}})
    assert set(wrong(await dual.post(GENERATE, json={"prompt": "x", "count": 4000}))) == {"count"}


@pytest.mark.parametrize("prompt", ["a barn " * 100_000, "🐴" * 20_000])
async def test_long_prompts_are_stored(dual: Client, hand: Hand, prompt: str) -> None:
    """A run's parameters stay small, and the job shows the whole prompt."""
    job = await dual.queued(prompt=prompt, prompt2=prompt)
    parameters = await hand.parameters(job)
    assert (parameters["prompt"], len(json.dumps(parameters)) < 5000) == ("", True)
    assert await hand.store.read(parameters["prompt_stored"]["uri"]) == prompt.strip().encode()
    document = await dual.job(job)
    assert document["prompt"] == document["prompt2"] == prompt.strip()


async def test_no_request_makes_large_parameters(dual: Client, hand: Hand, tmp_path: Path) -> None:
    """With everything as long as it may be, a run's parameters have less than 100 kB."""
    longest = "\u00e9" * 5000
    job = await dual.queued(prompt=longest, prompt2=longest, image=base64.b64encode(PNG).decode())
    assert len(json.dumps(await hand.parameters(job))) < 100_000
