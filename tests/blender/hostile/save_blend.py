# class: blender-doors
# goal: have Blender save its file
# layer: landlock

import os

import bpy


def attack(target):
    path = os.path.join(target["folder"], "planted.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    return os.path.exists(path)
