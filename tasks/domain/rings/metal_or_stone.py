"""Tell metal from stone: by material, else by name, else by shape."""

import re
from typing import Literal, get_args

import numpy as np

from tasks.domain.meshes.gltf import Material
from tasks.domain.meshes.shells import Surface
from tasks.domain.rings.spec import Stone

Role = Literal["metal", "stone"]

_STONE_WORDS = {
    *get_args(Stone), "gem", "gems", "gemstone", "stone", "stones", "brilliant", "baguette", "baguettes", "melee",
    "crystal", "cabochon", "zirconia", "cz", "jewel", "spinel", "turquoise", "quartz", "diamonds",
    "tourmaline", "alexandrite", "jade", "glass", "sapphires", "rubies", "emeralds", "pearls", "trillion",
}  # fmt: skip
_METAL_WORDS = {
    "gold", "platinum", "silver", "palladium", "metal", "steel", "titanium", "rhodium", "brass",
    "shank", "band", "prong", "prongs", "claw", "claws", "bezel", "gallery", "rail", "basket", "head", "collet",
    "seat", "setting", "shoulder", "shoulders", "bridge", "cathedral", "milgrain", "bead", "beads", "wire", "channel",
    "wall", "halo", "rim", "frame", "hoop", "post", "support", "plate", "base", "signet", "filigree", "scroll",
    "ring", "engraving", "rope", "twist", "peg", "cup", "holder", "mount", "mounting", "crown",
}  # fmt: skip
_HUES = ("yellow", "rose", "white")
_TRANSPARENT = 0.3
_METALLIC = 0.5

MAX_GEM_FACES = 2000
MIN_TABLE_SHARE = 0.06  # of the area: a table or the largest facet of a cut stone
MAX_BOX_SHARE = 0.62  # of the bounding box's volume; prisms and cylinders fill more, cut stones 0.3 to 0.55
MAX_ELONGATION = 4.0
MIN_GEM_MM = 0.7


def role_of_material(material: Material | None) -> Role | None:
    """What the material alone says; its name counts more than its numbers."""
    if material is None:
        return None
    named = role_of_name(material.name)
    if named is not None:
        return named
    if material.transmission >= _TRANSPARENT:
        return "stone"
    return "metal" if material.metallic is not None and material.metallic >= _METALLIC else None


def role_of_name(name: str) -> Role | None:
    """The last telling word decides, as in English compounds: a diamond prong is metal, a halo gem a stone."""
    for word in reversed(words(name)):
        if word in _STONE_WORDS:
            return "stone"
        if word in _METAL_WORDS:
            return "metal"
    return None


def words(name: str) -> list[str]:
    """Lower-case words of a node name written in snake_case, CamelCase or with spaces."""
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())


def stone_named(*names: str) -> str:
    """The stone that the first telling name tells of, with its colour word; 'stone' when none does."""
    for name in names:
        found = [word.removesuffix("s") if word.removesuffix("s") in get_args(Stone) else word for word in words(name)]
        for position, word in enumerate(found):
            if word in get_args(Stone):
                before = found[position - 1] if position else ""
                return f"{before} {word}" if before in _COLOURS else word
    return "stone"


_COLOURS = {
    "pink",
    "blue",
    "yellow",
    "black",
    "white",
    "green",
    "orange",
    "purple",
    "red",
    "brown",
    "champagne",
    "grey",
}


def alloy_named(names: list[str]) -> str | None:
    """The first alloy that a material's name tells of; gold without a fineness is taken for 18k."""
    for name in names:
        found = words(name)
        if "platinum" in found or "silver" in found:
            return "platinum" if "platinum" in found else "silver"
        if "gold" in found:
            hue = next((hue for hue in _HUES if hue in found), "yellow")
            return f"{'14k' if '14' in name else '18k'} {hue} gold"
    return None


def looks_cut(surface: Surface) -> bool:
    """True when the shape is a small, closed, compact body with a table, as a cut stone is."""
    if not len(surface.faces) or len(surface.faces) > MAX_GEM_FACES or not surface.closed.all():
        return False
    axis, table_share = largest_facet(surface)
    along = surface.vertices @ np.linalg.svd(axis[None, :])[2].T
    extents = np.ptp(along, axis=0)
    compact = extents.min() >= MIN_GEM_MM and extents.max() <= MAX_ELONGATION * extents.min()
    filled = abs(surface.volumes.sum()) / max(extents.prod(), 1e-9)
    return bool(compact and table_share >= MIN_TABLE_SHARE and 0.2 < filled < MAX_BOX_SHARE)


def largest_facet(surface: Surface) -> tuple[np.ndarray, float]:
    """Unit normal and share of the area of the largest set of faces that look the same way."""
    a, b, c = surface.triangles.swapaxes(0, 1)
    normals = np.cross(b - a, c - a)
    doubled = np.linalg.norm(normals, axis=1)
    units = normals / np.maximum(doubled, 1e-12)[:, None]
    _, group = np.unique(np.rint(units * 50).astype(np.int64), axis=0, return_inverse=True)
    areas = np.bincount(group.ravel(), doubled)
    best = int(areas.argmax())
    axis = (normals[group.ravel() == best]).sum(axis=0)
    return axis / max(float(np.linalg.norm(axis)), 1e-12), float(areas[best] / max(areas.sum(), 1e-12))
