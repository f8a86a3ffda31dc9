"""A kit for building rings in Blender: shanks, rows of stones, gems and heads, all in millimetres.

Axes: the finger runs along y, z points up through the top of the ring, and the ring's centre is the origin.
"""

from .bands import Shank
from .gems import Gem
from .heads import bezel_head, halo_head, prong_head, signet_head, tension_head, three_stone_head
from .parts import metal, part, stone
from .rows import Row
from .shanks import shank
from .solids import Solid, bead, hoop, loft, merged, tube

__all__ = [
    "Gem",
    "Row",
    "Shank",
    "Solid",
    "bead",
    "bezel_head",
    "halo_head",
    "hoop",
    "loft",
    "merged",
    "metal",
    "part",
    "prong_head",
    "shank",
    "signet_head",
    "stone",
    "tension_head",
    "three_stone_head",
    "tube",
]
