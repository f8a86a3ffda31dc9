"""Reading the ring contract's requests."""

import base64
import io
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from api.contracts.ring_models import decode_picture, read_submission
from tasks.domain.errors import InvalidInput


def picture(kind: str = "PNG") -> bytes:
    """Return a small real picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "gold").save(out, kind)
    return out.getvalue()


def test_a_plain_body_is_the_request() -> None:
    """Without `data` the body itself is read, and unknown keys are ignored."""
    read = read_submission({"prompt": "a band", "llm_name": "gemini", "colour": "ignored"})
    assert (read.enveloped, read.request.prompt, read.request.llm_name) == (False, "a band", "gemini")


def test_an_envelope_is_unwrapped() -> None:
    """`data` is the request; `meta` gives the trace id, and the model only when the request names none."""
    read = read_submission({"data": {"prompt": "a band"}, "meta": {"trace_id": "t-1", "llm_name": "gemini"}})
    assert (read.enveloped, read.trace_id, read.request.llm_name) == (True, "t-1", "gemini")
    named = read_submission({"data": {"prompt": "a band", "llm_name": "claude"}, "meta": {"llm_name": "gemini"}})
    assert named.request.llm_name == "claude"


@pytest.mark.parametrize("data", ["text", 7, None, []])
def test_data_that_is_no_object_is_no_envelope(data: Any) -> None:
    """A `data` key that is not an object is one more unknown key."""
    assert read_submission({"data": data, "prompt": "a band"}).enveloped is False


@pytest.mark.parametrize("body", [[], "text", 7, None])
def test_only_objects_are_read(body: Any) -> None:
    """A body that is JSON but no object is refused by name."""
    with pytest.raises(InvalidInput, match="body"):
        read_submission(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_retries", 0),
        ("max_retries", -1),
        ("max_retries", 11),
        ("max_cost_usd", 0),
        ("max_cost_usd", 100.01),
        ("max_cost_usd", float("nan")),
        ("max_cost_usd", float("inf")),
        ("llm_name", "gpt"),
        ("request_id", ".."),
        ("request_id", "."),
        ("request_id", "../../etc"),
        ("request_id", "a/b"),
        ("request_id", ""),
        ("request_id", "x" * 129),
        ("request_id", "line\n"),
        ("previews", "all"),
        ("metadata", []),
        ("metadata", {"long": "x" * 20_000}),
        ("prompt", "x" * 20_001),
    ],
)
def test_fields_have_limits(field: str, value: Any) -> None:
    """A value outside a field's limit is refused, and the error names the field."""
    with pytest.raises(ValidationError) as refused:
        read_submission({"prompt": "a band", field: value})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": "  "}, {"prompt": None, "image_b64": ""}])
def test_words_or_a_picture_are_needed(body: dict[str, Any]) -> None:
    """At least one of prompt and image_b64 must say something."""
    with pytest.raises(ValidationError, match="at least one"):
        read_submission(body)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_told_from_its_bytes(kind: str) -> None:
    """Base64 with or without a data URL's head gives the bytes, and their real type whatever the head says."""
    data = picture(kind)
    plain = base64.b64encode(data).decode()
    for given in (plain, f"data:image/jpeg;base64,{plain}", "\n".join([plain[:20], plain[20:]])):
        assert decode_picture(given) == (data, f"image/{kind.lower()}")


@pytest.mark.parametrize(
    "given", ["not base64!", "Água", base64.b64encode(b"no picture at all").decode(), "QUJD", "data:,x"]
)
def test_what_is_no_picture_is_refused(given: str) -> None:
    """Broken base64 and bytes that are no picture are refused by the field's name."""
    with pytest.raises(InvalidInput, match="image_b64"):
        decode_picture(given)


def test_a_picture_has_a_size_limit() -> None:
    """More than 10 MiB are refused before they are decoded."""
    with pytest.raises(InvalidInput, match="10485760"):
        decode_picture("A" * 15_000_000)
