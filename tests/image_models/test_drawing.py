"""Every image model keeps the same promises, shown on the real SDKs over real HTTP."""

import pickle

import pytest

from blocks.image_models import ImageModel, Wish, load
from blocks.language_models import BilledFailure
from tasks.domain.errors import UpstreamError
from tasks.domain.pictures import Picture
from tests.image_models.fakes import FakeImageProviders, picture

WISH = Wish(prompt="a gold ring")


async def failure_of(model: ImageModel, wish: Wish = WISH) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await model.draw(wish)
    return caught.value


async def test_a_drawing_is_the_bytes_that_were_sent_with_model_and_cost(model: ImageModel, providers):
    """The picture comes as it was sent; sketches that the model made while thinking do not."""
    sent = picture("navy", "WEBP")
    providers.reply(pictures=[sent])
    drawing = await model.draw(WISH)
    assert (drawing.pictures, drawing.refusal, drawing.model_id) == ([sent], "", model.model_id)
    (request,) = providers.requests
    assert (request.prompt, request.image, request.model) == (WISH.prompt, None, model.model_id)
    assert 0 < drawing.cost.cost_usd <= model.worst_case_usd(WISH)


async def test_a_picture_to_start_from_goes_along(model: ImageModel, providers):
    """The picture reaches the provider as prepared for models; with OpenAI by the edit route."""
    start = Picture.from_bytes(picture("teal", "WEBP"))
    await model.draw(Wish(prompt="in silver", picture=start))
    (request,) = providers.requests
    assert (request.prompt, request.image) == ("in silver", start.data)
    assert request.path.endswith("/v1/images/edits" if model.service == "openai" else ":generateContent")


async def test_openai_is_asked_for_all_pictures_at_once(settings, providers):
    """One request with n; square, opaque, PNG, and of the quality that the settings say."""
    model = load("openai", settings.model_copy(update={"openai_quality": "low"}))
    drawing = await model.draw(Wish(prompt="x", n=3))
    assert len(drawing.pictures) == 3
    assert providers.requests[0].fields == {
        "model": "gpt-image-2.5-flare",
        "prompt": "x",
        "n": 3,
        "size": "1024x1024",
        "quality": "low",
        "background": "opaque",
        "output_format": "png",
    }


async def test_gemini_is_asked_for_a_square_picture_and_nothing_else(settings, providers):
    """The request names the modality, the shape and the longest answer."""
    await load("gemini", settings).draw(WISH)
    config = providers.requests[0].fields["generationConfig"]
    assert config["responseModalities"] == ["IMAGE"]
    assert config["imageConfig"] == {"aspectRatio": "1:1"}
    assert config["maxOutputTokens"] == 8192


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        ("openai", (50 * 5 + 1_000 * 8 + 4_000 * 30) / 1e6),
        ("gemini", ((50 + 1_000) * 2 + 4_000 * 120 + 100 * 12) / 1e6),
    ],
)
async def test_tokens_of_pictures_have_their_own_price(settings, providers, name: str, usd: float):
    """Words in, picture in, picture out and thinking out are each priced as the provider lists them."""
    providers.reply(input_tokens=50, input_image_tokens=1_000, output_tokens=4_000)
    drawing = await load(name, settings).draw(WISH)
    assert drawing.cost.cost_usd == pytest.approx(usd, abs=1e-6)
    assert drawing.cost.output_cost_per_mtok == (30 if name == "openai" else 120)
    assert drawing.usage.output_image_tokens == 4_000


async def test_an_operators_price_replaces_the_listed_one(settings, providers):
    """An unlisted model has a price when the settings give one, for words and pictures alike."""
    own = {"openai_model": "house-image", "prices": {"house-image": {"input": 1, "output": 10}}}
    given = type(settings).model_validate(settings.model_dump() | own)
    providers.reply(input_tokens=100, output_tokens=1_000)
    drawing = await load("openai", given).draw(WISH)
    assert drawing.cost.cost_usd == pytest.approx((100 * 1 + 1_000 * 10) / 1e6, abs=1e-6)


