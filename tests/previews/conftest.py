"""Pictures rendered once, behind the lockdown, by the Blender block."""

import asyncio
import io

import numpy as np
import pytest
from PIL import Image

from blocks.blender import Blender
from tests.domain.rings_proof import bodies

VIEWS = ("front", "back", "left", "right", "top", "bottom", "angle1", "angle2")
SIZE_PX = 128


def render(glb: bytes, views: tuple[str, ...], size_px: int, samples: int) -> dict[str, np.ndarray]:
    """RGB pictures (size, size, 3), 0..1."""
    pngs = asyncio.run(Blender(socket=None).render(glb, views, size_px=size_px, samples=samples))
    return {view: np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) / 255 for view, png in pngs.items()}


@pytest.fixture(scope="session")
def marked_views() -> dict[str, np.ndarray]:
    """The eight views of a silver band with a red ball at its right, a green one on top and a blue one in front.

    Right, top and front are Blender's +x, +z and -y, which are glTF's +x, +y and +z.
    """
    parts = {
        "silver band": bodies.torus(),
        "red pearl": bodies.ball((14, 0, 0), 2.5),
        "green pearl": bodies.ball((0, 14, 0), 2.5),
        "blue pearl": bodies.ball((0, 0, 10), 2.5),
    }
    return render(bodies.glb(parts), VIEWS, SIZE_PX, samples=4)


@pytest.fixture(scope="session")
def hero() -> np.ndarray:
    """The hero shot of a gold solitaire whose file has no materials."""
    return render(bodies.glb(bodies.solitaire()), ("hero",), 192, samples=6)["hero"]
