"""From the pieces of a GLB to the named parts of a ring, in millimetres, each metal or stone."""

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.glb import Piece
from tasks.domain.meshes.shells import Surface, cavities, shell_surfaces, survey
from tasks.domain.rings.metal_or_stone import Role, looks_cut, role_of_material, role_of_name

MAX_PARTS = 2000
MIN_RING_MM, MAX_RING_MM = 12.0, 60.0  # the longest side of any ring's bounding box
UNITS = {"millimetres": 1e-3, "centimetres": 1e-2, "inches": 0.0254}  # metres per unit


ToldBy = Literal["material", "name", "shape"]


@dataclass(frozen=True)
class Part:
    """One node, or the metal or stone half of it; `told_by` says how its role was found."""

    name: str
    role: Role
    told_by: ToldBy
    material: str
    triangles: int
    surface: Surface

    @property
    def inverted(self) -> bool:
        """True when a closed shell is inside out and no hollow's inner wall."""
        surface = self.surface
        inward = surface.closed & surface.consistent & ~surface.empty & (surface.volumes < 0)
        return bool((inward & ~cavities(surface)).any())

    @property
    def solid_mm3(self) -> float:
        """Volume of the closed shells, whatever their winding."""
        surface = self.surface
        return float(np.abs(surface.volumes[surface.closed & ~cavities(surface)]).sum())

    @property
    def wire_mm(self) -> float:
        """Diameter of a round wire with the same ratio of volume to area."""
        return 4 * self.solid_mm3 / max(float(self.surface.areas.sum()), 1e-9)


def parts_of(pieces: list[Piece]) -> list[Part]:
    """Weld the pieces of each node and role; a ring that is one joined mesh is split into its shells."""
    parts = [part for _, node in groupby(pieces, key=lambda piece: piece.place) for part in _parts_of_node(list(node))]
    if len(parts) > MAX_PARTS:
        raise InvalidInput("glb", f"{len(parts)} parts, at most {MAX_PARTS} are measured")
    return _split(parts[0]) if len(parts) == 1 else parts


def foreign_unit(pieces: list[Piece]) -> tuple[str, float] | None:
    """The unit that the file was written in by mistake and the factor that mends it; None when metres fit."""
    low = np.min([piece.vertices.min(axis=0) for piece in pieces], axis=0)
    high = np.max([piece.vertices.max(axis=0) for piece in pieces], axis=0)
    longest_mm = float((high - low).max())
    if MIN_RING_MM <= longest_mm <= MAX_RING_MM:
        return None
    for name, factor in UNITS.items():
        if MIN_RING_MM <= longest_mm * factor <= MAX_RING_MM:
            return name, factor
    return None


def scaled(pieces: list[Piece], factor: float) -> list[Piece]:
    """The same pieces, `factor` times as large."""
    return [Piece(p.node, p.place, p.material, p.vertices * factor, p.faces) for p in pieces]


def _parts_of_node(pieces: list[Piece]) -> list[Part]:
    """One part per role; without a telling material or name the shape of all of the node decides."""
    by_role: dict[tuple[Role, ToldBy], list[Piece]] = {}
    for piece in pieces:
        by_role.setdefault(_role(piece), []).append(piece)
    return [_part(alike, role, told_by) for (role, told_by), alike in by_role.items()]


def _role(piece: Piece) -> tuple[Role, ToldBy]:
    by_material = role_of_material(piece.material)
    if by_material is not None:
        return by_material, "material"
    by_name = role_of_name(piece.node)
    if by_name is not None:
        return by_name, "name"
    return ("stone" if looks_cut(survey(piece.vertices, piece.faces)) else "metal"), "shape"


def _part(pieces: list[Piece], role: Role, told_by: ToldBy) -> Part:
    starts = np.cumsum([0] + [len(piece.vertices) for piece in pieces])
    vertices = np.concatenate([piece.vertices for piece in pieces])
    faces = np.concatenate([piece.faces + start for piece, start in zip(pieces, starts[:-1], strict=True)])
    material = pieces[0].material
    label = _plain(material.name) if material else ""
    return Part(_plain(pieces[0].node), role, told_by, label, len(faces), survey(vertices, faces))


def _plain(name: str) -> str:
    """A name fit for reports and prompts: what a file calls its nodes is not ours."""
    return re.sub(r"[^\w .-]", "_", name)[:64]


def _split(whole: Part) -> list[Part]:
    """Stones and metal of a joined mesh, told apart by shape; the part itself when none of its shells looks cut."""
    if not 1 < whole.surface.count <= MAX_PARTS:
        return [whole]
    shells = shell_surfaces(whole.surface)
    stones = [looks_cut(shell) for shell in shells]
    if not any(stones):
        return [whole]
    return [
        Part(
            f"{whole.name} shell {number}",
            "stone" if cut else "metal",
            "shape",
            whole.material,
            len(shell.faces),
            shell,
        )
        for number, (cut, shell) in enumerate(zip(stones, shells, strict=True), start=1)
    ]
