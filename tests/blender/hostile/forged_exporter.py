# class: forge-results
# goal: pass rubbish off as a ring by replacing the exporter
# layer: outside-proof

import bpy


def attack(target):
    class Operators:
        @staticmethod
        def gltf(filepath="ring.glb", **_):
            with open(filepath, "wb") as file:
                file.write(b"glTF" + (2).to_bytes(4, "little") + (4096).to_bytes(4, "little") + bytes(4084))

    bpy.ops.export_scene = Operators
    mesh = bpy.data.meshes.new("rubbish")
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("rubbish", mesh))
    Operators.gltf()
