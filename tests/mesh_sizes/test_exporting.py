"""Exporting: every file read back by another reader says the same model."""

import io
import json
import re
import struct
import tempfile
import zipfile

import numpy as np
import pytest
import trimesh
from pxr import Usd, UsdGeom, UsdShade

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.exporting import as_3mf, as_glb, as_obj, as_stl, as_usdz
from tasks.domain.meshes.model import Model
from tests.mesh_sizes.models import painted_box, ring_with_gem

BAND_MM3 = 48 / 2 * np.sin(2 * np.pi / 48) * (10**2 - 8**2) * 4  # a 48-sided tube, 4 mm wide
GEM_MM3 = trimesh.creation.icosphere(2, 2.0).volume


def header_of(glb: bytes) -> dict:
    (length,) = struct.unpack_from("<I", glb, 12)
    return json.loads(glb[20 : 20 + length])


def opened(data: bytes, file_type: str) -> trimesh.Scene:
    return trimesh.load_scene(io.BytesIO(data), file_type=file_type)


def test_glb_keeps_everything():
    """Names, places, colours, textures and materials come back from the file."""
    model = Model((*ring_with_gem().parts, painted_box()))
    scene = opened(as_glb(model), "glb")
    assert scene.bounds == pytest.approx(model.bounds, abs=1e-6)
    assert set(scene.graph.nodes_geometry) == {"band", "gem", "painted"}
    band, gem, painted = (scene.geometry[name] for name in ("band", "gem", "painted"))
    assert band.visual.material.baseColorFactor.tolist() == [255, 191, 76, 255]
    assert band.visual.material.metallicFactor == 1.0
    assert (gem.visual.vertex_attributes["color"] == [200, 30, 60, 255]).all()
    assert np.array(painted.visual.material.baseColorTexture.convert("RGB"))[0, 0].tolist() == [255, 0, 0]
    assert painted.visual.uv[painted.faces] == pytest.approx(painted_box().uv[painted_box().faces])


def test_glb_carries_extras_in_the_scene():
    """What the model says of itself stands in the JSON where glTF readers look."""
    header = header_of(as_glb(Model((painted_box(),), {"normalization": {"scale": 0.5, "offset": [0.0, 1.0, 2.0]}})))
    assert header["scenes"][0]["extras"] == {"normalization": {"scale": 0.5, "offset": [0.0, 1.0, 2.0]}}
    assert "extensionsRequired" not in header


def test_a_part_without_material_is_not_shown_as_raw_metal():
    """glTF's default material is a metal: a part without one says that it is none."""
    header = header_of(as_glb(ring_with_gem()))
    assert [material["pbrMetallicRoughness"]["metallicFactor"] for material in header["materials"]] == [1.0, 0.0]


def test_glb_stores_shared_vertices_once():
    """A soup of triangles is welded, but not across seams of the texture, where one place has two coordinates."""
    part = painted_box()
    soup = Model((type(part)("soup", part.vertices[part.faces].reshape(-1, 3), np.arange(36).reshape(-1, 3)),))
    (welded,) = opened(as_glb(soup), "glb").geometry.values()
    assert len(welded.vertices) == 8
    assert welded.is_watertight
    (painted,) = opened(as_glb(Model((part,))), "glb").geometry.values()
    assert len(painted.vertices) == len(np.unique(np.hstack([part.vertices, part.uv]), axis=0)) == 16


@pytest.mark.parametrize("write", [as_glb, as_stl, as_3mf, as_obj])
def test_same_model_same_bytes(write):
    """Files are content-addressed, so equal models must be equal files."""
    assert write(ring_with_gem()) == write(ring_with_gem())


def test_equal_names_stay_apart():
    """Two parts of one name become two nodes."""
    scene = opened(as_glb(Model((painted_box(), painted_box()))), "glb")
    assert set(scene.graph.nodes_geometry) == {"painted", "painted.2"}


@pytest.mark.parametrize(("write", "file_type"), [(as_stl, "stl"), (as_3mf, "3mf")])
def test_slicer_files_are_millimetres_on_the_bed(write, file_type):
    """STL and 3MF hold mm with z up, standing on z = 0: 20 × 4 × 24 mm of ring, and the whole volume."""
    scene = opened(write(ring_with_gem()), file_type)
    mesh = scene.to_geometry()
    mesh.merge_vertices()
    assert mesh.extents == pytest.approx([20, 4, 24], abs=0.01)
    assert mesh.bounds[0, 2] == pytest.approx(0, abs=1e-5)
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(BAND_MM3 + GEM_MM3, rel=1e-4)


