"""What the probe makes of answers, and what it never does: spend, hang, or forget since when."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from blocks.image_models.settings import ImageModelSettings
from blocks.language_models.settings import LanguageModelSettings
from blocks.service_checks import (
    Question,
    check_image_endpoints,
    check_language_model,
    check_own_server,
    question_to,
    question_to_openai,
)
from flows.contracts import ServiceHealth, ServicesReport
from tasks.domain.errors import UpstreamError
from tasks.service_probe import report_of
from tests.loopback import Answer, LoopbackServer
from tests.prefect_server import free_port
from tests.surroundings import Configure, configure
from tests.upkeep.outside import Outside

__all__ = ["configure"]

CLAUDES = "/v1/models?limit=1"


@pytest.fixture
def configured(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """This process's environment names the loopback provider."""
    for name, value in outside.environment.items():
        monkeypatch.setenv(name, value)
    outside.broken.clear()
    return outside


@pytest.mark.parametrize("service", ["claude", "gemini", "openai"])
async def test_a_provider_is_asked_for_its_list_and_nothing_else(configured: Outside, service: str) -> None:
    """The question is a GET with our key, which every provider answers free of charge."""
    assert await check_language_model(service) == "answers, and knows the key"
    assert configured.paid == []


@pytest.mark.parametrize(
    ("status", "why"), [(401, "the key is refused"), (429, "the account is at its limit"), (503, "HTTP 503")]
)
async def test_a_refusal_says_what_is_wrong(configured: Outside, status: int, why: str) -> None:
    """A refused key, a spent account and a provider in trouble are told apart, and the key is never told."""
    configured.broken[CLAUDES] = status
    with pytest.raises(UpstreamError, match=why) as failure:
        await check_language_model("claude")
    assert "an anthropic key" not in str(failure.value)


async def test_without_a_key_nobody_is_asked() -> None:
    """A provider without a key is not configured, which is no failure."""
    settings = LanguageModelSettings(anthropic_api_key=" ", gemini_api_key=None)
    assert question_to("claude", settings) is None
    assert question_to("gemini", settings) is None
    assert question_to_openai(ImageModelSettings(OPENAI_API_KEY=" ")) is None


def test_openai_is_asked_where_its_address_says() -> None:
    """The free list of models, under the configured address, with the key as bearer."""
    question = question_to_openai(ImageModelSettings(OPENAI_API_KEY="k", OPENAI_BASE_URL="http://127.0.0.1:9/v1/"))
    assert question == Question("http://127.0.0.1:9/v1/models", {"Authorization": "Bearer k"})


async def test_a_server_of_ones_own_is_asked_when_its_address_is_set(outside: Outside, configure: Configure) -> None:
    """LM Studio and its like: the list of models, with a key where one is set; nobody is asked without an address."""
    configure(IMAGE_LM_STUDIO_URL="")
    assert await check_own_server() is None
    address = outside.environment["IMAGE_LM_STUDIO_URL"]
    configure(IMAGE_LM_STUDIO_URL=address, IMAGE_LLM_API_KEY=outside.environment["IMAGE_LLM_API_KEY"])
    assert await check_own_server() == f"answers at {address}/v1"
    configure(IMAGE_LM_STUDIO_URL=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(UpstreamError, match="lm studio"):
        await check_own_server()


async def test_image_endpoints_are_up_when_all_answer(configure: Configure) -> None:
    """Whatever an endpoint answers, it is there; of several, those that are not are named; to have none is fine."""
    configure(IMAGE_ENDPOINTS="[]", IMAGE_ENDPOINT_URL="")
    assert await check_image_endpoints() is None
    with LoopbackServer(lambda _: Answer(404)) as there:
        port = int(there.url.rpartition(":")[2])
        entries = [{"ip": "127.0.0.1", "port": port, "name": "Left"}]
        configure(IMAGE_ENDPOINTS=json.dumps(entries))
        assert await check_image_endpoints() == "all answer: Left"
        entries.append({"ip": "127.0.0.1", "port": free_port(), "name": "Right"})
        configure(IMAGE_ENDPOINTS=json.dumps(entries))
        with pytest.raises(UpstreamError, match=r"not there: Right \(offline\)"):
            await check_image_endpoints()


def test_a_state_keeps_its_since_until_it_changes() -> None:
    """`since` is the first check that found the state; a change or a new service starts it anew."""
    then = datetime.now(UTC) - timedelta(days=1)
    last = ServicesReport(
        checked_at=then,
        services={name: ServiceHealth(state="up", checked_at=then, since=then) for name in ("blender", "claude")},
    )
    findings = {"blender": ("up", "5.0.1", 0.2), "claude": ("down", "HTTP 503", 0.1), "gemini": ("up", "", 0.1)}
    report = report_of(findings, last)
    assert report.services["blender"].since == then
    assert report.services["claude"].since == report.services["gemini"].since == report.checked_at
