"""What the image endpoint does not take: each refusal is a 4xx whose detail names the field and what is wrong."""

from typing import Any

import numpy as np
import pytest

from tests.studio.drawn import PHOTO, base64_of, file
from tests.studio_images.conftest import GENERATE, ORDER, Client, Serve

CUT_OFF = f"data:image/jpeg;base64,{base64_of(PHOTO[:-200])}"
NO_PICTURE = f"data:image/png;base64,{base64_of(b'no picture at all')}"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"prompt": ""}, "prompt: String should have at least 1 character"),
    ({"prompt": " \n\t"}, "prompt: must say something"),
    ({"prompt": "x" * (1024 * 1024 + 1)}, "prompt: String should have at most 1048576 characters"),
    ({"prompt": None}, "prompt: Input should be a valid string"),
    ({"orientation": "diagonal"}, "orientation: Input should be"),
    ({"size": "100mp"}, "size: Input should be"),
    ({"steps": 0}, "steps: Input should be greater than or equal to 1"),
    ({"steps": 1001}, "steps: Input should be less than or equal to 1000"),
    ({"batch": 2}, "batch: Input should be 1"),
    ({"seed": -1}, "seed: Input should be greater than or equal to 0"),
    ({"guidance_scale": 31}, "guidance_scale: Input should be less than or equal to 30"),
    ({"strength": 1.5}, "strength: Input should be less than or equal to 1"),
    ({"input_image": ""}, "input_image: String should have at least 1 character"),
    ({"input_image": "data:image/png;base64,not base64!"}, "input_image: is not base64"),
    ({"input_image": "Água"}, "input_image: is not base64"),
    ({"input_image": "https://example.com/x.png"}, "input_image: is not base64"),
    ({"input_image": NO_PICTURE}, "input_image: not a picture"),
    ({"input_image": CUT_OFF}, "input_image: the picture is cut off"),
]


@pytest.mark.parametrize(("change", "told"), REFUSED, ids=[told for _, told in REFUSED])
async def test_a_refusal_names_its_field(studio: Client, change: dict[str, Any], told: str) -> None:
    """Whoever reads the answer knows which field to mend, and how."""
    answer = await studio.post(GENERATE, json=ORDER | change)
    assert (answer.status_code, told in answer.json()["detail"]) == (422, True), answer.text


async def test_no_body_is_refused(studio: Client) -> None:
    """What is no JSON object is the caller's mistake, too."""
    for body in (b"", b"{", b"[]", b'"ring"', b'{"prompt": "\\ud800"}'):
        answer = await studio.post(GENERATE, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text


async def test_a_picture_too_large_is_refused_unopened(serve: Serve) -> None:
    """Too many bytes, too many pixels by the header, and a body beyond all measure: each with its limit."""
    picture = f"data:image/png;base64,{base64_of(file(np.zeros((300, 300, 3), np.uint8)))}"
    for settings, told in (
        ({"max_picture_bytes": 1024}, "decodes to more than the 1024 bytes that are taken"),
        ({"max_work_pixels": 5000}, "input_image: 300 × 300 pixels; at most 5000 are taken"),
    ):
        body = ORDER | {"input_image": picture if "pixels" in told else f"data:;base64,{'A' * 4000}"}
        answer = await (await serve(**settings)).post(GENERATE, json=body)
        assert (answer.status_code, told in answer.json()["detail"]) == (422, True), answer.text
    answer = await (await serve(max_body_bytes=2000)).post(GENERATE, json=ORDER | {"input_image": picture * 9})
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["none.jpg", "..%2f..%2fsecret", "a%00b", "%20", "ü.jpg"])
async def test_a_name_of_no_picture_is_404(studio: Client, name: str) -> None:
    """No name leads anywhere but to pictures."""
    assert (await studio.get(f"/image-endpoint/images/{name}")).status_code == 404
