"""Materials for pictures: each part gets the look of what its material or its name says it is."""

import re
from typing import Any

import bpy
from ring_kit.materials import COLORS, METALS, STONES, Metal, Stone, stone_look
from shading import feed, tree_of

GEM_WORDS = {"gem", "gems", "gemstone", "stone", "stones", "brilliant", "baguette", "crystal", "melee", "cz"}
METAL_WORDS = {
    "prong",
    "claw",
    "bezel",
    "shank",
    "band",
    "gallery",
    "rail",
    "basket",
    "head",
    "seat",
    "setting",
    "bead",
}
MILKY = 0.62  # pearls and opals scatter so much light that their true colour burns out under soft boxes
DOME_FACES = 1000  # a faceted stone has a few hundred; a cabochon is smooth
DEFAULT_METAL = "18k yellow gold"


def dress(objects: list[bpy.types.Object]) -> bool:
    """Give every object its look; returns whether the metal is pale, and so needs a dark backdrop."""
    metals = [name for item in objects if (name := _metal_of(item)) is not None]
    fallback = metals[0] if metals else DEFAULT_METAL
    for item in objects:
        _dress(item, fallback)
    return METALS[fallback].color[2] > 0.6


def _dress(item: bpy.types.Object, fallback_metal: str) -> None:
    stone = _stone_of(item)
    material = _stone_material(*stone) if stone else _metal_material(_metal_of(item) or fallback_metal)
    item.data.materials.clear()
    item.data.materials.append(material)
    facets = stone is not None and stone[1].roughness == 0 and len(item.data.polygons) < DOME_FACES
    for polygon in item.data.polygons:
        polygon.material_index = 0
        if facets:
            polygon.use_smooth = False


def _words(item: bpy.types.Object) -> list[list[str]]:
    """Words of the material's name and of the object's name, in that order of trust."""
    names = [slot.material.name for slot in item.material_slots if slot.material] + [item.name]
    return [re.findall(r"[a-z]+|\d+k", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()) for name in names]


def _stone_of(item: bpy.types.Object) -> tuple[str, Stone] | None:
    for found in _words(item):
        last = next((word for word in reversed(found) if word in METAL_WORDS | GEM_WORDS or word in STONES), "")
        if last in METAL_WORDS:
            return None
        if last:
            return _named_stone(found)
    return None


def _named_stone(found: list[str]) -> tuple[str, Stone]:
    kind = next((word for word in found if word in STONES), "diamond")
    text = " ".join(found)
    color = next((name for name in sorted(COLORS, key=len, reverse=True) if re.search(rf"\b{name}\b", text)), "")
    own = STONES[kind]
    if not color:
        return kind, own
    return f"{color} {kind}", stone_look(kind, color)


def _metal_of(item: bpy.types.Object) -> str | None:
    """The metal of the kit that a material's name tells of."""
    for found in _words(item):
        if "platinum" in found or "silver" in found:
            return "platinum" if "platinum" in found else "silver"
        if "gold" in found:
            hue = next((hue for hue in ("rose", "white") if hue in found), "yellow")
            return f"{'14k' if '14k' in found else '18k'} {hue} gold"
    return None


def _metal_material(name: str) -> bpy.types.Material:
    look: Metal = METALS[name]
    return _polished(name, {"Base Color": (*look.color, 1), "Roughness": look.roughness, "Metallic": 1.0})


def _stone_material(name: str, look: Stone) -> bpy.types.Material:
    glow = 1.0 if look.transmission > 0.5 else MILKY
    inputs = {
        "Base Color": (*(glow * channel for channel in look.color), 1),
        "Roughness": look.roughness,
        "IOR": look.refractive_index,
        "Transmission Weight": look.transmission,
        "Coat Weight": look.coat,
    }
    return _polished(name, inputs)


def _polished(name: str, inputs: dict[str | int, Any]) -> bpy.types.Material:
    """One material for all parts of the same look; its own name keeps it apart from those of the file."""
    label = f"picture of {name}"
    found = bpy.data.materials.get(label)
    if found is not None:
        return found
    made = bpy.data.materials.new(label)
    tree = tree_of(made)
    feed(tree, tree.nodes["Principled BSDF"], inputs)
    return made
