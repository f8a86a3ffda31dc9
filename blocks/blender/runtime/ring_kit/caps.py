"""Better ends for lofts: one flat face with many points in line would be split into triangles without area."""

from .solids import Solid


def fan_capped(lofted: Solid, first: bool = False) -> Solid:
    """The loft with its last cap (or its `first`) made of triangles round the cap's middle, for round ends."""
    place = len(lofted.faces) - (2 if first else 1)
    cap = lofted.faces[place]
    middle = tuple(sum(lofted.vertices[index][axis] for index in cap) / len(cap) for axis in range(3))
    hub = len(lofted.vertices)
    fan = [(a, b, hub) for a, b in zip(cap, cap[1:] + cap[:1], strict=True)]
    return Solid([*lofted.vertices, (middle[0], middle[1], middle[2])], _swapped(lofted, place, fan))


def strip_capped(lofted: Solid) -> Solid:
    """The loft with its last cap made of quads from one half of its points to the other, for long thin ends."""
    cap = lofted.faces[-1]
    last = len(cap) - 1
    strip = [(cap[k], cap[k + 1], cap[last - k - 1], cap[last - k]) for k in range(len(cap) // 2 - 1)]
    return Solid(lofted.vertices, _swapped(lofted, len(lofted.faces) - 1, strip))


def _swapped(solid: Solid, place: int, faces: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The solid's faces, the one at `place` taken out and `faces` put before what follows it."""
    return [*solid.faces[:place], *faces, *solid.faces[place + 1 :]]
