"""A server of one's own, on the real SDK: it keeps the house's promises, costs nothing and may leave much unsaid."""

import json
import os
import pickle
import subprocess
import sys
from typing import Any

import pytest

from blocks.language_models import Prompt, Unanswered, Usage
from blocks.language_models.openai_compatible import OpenAICompatible
from blocks.settings import CHECKOUT
from tests.language_models.provider import FakeProviders
from tests.language_models.test_asking import picture
from tests.loopback import Answer, Call, LoopbackServer
from tests.prefect_server import free_port

PROMPT = Prompt(system="You write prompts.", user="A ring, please")


@pytest.fixture
def model(providers: FakeProviders) -> OpenAICompatible:
    return OpenAICompatible(model_id="qwen3-vl", base_url=f"{providers.url}/v1")


def completion(message: dict[str, Any], **other: Any) -> bytes:
    """A whole answer as servers write it, with what a test wants in it."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"} | other
    return json.dumps({"id": "1", "object": "chat.completion", "created": 1, "choices": [choice]}).encode()


async def test_an_answer_costs_nothing(model: OpenAICompatible, providers: FakeProviders):
    """Text, stop, model and tokens are the server's; the price is nought, before the call and after it."""
    providers.answer("a gold ring", input_tokens=900, output_tokens=300, cached_tokens=400, thinking_tokens=120)
    answer = await model.ask(PROMPT)
    assert (answer.text, answer.stop, answer.model_id) == ("a gold ring", "complete", "qwen3-vl")
    assert answer.usage == Usage(input_tokens=900, output_tokens=300, cached_input_tokens=400, thinking_tokens=120)
    assert (answer.cost.cost_usd, answer.cost.output_tokens, model.worst_case_usd(PROMPT)) == (0, 300, 0)


async def test_all_that_was_asked_is_sent_and_nothing_else(model: OpenAICompatible, providers: FakeProviders):
    """Roles, the picture as a data URL, temperature, length and context; what is not set is not sent."""
    providers.always("fine")
    await model.ask(PROMPT)
    assert providers.requests[-1].body == {
        "model": "qwen3-vl",
        "messages": [
            {"role": "system", "content": "You write prompts."},
            {"role": "user", "content": "A ring, please"},
        ],
        "max_tokens": 4096,
    }
    image = picture()
    patient = model.model_copy(update={"num_ctx": 8192, "max_output_tokens": 64})
    await patient.ask(Prompt(system="s", user="Like this", image=image, temperature=0.3))
    request = providers.requests[-1]
    assert (request.system, request.user) == ("s", "Like this")
    assert (request.image, request.image_media_type) == (image.data, "image/jpeg")
    body = {key: request.body[key] for key in ("temperature", "max_tokens", "options")}
    assert body == {"temperature": 0.3, "max_tokens": 64, "options": {"num_ctx": 8192}}


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
@pytest.mark.parametrize("content", ["", None, " \n"])
async def test_a_model_that_only_thought_aloud_is_taken_by_its_thoughts(
    model: OpenAICompatible, providers: FakeProviders, name: str, content: str | None
):
    """Some servers put all of a short answer where the thoughts belong; both spellings are read."""
    providers.garbage(completion({"content": content, name: "a silver ring"}))
    answer = await model.ask(PROMPT)
    assert (answer.text, answer.stop) == ("a silver ring", "complete")


async def test_thoughts_beside_an_answer_stay_aside(model: OpenAICompatible, providers: FakeProviders):
    """What was said counts, where something was."""
    providers.garbage(completion({"content": "a gold ring", "reasoning_content": "hm, rings"}))
    assert (await model.ask(PROMPT)).text == "a gold ring"


async def test_a_taciturn_server_is_understood(model: OpenAICompatible, providers: FakeProviders):
    """Without usage, model and reason to stop it is a complete answer of unknown length."""
    providers.garbage(completion({"content": "a ring"}, finish_reason=None))
    answer = await model.ask(PROMPT)
    assert (answer.stop, answer.model_id, answer.usage) == ("complete", "qwen3-vl", Usage())


@pytest.mark.parametrize(("stop", "text"), [("truncated", "a ring of"), ("refused", "no"), ("empty", " ")])
async def test_an_unusable_answer_says_so(
    model: OpenAICompatible, providers: FakeProviders, stop: str, text: str
) -> None:
    """Cut off, filtered or empty."""
    providers.answer(text, stop="complete" if stop == "empty" else stop)
    assert (await model.ask(PROMPT)).stop == stop


