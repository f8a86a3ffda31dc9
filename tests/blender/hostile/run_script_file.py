# class: blender-doors
# goal: have Blender run a Python file from elsewhere
# layer: landlock

import bpy


def attack(target):
    bpy.ops.script.python_file_run(filepath=target["program"])
    return bpy.app.driver_namespace.get("ran")
