"""What the proof of a mesh says: models only, so that readers of a proof need no mesh library.

Axes are those of the print: x width, y depth, z height; lengths are millimetres.
"""

from pydantic import BaseModel, Field

Xyz = tuple[float, float, float]


class Wall(BaseModel):
    """The thinnest place found by rays from sampled points on the surface to the opposite one."""

    thinnest_mm: float = Field(ge=0)
    at_mm: Xyz = Field(description="Where")
    thin_share: float = Field(ge=0, le=1, description="Share of the sampled surface that is thinner than the limit")
    error_mm: float = Field(ge=0, description="A thinner spot narrower than this may lie between the samples")
    rays: int = Field(ge=0)


class MeshProof(BaseModel):
    """Everything that can be told from a model's triangles alone."""

    watertight: bool = Field(description="After welding equal positions, every edge has two faces")
    manifold: bool = Field(description="manifold3d takes every part as a solid")
    bodies: int = Field(ge=0, description="Separate closed shells that enclose material")
    triangles: int = Field(ge=0)
    vertices: int = Field(ge=0, description="After welding equal positions")
    volume_mm3: float = Field(description="0 where it is not watertight, since nothing is enclosed")
    area_mm2: float = Field(ge=0)
    extents_mm: Xyz = Field(description="Width, depth and height")
    wall: Wall | None = Field(None, description="None where the surface is open, so that there is no inside")
    overhang_share: float = Field(
        ge=0, le=1, description="Share of the area that faces down more steeply than 45°, the bottom layer apart"
    )
    printable: bool
    reasons: list[str] = Field([], description="Why it cannot be printed as it is, worst first")
    remarks: list[str] = Field([], description="What a printer should know all the same")
