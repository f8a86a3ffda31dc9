"""The block on the wire: what it sends, what it makes of the answers, and which failures are worth another try."""

import base64
import io
import struct
from collections.abc import Awaitable, Callable, Iterator

import numpy as np
import pytest
import trimesh

from blocks.artifacts import Artifact, ArtifactStore
from blocks.models3d.trellis import How, Sampler, Trellis
from blocks.tracing import tracing
from tasks.domain.errors import InvalidInput, MissingKey, UpstreamError
from tasks.domain.trace_context import Trace
from tests.loopback import Answer, Call, LoopbackServer
from tests.prefect_server import free_port
from tests.studio.drawn import file, ring_mask, ring_photo
from tests.surroundings import Configure

GLB = struct.pack("<4sII", b"glTF", 2, 20) + b"\x08\0\0\0JSON"
CUT_OUT = file(np.dstack([ring_photo(), np.where(ring_mask(), 255, 0).astype(np.uint8)]))
WHOLE = Answer(data=GLB, media_type="model/gltf-binary")


class Gpu(LoopbackServer):
    """Answers with what it was given, one after another, the last one for ever; each after `patience_s`."""

    def __init__(self, *answers: Answer, patience_s: float = 0) -> None:
        super().__init__(self._next)
        self._left = list(answers or (WHOLE,))
        self._patience_s = patience_s

    def _next(self, call: Call) -> Answer:
        self.wait(self._patience_s)
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


@pytest.fixture
async def picture(store: ArtifactStore) -> Artifact:
    return await store.write(CUT_OUT)


@pytest.fixture
def gpu(configure: Configure) -> Iterator[Gpu]:
    """A server that answers with a GLB; the settings point at it."""
    with Gpu() as server:
        configure(TRELLIS_URL=server.url)
        yield server


async def test_the_studio_makes_a_model(
    serve_studio: Callable[[], Awaitable[str]], configure: Configure, store: ArtifactStore, picture: Artifact
) -> None:
    """Over real HTTP: the studio reads the picture from the store, and the model lies in the store, labelled."""
    configure(TRELLIS_URL=await serve_studio())
    raw = await Trellis().reconstruct(picture, How(seed=5, simplify=0.999, texture_px=64))
    assert (raw.engine, raw.seed, raw.model.media_type) == ("inflation", 5, "model/gltf-binary")
    scene = trimesh.load_scene(io.BytesIO(await store.read(raw.model)), file_type="glb")
    assert len(scene.to_geometry().faces) <= 2_000
    health = await Trellis().health()
    assert (health.engine, health.device, health.queued) == ("inflation", "cpu", 0)


async def test_the_studios_refusal_comes_through(
    serve_studio: Callable[[], Awaitable[str]], configure: Configure, store: ArtifactStore
) -> None:
    """A picture without a piece is not tried again, and the error says what the service said."""
    configure(TRELLIS_URL=await serve_studio())
    grey = await store.write(file(np.full((40, 30, 3), 120, np.uint8)))
    with pytest.raises(UpstreamError, match="TRELLIS: answers HTTP 422: image: no silhouette") as refused:
        await Trellis().reconstruct(grey, How())
    assert not refused.value.retryable


async def test_all_that_was_asked_is_sent(gpu: Gpu, picture: Artifact) -> None:
    """The body is the contract's, the picture named by its URI, and the request has its place in the trace."""
    how = How(
        model="trellis2",
        seed=9,
        sparse_structure=Sampler(steps=20, cfg_strength=6),
        slat=Sampler(steps=8, cfg_strength=2),
        simplify=0.5,
        texture_px=2048,
    )
    with tracing(Trace.received("of-a-test", "")):
        await Trellis().reconstruct(picture, how)
    (call,) = gpu.calls
    assert (call.method, call.path, call.headers["x-correlation-id"]) == ("POST", "/generate", "of-a-test")
    assert call.body == {
        "image": {"uri": picture.uri},
        "model": "trellis2",
        "seed": 9,
        "sparse_structure_sampler_params": {"steps": 20, "cfg_strength": 6},
        "slat_sampler_params": {"steps": 8, "cfg_strength": 2},
        "simplify": 0.5,
        "texture_size": 2048,
    }


async def test_a_picture_goes_as_the_settings_say(configure: Configure, gpu: Gpu, picture: Artifact) -> None:
    """Inline are the bytes themselves; a signed link needs a store that others can reach, and says so."""
    configure(TRELLIS_IMAGE_REFERENCE="inline")
    await Trellis().reconstruct(picture, How())
    assert base64.b64decode(gpu.calls[-1].body["image"]["base64"]) == CUT_OUT
    configure(TRELLIS_IMAGE_REFERENCE="sas")
    with pytest.raises(InvalidInput, match="sas needs the store's backend azure"):
        await Trellis().reconstruct(picture, How())


