"""What came of running a script in Blender."""

from typing import Literal

from pydantic import BaseModel, Field

from tasks.domain.errors import AtelierError

Mode = Literal["warm", "cold", "external", "none"]
Stage = Literal["advice", "start", "script", "build", "export", "output", "done"]


class MissingLockdown(AtelierError):
    """This machine cannot lock untrusted code down, and the operator has not accepted to run it unlocked."""


class BuildError(BaseModel):
    """Why a build failed, for whoever mends the script."""

    type: str = Field(description="The exception's class, or Timeout, Memory, …")
    message: str
    line: int | None = Field(None, description="In the script as it was given, from 1")
    excerpt: str = Field("", description="The lines around it, the failing one marked with '>'")
    facts: list[str] = Field([], description="What the live bpy API says about the name that failed")

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        parts = [f"{self.type}: {self.message}{where}", self.excerpt, *self.facts]
        return "\n".join(part for part in parts if part)


class BuildOutcome(BaseModel):
    """One run of one script. What the GLB holds is for the proof to say, not for this."""

    ok: bool
    stage: Stage = Field(description="How far it came; 'done' when all went well")
    mode: Mode
    elapsed_s: float
    glb: bytes | None = Field(None, exclude=True, repr=False, description="Only when ok")
    partial_glb: bytes | None = Field(None, exclude=True, repr=False, description="For inspection: never a result")
    error: BuildError | None = None
    timed_out: bool = False
    notes: list[str] = Field([], description="Advice about the script")
    log_tail: str = Field("", description="The end of what Blender and the script printed")
    landlock_abi: int = Field(0, description="0 when it ran without a lockdown")


class BlenderStatus(BaseModel):
    """What there is to run scripts with."""

    present: bool
    version: str = ""
    mode: Literal["warm", "cold", "external", "missing"]
    lockdown: bool
    how_to_mend: list[str] = []
