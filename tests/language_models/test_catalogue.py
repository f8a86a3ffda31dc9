"""Which model a name stands for."""

import subprocess
import sys

import pytest

from blocks.language_models import Cost, LanguageModelSettings, Price, UnknownPrice, load, resolve
from blocks.settings import CHECKOUT
from flows.contracts import CallCost
from tasks.domain.errors import InvalidInput, MissingKey
from tests.language_models.provider import FakeProviders


def with_keys(**keys: str) -> LanguageModelSettings:
    """Settings with just these keys, whatever the environment has."""
    none = {"anthropic_api_key": None, "gemini_api_key": None}
    return LanguageModelSettings(**(none | keys))


BOTH = {"anthropic_api_key": "a", "gemini_api_key": "g"}


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (BOTH, "claude"),
        ({"anthropic_api_key": "a"}, "claude"),
        ({"gemini_api_key": "g"}, "gemini"),
        ({}, "offline"),
        ({"anthropic_api_key": " "}, "offline"),
    ],
)
def test_auto_takes_the_first_provider_with_a_key(keys: dict[str, str], chosen: str):
    """Claude before Gemini before the offline designer; a blank key is none."""
    assert resolve("auto", with_keys(**keys)) == chosen


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("claude", "ANTHROPIC_API_KEY"),
        ("claude-sonnet", "ANTHROPIC_API_KEY"),
        ("claude-opus", "ANTHROPIC_API_KEY"),
        ("gemini", "GEMINI_API_KEY"),
    ],
)
def test_a_named_provider_without_its_key_fails_at_once(name: str, variable: str):
    """The error names the environment variable; nobody else answers instead."""
    for call in (resolve, load):
        with pytest.raises(MissingKey, match=f"{name} needs .*{variable}"):
            call(name, with_keys())


def test_offline_is_a_name_but_no_language_model():
    """`offline` resolves without any key, and there is nothing to ask."""
    assert resolve("offline", with_keys()) == "offline"
    for name in ("offline", "auto"):
        with pytest.raises(InvalidInput, match="offline"):
            load(name, with_keys())


def test_an_unknown_name_is_the_callers_mistake():
    """The error lists the names there are."""
    with pytest.raises(InvalidInput, match=r"model: .*claude-opus"):
        resolve("gpt", with_keys())


def test_every_default_model_has_a_listed_price():
    """A fresh installation can price every name, and only the Opus name means an Opus model."""
    ids = {
        name: load(name, with_keys(**BOTH)).model_id for name in ("claude", "claude-sonnet", "claude-opus", "gemini")
    }
    assert {name for name, model_id in ids.items() if "opus" in model_id} == {"claude-opus"}


def test_a_model_of_unknown_price_is_refused_at_load_and_the_setting_named():
    """A cost cap cannot hold for a model without a price; an operator's own price mends it."""
    settings = with_keys(anthropic_api_key="a").model_copy(update={"claude_model": "brand-new"})
    with pytest.raises(UnknownPrice, match=r"brand-new .*ATELIER_LLM_PRICES"):
        load("claude", settings)
    priced = settings.model_copy(update={"prices": {"brand-new": Price(input=1, output=2)}})
    assert load("claude", priced).pricing.worst_case_usd(1_000_000, 1_000_000) == pytest.approx(3)


def test_the_environment_says_it_all(monkeypatch: pytest.MonkeyPatch, providers: FakeProviders):
    """Keys, addresses, ids and prices come from the variables that the contract names."""
    for name, value in providers.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GEMINI_MODEL", "gemini-next")
    monkeypatch.setenv("ATELIER_LLM_PRICES", '{"gemini-next": {"input": 1, "output": 2}}')
    model = load("gemini")
    assert (model.model_id, model.base_url, model.price) == ("gemini-next", providers.url, Price(input=1, output=2))
    assert load("auto").service == "claude"


def test_a_cost_is_a_call_cost_but_for_its_purpose():
    """Flows add what the call was for and whether it failed, and nothing else."""
    assert set(CallCost.model_fields) - set(Cost.model_fields) == {"purpose", "failed"}
    assert set(Cost.model_fields) <= set(CallCost.model_fields)


def test_naming_models_loads_no_sdk():
    """The SDKs take seconds to import; only the task that asks pays for them."""
    program = "import sys, blocks.language_models as m; m.resolve('offline'); print(*sys.modules)"
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT).stdout.split()
    assert not {"anthropic", "google.genai", "genai_prices", "httpx2"} & set(loaded)


def test_keys_do_not_show():
    """Printing a model or its settings shows no key."""
    settings = with_keys(anthropic_api_key="very-secret")
    assert "very-secret" not in repr(load("claude", settings)) + repr(settings)