async def test_without_headers_the_model_still_counts(gpu: Gpu, picture: Artifact, store: ArtifactStore) -> None:
    """A server that says neither engine nor seed gives a model of unknown making, from the seed that it was sent."""
    raw = await Trellis().reconstruct(picture, How(seed=3))
    assert (raw.engine, raw.seed) == ("", 3)
    assert await store.read(raw.model) == GLB


def refusal(status: int) -> Answer:
    return Answer(status, b'{"detail": "as the test asked"}')


FAILURES: list[tuple[str, Answer, str, bool]] = [
    ("busy", refusal(503), "answers HTTP 503: as the test asked", True),
    ("broken", refusal(500), "answers HTTP 500: as the test asked", True),
    ("a gateway", Answer(502, b"<html>bad gateway</html>"), "answers HTTP 502", True),
    ("refused", refusal(422), "answers HTTP 422: as the test asked", False),
    ("too large", refusal(413), "answers HTTP 413", False),
    ("no route", refusal(404), "answers HTTP 404", False),
    ("reset", Answer(reset=True), "cannot be read", True),
    ("cut off", Answer(data=GLB[:10], length=len(GLB)), "cannot be read", True),
    ("cut off unnoticed", Answer(data=GLB[:15]), "answers with 15 bytes of a GLB of 20", True),
    ("a page", Answer(data=b"<html>welcome</html>"), "answers with something that is no GLB", False),
    ("nothing", Answer(data=b""), "answers with something that is no GLB", False),
    ("glTF 1", Answer(data=struct.pack("<4sII", b"glTF", 1, 20) + b"12345678"), "a GLB of version 1", False),
]


NAMES = [name for name, *_ in FAILURES]


@pytest.mark.parametrize(("answer", "told", "retryable"), [row[1:] for row in FAILURES], ids=NAMES)
async def test_a_failure_says_whether_it_may_pass(
    configure: Configure, picture: Artifact, answer: Answer, told: str, retryable: bool
) -> None:
    """What the server cannot do now may pass; what it refuses, or answers wrongly, will not. Nothing is tried twice."""
    with Gpu(answer) as server:
        configure(TRELLIS_URL=server.url)
        with pytest.raises(UpstreamError, match=told) as failed:
            await Trellis().reconstruct(picture, How())
        assert (failed.value.service, failed.value.retryable) == ("TRELLIS", retryable)
        assert len(server.calls) == 1


async def test_busy_now_and_free_then(configure: Configure, picture: Artifact) -> None:
    """A second call, which the caller's policy makes, succeeds."""
    with Gpu(refusal(503), WHOLE) as server:
        configure(TRELLIS_URL=server.url)
        with pytest.raises(UpstreamError) as busy:
            await Trellis().reconstruct(picture, How())
        assert busy.value.retryable
        assert (await Trellis().reconstruct(picture, How())).model.size == len(GLB)


async def test_a_server_that_takes_too_long_is_given_up(configure: Configure, picture: Artifact) -> None:
    """The limit is TRELLIS_TIMEOUT_S, for the whole call; another try may do."""
    with Gpu(patience_s=5) as server:
        configure(TRELLIS_URL=server.url, TRELLIS_TIMEOUT_S=0.3)
        with pytest.raises(UpstreamError, match=r"TRELLIS: took longer than 0\.3 s") as late:
            await Trellis().reconstruct(picture, How())
        assert late.value.retryable


async def test_a_server_that_is_away(configure: Configure, picture: Artifact) -> None:
    """Nobody listens: another try may do. No address at all: the operator is told which variable to set."""
    configure(TRELLIS_URL=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UpstreamError, match="TRELLIS: cannot be read") as away:
        await Trellis().reconstruct(picture, How())
    assert away.value.retryable
    configure(TRELLIS_URL="")
    with pytest.raises(MissingKey, match="TRELLIS needs the environment variable TRELLIS_URL"):
        await Trellis().reconstruct(picture, How())


async def test_an_endless_model_is_given_up(configure: Configure, picture: Artifact) -> None:
    """More than can be stored is not read to its end."""
    with Gpu(Answer(data=bytes(5000))) as server:
        configure(TRELLIS_URL=server.url)
        with pytest.raises(UpstreamError, match="answers with more than 1000 bytes"):
            await Trellis(max_model_bytes=1000).reconstruct(picture, How())
