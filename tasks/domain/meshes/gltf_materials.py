"""Materials and pictures of an untrusted GLB; pictures are decoded once, and only those that a placed part uses."""

import base64
import binascii
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from trimesh.visual.material import PBRMaterial

from tasks.domain.errors import InvalidInput
from tasks.domain.images.opening import load, open_picture
from tasks.domain.meshes.gltf_arrays import item, view
from tasks.domain.meshes.gltf_looks import Document, TextureInfo
from tasks.domain.meshes.limits import MAX_NAME

MAX_TEXTURE_PX = 64_000_000  # of all pictures together
_DATA_URI = "data:image/"


@dataclass
class Looks:
    """What parts of one file look like."""

    document: Document
    binary: bytes
    pictures: dict[int, Image.Image] = field(default_factory=dict)
    materials: dict[int, PBRMaterial] = field(default_factory=dict)
    pixels: int = 0

    def material(self, index: int | None) -> PBRMaterial | None:
        """Return a material of the file; raises InvalidInput when it does not exist or a picture is damaged."""
        if index is None:
            return None
        if index not in self.materials:
            self.materials[index] = self._material(index)
        return self.materials[index]

    def base_texture(self, index: int | None) -> TextureInfo | None:
        """Return how a material uses the texture that its colour comes from."""
        if index is None:
            return None
        texture: TextureInfo | None = item(
            self.document.materials, index, "material"
        ).pbrMetallicRoughness.baseColorTexture
        return texture

    def _material(self, index: int) -> PBRMaterial:
        described = item(self.document.materials, index, "material")
        core = described.pbrMetallicRoughness
        factor = core.baseColorFactor
        return PBRMaterial(
            name=described.name[:MAX_NAME] or f"material {index}",
            baseColorFactor=None if factor is None else np.rint(np.array(factor) * 255).astype(np.uint8),
            metallicFactor=core.metallicFactor,
            roughnessFactor=core.roughnessFactor,
            baseColorTexture=self._picture(core.baseColorTexture),
            metallicRoughnessTexture=self._picture(core.metallicRoughnessTexture),
            normalTexture=self._picture(described.normalTexture),
            occlusionTexture=self._picture(described.occlusionTexture),
            emissiveTexture=self._picture(described.emissiveTexture),
            emissiveFactor=described.emissiveFactor,
            alphaMode=described.alphaMode,
            alphaCutoff=described.alphaCutoff,
            doubleSided=described.doubleSided,
        )

    def _picture(self, texture: TextureInfo | None) -> Image.Image | None:
        if texture is None:
            return None
        index = item(self.document.textures, texture.index, "texture").image
        if index is None:
            return None
        if index not in self.pictures:
            self.pictures[index] = self._decoded(index)
        return self.pictures[index]

    def _decoded(self, index: int) -> Image.Image:
        data = self._stored(index)
        picture = open_picture(data, field="model", max_px=MAX_TEXTURE_PX)
        self.pixels += picture.width * picture.height
        if self.pixels > MAX_TEXTURE_PX:
            raise InvalidInput("model", f"more than {MAX_TEXTURE_PX} pixels of textures")
        load(picture, data, field="model")
        clear = "A" in picture.mode or "transparency" in picture.info
        return picture.convert("RGBA" if clear else "RGB")

    def _stored(self, index: int) -> bytes:
        image = item(self.document.images, index, "image")
        if image.bufferView is not None:
            return bytes(view(self.document, self.binary, image.bufferView))
        encoded = (image.uri or "").partition(";base64,")[2]
        try:
            return base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidInput("model", f"image {index} is no base64") from error


def lies_outside(uri: str | None) -> bool:
    """Tell whether an image's URI names something other than data of its own."""
    return uri is not None and not (uri.startswith(_DATA_URI) and ";base64," in uri[:100])


def transformed(uv: NDArray[np.float64], texture: TextureInfo | None) -> NDArray[np.float64]:
    """Return texture coordinates (n, 2) as KHR_texture_transform has them: scaled, turned, moved."""
    if texture is None or texture.transform is None:
        return uv
    how = texture.transform
    cos, sin = np.cos(how.rotation), np.sin(how.rotation)
    turned = uv * how.scale @ np.array([[cos, -sin], [sin, cos]])
    moved: NDArray[np.float64] = turned + how.offset
    return moved
