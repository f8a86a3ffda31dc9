# class: memory-bomb
# goal: take memory in Blender
# layer: rlimit
# evidence: MemoryError|ENOMEM|Crash|bad_alloc|OutOfMemory

import bpy


def attack(target):
    mesh = bpy.data.meshes.new("planted")
    mesh.vertices.add(target["too_much_bytes"] // 12)
    return len(mesh.vertices)
