"""Engines of the tests' own: one that waits for a sign, and one that writes down what it was given."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from api.studio.classical import engines
from api.studio.engines import Engines, Pixels, Point

PATIENCE_S = 30


@dataclass
class Gated:
    """A matting engine that holds every picture until `gate` is set, and counts those that it began."""

    name: str = "gated"
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    count: int = 0

    def alpha(self, pixels: Pixels) -> NDArray[np.float32]:
        self.count += 1
        self.begun.release()
        assert self.gate.wait(PATIENCE_S)
        return np.ones(pixels.shape[:2], np.float32)


@dataclass
class Failing:
    """A matting engine that raises what it is told to."""

    error: Exception
    name: str = "failing"

    def alpha(self, pixels: Pixels) -> NDArray[np.float32]:
        raise self.error


@dataclass
class Noting:
    """A segmenter that writes its clicks down and finds the left half."""

    name: str = "noting"
    foreground: list[Point] = field(default_factory=list)
    background: list[Point] = field(default_factory=list)
    seen: Pixels | None = None

    def segment(self, pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point]) -> NDArray[np.bool_]:
        self.foreground, self.background, self.seen = list(foreground), list(background), pixels
        mask = np.zeros(pixels.shape[:2], bool)
        mask[:, : pixels.shape[1] // 2] = True
        return mask


def with_matting(matting: Gated | Failing) -> Engines:
    """The classical engines with another one for birefnet."""
    return replace(engines(), matting=matting)


def with_segmenter(segmenter: Noting) -> Engines:
    """The classical engines with another one for sam3."""
    return replace(engines(), segmenter=segmenter)
