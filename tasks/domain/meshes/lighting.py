"""Light for views: a soft studio around the camera, and the shade that a body throws into its own hollows."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from tasks.domain.meshes.scenery import Scenery, Seen
from tasks.domain.meshes.shells import Floats
from tasks.domain.meshes.thin_walls import spread_points

_KEY, _FILL = np.array([-0.45, 0.65, 0.62]), np.array([0.75, 0.1, 0.55])  # towards the lamps: right, up, at the viewer
_PROBES, _FEELERS = 5000, 24  # places where shade is measured, and directions looked into from each
_REACH = 0.35  # of the size: what is farther away throws no shade
_BURIED = 0.1
_NORMAL_WEIGHT = 0.1  # a probe on the other side of a thin wall is as far away as this share of the size


@dataclass(frozen=True)
class Eye:
    """A camera at infinity: unit vectors to its right, up, and from the model towards it."""

    right: Floats
    up: Floats
    towards: Floats


class Shade:
    """How open the surface is to the light, measured once and looked up from every side."""

    def __init__(self, scenery: Scenery) -> None:
        corners = scenery.vertices[scenery.faces]
        a, b, c = corners.swapaxes(0, 1)
        crossed = np.cross(b - a, c - a)
        areas = np.linalg.norm(crossed, axis=1)
        places, faces = spread_points(corners, areas, _PROBES)
        normals = crossed[faces] / np.maximum(areas[faces, None], 1e-300)
        opened = _openness(scenery, places, normals)
        shown = opened >= min(_BURIED, opened.max())  # what lies inside another body throws no light on its surface
        self._open = opened[shown]
        self._tree = cKDTree(np.hstack([places, normals * _NORMAL_WEIGHT])[shown])

    def at(self, seen: Seen) -> Floats:
        """Share of the light that arrives, (k,)."""
        distances, nearest = self._tree.query(np.hstack([seen.places, seen.normals * _NORMAL_WEIGHT]), k=4, eps=0.5)
        weights = 1 / (distances + 0.01)
        return np.asarray((self._open[nearest] * weights).sum(axis=1) / weights.sum(axis=1))


def _openness(scenery: Scenery, places: Floats, normals: Floats) -> Floats:
    """Share of cosine-weighted directions in which nothing is near, (n,)."""
    number = np.arange(_FEELERS) + 0.5
    height, turn = np.sqrt(1 - number / _FEELERS), number * np.pi * (3 - np.sqrt(5))  # a sunflower, projected upwards
    flat = np.sqrt(number / _FEELERS)
    helper = np.where(np.abs(normals[:, :1]) < 0.7, [[1.0, 0, 0]], [[0, 1.0, 0]])
    one = np.cross(normals, helper)
    one /= np.maximum(np.linalg.norm(one, axis=1, keepdims=True), 1e-12)
    two = np.cross(normals, one)
    turned = turn + np.arange(len(places))[:, None] * 2.4  # neighbours look elsewhere, so errors even out
    across, along = np.cos(turned) * flat, np.sin(turned) * flat
    ways = one[:, None] * across[..., None] + two[:, None] * along[..., None] + normals[:, None] * height[:, None]
    origins = np.repeat(places + normals * 2e-4, _FEELERS, axis=0)
    blocked = scenery.rays.blocked(origins, ways.reshape(-1, 3), _REACH)
    return 1 - blocked.reshape(-1, _FEELERS).mean(axis=1)


def lit(seen: Seen, eye: Eye, open_share: Floats) -> Floats:
    """Linear light that comes to the eye, (k, 3)."""
    frame = np.stack([eye.right, eye.up, eye.towards], axis=1)
    normals = seen.normals @ frame
    mirrored = 2 * normals[:, 2:] * normals - [0, 0, 1]
    matte = seen.colours * _diffuse(normals, open_share)[:, None]
    shine = _studio(mirrored, seen.roughness) * (0.35 + 0.65 * open_share)
    fresnel = 0.04 + 0.5 * (1 - np.clip(normals[:, 2], 0, 1)) ** 5
    gloss = (fresnel * (1 - seen.roughness) * shine)[:, None]
    metal = seen.colours * shine[:, None]
    share = seen.metallic[:, None]
    mixed: Floats = share * metal + (1 - share) * (matte + gloss)
    return mixed


def _diffuse(normals: Floats, open_share: Floats) -> Floats:
    key, fill = (np.clip(normals @ (lamp / np.linalg.norm(lamp)), 0, None) for lamp in (_KEY, _FILL))
    sky = 0.36 + 0.2 * normals[:, 1]
    return np.asarray(open_share * sky + (0.4 + 0.6 * open_share) * (0.62 * key + 0.2 * fill))


def _studio(ways: Floats, roughness: Floats) -> Floats:
    """Brightness of the surroundings in directions (k, 3) of the camera's frame, blurred by roughness.

    Bright above, a dim horizon, a table that gives some of it back, a broad lamp at the upper left and a strip at the
    right: polished metal lives from that contrast.
    """
    blur = 0.15 + 0.6 * roughness
    right, up, _ = ways.T
    above = 0.5 + 0.5 * np.tanh(up / blur)
    sky = above * (0.62 + 0.3 * up) + (1 - above) * (0.24 - 0.34 * up)
    horizon = -0.22 * np.exp(-((up + 0.1) ** 2) / (0.03 + 0.3 * blur**2)) * (1 - roughness)
    away = 1 - ways @ (_KEY / np.linalg.norm(_KEY))
    lamp = (1.5 - roughness) * np.exp(-away / (0.1 + 0.5 * blur**2))
    strip = 0.5 * np.exp(-((right - 0.8) ** 2) / (0.03 + 0.3 * blur**2)) * (1 - 0.5 * roughness)
    return np.asarray(np.maximum(sky + horizon + lamp + strip, 0.05))
