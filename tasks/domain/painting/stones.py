"""Stones as a camera sees them: rays into every stone that may be hit, all stones of a cut at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.domain.painting.arrays import Floats, Ints, dot
from tasks.domain.painting.camera import Camera
from tasks.domain.painting.facets import cut
from tasks.domain.painting.gems import met, seen_through
from tasks.domain.painting.pieces import Stone
from tasks.domain.painting.surroundings import Room

AT_ONCE = 900  # rays: few enough for the processor's cache, and for BLAS to see no use in threads of its own


@dataclass(frozen=True)
class Lit:
    """Samples of a picture, their light, and how far away they are."""

    rows: Ints
    columns: Ints
    light: Floats
    depth: Floats


class TurnedRoom:
    """The room as a stone sees it from its own frame."""

    def __init__(self, room: Room, turn: Floats) -> None:
        self._room = room
        self._turn = turn

    @property
    def horizon(self) -> Floats:
        """The light from the level."""
        return self._room.horizon

    def light(self, directions: Floats, roughness: float = 0.0) -> Floats:
        """Return the light from `directions` in the stone's frame."""
        return self._room.light(directions @ self._turn.T, roughness)


def stones_seen(stones: Sequence[Stone], camera: Camera, room: Room, before: Floats) -> list[Lit]:
    """Return what the camera sees of the stones where nothing at the distances `before` (H × W) hides them."""
    found = []
    ordered = sorted(stones, key=lambda stone: -float(np.linalg.norm(stone.centre - camera.eye)))
    for stone in ordered:
        lit = _seen(stone, camera, room, before)
        if lit is not None:
            found.append(lit)
    return found


def _seen(stone: Stone, camera: Camera, room: Room, before: Floats) -> Lit | None:
    rows, columns = _window(stone, camera)
    if not len(rows):
        return None
    ways = camera.rays(columns + 0.5, rows + 0.5)
    start = ((camera.eye - stone.centre) @ stone.turn / stone.size).astype(np.float32)
    own = np.concatenate([some @ stone.turn for some in _portions(ways)])
    planes = cut(stone.cut)
    distance, facet = (np.concatenate(parts) for parts in zip(*(
        met(planes, start, some) for some in _portions(own)
    ), strict=True))  # fmt: skip
    depth = distance * stone.size * dot(ways, camera.forward)
    hit = (facet >= 0) & (depth < before[rows, columns])
    if not hit.any():
        return None
    turned = TurnedRoom(room, stone.turn)
    lights = [
        seen_through(stone.glass, planes, start + some * far[:, None], some, planes.normals[facets], turned)
        for some, far, facets in zip(_portions(own[hit]), _portions(distance[hit]), _portions(facet[hit]), strict=True)
    ]
    return Lit(rows[hit], columns[hit], np.concatenate(lights), depth[hit].astype(np.float32))


def _portions(values: Floats) -> list[Floats]:
    return [values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE)]


def _window(stone: Stone, camera: Camera) -> tuple[Ints, Ints]:
    """The samples that the stone may cover."""
    (place,), (depth,) = camera.projected(stone.centre[None])
    reach = stone.size * 1.32 * camera.focal_px / depth
    left, right = (int(np.clip(place[0] + way * reach, 0, camera.width_px)) for way in (-1, 1))
    top, bottom = (int(np.clip(place[1] + way * reach, 0, camera.height_px)) for way in (-1, 1))
    rows, columns = np.mgrid[top:bottom, left:right]
    inside = (columns - place[0]) ** 2 + (rows - place[1]) ** 2 < reach**2
    return rows[inside], columns[inside]
