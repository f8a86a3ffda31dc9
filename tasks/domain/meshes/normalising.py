"""Bring a model of any size and place to one that everything after it can rely on: centred, its longest side 1."""

from dataclasses import replace

import numpy as np

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.model import Floats, Model

FLATTEST = 1e-6  # a model thinner than this share of its longest side is a picture of one, and encloses nothing


def normalised(model: Model) -> Model:
    """Centre the box of `model` on the origin and make its longest side exactly one glTF unit.

    `extras["normalization"]` holds `scale`, `offset` (3) and `source_extents` (3), in the source's units:
    normalised = (source + offset) * scale, so source = normalised / scale - offset.
    Raises InvalidInput when there is nothing to measure, or nothing but a plane or a line.
    """
    low, high = measured_bounds(model)
    extents = high - low
    if extents.min() <= FLATTEST * extents.max():
        raise InvalidInput("model", f"is flat: {_lengths(extents)} along x, y, z")
    offset, scale = -(low + high) / 2, 1 / extents.max()
    parts = tuple(replace(part, vertices=(part.vertices + offset) * scale) for part in model.parts)
    note = {"scale": float(scale), "offset": offset.tolist(), "source_extents": extents.tolist()}
    return Model(parts, {**model.extras, "normalization": note})


def measured_bounds(model: Model) -> Floats:
    """The model's least and greatest corner, (2, 3) in metres; raises InvalidInput for an empty or endless model."""
    if model.triangles == 0:
        raise InvalidInput("model", "holds no triangles")
    bounds = model.bounds
    if not np.isfinite(bounds).all():
        raise InvalidInput("model", "has coordinates that are not finite numbers")
    return bounds


def _lengths(extents: Floats) -> str:
    return " × ".join(f"{length:.4g}" for length in extents)