async def test_an_answer_without_usage_is_booked_at_its_worst_case(settings, providers):
    """What was drawn is not thrown away for want of a count; its cost is what it can have been at most."""
    import base64
    import json

    encoded = base64.b64encode(picture()).decode()
    providers.reply(raw=json.dumps({"created": 1, "data": [{"b64_json": encoded}]}).encode())
    model = load("openai", settings)
    drawing = await model.draw(WISH)
    assert drawing.pictures == [picture()]
    assert drawing.usage.output_tokens == 3_500


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (401, False), (429, False), (500, True), (503, True)])
async def test_only_the_providers_own_trouble_is_worth_another_try(model, providers, status: int, retryable: bool):
    """One request each, whatever the SDK's defaults; a 429 is our account's limit and is not tried again."""
    providers.reply(status=status, error="as the test asked, key openai-key gemini-key")
    failure = await failure_of(model)
    assert (failure.service, failure.retryable, len(providers.requests)) == (model.service, retryable, 1)
    assert f"HTTP {status}" in failure.detail
    assert model.api_key.get_secret_value() not in failure.detail


async def test_a_lost_connection_is_worth_another_try(model, providers):
    """An answer that never comes, or breaks off, may come the next time."""
    providers.reply(reset=True)
    assert (await failure_of(model)).retryable
    assert len(providers.requests) == 1


async def test_patience_ends(model, providers):
    """A provider that says nothing is given up after the block's time."""
    providers.reply(delay_s=5)
    failure = await failure_of(model.model_copy(update={"timeout_s": 0.2}))
    assert failure.retryable


@pytest.mark.parametrize("raw", [b"<html>not an API</html>", b"[]", b'{"data": 7}', b'{"candidates": "none"}'])
async def test_another_form_than_the_apis_is_an_error_that_stays(model, providers, raw: bytes):
    """Bytes of another API are named as such, and not asked for again."""
    providers.reply(raw=raw)
    failure = await failure_of(model)
    assert not failure.retryable
    assert "not in the form" in failure.detail


async def test_a_paid_answer_that_cannot_be_read_is_booked(settings, providers):
    """Base64 that is none was paid for all the same: the failure carries its cost, also over a process boundary."""
    raw = b"""{"data": [{"b64_json": "*not base64*"}], "usage": {"input_tokens": 10, "output_tokens": 1000,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 0}, "total_tokens": 1010}}"""
    providers.reply(raw=raw)
    failure = await failure_of(load("openai", settings))
    assert isinstance(failure, BilledFailure)
    assert failure.cost.cost_usd == pytest.approx((10 * 5 + 1_000 * 30) / 1e6, abs=1e-6)
    assert pickle.loads(pickle.dumps(failure)).cost == failure.cost


async def test_a_refusal_is_no_picture_and_is_booked(settings, providers):
    """Gemini stops for safety with 200 and counted tokens: no picture, its word, its cost."""
    providers.reply(refusal="IMAGE_SAFETY", output_tokens=0)
    drawing = await load("gemini", settings).draw(WISH)
    assert (drawing.pictures, drawing.refusal) == ([], "IMAGE_SAFETY")
    assert drawing.cost.cost_usd > 0


def test_the_worst_case_grows_with_words_picture_and_number(settings, providers: FakeImageProviders):
    """Nothing that is asked for is left out of what it may cost."""
    model = load("openai", settings)
    plain = model.worst_case_usd(WISH)
    assert plain == pytest.approx((106 * 5 + 3_500 * 30) / 1e6, abs=1e-6)
    assert model.worst_case_usd(Wish(prompt="a" * 4_000)) > plain
    start = Picture.from_bytes(picture())
    assert model.worst_case_usd(Wish(prompt=WISH.prompt, picture=start)) == pytest.approx(plain + 0.08, abs=1e-6)
    assert model.worst_case_usd(Wish(prompt=WISH.prompt, n=2)) > 1.9 * plain
