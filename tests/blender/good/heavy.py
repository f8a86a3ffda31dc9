import math

import bmesh
import bpy

AROUND, ACROSS = 600, 250


def build():
    bm = bmesh.new()
    loops = []
    for i in range(AROUND):
        a = 2 * math.pi * i / AROUND
        loop = []
        for j in range(ACROSS):
            b = 2 * math.pi * j / ACROSS
            r = 0.0096 + 0.0009 * math.cos(b)
            loop.append(bm.verts.new((r * math.sin(a), 0.0009 * math.sin(b), r * math.cos(a))))
        loops.append(loop)
    for i in range(AROUND):
        near, far = loops[i - 1], loops[i]
        for j in range(ACROSS):
            bm.faces.new((near[j - 1], far[j - 1], far[j], near[j]))
    mesh = bpy.data.meshes.new("band")
    bm.to_mesh(mesh)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("band", mesh))
