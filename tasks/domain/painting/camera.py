"""Where a still life is seen from. Right-handed, y up, lengths in whatever unit the subject has."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tasks.domain.painting.arrays import Floats, dot, unit, vector


@dataclass(frozen=True)
class Window:
    """A part of a picture, in its pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """What cuts it out of an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True)
class Camera:
    """A pinhole at `eye` that looks at `target`, which the picture has at `middle` (column, row)."""

    eye: Floats
    target: Floats
    focal_px: float
    middle: tuple[float, float]
    width_px: int
    height_px: int

    @classmethod
    def framing(cls, eye: Floats, target: Floats, span: float, width_px: int, height_px: int) -> "Camera":
        """Return a camera that sees `span` from the bottom to the top of the picture, at the target's distance."""
        focal_px = height_px / span * float(np.linalg.norm(target - eye))
        return cls(eye, target, focal_px, (width_px / 2, height_px / 2), width_px, height_px)

    @cached_property
    def _axes(self) -> Floats:
        """Right, up and forward as rows."""
        forward = unit(self.target - self.eye)
        right = unit(np.cross(forward, vector(0, 1, 0)))
        return np.stack([right, np.cross(right, forward), forward]).astype(np.float32)

    @property
    def forward(self) -> Floats:
        """Where it looks."""
        return self._axes[2]

    @property
    def unit_px(self) -> float:
        """Pixels of a length of 1 at the target's distance."""
        return self.focal_px / float(np.linalg.norm(self.target - self.eye))

    def scaled(self, factor: float) -> "Camera":
        """Return the same view with `factor` times as many pixels a side."""
        middle = self.middle[0] * factor, self.middle[1] * factor
        width_px, height_px = round(self.width_px * factor), round(self.height_px * factor)
        return Camera(self.eye, self.target, self.focal_px * factor, middle, width_px, height_px)

    def cropped(self, window: Window) -> "Camera":
        """Return a camera that sees only that part of the picture."""
        middle = self.middle[0] - window.left, self.middle[1] - window.top
        size = window.right - window.left, window.bottom - window.top
        return replace(self, middle=middle, width_px=size[0], height_px=size[1])

    def projected(self, points: Floats) -> tuple[Floats, Floats]:
        """Return where points (N × 3) are in the picture, in pixels from its upper left, and how far away."""
        right, up, forward = self._axes
        seen = points - self.eye
        depth = dot(seen, forward)
        scale = self.focal_px / depth
        columns, rows = dot(seen, right) * scale + self.middle[0], self.middle[1] - dot(seen, up) * scale
        return np.stack([columns, rows], axis=1).astype(np.float32), depth

    def rays(self, columns: Floats, rows: Floats) -> Floats:
        """Return the directions in which those pixels look."""
        across = (columns - self.middle[0]) / np.float32(self.focal_px)
        upward = (self.middle[1] - rows) / np.float32(self.focal_px)
        right, up, forward = self._axes
        return unit(across[..., None] * right + upward[..., None] * up + forward)