def test_stl_is_centred_and_keeps_handedness():
    """x and y are centred; glTF's front (+z) is the print's front (-y), and nothing is mirrored."""
    mesh = opened(as_stl(ring_with_gem()), "stl").to_geometry()
    assert mesh.bounds[:, :2].sum(axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert mesh.volume > 0


def test_3mf_says_millimetre_and_names_its_objects():
    """The unit is written out, parts keep their names and colours, and one item holds them together."""
    with zipfile.ZipFile(io.BytesIO(as_3mf(ring_with_gem()))) as archive:
        text = archive.read("3D/3dmodel.model").decode()
    assert '<model unit="millimeter"' in text
    assert [f'name="{name}"' in text for name in ("band", "gem")] == [True, True]
    assert text.count("<item ") == 1
    gold = bytes.fromhex(re.findall('name="band" displaycolor="#(.{6})"', text)[0])
    assert list(gold) == pytest.approx([255, 225, 149], abs=1)  # linear 1.0, 0.75, 0.3 as sRGB


def test_3mf_coordinates_are_positive():
    """The bed's corner is 3MF's origin."""
    assert (opened(as_3mf(ring_with_gem()), "3mf").bounds[0] > -1e-5).all()


def test_names_cannot_break_the_xml():
    """A name from a stranger's file is data, not markup."""
    part = painted_box()
    hostile = type(part)('"/><evil a="\x00&', part.vertices, part.faces)
    scene = opened(as_3mf(Model((hostile,))), "3mf")
    assert [mesh.volume for mesh in scene.geometry.values()] == pytest.approx([0.4e9])


def test_obj_comes_with_material_and_texture():
    """The zip holds all three files, and its reader finds extents, volume and texture."""
    archive = zipfile.ZipFile(io.BytesIO(as_obj(Model((painted_box(), ring_with_gem().parts[1])))))
    files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"model.obj", "model.mtl", "texture.png"}
    resolver = trimesh.resolvers.ZipResolver({name: io.BytesIO(data) for name, data in files.items()})
    scene = trimesh.load_scene(io.BytesIO(files["model.obj"]), file_type="obj", resolver=resolver, split_object=True)
    assert scene.extents == pytest.approx([1000, 800, 500], abs=1e-3)
    painted = next(mesh for mesh in scene.geometry.values() if len(mesh.faces) == 12)
    assert painted.volume == pytest.approx(0.4e9)
    assert painted.visual.material.image.size == (2, 2)
    assert np.unique(painted.visual.uv, axis=0).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_usdz_is_metres_with_y_up(tmp_path):
    """USD's own reader finds unit, axis, size, volume and the texture's place."""
    path = tmp_path / "model.usdz"
    path.write_bytes(as_usdz(Model((painted_box(), *ring_with_gem().parts))))
    stage = Usd.Stage.Open(str(path))
    assert (UsdGeom.GetStageMetersPerUnit(stage), UsdGeom.GetStageUpAxis(stage)) == (1.0, "Y")
    painted, band, gem = (UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh))
    assert [mesh.GetPrim().GetDisplayName() for mesh in (painted, band, gem)] == ["painted", "band", "gem"]
    meshes = [
        trimesh.Trimesh(mesh.GetPointsAttr().Get(), np.reshape(mesh.GetFaceVertexIndicesAttr().Get(), (-1, 3)))
        for mesh in (painted, band)
    ]
    assert meshes[0].extents == pytest.approx([1.0, 0.5, 0.8])
    assert [mesh.volume for mesh in meshes] == pytest.approx([0.4, BAND_MM3 * 1e-9], rel=1e-5)
    material, _ = UsdShade.MaterialBindingAPI(painted.GetPrim()).ComputeBoundMaterial()
    surface = material.ComputeSurfaceSource()[0]
    sampler = surface.GetInput("diffuseColor").GetConnectedSource()[0]
    assert UsdShade.Shader(sampler).GetInput("file").Get().resolvedPath.endswith("texture_0.png]")


def test_usdz_leaves_nothing_behind(tmp_path, monkeypatch):
    """The folder in which it is put together is gone afterwards."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    as_usdz(ring_with_gem())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [as_glb, as_stl, as_3mf, as_obj, as_usdz])
def test_an_empty_model_is_no_file(write):
    """Nothing to write is the caller's mistake."""
    with pytest.raises(InvalidInput, match="no triangles"):
        write(Model(()))
