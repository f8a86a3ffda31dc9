"""Who draws: by name, by key, and never without a known price."""

import pytest

from blocks.image_models import ImageModelSettings, load, resolve, with_keys
from blocks.language_models import UnknownPrice
from tasks.domain.errors import InvalidInput, MissingKey

BOTH = {"openai_api_key": "a", "gemini_api_key": "b"}


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (BOTH, "openai"),
        ({"openai_api_key": " ", "gemini_api_key": "b"}, "gemini"),
        ({"openai_api_key": "", "gemini_api_key": ""}, "offline"),
    ],
)
def test_auto_is_the_first_with_a_key(keys: dict[str, str], first: str):
    """OpenAI before Gemini before the offline illustrator; a blank key is none."""
    settings = ImageModelSettings(**keys)
    assert resolve("auto", settings) == first
    assert [model.service for model in with_keys(settings)][:1] == ([first] if first != "offline" else [])


@pytest.mark.parametrize(("name", "variable"), [("openai", "OPENAI_API_KEY"), ("gemini", "GEMINI_API_KEY")])
def test_a_missing_key_is_named(name: str, variable: str):
    """Who is named and has no key is an operator's error, with the variable to set."""
    with pytest.raises(MissingKey, match=variable):
        load(name, ImageModelSettings(openai_api_key=None, gemini_api_key=None))


def test_an_unknown_name_lists_the_known_ones():
    """A provider that is none is the caller's mistake."""
    with pytest.raises(InvalidInput, match="openai, gemini, offline"):
        resolve("dall-e", ImageModelSettings(**BOTH))


def test_the_offline_illustrator_is_no_model():
    """It cannot be asked over an API."""
    assert resolve("offline", ImageModelSettings(**BOTH)) == "offline"
    with pytest.raises(InvalidInput, match="no image model"):
        load("offline", ImageModelSettings(**BOTH))


@pytest.mark.parametrize(("name", "field"), [("openai", "openai_model"), ("gemini", "gemini_model")])
def test_a_model_without_a_price_is_not_asked(name: str, field: str):
    """No cap could hold where nobody knows the price."""
    with pytest.raises(UnknownPrice, match="nobodys-model"):
        load(name, ImageModelSettings(**BOTH, **{field: "nobodys-model"}))


def test_the_environment_names_models_and_addresses(monkeypatch: pytest.MonkeyPatch):
    """The variables are those that the SDKs' users know."""
    given = {
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "OPENAI_IMAGE_MODEL": "gpt-image-2",
        "GEMINI_IMAGE_MODEL": "gemini-3.1-flash-image-preview",
        "ATELIER_IMAGE_OPENAI_QUALITY": "high",
        "ATELIER_IMAGE_TIMEOUT_S": "60",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    model = load("openai")
    assert (model.model_id, model.base_url, model.timeout_s) == ("gpt-image-2", "http://127.0.0.1:9/v1", 60)
    assert ImageModelSettings().gemini_model == "gemini-3.1-flash-image-preview"
    assert ImageModelSettings().openai_quality == "high"
