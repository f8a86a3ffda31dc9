"""Write 3MF, the format of slicers: millimetres, named objects, one colour each.

Structure after the 3MF Core Specification 1.3 (3MF Consortium): chapters 2 (package), 3 (model), 4 (objects), 5 (base
materials). Its writer in trimesh marks everything with random ids, so equal models would become different files.
"""

from xml.sax.saxutils import quoteattr

import numpy as np

from tasks.domain.meshes.looks import mean_colour, unique_names
from tasks.domain.meshes.model import Floats, Ints, Model, Part
from tasks.domain.meshes.print_frame import on_the_bed
from tasks.domain.meshes.shells import survey
from tasks.domain.meshes.zipping import zipped

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MODEL = '<model unit="millimeter" xml:lang="en" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">'
_TYPES = (
    f'{_DECLARATION}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>'
)
_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Target="/3D/3dmodel.model" Id="rel0" '
    'Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/></Relationships>'
)
_MATERIALS_ID = 1  # objects are numbered from 2


def as_3mf(model: Model) -> bytes:
    """The model as 3MF in mm, z up, standing on the bed, each part a named object with its mean colour.

    Several parts are components of one object, since slicers would spread loose objects over the bed. Equal positions
    are welded, as 3MF asks of solids. Raises InvalidInput when there are no triangles.
    """
    placed = on_the_bed(model)
    parts = [part for part, _ in placed]
    names = unique_names(part.name for part in parts)
    corners = np.concatenate([vertices[np.unique(part.faces)] for part, vertices in placed])
    objects = [
        _mesh_object(number, name, part, vertices)
        for number, (name, (part, vertices)) in enumerate(zip(names, placed, strict=True))
    ]
    first, last = _MATERIALS_ID + 1, _MATERIALS_ID + len(objects)
    if len(objects) > 1:
        components = "".join(f'<component objectid="{key}"/>' for key in range(first, last + 1))
        last += 1
        objects.append(f'<object id="{last}" type="model"><components>{components}</components></object>')
    document = (
        f"{_DECLARATION}{_MODEL}<resources>{_base_materials(names, parts)}{''.join(objects)}</resources>"
        f'<build><item objectid="{last}" transform="1 0 0 0 1 0 0 0 1 {_away_from_zero(corners)}"/></build></model>'
    )
    return zipped(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _RELATIONS.encode(),
            "3D/3dmodel.model": document.encode(),
        }
    )


def _base_materials(names: list[str], parts: list[Part]) -> str:
    bases = "".join(
        "<base name={} displaycolor={}/>".format(_quoted(name), '"#{:02X}{:02X}{:02X}"'.format(*mean_colour(part)))
        for name, part in zip(names, parts, strict=True)
    )
    return f'<basematerials id="{_MATERIALS_ID}">{bases}</basematerials>'


def _mesh_object(number: int, name: str, part: Part, vertices: Floats) -> str:
    surface = survey(vertices, part.faces)
    used, faces = np.unique(surface.faces, return_inverse=True)
    mesh = f"<mesh>{_vertices(surface.vertices[used])}{_triangles(faces.reshape(-1, 3))}</mesh>"
    identity = f'id="{_MATERIALS_ID + 1 + number}" type="model" name={_quoted(name)}'
    return f'<object {identity} pid="{_MATERIALS_ID}" pindex="{number}">{mesh}</object>'


def _vertices(vertices: Floats) -> str:
    rows = "".join(f'<vertex x="{x:.9g}" y="{y:.9g}" z="{z:.9g}"/>' for x, y, z in vertices.tolist())
    return f"<vertices>{rows}</vertices>"


def _triangles(faces: Ints) -> str:
    rows = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in faces.tolist())
    return f"<triangles>{rows}</triangles>"


def _away_from_zero(corners: Floats) -> str:
    """By how much x, y and z move so that none is negative: the bed's front left corner is 3MF's origin."""
    x, y, _ = -corners.min(axis=0)
    return f"{x:.9g} {y:.9g} 0"


def _quoted(name: str) -> str:
    """An attribute's value; characters that XML cannot hold are left out."""
    return quoteattr("".join(letter for letter in name if letter.isprintable()) or "part")
