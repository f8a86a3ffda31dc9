"""Prompts in a real Prefect: written by whoever is there, paid once, and written by the grammar when nobody is."""

from collections.abc import Callable
from typing import Any

import pytest
from prefect import flow

from blocks.artifacts import ArtifactStore
from flows.contracts import CallCost
from tasks.domain.errors import AtelierError, InvalidInput, MissingKey, UpstreamError
from tasks.image_prompts import PromptOrder, WrittenPrompt, by_grammar, check_writer, write_prompt
from tasks.image_writers import WriterCall, ask_writer
from tasks.language import Question
from tasks.ledger import Reply
from tasks.ring_design import run_costs
from tests.analyze.conftest import photo
from tests.language_models.provider import FakeProviders

pytestmark = pytest.mark.usefixtures("prefect", "store")
ORDER = PromptOrder(concept="rings of ice", number=1, seed=5)


async def written(*orders: PromptOrder) -> tuple[list[WrittenPrompt], list[CallCost]]:
    """Write one prompt after another in one run; return them and what the run was billed for."""

    @flow(persist_result=False)
    async def writing() -> tuple[list[WrittenPrompt], list[CallCost]]:
        return [await write_prompt(order) for order in orders], await run_costs()

    return await writing()


async def only(order: PromptOrder) -> WrittenPrompt:
    (prompt,), _ = await written(order)
    return prompt


def order(**changes: Any) -> PromptOrder:
    return ORDER.model_copy(update=changes)


async def test_a_model_writes_what_it_is_asked_for(own_server: FakeProviders) -> None:
    """The concept and the temperature reach the model, and its answer loses what is no prompt."""
    own_server.answer('<think>rings…</think>\nSure, here is your prompt:\n\n"A ring of ice on snow"')
    prompt = await only(ORDER)
    assert (prompt.text, prompt.source, prompt.model) == ("A ring of ice on snow", "llm", "qwen3")
    assert (prompt.mode, prompt.error) == ("text", None)
    (request,) = own_server.requests
    assert "rings of ice" in request.user
    assert (request.body["temperature"], request.body["max_tokens"]) == (0.7, 4096)
    own_server.answer("Another")
    await only(order(temperature=0))
    assert own_server.requests[-1].body["temperature"] == 0


async def test_a_picture_goes_to_the_model_that_sees(own_server: FakeProviders, store: ArtifactStore) -> None:
    """With a picture to start from the vision model writes, and says so."""
    own_server.answer("The same ring at night")
    prompt = await only(order(picture=await store.write(photo())))
    assert (prompt.mode, prompt.model) == ("vision", "qwen3-vl")
    assert own_server.requests[0].image is not None


async def test_a_prompt_is_written_once_for_each_endpoint(own_server: FakeProviders) -> None:
    """A resumed run finds what was written; endpoints of one round do not share a prompt, however alike their names."""
    for text in ("one", "two", "three"):
        own_server.answer(text)
    orders = [order(endpoint="Left 1"), order(endpoint="Left-1"), order(endpoint="Left 1"), order(number=2)]
    prompts, costs = await written(*orders)
    assert [prompt.text for prompt in prompts] == ["one", "two", "one", "three"]
    assert len(own_server.requests) == 3
    assert [cost.cost_usd for cost in costs] == [0, 0, 0]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ({"status": 400, "error": "no such model"}, "HTTP 400: .*no such model"),
        ({"text": "A ring of", "stop": "truncated"}, "was cut off"),
        ({"text": "no", "stop": "refused"}, "refused to answer"),
        ({"text": "<think>well…</think>"}, "holds no prompt"),
        ({"raw": b"<html></html>"}, "not in the form"),
        ({"text": "late", "delay_s": 30}, "took longer than"),
    ],
)
async def test_a_model_that_fails_leaves_it_to_the_grammar(
    own_server: FakeProviders, configure: Callable[..., None], reply: dict[str, Any], why: str
) -> None:
    """A job goes on with a prompt about its concept, which says who wrote it and why; nobody is asked twice in vain."""
    configure(IMAGE_LLM_TIMEOUT_S=2)
    own_server.always(**({"text": ""} | reply))
    prompt = await only(ORDER)
    assert (prompt.source, prompt.model, prompt.text) == ("fallback", "qwen3", by_grammar(ORDER))
    assert "ice" in prompt.text
    with pytest.raises(AssertionError, match=why):
        raise AssertionError(prompt.error)
    assert len(own_server.requests) == 1


