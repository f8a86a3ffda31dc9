"""What a ring is, before any geometry: a frozen specification in millimetres.

A ring is a shank, perhaps a head on top of it, and perhaps a row of stones along it. The reader
(`reader.py`) makes a `RingSpec` from a prompt, `script.py` turns it into a Blender script.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Metal = Literal[
    "14k yellow gold", "18k yellow gold", "14k rose gold", "18k rose gold",
    "14k white gold", "18k white gold", "platinum", "silver",
]  # fmt: skip
Stone = Literal[
    "diamond", "sapphire", "ruby", "emerald", "amethyst", "aquamarine", "citrine", "garnet",
    "morganite", "moissanite", "opal", "pearl", "peridot", "tanzanite", "topaz", "tourmaline", "onyx",
]  # fmt: skip
Cut = Literal[
    "round", "princess", "emerald", "asscher", "oval",
    "cushion", "pear", "marquise", "baguette", "heart", "cabochon", "pearl",
]  # fmt: skip
Profile = Literal["comfort", "flat", "knife-edge", "half-round"]
Shoulders = Literal["plain", "cathedral", "split"]
HeadKind = Literal["prong", "bezel", "halo", "three-stone", "tension", "signet"]
RowKind = Literal["channel", "pave", "eternity"]
Style = Literal["art deco", "vintage", "minimal", "bold", "classic", "modern", "delicate", "victorian", "nature"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gem(_Frozen):
    """One stone; its long side lies along the finger in a head, and across the shank in a row."""

    stone: Stone = "diamond"
    color: str = Field("", description="A named colour such as pink or black; empty for the stone's own")
    cut: Cut = "round"
    length_mm: float = Field(gt=0.5, le=25, description="Long side, girdle to girdle")
    width_mm: float = Field(gt=0.5, le=25, description="Short side; equal to length for round cuts")


class ShankSpec(_Frozen):
    """The band that goes round the finger."""

    profile: Profile = "comfort"
    width_mm: float = Field(2.0, ge=1.0, le=14, description="Along the finger, at the bottom")
    top_width_mm: float | None = Field(None, ge=1.0, le=20, description="Along the finger, at the top")
    thickness_mm: float = Field(1.7, ge=1.0, le=5, description="Radially, at the bottom")
    shoulders: Shoulders = "plain"
    milgrain: bool = False


class HeadSpec(_Frozen):
    """What stands on top of the shank."""

    kind: HeadKind
    gem: Gem | None = Field(None, description="The centre stone; on a signet a flush one, or none")
    prongs: Literal[4, 6] = 4
    side_gem: Gem | None = Field(None, description="A halo's melee or three-stone's side stone")
    face_length_mm: float | None = Field(None, description="A signet's face, across the finger")
    face_width_mm: float | None = Field(None, description="A signet's face, along the finger")
    face_shape: Literal["oval", "round", "cushion", "rectangle"] = "oval"


class RowSpec(_Frozen):
    """Stones set along the shank."""

    kind: RowKind
    gem: Gem
    coverage_deg: float = Field(180, gt=10, le=360, description="Arc of the shank that carries stones, centred on top")


class RingSpec(_Frozen):
    """A complete ring."""

    title: str = Field(description="A short name, e.g. 'Art deco channel band'")
    metal: Metal = "18k yellow gold"
    inner_diameter_mm: float = Field(17.3, ge=11, le=26)
    shank: ShankSpec = ShankSpec()
    head: HeadSpec | None = None
    row: RowSpec | None = None
    styles: tuple[Style, ...] = ()
    assumptions: tuple[str, ...] = Field((), description="What the prompt left open, and what was chosen")
    not_honoured: tuple[str, ...] = Field((), description="What the prompt asks and the kit cannot do")
