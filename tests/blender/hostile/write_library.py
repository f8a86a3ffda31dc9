# class: blender-doors
# goal: have Blender write a library
# layer: landlock

import os

import bpy


def attack(target):
    path = os.path.join(target["folder"], "planted.blend")
    bpy.data.libraries.write(path, {bpy.data.meshes.new("planted")})
    return os.path.exists(path)
