"""Light in cut stones, followed from facet to facet until it leaves them."""

from dataclasses import dataclass

import numpy as np

from tasks.domain.painting.arrays import Floats, Ints, dot
from tasks.domain.painting.facets import Planes
from tasks.domain.painting.metals import mirrored
from tasks.domain.painting.surroundings import Light

BOUNCES = 4
POLARISED = 0.55  # of what facets mirror: photographers filter the rest, which would hide the colour
SEEN_PARTING = 0.015  # below it nobody sees colours part
FAINT = 0.12  # light below this share is not followed any farther
NUDGE = 1e-4


@dataclass(frozen=True)
class Glass:
    """What a stone is of: what its length swallows of each colour, how it breaks light, and how far colours part."""

    name: str
    swallowed: Floats
    index: float = 1.77
    parting: float = 0.012


def swallowing(colour: Floats, depth: float = 1.6) -> Floats:
    """Return what a stone swallows per length so that light shows `colour` after `depth`."""
    return np.asarray(-np.log(np.clip(colour, 0.004, 0.999)) / depth, np.float32)


def met(planes: Planes, start: Floats, ways: Floats) -> tuple[Floats, Ints]:
    """Return how far along `ways` (N × 3) from `start`, outside, rays come into the body, and through which facet.

    The facet is -1 where they miss it.
    """
    left = planes.heights - planes.normals @ start
    (before,), (behind,) = np.nonzero(left < 0), np.nonzero(left >= 0)
    # The inverse of a distance is largest where the distance is least, and needs no case for what lies behind.
    entering = (ways @ planes.normals[before].T) / left[before]
    nearest = entering.argmin(1)
    inverse = entering[np.arange(len(ways)), nearest]
    leaving = ((ways @ planes.normals[behind].T) / np.maximum(left[behind], NUDGE)).max(1)
    hit = (inverse > 0) & (inverse > leaving)
    return 1 / np.maximum(inverse, NUDGE), np.where(hit, before[nearest], -1)


def seen_through(glass: Glass, planes: Planes, starts: Floats, ways: Floats, normals: Floats, room: Light) -> Floats:
    """Return the light that comes back along `ways` from the stone, which they meet at `starts`."""
    facing = np.clip(-dot(ways, normals), 0, 1)
    outside = _mirrored_share(facing, glass.index)
    light = (POLARISED * outside)[:, None] * room.light(mirrored(ways, normals))
    within, _ = _broken(ways, normals, 1 / glass.index)
    through = np.repeat((1 - outside)[:, None], 3, axis=1).astype(np.float32)
    at, going = starts + within * NUDGE, np.arange(len(ways))
    for bounce in range(BOUNCES):
        at, hit_normals, length = _left(planes, at, within)
        through *= np.exp(-glass.swallowed * length[:, None])
        light[going] += through * _escaping(glass, within, hit_normals, room, last=bounce == BOUNCES - 1)
        inside = _mirrored_share(np.clip(dot(within, hit_normals), 0, 1), 1 / glass.index)
        through *= inside[:, None]
        strong = through.max(1) > FAINT
        through, going = through[strong], going[strong]
        within = mirrored(within[strong], -hit_normals[strong])
        at = at[strong] + within * NUDGE
        if not len(going):
            break
    return light


def _left(planes: Planes, starts: Floats, ways: Floats) -> tuple[Floats, Floats, Floats]:
    """Where rays within leave the body, through which facets, and after what length."""
    inverse = ways @ planes.normals.T
    inverse /= np.maximum(planes.heights - starts @ planes.normals.T, NUDGE / 10)
    facet = inverse.argmax(1)
    length = np.clip(1 / np.maximum(inverse[np.arange(len(facet)), facet], NUDGE), 0, 4)
    return starts + ways * length[:, None], planes.normals[facet], length


def _escaping(glass: Glass, ways: Floats, normals: Floats, room: Light, *, last: bool) -> Floats:
    """The light that joins a ray where it would leave: none where it is thrown back whole, but at the last look."""
    light = np.zeros_like(ways)
    cosine = dot(ways, normals)
    (out,) = np.nonzero(1 - (glass.index - glass.parting) ** 2 * (1 - cosine**2) > 0)
    if len(out):
        light[out] = _parted(glass, ways[out], normals[out], room)
    if last:
        light[np.abs(light).max(1) == 0] = 0.25 * room.horizon
    return light


def _parted(glass: Glass, ways: Floats, normals: Floats, room: Light) -> Floats:
    """The light from outside, its colours from different places where the stone parts them enough to be seen."""
    if glass.parting < SEEN_PARTING:
        return _escaped(glass.index, ways, normals, room)
    light = np.empty_like(ways)
    for channel, part in enumerate((-glass.parting, 0.0, glass.parting)):
        light[:, channel] = _escaped(glass.index + part, ways, normals, room)[:, channel]
    return light


def _escaped(index: float, ways: Floats, normals: Floats, room: Light) -> Floats:
    out, whole = _broken(ways, -normals, index)
    share = 1 - _mirrored_share(np.clip(dot(ways, normals), 0, 1), 1 / index)
    return np.asarray(room.light(out) * np.where(whole, 0, share)[:, None], np.float32)


def _broken(ways: Floats, normals: Floats, ratio: float) -> tuple[Floats, Floats]:
    """Snell's law: ways on the other side of a surface that faces them, and where there is no other side."""
    cosine = -dot(ways, normals)
    squared = 1 - ratio**2 * (1 - cosine**2)
    whole = squared < 0
    bent = ratio * ways + (ratio * cosine - np.sqrt(np.maximum(squared, 0)))[:, None] * normals
    return np.asarray(bent, np.float32), whole


def _mirrored_share(cosine: Floats, index: float) -> Floats:
    """Schlick's formula for what a surface mirrors; from within a denser body, all beyond the critical angle."""
    straight = ((1 - index) / (1 + index)) ** 2
    if index < 1:
        sine_squared = (1 - cosine**2) / index**2
        cosine = np.sqrt(np.maximum(1 - sine_squared, 0))
    return np.asarray(straight + (1 - straight) * (1 - cosine) ** 5, np.float32)
