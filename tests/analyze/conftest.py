"""A Prefect for the tasks and the flow, language models as a loopback stand-in, and settings of the test's own."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from blocks.artifacts import ArtifactStore
from tests.language_models.provider import FakeProviders
from tests.surroundings import configure, store

__all__ = ["configure", "store"]

SCENE: dict[str, Any] = {
    "scene": "A gold ring on a dark stone",
    "props": ["a stone"],
    "subjects": [{"description": "a gold ring", "position": "centre", "color_palette": ["gold"]}],
    "style": "product photograph",
    "color_palette": ["black", "gold", "grey"],
    "lighting": "soft, from the left",
    "mood": "calm",
    "camera": {"lens": "100 mm", "iso": 100},
}


def as_text(scene: dict[str, Any]) -> str:
    return json.dumps(scene)


def photo(form: str = "JPEG", size: tuple[int, int] = (90, 60)) -> bytes:
    """A picture of two colours."""
    image = Image.new("RGB", size, "navy")
    image.paste("gold", (size[0] // 2, size[1] // 4, size[0] * 3 // 4, size[1] // 2))
    data = io.BytesIO()
    image.save(data, form)
    return data.getvalue()


@pytest.fixture
def providers() -> Iterator[FakeProviders]:
    with FakeProviders() as server:
        yield server


@pytest.fixture
def own_server(providers: FakeProviders, configure: Callable[..., None], store: ArtifactStore) -> FakeProviders:
    """The stand-in as a server of one's own, with a model for words and one that sees."""
    configure(IMAGE_LM_STUDIO_URL=providers.url, IMAGE_LM_STUDIO_MODEL="qwen3", IMAGE_VISION_MODEL="qwen3-vl")
    return providers
