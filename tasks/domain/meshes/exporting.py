"""Write a model as files: GLB for the web, STL and 3MF for slicers, OBJ and USDZ for whoever asks.

| file | unit | up | origin | looks |
|---|---|---|---|---|
| GLB | m | y | the model's | everything |
| USDZ | m | y | the model's | colours and textures |
| STL | mm | z | standing on z = 0, centred in x and y | none |
| 3MF | mm | z | the same, moved to where all coordinates are positive | one colour per part |
| OBJ | mm | z | as STL | colours and textures |

The same model always becomes the same bytes, USDZ apart, whose writer stores the time.
"""

import numpy as np
import trimesh
from trimesh.visual import TextureVisuals
from trimesh.visual.material import PBRMaterial

from tasks.domain.meshes.looks import MATTE_ROUGHNESS, base_colour, unique_names
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.obj_writing import as_obj
from tasks.domain.meshes.print_frame import filled_parts, on_the_bed
from tasks.domain.meshes.seams import welded_at_seams
from tasks.domain.meshes.threemf_writing import as_3mf

__all__ = ["as_3mf", "as_glb", "as_obj", "as_stl", "as_usdz"]

_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_STL_HEADER = b"millimetres, z up".ljust(80)  # must not begin with "solid", which would make it a text file


def as_glb(model: Model) -> bytes:
    """The model as GLB: one node per part under its name, with all of its looks; `extras` are those of the scene.

    Vertices that agree in place and looks are stored once. Raises InvalidInput when there are no triangles.
    """
    scene = trimesh.Scene(metadata=dict(model.extras))
    parts = filled_parts(model)
    for name, part in zip(unique_names(part.name for part in parts), parts, strict=True):
        scene.add_geometry(_mesh(welded_at_seams(part)), node_name=name, geom_name=name)
    data: bytes = trimesh.exchange.gltf.export_glb(scene, include_normals=False)
    return data


def _mesh(part: Part) -> trimesh.Trimesh:
    visual = TextureVisuals(uv=part.uv, material=part.material or _matte(part))
    if part.colours is not None:
        visual.vertex_attributes["color"] = part.colours
    return trimesh.Trimesh(part.vertices, part.faces, visual=visual, process=False)


def _matte(part: Part) -> PBRMaterial:
    """For a part without material, since what glTF shows by default is raw metal."""
    return PBRMaterial(
        name="matte", baseColorFactor=base_colour(part), metallicFactor=0.0, roughnessFactor=MATTE_ROUGHNESS
    )


def as_stl(model: Model) -> bytes:
    """The model as binary STL in mm, z up, standing on z = 0, centred in x and y; all parts in one."""
    triangles = np.concatenate([vertices[part.faces] for part, vertices in on_the_bed(model)])
    a, b, c = triangles.swapaxes(0, 1)
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    records = np.zeros(len(triangles), _STL_TRIANGLE)
    records["normal"] = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    records["corners"] = triangles
    return _STL_HEADER + np.uint32(len(records)).tobytes() + records.tobytes()


def as_usdz(model: Model) -> bytes:
    """The model as USDZ in metres, y up; see `usd_writing`."""
    from tasks.domain.meshes import usd_writing  # 30 MB of USD, which only those who ask for it need to load

    return usd_writing.as_usdz(model)