async def test_a_cap_is_a_cap(providers: FakeProviders, configure: Callable[..., None]) -> None:
    """A paid model is asked while the cap allows it, and what it costs is in the run's costs."""
    configure(**providers.environment)
    providers.always("A ring of ice", output_tokens=2000)
    prompts, costs = await written(order(cap_usd=0.12), order(number=2, cap_usd=0.1))
    assert [prompt.source for prompt in prompts] == ["llm", "fallback"]
    assert "cost cap" in str(prompts[1].error)
    assert [cost.cost_usd > 0.01 for cost in costs] == [True]
    assert len(providers.requests) == 1


async def test_without_any_model_the_grammar_writes() -> None:
    """That is no failure, and is told from one."""
    prompt = await only(ORDER)
    assert (prompt.source, prompt.model, prompt.mode, prompt.error) == ("offline", "offline", "text", None)


def test_the_grammar_repeats_nothing() -> None:
    """Rounds and endpoints get different prompts, and none that the job has had; the same order gets the same one."""
    orders = [order(number=number, endpoint=name) for number in (1, 2, 3) for name in ("", "Left", "Right")]
    texts = [by_grammar(each) for each in orders]
    assert len(set(texts)) == len(texts)
    assert texts == [by_grammar(each) for each in orders]
    assert by_grammar(order(earlier=[by_grammar(ORDER)])) != by_grammar(ORDER)


def test_a_writer_that_is_not_there_is_told_before_any_work(configure: Callable[..., None]) -> None:
    """The missing variable is named; a wrong name is the caller's mistake; offline is always there."""
    check_writer(None)
    check_writer("offline")
    with pytest.raises(MissingKey, match="IMAGE_LM_STUDIO_URL"):
        check_writer("qwen3")
    with pytest.raises(MissingKey, match="ANTHROPIC_API_KEY"):
        check_writer("claude")
    with pytest.raises(InvalidInput, match="model"):
        check_writer("claude-ultra")
    configure(IMAGE_LM_STUDIO_URL="http://127.0.0.1:9")
    check_writer("qwen3")


async def asked(call: WriterCall) -> Reply | AtelierError:
    """Ask in a run of its own, its retries without their delays."""

    @flow(persist_result=False)
    async def asking() -> Reply | AtelierError:
        patient = ask_writer.with_options(retry_delay_seconds=[0] * ask_writer.retries)
        try:
            return await patient(call, Question(system="s", user="u"))
        except AtelierError as error:
            return error

    return await asking()


CALL = WriterCall(purpose="look", slug="look", cap_usd=1)


async def test_a_server_in_trouble_is_asked_again(own_server: FakeProviders) -> None:
    """Two further tries for what may pass."""
    own_server.fail(503)
    own_server.fail(500)
    own_server.answer("fine")
    reply = await asked(CALL)
    assert isinstance(reply, Reply)
    assert (reply.text, len(own_server.requests)) == ("fine", 3)


async def test_a_server_that_is_too_slow_is_asked_once(
    own_server: FakeProviders, configure: Callable[..., None]
) -> None:
    """It would be too slow again, and somebody waits."""
    configure(IMAGE_LLM_TIMEOUT_S=0.3)
    own_server.hang()
    failure = await asked(CALL)
    assert isinstance(failure, UpstreamError)
    assert "took longer than" in str(failure)
    assert len(own_server.requests) == 1
