"""Studio pictures of a ring's GLB with Cycles on the CPU: a hero shot, and the eight named views of the contract."""

import math
import os
from typing import NamedTuple

import bpy
import looks
import numpy as np
import studio
from mathutils import Matrix, Vector

RING_SIZE = 2.5  # Blender units of the ring's longest side, whatever its own
PALE_BACKDROP, DARK_BACKDROP = (0.27, 0.245, 0.22), (0.062, 0.065, 0.073)
HERO = "hero"


class Shot(NamedTuple):
    """Where the camera stands from the ring's middle, Blender axes; its angle; the share of the frame to fill."""

    place: tuple[float, float, float]
    angle_deg: float = 30.0
    fill: float = 0.92


# glTF places (x, y, z) are (x, -z, y) here.
SHOTS = {
    "front": Shot((0, -5, 0)),
    "back": Shot((0, 5, 0)),
    "left": Shot((-5, 0, 0)),
    "right": Shot((5, 0, 0)),
    "top": Shot((0, 0, 5)),
    "bottom": Shot((0, 0, -5)),
    "angle1": Shot((3, -3, 3)),
    "angle2": Shot((-3, 3, 2)),
    HERO: Shot((0.52, -0.72, 0.53), 17.0, 0.74),  # from the front right and above, through a longer lens
}


def render(glb_path: str, pictures: dict[str, str], size_px: int, samples: int) -> None:
    """Render `pictures`, view name → PNG path, each `size_px` square with `samples` light paths a pixel.

    ValueError for an unknown view or a GLB without a mesh.
    """
    unknown = sorted(set(pictures) - set(SHOTS))
    if unknown:
        raise ValueError(f"unknown views {unknown}; known are {list(SHOTS)}")
    ring = _open(glb_path)
    backdrop = DARK_BACKDROP if looks.dress(ring) else PALE_BACKDROP
    low = _normalise(ring)
    points = _points(ring)
    _engine(size_px, samples)
    studio.surround(backdrop)
    rig, camera = studio.lights(RING_SIZE), _camera()
    for view in sorted(pictures, key=lambda name: name == HERO):  # the hero last: only it stands on a table
        if view == HERO:
            studio.table(low, backdrop, RING_SIZE)
        _aim(camera, rig, points, SHOTS[view])
        bpy.context.scene.render.filepath = os.path.abspath(pictures[view])
        bpy.ops.render.render(write_still=True)


def _open(glb_path: str) -> list[bpy.types.Object]:
    """The meshes of the file, alone in an empty scene: lights that the file brings are taken out."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=glb_path)
    for item in [item for item in bpy.data.objects if item.type == "LIGHT"]:
        bpy.data.objects.remove(item)
    meshes = [item for item in bpy.context.scene.objects if item.type == "MESH" and item.data.polygons]
    if not meshes:
        raise ValueError("the GLB has no mesh")
    return meshes


def _points(ring: list[bpy.types.Object]) -> np.ndarray:
    """World positions of all vertices, (n, 3)."""
    bpy.context.view_layer.update()
    clouds = []
    for item in ring:
        flat = np.empty(3 * len(item.data.vertices), np.float32)
        item.data.vertices.foreach_get("co", flat)
        world = np.array(item.matrix_world)
        clouds.append(flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
    return np.concatenate(clouds)


def _normalise(ring: list[bpy.types.Object]) -> float:
    """Centre the ring on the origin, its longest side RING_SIZE; returns the height of its lowest point."""
    points = _points(ring)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = RING_SIZE / max(float((high - low).max()), 1e-9)
    centred = Matrix.Scale(scale, 4) @ Matrix.Translation(-Vector(((low + high) / 2).tolist()))
    for item in ring:
        world = centred @ item.matrix_world
        item.parent = None
        item.matrix_world = world
    return float((low[2] - high[2]) / 2) * scale


def _camera() -> bpy.types.Object:
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "HORIZONTAL"
    camera = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    return camera


def _aim(camera: bpy.types.Object, rig: bpy.types.Object, points: np.ndarray, shot: Shot) -> None:
    """Take up the shot's place with all `points` in the middle of the frame; the lights go along."""
    turn = studio.facing(Vector(shot.place))
    seen = points @ np.array(turn)[:3, :3]  # in the camera's axes, around the origin
    half = math.tan(math.radians(shot.angle_deg / 2)) * shot.fill
    across, distance = np.zeros(2), 4 * RING_SIZE
    for _ in range(12):  # each round recentres and rescales; perspective makes both depend on the distance
        slope = (seen[:, :2] - across) / (distance - seen[:, 2:3])
        low, high = slope.min(axis=0), slope.max(axis=0)
        across = across + (low + high) / 2 * distance
        distance *= float((high - low).max()) / (2 * half)
    camera.data.angle = math.radians(shot.angle_deg)
    camera.matrix_world = turn @ Matrix.Translation((float(across[0]), float(across[1]), distance))
    rig.matrix_world = turn


def _engine(size_px: int, samples: int) -> None:
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x = scene.render.resolution_y = size_px
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.use_persistent_data = True
    scene.view_settings.view_transform = "Khronos PBR Neutral"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.seed = "CPU", samples, 1
    cycles.use_adaptive_sampling = cycles.use_light_tree = False  # neither pays with a dozen samples and five lights
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_quality, cycles.denoising_prefilter = "BALANCED", "ACCURATE"  # same to the eye as HIGH
    cycles.max_bounces, cycles.transmission_bounces, cycles.glossy_bounces, cycles.diffuse_bounces = 12, 12, 4, 1
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 6.0
