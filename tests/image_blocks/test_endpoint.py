"""The block on the wire: what it sends, what it makes of the answers, and which failures are worth another try."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from blocks.artifacts import ArtifactStore
from blocks.images.endpoint import ImageEndpoint, PictureOrder
from blocks.images.settings import EndpointEntry
from blocks.tracing import tracing
from tasks.domain.errors import UpstreamError
from tasks.domain.trace_context import Trace
from tests.loopback import Answer, Call, LoopbackServer
from tests.prefect_server import free_port
from tests.surroundings import Configure

ORDER = PictureOrder(prompt="a gold ring", seed=7)


def png(colour: str = "gold") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (24, 16), colour).save(data, "PNG")
    return data.getvalue()


def made(*images: Any, success: Any = True, **other: Any) -> Answer:
    """An answer to POST /generate."""
    return Answer(data=json.dumps({"success": success, "images": list(images)} | other).encode())


class Generator(LoopbackServer):
    """Answers POST /generate with `answer`, and whatever is fetched with `picture`."""

    def __init__(self, answer: Answer, picture: Answer, patience_s: float = 0) -> None:
        super().__init__(self._answered)
        self._said, self._picture, self._patience_s = answer, picture, patience_s

    def _answered(self, call: Call) -> Answer:
        self.wait(self._patience_s)
        return self._said if call.method == "POST" else self._picture


Make = Callable[..., tuple[Generator, ImageEndpoint]]


@pytest.fixture
def make(configure: Configure) -> Iterator[Make]:
    """Starts a generator; gives it and the block that talks to it."""
    running: list[Generator] = []

    def started(
        answer: Answer | None = None, picture: Answer | None = None, patience_s: float = 0
    ) -> tuple[Generator, ImageEndpoint]:
        answer = answer or made({"filename": "a.png", "seed": 7})
        generator = Generator(answer, picture or Answer(data=png(), media_type="image/png"), patience_s)
        running.append(generator)
        generator.__enter__()
        return generator, ImageEndpoint.of(entry(generator.url))

    yield started
    for generator in running:
        generator.__exit__(None, None, None)


def entry(url: str) -> EndpointEntry:
    return EndpointEntry(ip="127.0.0.1", port=int(url.rpartition(":")[2]), name="Left")


async def test_a_picture_is_made_fetched_and_stored(make: Make, store: ArtifactStore) -> None:
    """The order is the contract's, with the key that makes asking again harmless and a place in the trace."""
    generator, endpoint = make(made({"filename": "a.png", "seed": 7, "engine": "x", "width": 24}))
    with tracing(Trace.received("of-a-test", "")):
        picture = await endpoint.generate(ORDER.model_copy(update={"guidance_scale": 3.5}), key="run-1-left")
    posted, fetched = generator.calls
    assert (posted.path, posted.headers["idempotency-key"]) == ("/generate", "run-1-left")
    assert posted.headers["x-correlation-id"] == "of-a-test"
    assert posted.body == {
        "prompt": "a gold ring",
        "orientation": "landscape",
        "size": "1mp",
        "steps": 25,
        "batch": 1,
        "seed": 7,
        "guidance_scale": 3.5,
    }
    assert (fetched.method, fetched.path) == ("GET", "/images/a.png")
    assert picture.stats == {"filename": "a.png", "seed": 7, "engine": "x", "width": 24}
    assert (picture.filename, picture.picture.media_type) == ("a.png", "image/png")
    assert await store.read(picture.picture) == png()


async def test_a_picture_to_start_from_goes_as_a_data_url(make: Make, store: ArtifactStore) -> None:
    """Its strength is sent with it, and never without it."""
    generator, endpoint = make()
    start = await store.write(png("red"))
    await endpoint.generate(ORDER.model_copy(update={"image": start, "strength": 0.4, "seed": None}), key="k")
    body = generator.calls[0].body
    head, _, data = body["input_image"].partition(",")
    assert (head, base64.b64decode(data)) == ("data:image/png;base64", png("red"))
    assert body["strength"] == 0.4
    assert "seed" not in body
    await endpoint.generate(ORDER, key="k")
    assert {"input_image", "strength", "guidance_scale"}.isdisjoint(generator.calls[2].body)


