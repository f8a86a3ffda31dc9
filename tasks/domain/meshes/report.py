"""What cleaning did to a model, part by part: models only."""

from pydantic import BaseModel, Field


class PartReport(BaseModel):
    """One part, before and after."""

    name: str
    triangles_before: int
    triangles_after: int
    watertight_before: bool
    watertight_after: bool
    removed: dict[str, int] = Field({}, description="Faces, vertices and components that went, by what was wrong")
    closed_holes: int = 0
    rounds: int = Field(0, description="Of repairing and closing, until nothing was open")
    reason: str = Field("", description="Why it could not be made watertight, empty when it is")


class CleaningReport(BaseModel):
    """What cleaning did."""

    engine: str = Field(description="meshlab and its version")
    parts: list[PartReport]
    dropped: list[str] = Field([], description="Parts that went whole, and why")
    seconds: float = Field(ge=0)

    @property
    def watertight(self) -> bool:
        """Tell whether every part that is left is closed."""
        return all(part.watertight_after for part in self.parts)
