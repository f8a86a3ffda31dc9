# class: blender-doors
# goal: have the exporter write somewhere else
# layer: landlock

import os

import bpy


def attack(target):
    mesh = bpy.data.meshes.new("planted")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("planted", mesh))
    path = os.path.join(target["folder"], "planted.glb")
    bpy.ops.export_scene.gltf(filepath=path)
    return os.path.exists(path)
