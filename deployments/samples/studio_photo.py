"""What both sample photos share: an empty scene, cloth, the camera and the file. Runs inside Blender's environment."""

import math
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "blocks/blender/runtime"))  # the studio and the kit live there, outside any package

import studio  # noqa: E402
from mathutils import Vector  # noqa: E402
from ring_kit.materials import METALS, stone_look  # noqa: E402
from shading import feed, node, tree_of  # noqa: E402

WIDTH_PX, HEIGHT_PX = 1500, 2000  # 3:4, as the try-on's canvas: a click means the same place on both
JPEG_QUALITY = 72  # keeps a sample below 300 kB

Rgb = tuple[float, float, float]


def empty_scene(backdrop: Rgb, size: float) -> None:
    """Nothing but the studio's surround and soft boxes for a piece about `size` long, seen from -y and above."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    studio.surround(backdrop)
    studio.lights(size).matrix_world = studio.facing(Vector((0, -1, 0.25)))


def metal(name: str) -> bpy.types.Material:
    """A polished metal of the kit."""
    look = METALS[name]
    return _principled(name, {"Base Color": (*look.color, 1), "Metallic": 1.0, "Roughness": look.roughness})


def gem(name: str) -> bpy.types.Material:
    """A clear stone of the kit."""
    look = stone_look(name, "")
    inputs = {"Base Color": (*look.color, 1), "IOR": look.refractive_index, "Transmission Weight": look.transmission}
    return _principled(name, {**inputs, "Roughness": 0.0})


def linen(color: Rgb, threads_per_unit: float) -> bpy.types.Material:
    """Woven cloth: two crossing sets of threads as bump and as a slight change of colour."""
    made = _principled("linen", {"Roughness": 0.95, "Specular IOR Level": 0.2})
    tree = tree_of(made)
    place = node(tree, "ShaderNodeTexCoord", {}).outputs["UV"]
    threads = [_threads(tree, place, axis, threads_per_unit) for axis in ("X", "Y")]
    weave = node(tree, "ShaderNodeMath", {0: threads[0], 1: threads[1]}, operation="MAXIMUM").outputs[0]
    slub = node(tree, "ShaderNodeTexNoise", {"Vector": place, "Scale": threads_per_unit / 3, "Detail": 4.0}).outputs[0]
    mixed = node(tree, "ShaderNodeMath", {0: weave, 1: slub}, operation="MULTIPLY").outputs[0]
    tint = node(tree, "ShaderNodeMapRange", {"Value": mixed, "To Min": 0.72, "To Max": 1.35}).outputs[0]
    shade = node(tree, "ShaderNodeVectorMath", {0: color, 1: tint}, operation="MULTIPLY").outputs[0]
    bump = node(tree, "ShaderNodeBump", {"Height": mixed, "Strength": 0.5, "Distance": 0.4 / threads_per_unit})
    feed(tree, tree.nodes["Principled BSDF"], {"Base Color": shade, "Normal": bump.outputs[0]})
    return made


def _threads(tree: bpy.types.NodeTree, place: bpy.types.NodeSocket, axis: str, per_unit: float) -> bpy.types.NodeSocket:
    wave = {"Vector": place, "Scale": per_unit * math.pi / 10, "Distortion": 1.2, "Detail": 2.0}
    return node(tree, "ShaderNodeTexWave", wave, bands_direction=axis).outputs["Factor"]


def camera(place: tuple[float, float, float], target: tuple[float, float, float], tall: float) -> None:
    """A long lens at `place`, looking at `target`; `tall` is the height of the frame there."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "VERTICAL"
    away = Vector(place) - Vector(target)
    data.angle = 2 * math.atan(tall / 2 / away.length)
    made = bpy.data.objects.new("camera", data)
    made.matrix_world = studio.facing(away)
    made.location = place
    bpy.context.scene.collection.objects.link(made)
    bpy.context.scene.camera = made


def shoot(path: str, samples: int, share: float) -> None:
    """Render the scene into the JPEG `path`; a `share` below 1 makes a smaller proof."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = WIDTH_PX, HEIGHT_PX
    scene.render.resolution_percentage = round(100 * share)
    scene.render.image_settings.file_format = "JPEG"
    scene.render.image_settings.quality = JPEG_QUALITY
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed = "CPU", samples, 1
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.transmission_bounces, cycles.glossy_bounces, cycles.diffuse_bounces = 12, 12, 4, 2
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 6.0
    scene.render.filepath = str(Path(path).resolve())
    bpy.ops.render.render(write_still=True)


def put(name: str, mesh: bpy.types.Mesh, material: bpy.types.Material, smooth: bool = True) -> bpy.types.Object:
    """Stand `mesh` in the scene, in one material."""
    mesh.materials.clear()
    mesh.materials.append(material)
    mesh.polygons.foreach_set("use_smooth", [smooth] * len(mesh.polygons))
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    return made


def _principled(name: str, inputs: dict) -> bpy.types.Material:
    made = bpy.data.materials.new(name)
    tree = tree_of(made)
    feed(tree, tree.nodes["Principled BSDF"], inputs)
    return made
