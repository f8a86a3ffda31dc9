"""What of a solid a camera sees: for each covered sample its point, normal, part and distance."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, Ints, unit
from tasks.domain.painting.camera import Camera
from tasks.domain.painting.solids import Solid, joined

FRACTION_BITS = 4  # of a pixel, in OpenCV's coordinates
BEYOND_PX = 20_000


@dataclass(frozen=True)
class Seen:
    """Samples that a solid covers. `depth` (H × W) is infinite where it covers none."""

    rows: Ints
    columns: Ints
    points: Floats
    normals: Floats
    parts: Ints
    depth: Floats


def seen(solids: Sequence[Solid], camera: Camera) -> Seen:
    """Return what the camera sees of `solids`; `parts` are their numbers."""
    whole = joined(solids)
    parts = np.repeat(np.arange(len(solids), dtype=np.int32), [len(solid.faces) for solid in solids])
    places, depths = camera.projected(whole.points)
    faces, kept = _facing(whole.faces, places, depths)
    numbers = _drawn(places[faces], depths[faces].mean(1), camera)
    rows, columns = (found.astype(np.int32) for found in np.nonzero(numbers))
    hit = numbers[rows, columns] - 1
    corners = faces[hit]
    shares = _shares(places[corners], depths[corners], columns + 0.5, rows + 0.5)
    depth = np.full(numbers.shape, np.inf, np.float32)
    points = _weighed(whole.points, corners, shares)
    depth[rows, columns] = _weighed(depths[:, None], corners, shares)[:, 0]
    normals = unit(_weighed(whole.normals, corners, shares))
    return Seen(rows, columns, points, normals, parts[kept][hit], depth)


def outline(solids: Sequence[Solid], places: Sequence[Floats], side_px: int) -> Floats:
    """Return how dark the shadow of `solids` is (0 to 1), whose points fall on each of `places` (N × 2, in pixels)."""
    faces = joined(solids).faces
    total = np.zeros((side_px, side_px), np.float32)
    for fallen in places:
        shade = np.zeros((side_px, side_px), np.uint8)
        for corners in _fixed(fallen[faces]):
            cv2.fillConvexPoly(shade, corners, 1, cv2.LINE_8, FRACTION_BITS)
        total += shade
    return total / len(places)


def _facing(faces: Ints, places: Floats, depths: Floats) -> tuple[Ints, Ints]:
    """The triangles that are turned to the camera and before it, and their numbers."""
    one, two, three = (places[faces[:, corner]] for corner in range(3))
    area = (two[:, 0] - one[:, 0]) * (three[:, 1] - one[:, 1]) - (two[:, 1] - one[:, 1]) * (three[:, 0] - one[:, 0])
    before = (depths[faces] > 1e-3).all(1) & (np.abs(places[faces]) < BEYOND_PX).all((1, 2))
    kept = np.nonzero((area < 0) & before)[0]
    return faces[kept], kept.astype(np.int32)


def _drawn(corners: Floats, depths: Floats, camera: Camera) -> Ints:
    """Numbers of the triangles from 1, nearer ones over farther ones; 0 where there is none."""
    numbers = np.zeros((camera.height_px, camera.width_px), np.int32)
    fixed = _fixed(corners - 0.5)
    for place in np.argsort(-depths, kind="stable").tolist():
        cv2.fillConvexPoly(numbers, fixed[place], place + 1, cv2.LINE_8, FRACTION_BITS)
    return numbers


def _fixed(corners: Floats) -> Ints:
    return np.round(corners * (1 << FRACTION_BITS)).astype(np.int32)


def _shares(corners: Floats, depths: Floats, columns: Floats, rows: Floats) -> Floats:
    """How much of each corner a sample has, in perspective; samples just outside are brought in."""
    (x0, y0), (x1, y1), (x2, y2) = (corners[:, corner].T for corner in range(3))
    area = (y1 - y2) * (x0 - x2) + (x2 - x1) * (y0 - y2)
    first = ((y1 - y2) * (columns - x2) + (x2 - x1) * (rows - y2)) / area
    second = ((y2 - y0) * (columns - x2) + (x0 - x2) * (rows - y2)) / area
    shares = np.stack([first, second, 1 - first - second], axis=1).clip(0, 1) / depths
    return np.asarray(shares / np.maximum(shares.sum(1, keepdims=True), 1e-12), np.float32)


def _weighed(values: Floats, corners: Ints, shares: Floats) -> Floats:
    total = values[corners[:, 0]] * shares[:, :1]
    total += values[corners[:, 1]] * shares[:, 1:2]
    total += values[corners[:, 2]] * shares[:, 2:]
    return np.asarray(total, np.float32)
