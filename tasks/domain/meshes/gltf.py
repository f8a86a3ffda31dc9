"""The part of the glTF 2.0 JSON that geometry needs, as strict models: hostile JSON stops here.

Field names follow the glTF 2.0 specification (Khronos), sections 3.5, 3.6, 3.7 and 5.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Index = Annotated[int, Field(ge=0, strict=True)]
Triple = tuple[float, float, float]

MAX_NODES = 20_000
MAX_MESHES = 20_000
MAX_ACCESSORS = 100_000


class _Gltf(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, extra="ignore")


class Buffer(_Gltf):
    """Raw bytes; a GLB's only buffer is its BIN chunk, which has no URI."""

    byteLength: Index  # noqa: N815
    uri: str | None = None


class BufferView(_Gltf):
    """A slice of a buffer, in bytes."""

    buffer: Index
    byteLength: Index  # noqa: N815
    byteOffset: Index = 0  # noqa: N815
    byteStride: Annotated[int, Field(ge=4, le=252, strict=True)] | None = None  # noqa: N815


class Accessor(_Gltf):
    """A typed array in a buffer view."""

    componentType: Index  # noqa: N815
    count: Annotated[int, Field(ge=1, strict=True)]
    type: str
    bufferView: Index | None = None  # noqa: N815
    byteOffset: Index = 0  # noqa: N815
    normalized: bool = False
    sparse: object | None = None


class Attributes(_Gltf):
    """Of a primitive's attributes only the positions matter."""

    POSITION: Index | None = None


class Primitive(_Gltf):
    """One run of triangles with one material; `mode` 4 means triangles."""

    attributes: Attributes
    indices: Index | None = None
    material: Index | None = None
    mode: Annotated[int, Field(ge=0, le=6, strict=True)] = 4


class Mesh(_Gltf):
    """A named list of primitives."""

    name: str = ""
    primitives: list[Primitive] = Field(max_length=1000)


class Node(_Gltf):
    """A named place in the scene; either `matrix` (column-major) or translation, rotation, scale."""

    name: str = ""
    mesh: Index | None = None
    children: list[Index] = Field([], max_length=MAX_NODES)
    matrix: list[float] | None = Field(None, min_length=16, max_length=16)
    translation: Triple = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    scale: Triple = (1.0, 1.0, 1.0)


class Scene(_Gltf):
    """The roots of a node tree."""

    nodes: list[Index] = Field([], max_length=MAX_NODES)


class _MetallicRoughness(_Gltf):
    metallicFactor: float = 1.0  # noqa: N815


class _Transmission(_Gltf):
    transmissionFactor: float = 0.0  # noqa: N815


class _MaterialExtensions(_Gltf):
    KHR_materials_transmission: _Transmission = _Transmission()


class Material(_Gltf):
    """A named material with the two properties that tell metal from stone."""

    name: str = ""
    pbrMetallicRoughness: _MetallicRoughness | None = None  # noqa: N815
    extensions: _MaterialExtensions = _MaterialExtensions()

    @property
    def metallic(self) -> float | None:
        """The metallic factor, None when the file leaves it open."""
        return None if self.pbrMetallicRoughness is None else self.pbrMetallicRoughness.metallicFactor

    @property
    def transmission(self) -> float:
        """Share of light that passes through, 0..1."""
        return self.extensions.KHR_materials_transmission.transmissionFactor


class Image(_Gltf):
    """A picture; never decoded here, and never fetched."""

    uri: str | None = None


class _Asset(_Gltf):
    version: Literal["2.0"]


class Document(_Gltf):
    """A glTF file's JSON."""

    asset: _Asset
    scene: Index = 0
    scenes: list[Scene] = Field(min_length=1, max_length=100)
    nodes: list[Node] = Field([], max_length=MAX_NODES)
    meshes: list[Mesh] = Field([], max_length=MAX_MESHES)
    accessors: list[Accessor] = Field([], max_length=MAX_ACCESSORS)
    bufferViews: list[BufferView] = Field([], max_length=MAX_ACCESSORS)  # noqa: N815
    buffers: list[Buffer] = Field([], max_length=100)
    materials: list[Material] = Field([], max_length=10_000)
    images: list[Image] = Field([], max_length=1000)
    extensionsRequired: list[str] = Field([], max_length=100)  # noqa: N815
