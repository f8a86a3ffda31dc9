"""Write Wavefront OBJ with its materials and textures, zipped, since they are several files.

OBJ knows no unit. Print services and slicers take it for millimetres, z up, so that is what is written; programs that
take it for y up show the piece lying on its back.
"""

import io

import numpy as np
from PIL import Image

from tasks.domain.meshes.looks import base_colour, texture_of, to_srgb, unique_names
from tasks.domain.meshes.model import Floats, Ints, Model, Part
from tasks.domain.meshes.print_frame import on_the_bed
from tasks.domain.meshes.seams import welded_at_seams
from tasks.domain.meshes.zipping import zipped


def as_obj(model: Model) -> bytes:
    """A zip of model.obj in mm, z up, standing on z = 0, model.mtl, and texture.png where there is one.

    Each part is an object with a material of its own; further textures are numbered. Vertex colours follow the
    positions, as most readers understand. Raises InvalidInput when there are no triangles.
    """
    lines = ["# millimetres, z up", "mtllib model.mtl"]
    materials: list[str] = []
    textures: dict[str, bytes] = {}
    placed = on_the_bed(model)
    names = unique_names("_".join(part.name.split()) for part, _ in placed)
    vertices = coordinates = 0
    for name, (part, positions) in zip(names, placed, strict=True):
        seamed = welded_at_seams(Part(part.name, positions, part.faces, part.uv, part.colours, part.material))
        lines += [f"o {name}", f"usemtl {name}", *_rows(seamed), *_faces(seamed, vertices, coordinates)]
        vertices += len(seamed.vertices)
        coordinates += 0 if seamed.uv is None else len(seamed.uv)
        materials += _material(name, seamed, _stored(texture_of(part), textures))
    files = {"model.obj": "\n".join(lines).encode() + b"\n", "model.mtl": "\n".join(materials).encode() + b"\n"}
    return zipped({**files, **textures})


def _rows(part: Part) -> list[str]:
    """The `v` lines, with colours where there are some, and the `vt` lines."""
    values = part.vertices if part.colours is None else np.hstack([part.vertices, to_srgb(part.colours[:, :3] / 255)])
    rows = _joined("v", values)
    return rows if part.uv is None else rows + _joined("vt", part.uv)


def _joined(keyword: str, values: Floats) -> list[str]:
    row = keyword + " %.9g" * values.shape[1]
    return [row % tuple(value) for value in values.tolist()]


def _faces(part: Part, vertices: int, coordinates: int) -> list[str]:
    """The `f` lines; OBJ counts from 1, across all objects."""
    corners: Ints = part.faces + (1 + vertices)
    if part.uv is None:
        return [f"f {a} {b} {c}" for a, b, c in corners.tolist()]
    shift = coordinates - vertices
    return [f"f {a}/{a + shift} {b}/{b + shift} {c}/{c + shift}" for a, b, c in corners.tolist()]


def _stored(texture: Image.Image | None, textures: dict[str, bytes]) -> str | None:
    """The file name of `texture` among `textures`, to which it is added unless it is there."""
    if texture is None:
        return None
    data = png(texture)
    known = [name for name, stored in textures.items() if stored == data]
    if known:
        return known[0]
    name = "texture.png" if not textures else f"texture{len(textures) + 1}.png"
    textures[name] = data
    return name


def png(texture: Image.Image) -> bytes:
    """The texture as PNG, RGB or RGBA."""
    written = io.BytesIO()
    has_alpha = "A" in texture.getbands() or "transparency" in texture.info
    texture.convert("RGBA" if has_alpha else "RGB").save(written, "PNG", compress_level=3)
    return written.getvalue()


def _material(name: str, part: Part, texture: str | None) -> list[str]:
    *_, alpha = colour = base_colour(part)
    red, green, blue = to_srgb(colour[:3]).tolist()
    lines = [f"newmtl {name}", f"Kd {red:.4f} {green:.4f} {blue:.4f}", f"d {alpha:.4f}", "illum 2", "Ks 0.1 0.1 0.1"]
    return lines if texture is None else [*lines, f"map_Kd {texture}"]
