"""Give a model the size that is to be printed.

Scaling is about the origin of the file, so a normalised model stays centred, and one that stands on the floor stays
there. Axes are those of `sizes`: x width, y depth (glTF z), z height (glTF y).
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.model import Floats, Model
from tasks.domain.meshes.normalising import measured_bounds
from tasks.domain.meshes.sizes import GLTF_AXIS, METRES, Axis, Factors, TargetDimensions

TOLERATED = 0.01  # below this nobody sees that proportions changed, and sizes given in whole millimetres round so
SHORTEST_SIDE_M, LONGEST_SIDE_M = 1e-6, 1e4  # what float32 coordinates and the readers of our files still bear
AXES: tuple[Axis, ...] = ("x", "y", "z")
NAMES: dict[Axis, str] = {"x": "width", "y": "depth", "z": "height"}


@dataclass(frozen=True)
class Rescaled:
    """The model in its new size, by how much each axis grew, and what the customer should know."""

    model: Model
    factors: Factors
    warnings: list[str]


def rescaled(
    model: Model,
    *,
    scale_factor: float | None = None,
    target: TargetDimensions | None = None,
    keep_aspect: bool = False,
) -> Rescaled:
    """Scale `model` by a factor or to dimensions, exactly one of which is given.

    One wanted dimension scales all axes alike. Several are met exactly, and with two the third axis grows by the
    geometric mean of their factors, which distorts least. With `keep_aspect` all grow alike, as far as the tightest
    dimension allows. Textures, colours and materials are untouched; `extras["rescale"]` records the factors.
    Raises InvalidInput for an empty model, an axis without extent, or a size beyond what a file can hold.
    """
    low, high = measured_bounds(model)
    if target is not None and scale_factor is None:
        field, factors = "target_dimensions", _factors_to(target, high - low, keep_aspect)
    elif scale_factor is not None and target is None:
        field, factors = "scale_factor", _uniform(scale_factor)
    else:
        raise InvalidInput("target_dimensions", "exactly one of scale_factor and target_dimensions is required")
    growth = _in_gltf_order(factors)
    _refuse_beyond_limits(field, float(((high - low) * growth).max()))
    parts = tuple(replace(part, vertices=part.vertices * growth) for part in model.parts)
    extras = {**model.extras, "rescale": factors.model_dump()}
    return Rescaled(Model(parts, extras), factors, _warnings(factors, target, (high - low) * growth))


def _factors_to(target: TargetDimensions, extents: Floats, keep_aspect: bool) -> Factors:
    wanted = _wanted_m(target)
    flat = [axis for axis in wanted if extents[GLTF_AXIS[axis]] <= 0]
    if flat:
        raise InvalidInput("target_dimensions", f"{flat[0]}: the model has no extent along it that could be scaled")
    named = {axis: length / float(extents[GLTF_AXIS[axis]]) for axis, length in wanted.items()}
    if keep_aspect:
        return _uniform(min(named.values()))
    middle = math.exp(sum(map(math.log, named.values())) / len(named))
    return Factors(**{axis: named.get(axis, middle) for axis in AXES})


def _wanted_m(target: TargetDimensions) -> dict[Axis, float]:
    lengths = {axis: getattr(target, axis) for axis in AXES}
    return {axis: length * METRES[target.unit] for axis, length in lengths.items() if length is not None}


def _uniform(factor: float) -> Factors:
    if not (math.isfinite(factor) and factor > 0):
        raise InvalidInput("scale_factor", f"{factor} is not a finite number above 0")
    return Factors(x=factor, y=factor, z=factor)


def _in_gltf_order(factors: Factors) -> Floats:
    growth = np.empty(3)
    for axis in AXES:
        growth[GLTF_AXIS[axis]] = getattr(factors, axis)
    return growth


def _refuse_beyond_limits(field: str, longest_m: float) -> None:
    if not SHORTEST_SIDE_M <= longest_m <= LONGEST_SIDE_M:
        raise InvalidInput(
            field,
            f"would make the longest side {longest_m:.4g} m; "
            f"{SHORTEST_SIDE_M * 1000:g} mm to {LONGEST_SIDE_M / 1000:g} km are possible",
        )


def _warnings(factors: Factors, target: TargetDimensions | None, extents: Floats) -> list[str]:
    """What differs by more than 1 % from the proportions that the model had, or from the size that was asked for."""
    growth = {axis: getattr(factors, axis) for axis in AXES}
    most, least = max(growth, key=lambda axis: growth[axis]), min(growth, key=lambda axis: growth[axis])
    change = growth[most] / growth[least] - 1
    if change > TOLERATED:
        by_axis = ", ".join(f"{NAMES[axis]} × {growth[axis]:.4g}" for axis in AXES)
        return [
            f"proportions change: the {NAMES[most]} grows {change:.1%} more than the {NAMES[least]} ({by_axis}); "
            "keep_aspect keeps them"
        ]
    wanted = {} if target is None else _wanted_m(target)
    got = {axis: float(extents[GLTF_AXIS[axis]]) for axis in wanted}
    return [
        f"proportions are kept, so the {NAMES[axis]} is {got[axis] * 1000:.4g} mm instead of {length * 1000:.4g} mm"
        for axis, length in wanted.items()
        if abs(got[axis] / length - 1) > TOLERATED
    ]
