"""The sample photo of a ring: one that the offline designer made, half sunk into a cushion's slot, as in its box.

Run from the project's root, first the ring and then the photo (some minutes; a last argument 0.25 makes a quick proof):
    .venv/bin/python -m deployments design "solitaire, 1.5 ct oval sapphire, 18k yellow gold" --out /tmp/ring
    .venv-blender/bin/python deployments/samples/ring_scene.py /tmp/ring/ring.glb api/console/samples/ring.jpg
"""

import sys

import bpy
import numpy as np
from studio_photo import camera, empty_scene, linen, put, shoot

import looks  # isort: skip
from mathutils import Matrix  # isort: skip

RING = 2.5  # units of the ring's longest side
CLOTH, WALL = (0.078, 0.080, 0.090), (0.36, 0.35, 0.34)
CUSHION = 0.05  # its height above the hoop's middle: what shows is about what a finger would leave to see


def ring(path: str) -> None:
    """Bring the GLB in, dress it and stand it upright with its hoop's middle at the origin, facing -y."""
    bpy.ops.import_scene.gltf(filepath=path)
    parts = [item for item in bpy.context.scene.objects if item.type == "MESH"]
    looks.dress(parts)
    bpy.context.view_layer.update()
    corners = np.array([part.matrix_world @ vertex.co for part in parts for vertex in part.data.vertices])
    scale = RING / float(np.ptp(corners[:, 0]))
    for part in parts:
        world = Matrix.Scale(scale, 4) @ part.matrix_world
        part.parent = None
        part.matrix_world = world


def cushion(fabric: bpy.types.Material) -> None:
    """A padded square of cloth, pressed down along the slot that holds the ring."""
    side, half = 360, 7.0
    line = np.linspace(-half, half, side)
    x, y = np.meshgrid(line, line)
    slot = -0.30 * np.exp(-np.abs(y) / 0.30) * np.exp(-((x / 2.2) ** 6))
    padding = 0.12 * np.cos(0.5 * x) * np.cos(0.6 * y) + 0.03 * np.sin(1.3 * x + 0.8 * y)
    points = np.stack([x, y, CUSHION + slot + padding], axis=-1).reshape(-1, 3)
    faces = [
        (j * side + i, j * side + i + 1, (j + 1) * side + i + 1, (j + 1) * side + i)
        for j in range(side - 1)
        for i in range(side - 1)
    ]
    mesh = bpy.data.meshes.new("cushion")
    mesh.from_pydata(points.tolist(), [], faces)
    layer = mesh.uv_layers.new()
    for loop in mesh.loops:
        layer.data[loop.index].uv = points[loop.vertex_index, :2]
    put("cushion", mesh, fabric)


def main(glb: str, path: str, share: float) -> None:
    empty_scene(WALL, RING)
    ring(glb)
    cushion(linen(CLOTH, 14.0))
    camera((0, -8.0, 10.5), (0, 0, 0.55), 5.0)
    shoot(path, 16, share)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 1.0)
