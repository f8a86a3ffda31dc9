# class: read-files
# goal: have Blender read a private file into a text block
# layer: landlock

import bpy


def attack(target):
    return "canary" in bpy.data.texts.load(target["secret"]).as_string()
