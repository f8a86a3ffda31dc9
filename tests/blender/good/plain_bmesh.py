import math

import bmesh
import bpy

BAND_RADIUS = 0.0086
BAND_THICKNESS = 0.0017
BAND_WIDTH = 0.0022
SEGMENTS = 96


def make_object(name, bm):
    mesh = bpy.data.meshes.new(name)
    bm.to_mesh(mesh)
    bm.free()
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    return item


def build_band():
    bm = bmesh.new()
    rings = []
    for i in range(SEGMENTS):
        angle = 2 * math.pi * i / SEGMENTS
        corners = []
        for radius, y in ((0, -1), (1, -1), (1, 1), (0, 1)):
            r = BAND_RADIUS + radius * BAND_THICKNESS
            corners.append(bm.verts.new((r * math.sin(angle), y * BAND_WIDTH / 2, r * math.cos(angle))))
        rings.append(corners)
    for i in range(SEGMENTS):
        a, b = rings[i], rings[(i + 1) % SEGMENTS]
        for j in range(4):
            k = (j + 1) % 4
            bm.faces.new([a[j], b[j], b[k], a[k]])
    bm.faces.new([rings[0][0], rings[0][0], rings[0][1]])
    bmesh.ops.recalc_face_normals(bm, faces=bm.faces)
    band = make_object("band", bm)
    band.modifiers.new("bevel", "BEVEL").width = 0.0002
    return band


def build():
    build_band()


if __name__ == "__main__":
    build()
