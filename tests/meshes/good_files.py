"""Small sound files of every format that is read, built by trimesh or by hand: the stock of the reading tests."""

import io
import json
import struct

import numpy as np
import trimesh
from PIL import Image
from trimesh.visual.material import PBRMaterial

PICTURE = Image.fromarray(np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3))


def png() -> bytes:
    out = io.BytesIO()
    PICTURE.save(out, "PNG")
    return out.getvalue()


def textured() -> trimesh.Trimesh:
    """A tetrahedron-like box with texture coordinates and a full material."""
    mesh = trimesh.creation.box()
    material = PBRMaterial(
        name="gold",
        baseColorTexture=PICTURE,
        metallicRoughnessTexture=PICTURE,
        metallicFactor=0.9,
        roughnessFactor=0.25,
        baseColorFactor=[255, 200, 100, 255],
        doubleSided=True,
        alphaMode="BLEND",
    )
    uv = mesh.vertices[:, :2] + 0.5
    mesh.visual = trimesh.visual.TextureVisuals(uv=uv, material=material)
    return mesh


def glb_textured() -> bytes:
    scene = trimesh.Scene()
    scene.add_geometry(textured(), node_name="band", geom_name="band")
    return scene.export(file_type="glb")


def glb_coloured() -> bytes:
    mesh = trimesh.creation.box()
    colours = np.column_stack([np.arange(8) * 30, np.zeros(8), np.full(8, 7), np.full(8, 255)])
    mesh.visual.vertex_colors = colours.astype(np.uint8)
    return trimesh.Scene(mesh).export(file_type="glb")


def glb_nodes() -> bytes:
    """Two instances of one box: one moved, turned and scaled, one mirrored."""
    scene = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(np.pi / 2, [0, 0, 1])
    turn[:3, 3] = [10, 0, 0]
    turn[:3, :3] *= 2
    scene.add_geometry(trimesh.creation.box(), node_name="turned", geom_name="box", transform=turn)
    scene.graph.update("mirrored", geometry="box", matrix=np.diag([-1.0, 1, 1, 1]))
    return scene.export(file_type="glb")


def glb_draco() -> bytes:
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.icosphere(subdivisions=2), node_name="ball", geom_name="ball")
    return scene.export(file_type="glb", extension_draco=True)


def obj() -> bytes:
    return b"""# a square pyramid
mtllib outside.mtl
o pyramid
v 0 0 0
v 1 0 0
v 1 0 1
v 0 0 1
v 0.5 1 0.5
vt 0 0
vt 1 0
vt 1 1
usemtl silver
f 1/1 2/2 3/3 4/1
f 2/2 1/1 5/3
f -3/2 -4/1 -1/3
f 4/1 3/2 5/3
f 1/1 4/2 5/3
"""


def stl_binary() -> bytes:
    return trimesh.creation.box(extents=(10, 20, 30)).export(file_type="stl")


def stl_ascii() -> bytes:
    return trimesh.creation.box(extents=(10, 20, 30)).export(file_type="stl_ascii").encode()


def ply_binary() -> bytes:
    return trimesh.creation.box().export(file_type="ply")


def ply_ascii() -> bytes:
    return trimesh.creation.box().export(file_type="ply", encoding="ascii")


def glb_of(document: dict, binary: bytes = b"") -> bytes:
    """A GLB of this JSON and these bytes."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    chunks = struct.pack("<I", len(text)) + b"JSON" + text
    if binary:
        chunks += struct.pack("<I", len(binary)) + b"BIN\0" + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def opened(glb: bytes) -> tuple[dict, bytes]:
    """The JSON and the BIN chunk of a sound GLB."""
    (length,) = struct.unpack_from("<I", glb, 12)
    return json.loads(glb[20 : 20 + length]), glb[28 + length :]


GOOD = {
    "glb textured": glb_textured,
    "glb coloured": glb_coloured,
    "glb nodes": glb_nodes,
    "glb draco": glb_draco,
    "obj": obj,
    "stl binary": stl_binary,
    "stl ascii": stl_ascii,
    "ply binary": ply_binary,
    "ply ascii": ply_ascii,
}
