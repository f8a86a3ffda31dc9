# class: blender-doors
# goal: have Blender save a picture
# layer: landlock
# evidence: Could not write image

import os

import bpy


def attack(target):
    image = bpy.data.images.new("planted", 8, 8)
    image.filepath_raw = os.path.join(target["folder"], "planted.png")
    image.file_format = "PNG"
    image.save()
    return os.path.exists(image.filepath_raw)
