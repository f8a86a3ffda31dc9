"""Small models of known size, built by hand."""

import numpy as np
import trimesh
from PIL import Image
from trimesh.visual.material import PBRMaterial

from tasks.domain.meshes.model import Model, Part


def part_of(mesh: trimesh.Trimesh, name: str = "body", **looks) -> Part:
    return Part(name, np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64), **looks)


def box(*extents: float, at: tuple[float, float, float] = (0, 0, 0), name: str = "body", **looks) -> Part:
    mesh = trimesh.creation.box(extents)
    mesh.apply_translation(at)
    return part_of(mesh, name, **looks)


def chequered() -> PBRMaterial:
    """A material with a 2 × 2 texture: red, green, blue, white, from the top left."""
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    return PBRMaterial(
        name="chequered", baseColorTexture=Image.fromarray(pixels), metallicFactor=0.0, roughnessFactor=0.5
    )


def painted_box() -> Part:
    """A box of 1.0 × 0.5 × 0.8 m, six faces that each show the whole texture, vertices split at every edge."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    vertices, faces = [], []
    for axis in range(3):
        for side in (-1.0, 1.0):
            square = np.insert(corners * 2 - 1, axis, side, axis=1)
            turned = side * (-1 if axis == 1 else 1) > 0
            first = len(vertices) * 4
            faces += [[first, first + 1, first + 2], [first, first + 2, first + 3]][:: 1 if turned else -1]
            if not turned:
                faces[-2:] = [face[::-1] for face in faces[-2:]]
            vertices.append(square)
    size = np.array([1.0, 0.5, 0.8])
    return Part(
        "painted", np.concatenate(vertices) * size / 2, np.array(faces), np.tile(corners, (6, 1)), None, chequered()
    )


def gold() -> PBRMaterial:
    return PBRMaterial(name="gold", baseColorFactor=[1.0, 0.75, 0.3, 1.0], metallicFactor=1.0, roughnessFactor=0.2)


def ring_with_gem() -> Model:
    """A gold band of 20 mm outside and a coloured gem beside it, in metres, y up, off the origin."""
    band = trimesh.creation.annulus(0.008, 0.010, 0.004, sections=48)
    gem = trimesh.creation.icosphere(2, 0.002)
    gem.apply_translation([0, 0.012, 0])
    colours = np.tile(np.array([200, 30, 60, 255], np.uint8), (len(gem.vertices), 1))
    parts = (part_of(band, "band", material=gold()), part_of(gem, "gem", colours=colours))
    return Model(parts, {"maker": "a test"})
