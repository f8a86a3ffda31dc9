"""What the proof of a ring says: models only, so that readers of a proof need no mesh library."""

from pydantic import BaseModel, Field


class FingerSizes(BaseModel):
    """One inner diameter in the four size systems."""

    inner_diameter_mm: float
    us: float = Field(description="US and Canada, numeric, to the nearest quarter")
    uk: str = Field(description="UK and Australia, letters, e.g. 'N½'")
    iso: float = Field(description="EU / ISO 8653: inner circumference in mm")
    jp: int


class PartProof(BaseModel):
    """One named node of the GLB, in millimetres."""

    name: str
    role: str = Field(description="'metal' or 'stone'")
    material: str
    triangles: int
    low_mm: tuple[float, float, float] = Field(description="Least corner of its box, along glTF x, y, z")
    extents_mm: tuple[float, float, float]
    volume_mm3: float = Field(description="Signed: negative when the shell is inverted")
    watertight: bool = Field(description="After welding equal positions")
    winding_consistent: bool
    inverted: bool
    degenerate_faces: int


class StoneProof(BaseModel):
    """One stone, measured from its mesh."""

    name: str
    stone: str
    length_mm: float
    width_mm: float
    depth_mm: float
    carats: float = Field(description="Estimated from volume and the stone's density")
    floating: bool = Field(description="No metal touches it")
    buried: bool = Field(description="Metal covers its table")
    gap_mm: float = Field(description="Distance to the nearest metal, 0 when they touch")
    covered_share: float = Field(description="Share of the face-up outline hidden by metal, 0..1")


class RingProof(BaseModel):
    """Everything that can be told from the GLB alone."""

    triangles: int
    bounding_box_mm: tuple[float, float, float] = Field(description="Extents along glTF x, y, z")
    parts: list[PartProof]
    stones: list[StoneProof]
    finger: FingerSizes | None = Field(description="None when no finger hole was found")
    open_inside: bool = Field(False, description="The inside is cut away over part of the circle")
    shank_thickness_mm: float | None = Field(None, description="Radially, where the shank is thinnest")
    metal_volume_mm3: float = Field(description="Of the union of the metal parts")
    metal_bodies: int = Field(description="Separate bodies in that union; 0 when it could not be computed")
    alloy: str | None = Field(description="Named by the materials, if any")
    weights_g: dict[str, float] = Field(description="Metal weight per alloy")
    total_carats: float
    degenerate_faces: int
    warnings: list[str] = Field(description="In plain words, worst first")
    findings: list[str] = Field(description="Those warnings that another build should mend")

    @property
    def sound(self) -> bool:
        """True when nothing found would stop a jeweller."""
        return not self.findings
