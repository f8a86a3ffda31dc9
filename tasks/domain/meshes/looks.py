"""What a part looks like, for formats and pictures that cannot hold a whole glTF material.

Colour factors and vertex colours of glTF are linear, textures are sRGB (glTF 2.0, 3.9.2 and 3.7.2.1).
"""

from collections.abc import Iterable

import numpy as np
from PIL import Image
from trimesh.visual.material import PBRMaterial

from tasks.domain.meshes.model import Floats, Part

PLAIN = np.array([0.58, 0.55, 0.51, 1.0])  # linear warm light grey, of a part that says nothing of its colour
MATTE_ROUGHNESS = 0.8


def to_srgb(linear: Floats) -> Floats:
    """Linear light 0..1 as sRGB 0..1 (IEC 61966-2-1)."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def to_linear(srgb: Floats) -> Floats:
    """The reverse of `to_srgb`."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def base_colour(part: Part) -> Floats:
    """The colour factor of the part's material, linear RGBA 0..1, (4,).

    A texture or vertex colours are multiplied with it, so with them a part without material is white.
    """
    if part.material is None:
        return PLAIN if part.colours is None else np.ones(4)
    factor = part.material.baseColorFactor
    return np.ones(4) if factor is None else np.asarray(factor, dtype=np.float64)[:4] / 255


def texture_of(part: Part) -> Image.Image | None:
    """The part's base colour texture, None when it has none or no coordinates to place it with."""
    if part.uv is None or part.material is None:
        return None
    texture: Image.Image | None = part.material.baseColorTexture
    return texture


def mean_colour(part: Part) -> tuple[int, int, int]:
    """One sRGB colour that stands for the whole part, 8 bits a channel."""
    colour = base_colour(part)[:3]
    texture = texture_of(part)
    if texture is not None:
        pixel = texture.convert("RGB").resize((1, 1), Image.Resampling.BOX)
        colour = colour * to_linear(np.asarray(pixel, dtype=np.float64)[0, 0] / 255)
    elif part.colours is not None:
        colour = colour * part.colours[:, :3].mean(axis=0) / 255
    red, green, blue = np.rint(to_srgb(np.clip(colour, 0, 1)) * 255).astype(int).tolist()
    return red, green, blue


def metallic(material: PBRMaterial | None) -> float:
    """How much of a metal it is, 0..1; where a material leaves it open, glTF's default is 1."""
    if material is None:
        return 0.0
    return 1.0 if material.metallicFactor is None else float(material.metallicFactor)


def roughness(material: PBRMaterial | None) -> float:
    """How rough it is, 0..1; where a material leaves it open, glTF's default is 1."""
    if material is None:
        return MATTE_ROUGHNESS
    return 1.0 if material.roughnessFactor is None else float(material.roughnessFactor)


def unique_names(names: Iterable[str]) -> list[str]:
    """The same names, those that are empty or come again with a number behind them."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    unique = []
    for name in names:
        stem = candidate = name.strip() or "part"
        while candidate in taken:
            last[stem] = last.get(stem, 1) + 1
            candidate = f"{stem}.{last[stem]}"
        taken.add(candidate)
        unique.append(candidate)
    return unique
