"""A model as printers and slicers see it: millimetres, z up, instead of glTF's metres, y up."""

import numpy as np

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.model import Floats, Model, Part
from tasks.domain.meshes.sizes import MM_PER_M

# x = x, y = -z, z = y: a quarter turn about x, so nothing is mirrored, and glTF's front (+z) is the print's front (-y)
TO_PRINT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def print_mm(points: Floats) -> Floats:
    """Points (n, 3) in metres, y up, as millimetres, z up, about the same origin."""
    return points @ TO_PRINT.T * MM_PER_M


def filled_parts(model: Model) -> list[Part]:
    """The parts that have faces; raises InvalidInput when there are none."""
    parts = [part for part in model.parts if len(part.faces)]
    if not parts:
        raise InvalidInput("model", "holds no triangles")
    return parts


def on_the_bed(model: Model) -> list[tuple[Part, Floats]]:
    """Each filled part and its vertices in mm, z up; together they stand on z = 0, centred in x and y."""
    parts = filled_parts(model)
    low, high = np.sort(print_mm(model.bounds), axis=0)
    foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return [(part, print_mm(part.vertices) - foot) for part in parts]
