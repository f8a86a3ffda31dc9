"""The fake providers, and models that talk to them."""

from collections.abc import Iterator

import pytest

from blocks.language_models import LanguageModel, LanguageModelSettings, load
from tests.language_models.provider import FakeProviders


@pytest.fixture
def providers() -> Iterator[FakeProviders]:
    with FakeProviders() as server:
        yield server


@pytest.fixture
def settings(providers: FakeProviders) -> LanguageModelSettings:
    return LanguageModelSettings(
        anthropic_api_key="anthropic-key",
        gemini_api_key="gemini-key",
        anthropic_base_url=providers.url,
        gemini_base_url=providers.url,
    )


@pytest.fixture(params=["claude", "gemini"])
def model(request: pytest.FixtureRequest, settings: LanguageModelSettings) -> LanguageModel:
    """One model per SDK."""
    return load(request.param, settings)
