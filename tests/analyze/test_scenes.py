"""The flow in a real Prefect: a photo's scene by a model, mended once, or measured; a failure says whose it is."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from blocks.artifacts import ArtifactStore
from blocks.language_models import Unanswered
from flows.contracts import AnalyzeRequest, AnalyzeResult
from flows.scenes import analyze_image
from tasks.domain.errors import AtelierError, BudgetExceeded, InvalidInput, MissingKey, UpstreamError
from tasks.scenes import NoScene, blame
from tests.analyze.conftest import SCENE, as_text, photo
from tests.language_models.provider import FakeProviders

pytestmark = pytest.mark.usefixtures("prefect")


async def analysed(store: ArtifactStore, data: bytes, **request: Any) -> tuple[State, AnalyzeResult]:
    """Run the flow on a photo; return its state and the result that it published."""
    request |= {"picture": await store.write(data)}
    state = await analyze_image(AnalyzeRequest(**request), return_state=True)
    document = await store.read_named(f"runs/{state.state_details.flow_run_id}/result.json")
    return state, AnalyzeResult.model_validate_json(document)


async def test_a_model_describes_a_photo(own_server: FakeProviders, store: ArtifactStore) -> None:
    """The photo goes to the vision model as JPEG, with the steering; what comes back is the scene and who saw it."""
    own_server.answer(f"<think>a ring</think>\n```json\n{as_text(SCENE)}\n```")
    state, result = await analysed(store, photo("WEBP"), steering="stress the shadows")
    assert state.is_completed()
    assert result.success
    assert result.scene is not None
    assert result.scene.scene == SCENE["scene"]
    assert result.scene.camera.iso == 100
    assert result.scene.analysis is not None
    assert (result.scene.analysis.by, result.scene.analysis.model) == ("model", "qwen3-vl")
    assert (result.source, result.model_id, result.repaired) == ("llm", "qwen3-vl", False)
    (request,) = own_server.requests
    assert (request.image_media_type, request.model, request.body["temperature"]) == ("image/jpeg", "qwen3-vl", 0.3)
    assert "stress the shadows" in request.user
    assert result.cost_summary.calls == 1


async def test_an_answer_that_does_not_fit_is_mended_once(own_server: FakeProviders, store: ArtifactStore) -> None:
    """The model gets its answer back with what is wrong with it, and looks at the photo again."""
    own_server.answer(as_text(SCENE | {"color_palette": ["black"], "mood": None}))
    own_server.answer(as_text(SCENE))
    state, result = await analysed(store, photo())
    assert state.is_completed()
    assert result.repaired
    assert result.scene is not None
    assert result.scene.color_palette == SCENE["color_palette"]
    assert any("color_palette" in warning for warning in result.warnings)
    _, second = own_server.requests
    assert "color_palette" in second.user
    assert second.image is not None
    assert result.cost_summary.calls == 2


async def test_a_second_answer_that_does_not_fit_is_the_end(own_server: FakeProviders, store: ArtifactStore) -> None:
    """The run fails as unreadable, with what is missing, and keeps its result."""
    own_server.always("I see a ring.")
    state, result = await analysed(store, photo())
    assert state.is_failed()
    assert (result.success, result.scene, result.error_kind) == (False, None, "unreadable")
    assert "no scene" in str(result.error)
    assert len(own_server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "status"),
    [
        ({"status": 400, "error": "takes no pictures"}, "refused", 400),
        ({"status": 401}, "refused", 401),
        ({"text": "no", "stop": "refused"}, "refused", None),
        ({"text": "late", "delay_s": 30}, "timeout", None),
        ({"raw": b"<html></html>"}, "unreadable", None),
    ],
)
async def test_a_failure_says_what_was_wrong_with_the_model(
    own_server: FakeProviders,
    configure: Callable[..., None],
    store: ArtifactStore,
    reply: dict[str, Any],
    kind: str,
    status: int | None,
) -> None:
    """Its refusal with its status, its time, its answer: contracts answer each differently. Nobody measures instead."""
    configure(IMAGE_VISION_TIMEOUT_S=2)
    own_server.always(**({"text": ""} | reply))
    state, result = await analysed(store, photo())
    assert state.is_failed()
    assert (result.error_kind, result.upstream_status) == (kind, status)
    assert len(own_server.requests) == 1


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Unanswered("lm studio", "no", retryable=True, why="unreachable"), "unreachable"),
        (UpstreamError("claude", "broke off", retryable=True), "unreachable"),
        (MissingKey("LM Studio", "IMAGE_LM_STUDIO_URL"), "unreachable"),
        (TimeoutError(), "timeout"),
        (NoScene(["scene: is missing"]), "unreadable"),
        (InvalidInput("picture", "too large"), None),
        (BudgetExceeded(1, 1, 1), None),
    ],
)
def test_who_is_to_blame(failure: AtelierError | TimeoutError, kind: str | None) -> None:
    """What is the caller's own is nobody's else."""
    assert blame(failure) == (kind, None)


async def test_without_a_model_the_photo_is_measured(store: ArtifactStore) -> None:
    """Palette and light come from the pixels, and the scene says that nobody has recognised anything in it."""
    state, result = await analysed(store, photo(size=(600, 400)), steering="stress the shadows")
    assert state.is_completed()
    assert (result.source, result.success, result.cost_summary.calls) == ("offline", True, 0)
    assert result.scene is not None
    assert result.scene.analysis is not None
    assert result.scene.analysis.by == "measurement"
    assert result.warnings == result.scene.analysis.warnings != []
    assert 3 <= len(result.scene.color_palette) <= 5


async def test_what_is_no_photo_is_the_callers_mistake(
    own_server: FakeProviders, configure: Callable[..., None], store: ArtifactStore
) -> None:
    """A format that is not taken, a picture that is none, and one that is too large; nobody is asked about them."""
    for data in (photo("BMP"), b"GIF89a", json.dumps(SCENE).encode()):
        _, result = await analysed(store, data)
        assert str(result.error).startswith("picture:")
        assert result.error_kind is None
    configure(IMAGE_MAX_IMAGE_BYTES=1024)
    _, result = await analysed(store, photo("PNG", (900, 900)))
    assert "at most 1024" in str(result.error) or "1024" in str(result.error)
    assert own_server.requests == []


async def test_a_model_that_was_named_is_not_replaced(store: ArtifactStore) -> None:
    """Who names a model and has none is told which variable is missing."""
    state, result = await analysed(store, photo(), model="qwen3-vl")
    assert state.is_failed()
    assert "IMAGE_LM_STUDIO_URL" in str(result.error)
    assert result.error_kind == "unreachable"


async def test_claude_looks_too(providers: FakeProviders, configure: Callable[..., None], store: ArtifactStore) -> None:
    """A provider of the ring pipeline is asked where there is no server, within the cap, and its cost is booked."""
    configure(**providers.environment)
    providers.answer(as_text(SCENE))
    _, result = await analysed(store, photo())
    assert (result.success, result.model_id) == (True, "claude-sonnet-5-5")
    assert result.cost_summary.total_usd > 0
    _, dear = await analysed(store, photo(), max_cost_usd=0.001)
    assert "cost cap" in str(dear.error)
    assert len(providers.requests) == 1
