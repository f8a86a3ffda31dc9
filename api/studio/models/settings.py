"""Settings of the studio's models: where their weights lie, what they run on, and what they are asked for."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Size = tuple[int, int]  # width and height in pixels
FLUX_GRID_PX = 16  # FLUX works on patches of 2 × 2 latents, each of 8 × 8 pixels

PERSONS = {"female": "a woman", "male": "a man"}
PROMPTS = {
    "necklace": "Studio photograph of the neck and shoulders of {person} wearing the necklace, plain neckline",
    "bracelet": "Studio photograph of the wrist and hand of {person} wearing the bracelet",
    "earring": "Studio photograph of the ear and cheek of {person} wearing the earring, hair tied back",
    "ring": "Studio photograph of the hand of {person} wearing the ring on a finger",
    "watch": "Studio photograph of the wrist of {person} wearing the watch",
    "other": "Studio photograph of {person} wearing the piece of jewelry",
}
MANNER = "natural skin, soft light, plain background, sharp focus"


class ModelSettings(BaseSettings):
    """Every field is the environment variable ATELIER_STUDIO_<FIELD>.

    A model is a repository's name, sought in Hugging Face's cache on this machine, or a folder.
    """

    model_config = SettingsConfigDict(env_prefix="ATELIER_STUDIO_", extra="ignore", populate_by_name=True)

    sam3: str = Field("facebook/sam3", min_length=1)
    sam3_revision: str | None = None
    birefnet: str = Field("ZhengPeng7/BiRefNet", min_length=1)
    birefnet_revision: str | None = Field(
        "e2bf8e4460fc8fa32bba5ea4d94b3233d367b0e4", description="Pinned, since the repository's own code is run"
    )
    birefnet_size_px: int = Field(1024, ge=32, le=4096, description="Side of the square that it looks at")
    flux: str = Field("black-forest-labs/FLUX.1-Fill-dev", min_length=1)
    flux_revision: str | None = None
    flux_dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    flux_offload: Literal["auto", "none", "model", "layers"] = Field(
        "auto", description="What waits in main memory while unused: nothing, whole parts of FLUX, or single layers"
    )
    flux_steps: int = Field(50, ge=1, le=150)
    flux_guidance: float = Field(30, ge=0, le=100)
    flux_words: int = Field(512, ge=1, le=512, description="Tokens of the prompt that T5 reads")
    flux_necklace_size: Size = Field((768, 1024), description="Width and height in pixels, as JSON")
    flux_size: Size = Field((912, 1168), description="Of every other piece of jewelry")
    seed: int = Field(0, ge=0, lt=2**63)
    prompts: dict[str, str] = Field(
        default_factory=dict, description='Other prompts, as JSON: {"ring": "…"}; {person} becomes a woman, a man, …'
    )
    device: str = Field("cuda", pattern=r"^(cuda(:\d+)?|cpu)$")
    cache: Path | None = Field(None, description="Hugging Face's cache; its own default without one")

    @field_validator("flux_necklace_size", "flux_size")
    @classmethod
    def _on_the_grid(cls, size: Size) -> Size:
        if any(side < FLUX_GRID_PX or side % FLUX_GRID_PX for side in size):
            raise ValueError(f"{size[0]} × {size[1]}: both must be multiples of {FLUX_GRID_PX}")
        return size

    def prompt(self, jewelry_type: str, gender: str) -> str:
        """Return what FLUX is asked for."""
        words = {**PROMPTS, **self.prompts}
        asked = words.get(jewelry_type, words["other"]).replace("{person}", PERSONS.get(gender, "a person"))
        return asked if jewelry_type in self.prompts else f"{asked}, {MANNER}"

    def size_for(self, jewelry_type: str) -> Size:
        """Return the width and height that FLUX paints at."""
        return self.flux_necklace_size if jewelry_type == "necklace" else self.flux_size
