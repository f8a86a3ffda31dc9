"""A piece of jewelry as the painter has it: parts of metal and other matter, stones, a coarse body for shadows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tasks.domain.painting.arrays import Floats, vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.solids import Solid, turn_about, turned


@dataclass(frozen=True)
class Matter:
    """What is neither metal nor clear: its colour, how much it mirrors straight on, and how rough it is."""

    name: str
    colour: Floats
    mirrored: float = 0.05
    roughness: float = 0.10
    lustre: float = 0.0  # of mother-of-pearl: colours that change with the angle


@dataclass(frozen=True)
class Hollow:
    """The inside of a band, in which it sees itself: about `axis` through `centre`."""

    centre: Floats
    axis: Floats
    radius: float
    half_width: float


@dataclass(frozen=True)
class Part:
    """One body of one matter."""

    solid: Solid
    matter: Metal | Matter
    hollow: Hollow | None = None

    def placed(self, turn: Floats, offset: Floats) -> "Part":
        """Return the part turned, then moved."""
        hollow = self.hollow and replace(
            self.hollow,
            centre=(turn @ self.hollow.centre + offset).astype(np.float32),
            axis=(turn @ self.hollow.axis).astype(np.float32),
        )
        return Part(self.solid.placed(turn, offset), self.matter, hollow)


@dataclass(frozen=True)
class Stone:
    """A cut stone: `turn` brings its own frame (y up through the table, z its narrow side) into the piece's."""

    cut: str
    glass: Glass
    centre: Floats
    turn: Floats
    size: float

    def placed(self, turn: Floats, offset: Floats) -> "Stone":
        """Return the stone turned, then moved."""
        return replace(
            self, centre=(turn @ self.centre + offset).astype(np.float32), turn=(turn @ self.turn).astype(np.float32)
        )

    @property
    def coarse(self) -> Solid:
        """What throws its shadow."""
        profile = np.array([(1e-3, 0.33), (0.6, 0.33), (1, 0), (1e-3, -0.86)], np.float32)
        return turned(profile * self.size, 8).placed(self.turn, self.centre)


@dataclass(frozen=True)
class Piece:
    """Everything of a subject, in its own frame or placed in the scene."""

    parts: Sequence[Part]
    stones: Sequence[Stone]
    coarse: Sequence[Solid]

    def placed(self, turn: Floats, offset: Floats) -> "Piece":
        """Return the piece turned, then moved."""
        return Piece(
            [part.placed(turn, offset) for part in self.parts],
            [stone.placed(turn, offset) for stone in self.stones],
            [solid.placed(turn, offset) for solid in self.coarse],
        )

    def standing(self, *, yaw_deg: float = 0, lean_deg: float = 0, x: float = 0, z: float = 0) -> "Piece":
        """Return the piece leant back, turned about the upright, and set down on the ground at (x, z)."""
        turned_piece = self.placed(turn_about(1, yaw_deg) @ turn_about(0, lean_deg), vector(0, 0, 0))
        lowest = min(float(part.solid.points[:, 1].min()) for part in turned_piece.parts)
        return turned_piece.placed(np.eye(3, dtype=np.float32), vector(x, -lowest, z))


def together(pieces: Sequence[Piece]) -> Piece:
    """Return several pieces as one."""
    return Piece(
        [part for piece in pieces for part in piece.parts],
        [stone for piece in pieces for stone in piece.stones],
        [solid for piece in pieces for solid in piece.coarse],
    )
