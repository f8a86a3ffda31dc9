"""From solids to Blender: the only module of the kit that touches bpy. Millimetres become metres here."""

import math

import bmesh
import bpy

from .materials import metal_look, stone_look
from .solids import Solid

METRES_PER_MM = 0.001
WELD_MM = 1e-4
SHARP_DEG = 30.0
FACET_DEG = 0.05


def metal(name: str) -> bpy.types.Material:
    """The polished metal `name`, such as '18k yellow gold', '14k rose gold', 'platinum' or 'silver'."""
    look = metal_look(name)
    return _material(name, look.color, roughness=look.roughness, metallic=1.0)


def stone(name: str, color: str = "") -> bpy.types.Material:
    """The gem material `name`, such as 'diamond'; `color` ('pink', 'black', 'london blue', …) tints it."""
    look = stone_look(name, color)
    return _material(
        f"{color} {name}".strip(),
        look.color,
        roughness=look.roughness,
        transmission=look.transmission,
        refractive_index=look.refractive_index,
        coat=look.coat,
    )


def part(name: str, solid: Solid, material: bpy.types.Material, flat: bool = False) -> bpy.types.Object:
    """Put `solid` into the scene as the object `name`; gems are `flat`, metal is smooth with sharp edges over 30°.

    Points that coincide are welded and normals look outwards. ValueError when the solid is not closed.
    """
    mesh = bpy.data.meshes.new(name)
    work = bmesh.new()
    _fill(work, solid)
    _require_closed(name, work)
    _face_outwards(work)
    if flat:
        _unite_facets(work)
    _shade(work, flat)
    work.to_mesh(mesh)
    work.free()
    mesh.materials.append(material)
    placed = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(placed)
    return placed


def _fill(work: bmesh.types.BMesh, solid: Solid) -> None:
    points = [work.verts.new([value * METRES_PER_MM for value in vertex]) for vertex in solid.vertices]
    for face in solid.faces:
        work.faces.new([points[index] for index in face])
    bmesh.ops.remove_doubles(work, verts=work.verts[:], dist=WELD_MM * METRES_PER_MM)
    bmesh.ops.dissolve_degenerate(work, edges=work.edges[:], dist=WELD_MM * METRES_PER_MM)


def _require_closed(name: str, work: bmesh.types.BMesh) -> None:
    open_edges = sum(len(edge.link_faces) != 2 for edge in work.edges)
    if open_edges or not work.faces:
        raise ValueError(f"part {name!r} is not closed: {open_edges} of its {len(work.edges)} edges are open")


def _face_outwards(work: bmesh.types.BMesh) -> None:
    bmesh.ops.recalc_face_normals(work, faces=work.faces[:])
    if work.calc_volume(signed=True) < 0:
        bmesh.ops.reverse_faces(work, faces=work.faces[:])


def _unite_facets(work: bmesh.types.BMesh) -> None:
    """Faces in one plane become one facet, then facets of many sides are divided without slivers."""
    bmesh.ops.dissolve_limit(work, angle_limit=math.radians(FACET_DEG), verts=work.verts[:], edges=work.edges[:])
    many_sided = [face for face in work.faces if len(face.verts) > 4]
    bmesh.ops.triangulate(work, faces=many_sided, ngon_method="BEAUTY")


def _shade(work: bmesh.types.BMesh, flat: bool) -> None:
    for face in work.faces:
        face.smooth = not flat
    for edge in work.edges:
        edge.smooth = edge.calc_face_angle(0.0) < math.radians(SHARP_DEG)


def _material(
    name: str,
    color: tuple[float, float, float],
    *,
    roughness: float,
    metallic: float = 0.0,
    transmission: float = 0.0,
    refractive_index: float = 1.5,
    coat: float = 0.0,
) -> bpy.types.Material:
    found = bpy.data.materials.get(name)
    if found is not None:
        return found
    made = bpy.data.materials.new(name)
    if made.node_tree is None:
        made.use_nodes = True
    surface = made.node_tree.nodes["Principled BSDF"].inputs
    surface["Base Color"].default_value = (*color, 1.0)
    surface["Roughness"].default_value = roughness
    surface["Metallic"].default_value = metallic
    surface["Transmission Weight"].default_value = transmission
    surface["IOR"].default_value = refractive_index
    surface["Coat Weight"].default_value = coat
    made.diffuse_color = (*color, 1.0)
    return made