@pytest.mark.parametrize(
    ("status", "retryable"), [(500, True), (503, True), (429, True), (400, False), (401, False), (404, False)]
)
async def test_a_refusal_tells_its_status_and_is_sent_once(
    model: OpenAICompatible, providers: FakeProviders, status: int, retryable: bool
):
    """Contracts pass the status on; the SDK itself never tries again. A busy server of one's own may be free soon."""
    providers.fail(status, "as the test asked")
    with pytest.raises(Unanswered, match=rf"lm studio: .*{status}.*as the test asked") as caught:
        await model.ask(PROMPT)
    assert (caught.value.why, caught.value.status, caught.value.retryable) == ("refused", status, retryable)
    assert len(providers.requests) == 1


async def test_silence_and_absence_are_told_apart(model: OpenAICompatible, providers: FakeProviders):
    """A server that takes too long is late, one that is not there is unreachable; both may pass."""
    providers.hang()
    with pytest.raises(Unanswered, match=r"took longer than 0\.2 s") as late:
        await model.model_copy(update={"timeout_s": 0.2}).ask(PROMPT)
    away = model.model_copy(update={"base_url": f"http://127.0.0.1:{free_port()}/v1"})
    with pytest.raises(Unanswered) as gone:
        await away.ask(PROMPT)
    whys = [(caught.value.why, caught.value.retryable) for caught in (late, gone)]
    assert whys == [("timeout", True), ("unreachable", True)]


@pytest.mark.parametrize(
    "raw", [b"<html>welcome</html>", b"{}", b"[]", b'{"choices": []}', b'{"choices": [{"message": 5}]}', b"", b"null"]
)
async def test_what_is_no_answer_is_no_crash(model: OpenAICompatible, providers: FakeProviders, raw: bytes):
    """A 200 in another form is the server's fault, and trying again would not mend it."""
    providers.garbage(raw)
    with pytest.raises(Unanswered, match="not in the form of chat completions") as caught:
        await model.ask(PROMPT)
    assert (caught.value.why, caught.value.retryable) == ("malformed", False)


async def test_without_a_name_the_first_model_that_talks_is_asked() -> None:
    """LM Studio and Ollama list embedding models too, which cannot answer."""

    def answered(call: Call) -> Answer:
        if call.path == "/v1/models":
            listed = [{"id": name, "object": "model"} for name in ("text-embedding-nomic", "qwen3", "gemma")]
            return Answer(data=json.dumps({"object": "list", "data": listed}).encode())
        return Answer(data=completion({"content": f"I am {call.body['model']}"}))

    with LoopbackServer(answered) as server:
        answer = await OpenAICompatible(base_url=f"{server.url}/v1").ask(PROMPT)
    assert answer.text == "I am qwen3"


async def test_a_key_is_sent_and_never_told(providers: FakeProviders):
    """A server that wants a key gets it as bearer; one that echoes it in an error does not put it into our logs."""
    model = OpenAICompatible(model_id="m", base_url=f"{providers.url}/v1", api_key="a-secret")
    providers.fail(401, "no such key: a-secret")
    with pytest.raises(Unanswered, match=r"no such key: \*\*\*"):
        await model.ask(PROMPT)
    assert providers.requests[0].headers["authorization"] == "Bearer a-secret"


def test_an_error_survives_being_stored():
    """Prefect pickles what a task raises; why and status are still there."""
    error = pickle.loads(pickle.dumps(Unanswered("lm studio", "no", retryable=True, why="refused", status=503)))
    assert (error.service, error.detail, error.retryable) == ("lm studio", "no", True)
    assert (error.why, error.status) == ("refused", 503)


ASK = """
import asyncio, sys
from blocks.language_models import Prompt
from blocks.language_models.openai_compatible import OpenAICompatible
model = OpenAICompatible(model_id="m", base_url=sys.argv[1])
assert "openai" not in sys.modules
model.warm_up()
before = set(sys.modules)
answer = asyncio.run(model.ask(Prompt(system="s", user="u")))
print(answer.text, [name for name in sorted(set(sys.modules) - before) if name.startswith("openai")])
"""


def test_after_warming_up_an_ask_imports_nothing_of_its_sdk(providers: FakeProviders) -> None:
    """The SDK comes lazily, and whole when a worker warms up."""
    providers.answer("a ring")
    command = [sys.executable, "-c", ASK, f"{providers.url}/v1"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    asked = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert asked.stdout == "a ring []\n", asked.stdout + asked.stderr
