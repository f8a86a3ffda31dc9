"""The style catalogue: read from `styles.yaml`, checked when read."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tasks.domain.errors import InvalidInput

FILE = Path(__file__).with_name("styles.yaml")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Grade(_Frozen):
    """What is done to the colours of a photo; the defaults do nothing."""

    saturation: float = Field(1.0, ge=0, le=2, description="0 is grey")
    contrast: float = Field(1.0, ge=0.5, le=1.5, description="About middle grey")
    warmth: float = Field(0.0, ge=-0.2, le=0.2, description="Added to red and taken from blue, of 1")


class ConceptStyle(_Frozen):
    """One style that a client may name."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    name: str = Field(min_length=1, max_length=64)
    fragment: str = Field(min_length=1, max_length=400, description="What image models are told")
    ring_words: str = Field("", description="The same in the offline ring designer's words; empty when it has none")
    grade: Grade = Grade()
    preview: str | None = Field(None, pattern=r"^[a-z0-9/-]+\.(jpg|png)$", description="A file of the page's samples")

    @property
    def grades(self) -> bool:
        """Tell whether the style changes the colours of a photo."""
        return self.grade != Grade()


class _Catalogue(_Frozen):
    styles: list[ConceptStyle] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_id_once(self) -> "_Catalogue":
        ids = [style.id for style in self.styles]
        if len(set(ids)) != len(ids):
            raise ValueError(f"an id is given twice: {sorted(ids)}")
        return self


def read_styles(text: str) -> Mapping[str, ConceptStyle]:
    """Return the styles of a catalogue by id, in its order; raises ValueError where it breaks a rule."""
    catalogue = _Catalogue.model_validate(yaml.safe_load(text))
    return MappingProxyType({style.id: style for style in catalogue.styles})


@lru_cache(maxsize=1)
def concept_styles() -> Mapping[str, ConceptStyle]:
    """Return the styles that clients may name, by id, in the catalogue's order."""
    return read_styles(FILE.read_text())


def style_named(style_id: str | None, *, field: str = "style") -> ConceptStyle | None:
    """Return the style of that id, None for None or nothing; raises InvalidInput naming `field` and the known ones."""
    if not style_id:
        return None
    known = concept_styles()
    if style_id not in known:
        raise InvalidInput(field, f"{style_id!r} is unknown; known styles are {', '.join(known)}")
    return known[style_id]
