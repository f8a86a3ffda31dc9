"""Bodies of known volume and place, in mm along glTF axes (finger = z, up = y), and the GLBs made of them."""

from math import cos, pi, sin

import numpy as np
import trimesh
from trimesh import Trimesh
from trimesh.creation import annulus, box, cylinder
from trimesh.creation import torus as solid_torus

INNER_RADIUS_MM = 8.65
WIRE_RADIUS_MM = 0.9
GIRDLE_MM = 13.5  # height of the stone's girdle above the finger's centre
STONE_MM = 6.5


def torus(inner_radius_mm: float = INNER_RADIUS_MM, wire_mm: float = WIRE_RADIUS_MM, sections: int = 192) -> Trimesh:
    """A plain round-wire ring."""
    return solid_torus(inner_radius_mm + wire_mm, wire_mm, major_sections=sections, minor_sections=48)


def torus_volume_mm3(inner_radius_mm: float = INNER_RADIUS_MM, wire_mm: float = WIRE_RADIUS_MM) -> float:
    return 2 * pi**2 * (inner_radius_mm + wire_mm) * wire_mm**2


def pipe(inner_mm: float, outer_mm: float, width_mm: float, sections: int = 192) -> Trimesh:
    """A flat band."""
    return annulus(inner_mm, outer_mm, width_mm, sections=sections)


def brilliant(diameter_mm: float = STONE_MM, girdle_mm: float = GIRDLE_MM) -> Trimesh:
    """A convex stone with a table, facing up (+y), its girdle at `girdle_mm`."""
    radius = diameter_mm / 2
    points = [(0, girdle_mm - 0.86 * radius, 0)]
    for corner in range(32):
        angle = 2 * pi * corner / 32
        for share, height in ((1, -0.02), (1, 0.02), (0.57, 0.34)):
            points.append((share * radius * cos(angle), girdle_mm + height * radius, share * radius * sin(angle)))
    return Trimesh(points).convex_hull


def claws(diameter_mm: float = STONE_MM, girdle_mm: float = GIRDLE_MM, wire_mm: float = 0.4) -> dict[str, Trimesh]:
    """Four wires from inside the shank to just above the girdle, biting into the stone's edge."""
    foot, tip = INNER_RADIUS_MM + WIRE_RADIUS_MM, girdle_mm + 0.5
    made = {}
    for number in range(4):
        angle = pi / 4 + number * pi / 2
        x, z = cos(angle), sin(angle)
        reach = diameter_mm / 2 + 0.25 * wire_mm
        segment = [[0.3 * x, foot, 0.3 * z], [reach * x, tip, reach * z]]
        made[f"prong_{number + 1:02d}"] = cylinder(wire_mm, segment=segment, sections=24)
    return made


def rail(girdle_mm: float = GIRDLE_MM) -> Trimesh:
    """A hoop under the stone that ties the claws together."""
    hoop = solid_torus(0.5 * STONE_MM * 0.62, 0.35, major_sections=96, minor_sections=24)
    hoop.apply_transform(trimesh.transformations.rotation_matrix(pi / 2, [1, 0, 0]))
    hoop.apply_translation([0, girdle_mm - 1.95, 0])
    return hoop


def solitaire() -> dict[str, Trimesh]:
    """A sound ring: shank, four claws, one diamond."""
    return {"shank": torus(), **claws(), "center_diamond": brilliant()}


def block(low: tuple[float, float, float], high: tuple[float, float, float]) -> Trimesh:
    """An upright box."""
    return box(bounds=[low, high])


def ball(centre: tuple[float, float, float], radius_mm: float) -> Trimesh:
    """A round pearl."""
    return trimesh.creation.icosphere(3, radius_mm).apply_translation(centre)


def cut(body: Trimesh, keep: np.ndarray) -> Trimesh:
    """The faces of `body` for which `keep` holds: an open shell."""
    return Trimesh(body.vertices, body.faces[keep], process=False)


def glb(parts: dict[str, Trimesh], scale: float = 1e-3) -> bytes:
    """The parts as named nodes; `scale` is metres per unit of the bodies."""
    scene = trimesh.Scene()
    for name, body in parts.items():
        bare = Trimesh(body.vertices * scale, body.faces, process=False)
        scene.add_geometry(bare, node_name=name, geom_name=name)
    return bytes(scene.export(file_type="glb"))
