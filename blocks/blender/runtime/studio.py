"""A photographer's table for rings: soft boxes, a graduated surround and a backdrop, without any picture files."""

from dataclasses import dataclass

import bpy
from mathutils import Matrix, Vector
from shading import feed, node, tree_of

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class SoftBox:
    """A rectangular light; where it stands and how large it is, in lengths of the ring, in the camera's frame.

    Axes of the camera's frame: x to the right, y up, z towards the camera.
    """

    place: tuple[float, float, float]
    width: float
    height: float
    watts: float
    color: Rgb = (1.0, 1.0, 1.0)


ROOM = 0.8  # strength of the surround
GEM_LIFT = 2.2  # light that comes through a stone is brightened, as a photographer's pin light would
SOFT_BOXES = (
    SoftBox((-4.5, 3.2, 2.6), 3.2, 3.2, 420),
    SoftBox((4.6, 1.6, 1.6), 1.0, 4.0, 190, (1.0, 0.97, 0.93)),
    SoftBox((0.6, 5.4, -1.2), 4.2, 2.2, 420),
    SoftBox((-1.4, 2.2, -5.0), 3.0, 1.2, 160, (0.94, 0.97, 1.0)),
    SoftBox((1.2, 3.4, 4.6), 0.5, 0.5, 70),
)


def surround(backdrop: Rgb) -> None:
    """The world: rays from the camera see `backdrop`, reflections and stones see a gradient with bright strips."""
    world = bpy.data.worlds.new("surround")
    bpy.context.scene.world = world
    tree = tree_of(world)
    tree.nodes.clear()
    path = node(tree, "ShaderNodeLightPath", {}).outputs
    way = node(tree, "ShaderNodeTexCoord", {}).outputs["Generated"]
    height = node(tree, "ShaderNodeSeparateXYZ", {0: way}).outputs["Z"]
    unit = node(tree, "ShaderNodeMapRange", {"Value": height, "From Min": -1.0}).outputs[0]
    strips = node(tree, "ShaderNodeValToRGB", {0: unit})
    _set_strips(strips.color_ramp)
    in_gem = {"Value": path["Is Transmission Ray"], "To Min": ROOM, "To Max": GEM_LIFT * ROOM}
    strength = node(tree, "ShaderNodeMapRange", in_gem).outputs[0]
    room = node(tree, "ShaderNodeBackground", {"Color": strips.outputs[0], "Strength": strength}).outputs[0]
    seen = node(tree, "ShaderNodeBackground", {"Color": (*backdrop, 1)}).outputs[0]
    either = node(tree, "ShaderNodeMixShader", {0: path["Is Camera Ray"], 1: room, 2: seen}).outputs[0]
    node(tree, "ShaderNodeOutputWorld", {"Surface": either})


def _set_strips(ramp: bpy.types.ColorRamp) -> None:
    """Dim below, a bright horizon, alternating strips above: what polished metal and facets need to show shape."""
    first, last = ramp.elements[0], ramp.elements[1]
    first.position, first.color = 0.20, (0.30, 0.30, 0.31, 1)
    last.position, last.color = 0.97, (1.0, 1.0, 1.0, 1)
    for position, value in ((0.36, 0.05), (0.46, 0.20), (0.50, 0.62), (0.56, 0.08), (0.68, 0.75), (0.77, 0.08)):
        ramp.elements.new(position).color = (value, value, value * 1.02, 1)


def lights(size: float) -> bpy.types.Object:
    """All soft boxes, as children of one empty that turns with the camera; `size` is the ring's."""
    rig = bpy.data.objects.new("lights", None)
    bpy.context.scene.collection.objects.link(rig)
    for box in SOFT_BOXES:
        light = bpy.data.lights.new("soft box", "AREA")
        light.shape, light.size, light.size_y = "RECTANGLE", box.width * size, box.height * size
        light.energy, light.color = box.watts * size * size, box.color
        lamp = bpy.data.objects.new("soft box", light)
        bpy.context.scene.collection.objects.link(lamp)
        lamp.parent = rig
        lamp.location = Vector(box.place) * size
        lamp.rotation_euler = (-lamp.location).to_track_quat("-Z", "Y").to_euler()
        lamp.visible_camera = False
    return rig


def table(height: float, color: Rgb, reach: float) -> None:
    """A table top at `height` that fades into the backdrop of the same colour, so that no horizon shows."""
    far = 40 * reach
    corners = [(-far, -far, height), (far, -far, height), (far, far, height), (-far, far, height)]
    mesh = bpy.data.meshes.new("table")
    mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
    mesh.materials.append(_table_top(color, reach))
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("table", mesh))


def _table_top(color: Rgb, reach: float) -> bpy.types.Material:
    material = bpy.data.materials.new("table")
    tree = tree_of(material)
    top = tree.nodes["Principled BSDF"]
    feed(tree, top, {"Base Color": (*color, 1), "Roughness": 0.38})
    place = node(tree, "ShaderNodeNewGeometry", {}).outputs["Position"]
    distance = node(tree, "ShaderNodeVectorMath", {0: place}, operation="LENGTH").outputs["Value"]
    span = {"Value": distance, "From Min": reach, "From Max": 3.2 * reach}
    fade = node(tree, "ShaderNodeMapRange", span, interpolation_type="SMOOTHERSTEP").outputs[0]
    backdrop = node(tree, "ShaderNodeEmission", {"Color": (*color, 1)}).outputs[0]
    either = node(tree, "ShaderNodeMixShader", {0: fade, 1: top.outputs[0], 2: backdrop}).outputs[0]
    feed(tree, tree.nodes["Material Output"], {"Surface": either})
    return material


def facing(direction: Vector) -> Matrix:
    """Rotation of a camera that stands in `direction`, upright; straight above or below, x is to its right."""
    back = direction.normalized()
    right = Vector((0, 0, 1)).cross(back)
    right = right.normalized() if right.length > 1e-6 else Vector((1, 0, 0))
    return Matrix((right, back.cross(right), back)).transposed().to_4x4()
