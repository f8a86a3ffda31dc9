"""One stack for all pages, as `up` starts it: server, workers, Blender, studio and shim, without any key."""

from collections.abc import Iterator

import pytest

from deployments.catalog import POOLS
from tests.page.conftest import browser
from tests.stack import RunningStack, running_stack

__all__ = ["browser"]

CANVAS_PX = (450, 600)  # of the try-on: a small one


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The stack; it builds one ring at a time."""
    width_px, height_px = CANVAS_PX
    environment = {
        "RING_GEN_MAX_CONCURRENT_JOBS": "1",
        "ATELIER_IMAGE_OFFLINE_PX": "256",  # concepts are rendered small, and rings too
        "ATELIER_HERO_PX": "256",
        "TRYON_CANVAS_WIDTH_PX": str(width_px),
        "TRYON_CANVAS_HEIGHT_PX": str(height_px),
        **dict.fromkeys(("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY"), ""),
    }
    with running_stack(tmp_path_factory.mktemp("stack"), environment, POOLS) as running:
        yield running
