"""Cheap questions to outside services: does it answer, and does it know our key? None of them costs anything."""

import asyncio
from dataclasses import dataclass
from uuid import uuid4

import httpx

from blocks.artifacts import ArtifactStore
from blocks.blender import Blender
from blocks.image_models.settings import ImageModelSettings
from blocks.images.endpoint import ImageEndpoint
from blocks.images.settings import ImageSettings, image_settings
from blocks.language_models.settings import LanguageModelSettings
from blocks.models3d.trellis import Trellis
from blocks.settings import is_given
from blocks.try_on.health import probes
from blocks.try_on.settings import try_on_settings
from tasks.domain.errors import UpstreamError

ANTHROPIC, GOOGLE = "https://api.anthropic.com", "https://generativelanguage.googleapis.com"
OPENAI = "https://api.openai.com/v1"
CALL_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Question:
    """One GET and the headers that show our key."""

    url: str
    headers: dict[str, str]


def question_to(service: str, settings: LanguageModelSettings) -> Question | None:
    """Return the list of models that `service`, claude or gemini, gives for free; None without a key."""
    secret = settings.anthropic_api_key if service == "claude" else settings.gemini_api_key
    key = secret.get_secret_value().strip() if secret else ""
    if not key:
        return None
    if service == "claude":
        headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
        return Question(f"{(settings.anthropic_base_url or ANTHROPIC).rstrip('/')}/v1/models?limit=1", headers)
    url = f"{(settings.gemini_base_url or GOOGLE).rstrip('/')}/v1beta/models?pageSize=1"
    return Question(url, {"x-goog-api-key": key})


def question_to_openai(settings: ImageModelSettings) -> Question | None:
    """Return OpenAI's list of models; None without a key."""
    key = settings.openai_api_key.get_secret_value().strip() if settings.openai_api_key else ""
    if not key:
        return None
    return Question(f"{(settings.openai_base_url or OPENAI).rstrip('/')}/models", {"Authorization": f"Bearer {key}"})


def question_to_own_server(settings: ImageSettings) -> Question | None:
    """Return the list of models of LM Studio, Ollama or the like; None without an address. Most take no key."""
    if not settings.lm_studio_url:
        return None
    key = settings.llm_api_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key and is_given(key) else {}
    return Question(f"{settings.lm_studio_url}/models", headers)


async def check_language_model(service: str) -> str | None:
    """Ask for the list of models; None when no key is set, UpstreamError when the service or the key is no good."""
    openai = service == "openai"
    question = question_to_openai(ImageModelSettings()) if openai else question_to(service, LanguageModelSettings())
    if question is None:
        return None
    await _get(service, question)
    return "answers, and knows the key"


async def check_own_server() -> str | None:
    """Ask the server of one's own for its models; None when no address is set, UpstreamError when it is no good."""
    question = question_to_own_server(image_settings())
    if question is None:
        return None
    await _get("lm studio", question)
    return f"answers at {image_settings().lm_studio_url}"


async def check_image_endpoints() -> str | None:
    """Ask every image endpoint whether it is there; None when none is listed, UpstreamError naming those away."""
    endpoints = [ImageEndpoint.of(entry) for entry in image_settings().places]
    if not endpoints:
        return None
    states = await asyncio.gather(*(endpoint.state() for endpoint in endpoints))
    found = [(endpoint.name, state) for endpoint, state in zip(endpoints, states, strict=True)]
    if away := [f"{name} ({state})" for name, state in found if state != "online"]:
        raise UpstreamError("image endpoints", f"not there: {', '.join(away)}", retryable=True)
    return f"all answer: {', '.join(name for name, _ in found)}"


async def _get(service: str, question: Question) -> None:
    """Put `question`; raises UpstreamError when the answer is no success."""
    try:
        async with httpx.AsyncClient(timeout=CALL_TIMEOUT_S) as client:
            answer = await client.get(question.url, headers=question.headers)
    except httpx.TransportError as error:
        raise UpstreamError(service, str(error) or type(error).__name__, retryable=True) from error
    if not answer.is_success:
        why = {401: ", the key is refused", 403: ", the key is refused", 429: ", the account is at its limit"}
        raise UpstreamError(service, f"HTTP {answer.status_code}{why.get(answer.status_code, '')}")


async def check_store() -> str:
    """Write, read and remove a small document; raises UpstreamError when it does not come back."""
    store, name, content = ArtifactStore.from_settings(), f"health/probe-{uuid4().hex}", b"a probe"
    await store.write_named(name, content)
    try:
        read = await store.read_named(name)
    finally:
        await store.remove_named(name)
    if read != content:
        raise UpstreamError("artifact store", "gave back other bytes than were written")
    return f"{store.backend}: writes, reads, removes"


async def check_blender() -> str | None:
    """Ask what there is to run scripts with; None when this machine has no Blender, and is meant to have none."""
    block = Blender()
    status = await asyncio.to_thread(block.status)
    if not status.present:
        if block.socket is None:
            return None
        raise UpstreamError("blender", "; ".join(status.how_to_mend))
    if block.socket is not None and status.mode != "warm":
        raise UpstreamError("blender", "; ".join(status.how_to_mend), retryable=True)
    return f"{status.version}, {status.mode}{'' if status.lockdown else ', no lockdown'}"


async def check_try_on(service: str) -> str | None:
    """Ask a service of the try-on whether it is there; None when no address is set, UpstreamError when it is not."""
    settings = try_on_settings()
    block, path = next((block, path) for block, path in probes(settings).values() if block.service == service)
    if not block.url:
        return None
    await block.reach(path, settings.health_timeout_s)
    return f"answers at {block.url}"


async def check_trellis() -> str | None:
    """Ask the TRELLIS server what it is; None when no address is set, UpstreamError when it does not answer."""
    trellis = Trellis()
    if not trellis.url:
        return None
    health = await trellis.health()
    return f"{health.engine} on {health.device or 'an unnamed device'}, {health.queued} waiting"
