"""A script that calls what Blender no longer has."""

import bpy


def build():
    mesh = bpy.data.meshes.new("shank")
    mesh.calc_normals()


build()
