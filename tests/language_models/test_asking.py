"""Every language model keeps the same promises, shown on the real SDKs over real HTTP."""

import io
import pickle

import pytest
from PIL import Image

from blocks.language_models import BilledFailure, LanguageModel, Picture, Prompt, Unanswered, Usage
from tasks.domain.errors import UpstreamError
from tests.language_models.provider import FakeProviders

SCRIPT = "```python\n" + "import ring_kit as kit\n" * 60 + "```"
PROMPT = Prompt(system="You design rings.", user="A solitaire, please")


def picture() -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "gold").save(out, "WEBP")
    return Picture(media_type="image/webp", data=out.getvalue())


async def test_an_answer_carries_text_model_usage_and_cost(model: LanguageModel, providers: FakeProviders):
    """A complete answer is the text alone, without thoughts, with the tokens that the provider counted."""
    providers.answer(SCRIPT, input_tokens=9000, output_tokens=3000, cached_tokens=4000, thinking_tokens=1200)
    answer = await model.ask(PROMPT)
    assert (answer.text, answer.stop, answer.model_id) == (SCRIPT, "complete", model.model_id)
    assert answer.usage == Usage(input_tokens=9000, output_tokens=3000, cached_input_tokens=4000, thinking_tokens=1200)
    assert answer.cost.cost_usd > 0


async def test_system_user_and_picture_reach_the_provider(model: LanguageModel, providers: FakeProviders):
    """The system text goes in the system role, and the picture, whatever it was, as JPEG beside the words."""
    providers.answer("fine")
    image = picture()
    await model.ask(Prompt(system="You design rings.", user="Like this", image=image))
    (request,) = providers.requests
    assert (request.system, request.user) == ("You design rings.", "Like this")
    assert (request.image, request.image_media_type) == (image.data, "image/jpeg")
    assert (request.model, request.streamed) == (model.model_id, True)


@pytest.mark.parametrize("stop", ["truncated", "refused"])
async def test_an_unusable_answer_is_returned_with_its_cost(model: LanguageModel, providers: FakeProviders, stop: str):
    """Truncated and refused answers say so instead of passing for code, and their cost can be booked."""
    providers.answer(SCRIPT, stop=stop)
    answer = await model.ask(PROMPT)
    assert answer.stop == stop
    assert answer.cost.cost_usd > 0


@pytest.mark.parametrize("text", ["", " \n\t"])
async def test_an_answer_without_words_is_empty(model: LanguageModel, providers: FakeProviders, text: str):
    """A complete answer of nothing but white space is `empty`."""
    providers.answer(text, thinking_tokens=50)
    assert (await model.ask(PROMPT)).stop == "empty"


@pytest.mark.parametrize(("status", "retryable"), [
    (529, True), (500, True), (503, True), (504, True),
    (429, False), (400, False), (401, False), (403, False), (404, False), (413, False),
])  # fmt: skip
async def test_a_refused_request_says_whose_fault_it_is_and_is_sent_once(
    model: LanguageModel, providers: FakeProviders, status: int, retryable: bool
):
    """5xx and overload may be retried by the caller, 4xx never; the SDKs themselves never retry; nothing is billed."""
    providers.fail(status, "as the test asked")
    with pytest.raises(Unanswered, match=rf"{model.service}: .*{status}.*as the test asked") as caught:
        await model.ask(PROMPT)
    assert (caught.value.retryable, caught.value.why, caught.value.status) == (retryable, "refused", status)
    assert len(providers.requests) == 1


async def test_a_key_that_a_provider_echoes_is_not_passed_on(model: LanguageModel, providers: FakeProviders):
    """Error texts end up in logs and answers; the key does not."""
    key = model.api_key.get_secret_value()
    providers.fail(401, f"no such key: {key}")
    with pytest.raises(UpstreamError, match=r"no such key: \*\*\*") as caught:
        await model.ask(PROMPT)
    assert key not in str(caught.value)


@pytest.mark.parametrize("limit", ["timeout_s", "idle_timeout_s"])
async def test_a_provider_that_does_not_answer_is_given_up(model: LanguageModel, providers: FakeProviders, limit: str):
    """Silence beyond either timeout may pass, is told as such, and the SDK does not ask again by itself."""
    providers.hang()
    with pytest.raises(Unanswered) as caught:
        await model.model_copy(update={limit: 0.3}).ask(PROMPT)
    assert (caught.value.retryable, caught.value.why) == (True, "timeout")
    assert len(providers.requests) <= 1


async def test_an_unreachable_provider_may_be_tried_again(model: LanguageModel):
    """A refused connection may pass, and is no time-out."""
    with pytest.raises(Unanswered) as caught:
        await model.model_copy(update={"base_url": "http://127.0.0.1:9"}).ask(PROMPT)
    assert (caught.value.retryable, caught.value.why) == (True, "unreachable")


@pytest.mark.parametrize("raw", [
    b"<html>not an API</html>", b"", b"\xff\xfe\x00", b"data: {not json}\n\n", b'data: {"a": 1}\n\n', b"data: []\n\n",
    b"event: message_start\ndata: {not json}\n\n", b'event: message_start\ndata: {"type": "message_start"}\n\n',
    b"event: content_block_delta\ndata: {\"type\": \"content_block_delta\"}\n\n",
])  # fmt: skip
async def test_garbage_is_never_code(model: LanguageModel, providers: FakeProviders, raw: bytes):
    """A 200 answer in no known form is an UpstreamError, not a crash and not an answer."""
    providers.garbage(raw)
    with pytest.raises(UpstreamError):
        await model.ask(PROMPT)


async def test_a_broken_stream_is_billed_for_what_was_counted(model: LanguageModel, providers: FakeProviders):
    """A connection that breaks after usage was reported raises BilledFailure with input and arrived output."""
    providers.break_off(SCRIPT, after_pieces=3, input_tokens=5000)
    with pytest.raises(BilledFailure) as caught:
        await model.ask(PROMPT)
    failure = caught.value
    assert failure.retryable
    assert failure.usage.input_tokens == 5000
    assert failure.usage.output_tokens >= 200
    assert failure.cost.cost_usd > 0


async def test_a_billed_failure_survives_pickling(model: LanguageModel, providers: FakeProviders):
    """Prefect carries errors between processes; the cost goes with them."""
    providers.break_off(SCRIPT, after_pieces=1)
    with pytest.raises(BilledFailure) as caught:
        await model.ask(PROMPT)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.usage, copy.cost, copy.retryable) == (caught.value.usage, caught.value.cost, True)
    assert str(copy) == str(caught.value)


async def test_no_call_costs_more_than_its_worst_case(model: LanguageModel, providers: FakeProviders):
    """The bound holds for the longest answer with the whole prompt, picture included, written to the cache."""
    prompt = Prompt(system="système " * 2000, user="kit.shank(17.3) # ≥ 1.7 mm\n" * 200, image=picture())
    densest_tokens = (len(prompt.system) + len(prompt.user)) // 3 + 1200
    providers.answer(
        "x",
        input_tokens=densest_tokens,
        output_tokens=model.max_output_tokens,
        cache_write_tokens=densest_tokens if model.service == "claude" else 0,
    )
    answer = await model.ask(prompt)
    assert answer.cost.cost_usd <= model.worst_case_usd(prompt) < 2 * answer.cost.cost_usd


async def test_a_picture_raises_the_worst_case(model: LanguageModel):
    """Pictures are input too."""
    plain = model.worst_case_usd(PROMPT)
    assert model.worst_case_usd(PROMPT.model_copy(update={"image": picture()})) > plain
