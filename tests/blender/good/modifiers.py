import bmesh
import bpy


def build():
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=0.01)
    mesh = bpy.data.meshes.new("cube")
    bm.to_mesh(mesh)
    cube = bpy.data.objects.new("cube", mesh)
    bpy.context.scene.collection.objects.link(cube)
    bevel = cube.modifiers.new("bevel", "BEVEL")
    bevel.width, bevel.segments = 0.001, 3
    cube.modifiers.new("subsurf", "SUBSURF").levels = 2


build()
if __name__ == "__main__":
    build()
