"""The glTF 2.0 JSON that looks and compression need, beyond the geometry's in `gltf`: strict models of untrusted text.

Field names follow the glTF 2.0 specification (Khronos) and its extensions KHR_draco_mesh_compression,
KHR_texture_transform and EXT_texture_webp.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tasks.domain.meshes import gltf
from tasks.domain.meshes.gltf import Index

Share = Annotated[float, Field(ge=0, le=1)]
Pair = tuple[float, float]


class _Gltf(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False, extra="ignore")


class Attributes(gltf.Attributes):
    """The attributes that a part keeps."""

    TEXCOORD_0: Index | None = None
    TEXCOORD_1: Index | None = None
    COLOR_0: Index | None = None

    def numbers(self) -> dict[str, int]:
        """Return the accessor, or the number within Draco's data, of each attribute that is there."""
        return {name: number for name, number in self if number is not None}


class Draco(_Gltf):
    """Where a primitive's compressed data lies."""

    bufferView: Index  # noqa: N815
    attributes: Attributes


class _PrimitiveExtensions(_Gltf):
    KHR_draco_mesh_compression: Draco | None = None


class Primitive(gltf.Primitive):
    """A primitive with looks."""

    attributes: Attributes
    extensions: _PrimitiveExtensions = _PrimitiveExtensions()

    @property
    def draco(self) -> Draco | None:
        """Return where its compressed data lies, None when it is not compressed."""
        return self.extensions.KHR_draco_mesh_compression


class Mesh(gltf.Mesh):
    """A mesh of such primitives."""

    primitives: list[Primitive] = Field(max_length=1000)  # type: ignore[assignment]


class TextureTransform(_Gltf):
    """What turns a primitive's coordinates into a texture's."""

    offset: Pair = (0.0, 0.0)
    rotation: float = 0.0
    scale: Pair = (1.0, 1.0)
    texCoord: Index | None = None  # noqa: N815


class _TextureInfoExtensions(_Gltf):
    KHR_texture_transform: TextureTransform | None = None


class TextureInfo(_Gltf):
    """A texture as a material uses it."""

    index: Index
    texCoord: Index = 0  # noqa: N815
    extensions: _TextureInfoExtensions = _TextureInfoExtensions()

    @property
    def transform(self) -> TextureTransform | None:
        """Return what its coordinates go through first."""
        return self.extensions.KHR_texture_transform


class MetallicRoughness(_Gltf):
    """The core of a PBR material."""

    baseColorFactor: tuple[Share, Share, Share, Share] | None = None  # noqa: N815
    metallicFactor: Share | None = None  # noqa: N815
    roughnessFactor: Share | None = None  # noqa: N815
    baseColorTexture: TextureInfo | None = None  # noqa: N815
    metallicRoughnessTexture: TextureInfo | None = None  # noqa: N815


class Material(_Gltf):
    """A material as trimesh holds it."""

    name: str = ""
    pbrMetallicRoughness: MetallicRoughness = MetallicRoughness()  # noqa: N815
    normalTexture: TextureInfo | None = None  # noqa: N815
    occlusionTexture: TextureInfo | None = None  # noqa: N815
    emissiveTexture: TextureInfo | None = None  # noqa: N815
    emissiveFactor: tuple[Share, Share, Share] | None = None  # noqa: N815
    alphaMode: Literal["OPAQUE", "MASK", "BLEND"] | None = None  # noqa: N815
    alphaCutoff: Annotated[float, Field(ge=0)] | None = None  # noqa: N815
    doubleSided: bool = False  # noqa: N815


class _TextureSource(_Gltf):
    source: Index | None = None


class _TextureExtensions(_Gltf):
    EXT_texture_webp: _TextureSource = _TextureSource()


class Texture(_Gltf):
    """A texture; of two sources the plain one is taken."""

    source: Index | None = None
    extensions: _TextureExtensions = _TextureExtensions()

    @property
    def image(self) -> int | None:
        """Return the number of its image, None when that is of a kind that is not read."""
        return self.source if self.source is not None else self.extensions.EXT_texture_webp.source


class Image(gltf.Image):
    """A picture inside the file."""

    bufferView: Index | None = None  # noqa: N815


class Scene(gltf.Scene):
    """A scene and what it says of itself."""

    extras: Any = None


class _Asset(_Gltf):
    version: Literal["2.0"]
    extras: Any = None


class Document(gltf.Document):
    """A glTF file's JSON, looks included."""

    asset: _Asset  # type: ignore[assignment]
    scenes: list[Scene] = Field(min_length=1, max_length=100)  # type: ignore[assignment]
    meshes: list[Mesh] = Field([], max_length=gltf.MAX_MESHES)  # type: ignore[assignment]
    materials: list[Material] = Field([], max_length=10_000)  # type: ignore[assignment]
    textures: list[Texture] = Field([], max_length=10_000)
    images: list[Image] = Field([], max_length=1000)  # type: ignore[assignment]
    extras: Any = None