@pytest.mark.parametrize(
    ("name", "asked", "kept"),
    [
        ("../../etc/passwd", "/images/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("out/a b.png", "/images/out%2Fa%20b.png", "a_b.png"),
        ("a.png?x=1#y", "/images/a.png%3Fx%3D1%23y", "a.png_x_1_y"),
        (".htaccess", "/images/.htaccess", "htaccess"),
        ("ring\r\nX: y.png", "/images/ring%0D%0AX%3A%20y.png", "ring_X_y.png"),
    ],
)
async def test_a_name_can_do_no_harm(make: Make, name: str, asked: str, kept: str) -> None:
    """Whatever an endpoint calls its picture, it is fetched from there and kept under a plain name of ours."""
    generator, endpoint = make(made({"filename": name}))
    picture = await endpoint.generate(ORDER, key="k")
    assert generator.calls[1].path == asked
    assert (picture.filename, picture.stats["filename"]) == (kept, kept)


async def test_what_it_says_is_kept_within_reason(make: Make) -> None:
    """Numbers and short texts; no nested data, no embedded picture, nothing that JSON cannot say."""
    said = {
        "filename": "a.png", "seed": 9, "took_s": 1.5, "cached": False, "note": None, "base64": "A" * 5000,
        "nested": {"a": 1}, "list": [1], "endless": float("inf"), "huge": 10**30,
    }  # fmt: skip
    _, endpoint = make(made(said))
    stats = (await endpoint.generate(ORDER, key="k")).stats
    assert stats == {"filename": "a.png", "seed": 9, "took_s": 1.5, "cached": False, "note": None}


def refusal(status: int) -> Answer:
    return Answer(status, b'{"detail": "as the test asked"}')


FAILURES: dict[str, tuple[Answer | None, Answer | None, str, bool]] = {
    "busy": (refusal(503), None, "answers HTTP 503: as the test asked", True),
    "broken": (refusal(500), None, "answers HTTP 500: as the test asked", True),
    "refused": (refusal(422), None, "answers HTTP 422: as the test asked", False),
    "reset": (Answer(reset=True), None, "cannot be read", True),
    "a page": (Answer(data=b"<html>welcome</html>"), None, "no JSON", True),
    "a list": (Answer(data=b"[]"), None, "answers with a list", False),
    "no success": (made(success=False, error="out of memory"), None, "out of memory", False),
    "no reason": (made(success=False), None, "not why", False),
    "odd success": (made({"filename": "a.png"}, success="yes"), None, "success must be true or false", False),
    "no images": (made(), None, "images must be a list", False),
    "odd images": (made("a.png"), None, "images must be a list", False),
    "no name": (made({"seed": 7}), None, "filename is missing", False),
    "gone": (None, refusal(404), "answers HTTP 404", False),
    "not yet there": (None, refusal(503), "answers HTTP 503", True),
    "no picture": (None, Answer(data=b"<html>404</html>"), "no picture", False),
    "nothing": (None, Answer(data=b""), "no picture", False),
    "cut off": (None, Answer(data=png()[:60]), "cannot be used", True),
    "breaks off": (None, Answer(data=png()[:60], length=len(png())), "cannot be read", True),
}


@pytest.mark.parametrize(("answer", "picture", "told", "retryable"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failure_says_whether_it_may_pass(
    make: Make, answer: Answer | None, picture: Answer | None, told: str, retryable: bool
) -> None:
    """What an endpoint cannot do now may pass; what it refuses or says wrongly will not. Nothing is asked twice."""
    generator, endpoint = make(answer, picture)
    with pytest.raises(UpstreamError, match=f"image endpoint: .*{told}") as failed:
        await endpoint.generate(ORDER, key="k")
    assert failed.value.retryable is retryable
    assert generator.count("POST", "/generate") == 1


async def test_one_that_takes_too_long_is_given_up(make: Make, configure: Configure) -> None:
    """The limit is IMAGE_ENDPOINT_TIMEOUT_S; another try may do."""
    configure(IMAGE_ENDPOINT_TIMEOUT_S=0.2)
    _, endpoint = make(patience_s=5)
    with pytest.raises(UpstreamError, match=r"took longer than 0\.2 s") as late:
        await endpoint.generate(ORDER, key="k")
    assert late.value.retryable


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_one_that_answers_anything_is_online(make: Make, status: int) -> None:
    """Not every generator has a page for its health."""
    _, endpoint = make(picture=Answer(status, b"anything"))
    assert await endpoint.state() == "online"


async def test_silence_and_absence_are_told_apart(make: Make, configure: Configure) -> None:
    """A timeout is one that does not answer in time, offline one that nobody listens at."""
    configure(IMAGE_PROBE_TIMEOUT_S=0.2)
    _, silent = make(patience_s=5)
    assert await silent.state() == "timeout"
    assert await ImageEndpoint.of(entry(f"http://127.0.0.1:{free_port()}")).state() == "offline"
