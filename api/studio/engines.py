"""What makes the studio's masks and pictures, each behind a protocol, and which of them this machine has.

Pixels are uint8 H×W×3 RGB, points are (x, y) in pixels of the picture, masks are True or 255 where the jewelry is.
Engines are called from threads, several at once; one that cannot be must guard itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from api.studio.settings import StudioSettings
    from api.studio.trellis_requests import How
    from tasks.domain.images.decoding import Photo
    from tasks.domain.try_on.wearing import Generated

Pixels = NDArray[np.uint8]
Point = tuple[float, float]


class Segmenter(Protocol):
    """Finds what was clicked on; the service sam3."""

    @property
    def name(self) -> str:
        """What results are labelled with: classical, sam3."""

    def segment(self, pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point]) -> NDArray[np.bool_]:
        """Return the mask, H×W. `foreground` has at least one point; `background` may be empty."""


class Matting(Protocol):
    """Tells a picture's subject from its background; the service birefnet."""

    @property
    def name(self) -> str:
        """What results are labelled with: classical, birefnet."""

    def alpha(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return how much of each pixel is subject, H×W, 0 to 1."""


class Generator(Protocol):
    """Puts the jewelry of a picture on a person; the service a100."""

    @property
    def name(self) -> str:
        """What the first picture is labelled with: classical, flux-fill."""

    @property
    def second_name(self) -> str | None:
        """What the second picture is labelled with; None when this engine makes none."""

    def generate(
        self,
        pixels: Pixels,
        mask: Pixels,
        *,
        jewelry_type: str,
        gender: str,
        scaled_points: Sequence[Point],
        second: bool,
    ) -> "Generated":
        """Return both pictures; `second` asks for the second. No `scaled_points`: no metrics are measured."""


class Reconstructor(Protocol):
    """Makes a model of a picture; the service trellis."""

    @property
    def name(self) -> str:
        """What models are labelled with: inflation, trellis, trellis2."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models that it answers for when a client asks for one by name."""

    @property
    def device(self) -> str:
        """What it runs on, in words: cpu, cuda:0 and the GPU's name."""

    def reconstruct(self, picture: "Photo", how: "How") -> bytes:
        """Return a GLB; raises InvalidInput("image", …) where the picture shows nothing to make a model of."""


@dataclass(frozen=True)
class Device:
    """What the engines run on, as the a100's health tells it."""

    gpu_available: bool = False
    gpu_name: str | None = None
    gpu_memory_free_mib: int = 0


def no_gpu() -> Device:
    """Return what the classical engines run on."""
    return Device()


@dataclass(frozen=True)
class Engines:
    """One engine for each service that needs one; `device` is asked anew for each health answer and must be quick."""

    segmenter: Segmenter
    matting: Matting
    generator: Generator
    device: Callable[[], Device] = no_gpu
    missing: Mapping[str, str] = field(default_factory=dict)  # each model that is not used, and why


def choose(settings: "StudioSettings") -> Engines:
    """Return the engines that ATELIER_STUDIO_ENGINE asks for; models take the place of those they can.

    auto: models where torch, CUDA and weights are there. Raises EngineMissing when models are demanded and are not.
    """
    from api.studio import classical  # the engines import vision libraries, which take a second

    if settings.engine == "classical":
        return classical.engines()
    from api.studio import models

    return models.engines(settings, classical.engines())
