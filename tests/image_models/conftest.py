"""The fake providers, and image models that talk to them."""

from collections.abc import Iterator

import pytest

from blocks.image_models import ImageModel, ImageModelSettings, load
from tests.image_models.fakes import FakeImageProviders


@pytest.fixture(scope="package")
def running_providers() -> Iterator[FakeImageProviders]:
    with FakeImageProviders() as server:
        yield server


@pytest.fixture
def providers(running_providers: FakeImageProviders) -> FakeImageProviders:
    running_providers.begin()
    return running_providers


@pytest.fixture
def settings(providers: FakeImageProviders) -> ImageModelSettings:
    return ImageModelSettings(
        openai_api_key="openai-key",
        gemini_api_key="gemini-key",
        openai_base_url=f"{providers.url}/v1",
        gemini_base_url=providers.url,
        prices={},
    )


@pytest.fixture(params=["openai", "gemini"])
def model(request: pytest.FixtureRequest, settings: ImageModelSettings) -> ImageModel:
    """One model per SDK."""
    return load(request.param, settings)
