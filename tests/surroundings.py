"""Settings and a store of the test's own, for what reads them from the process's environment.

A folder's conftest imports these fixtures; `store` takes the place of the one that no setting names.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blocks.artifacts import ArtifactStore
from blocks.images.settings import image_settings
from blocks.models3d.settings import trellis_settings
from blocks.settings import settings
from blocks.try_on.settings import try_on_settings

__all__ = ["Configure", "configure", "store"]

Configure = Callable[..., None]
REMEMBERED = (settings, image_settings, trellis_settings, try_on_settings)
KEYS = (
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "OPENAI_API_KEY",
    "RING_GEN_ANTHROPIC_API_KEY",
    "RING_GEN_GEMINI_API_KEY",
)


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Configure]:
    """Sets environment variables and lets the process read its settings anew; there are no models but those set."""

    def read_anew(**variables: object) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        for remembered in REMEMBERED:
            remembered.cache_clear()

    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    read_anew(ATELIER_HOME=tmp_path, ATELIER_STORE="local", IMAGE_LM_STUDIO_URL="")
    yield read_anew
    monkeypatch.undo()
    read_anew()


@pytest.fixture
def store(configure: Configure) -> ArtifactStore:
    """The store that blocks and tasks find in the settings."""
    return ArtifactStore.from_settings()
