"""Sizes of models: units, wanted dimensions, and the factors that lead to them.

Dimensions are named as a printer sees them: x is the width, y the depth, z the height. Files are glTF: metres, y up.
So x is glTF's x, y is glTF's z, and z is glTF's y.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Unit = Literal["mm", "cm", "m", "in"]
Axis = Literal["x", "y", "z"]
METRES: dict[Unit, float] = {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "in": 0.0254}
GLTF_AXIS: dict[Axis, int] = {"x": 0, "y": 2, "z": 1}
MM_PER_M = 1000.0

Length = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class TargetDimensions(BaseModel):
    """The wanted size, along one to three axes; z is the height of the print."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    x: Length | None = None
    y: Length | None = None
    z: Length | None = None
    unit: Unit = "mm"

    @model_validator(mode="after")
    def _some_axis(self) -> Self:
        if self.x is None and self.y is None and self.z is None:
            raise ValueError("x, y, z: at least one is needed")
        return self


class Factors(BaseModel):
    """By how much a model grows along each axis of the print."""

    model_config = ConfigDict(frozen=True)

    x: float
    y: float
    z: float
