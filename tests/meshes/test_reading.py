"""Sound files of every format come in whole: geometry, places, names, looks."""

import base64
import json

import numpy as np
import pytest
import trimesh

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.reading import MAX_BYTES, open_model
from tasks.domain.meshes.topology import watertight
from tests.meshes import good_files
from tests.meshes.good_files import GOOD, glb_of, opened


def volume(part) -> float:
    return trimesh.Trimesh(part.vertices, part.faces).volume


@pytest.mark.parametrize("name", GOOD)
def test_every_format_comes_in_closed_and_outwards(name: str):
    """A sound file of each format opens as closed parts that face outwards."""
    model = open_model(GOOD[name]())
    assert all(watertight(part.vertices, part.faces) and volume(part) > 0 for part in model.parts)


def test_a_texture_and_its_material_come_along():
    """Texture coordinates, the picture's pixels, factors, names and alpha mode are as they were written."""
    (part,) = open_model(good_files.glb_textured()).parts
    before = good_files.textured()
    assert part.name == "band"
    assert part.material is not None
    assert (part.material.name, part.material.alphaMode, part.material.doubleSided) == ("gold", "BLEND", True)
    assert part.material.metallicFactor == pytest.approx(0.9)
    assert part.material.roughnessFactor == pytest.approx(0.25)
    assert list(part.material.baseColorFactor) == [255, 200, 100, 255]
    assert np.array_equal(np.asarray(part.material.baseColorTexture), np.asarray(good_files.PICTURE))
    assert np.array_equal(np.asarray(part.material.metallicRoughnessTexture), np.asarray(good_files.PICTURE))
    assert np.allclose(part.uv, before.visual.uv, atol=1e-6)
    assert np.allclose(part.vertices, before.vertices)


def test_vertex_colours_come_along():
    """Colours keep their vertices."""
    (part,) = open_model(good_files.glb_coloured()).parts
    assert part.colours.tolist() == [[30 * i, 0, 7, 255] for i in range(8)]


def test_node_transforms_are_baked_and_mirrors_keep_facing_outwards():
    """A turned, scaled and moved instance lies where its node says; a mirrored one is wound anew."""
    parts = {part.name: part for part in open_model(good_files.glb_nodes()).parts}
    assert parts["turned"].vertices.mean(axis=0) == pytest.approx([10, 0, 0])
    assert volume(parts["turned"]) == pytest.approx(8)
    assert volume(parts["mirrored"]) == pytest.approx(1)


def test_draco_is_decoded():
    """A compressed ball is a ball within Draco's quantization."""
    (part,) = open_model(good_files.glb_draco()).parts
    assert part.name == "ball"
    assert np.abs(np.linalg.norm(part.vertices, axis=1) - 1).max() < 1e-3


def test_extras_are_kept():
    """What the file says of itself comes along; the scene's word is the last."""
    document, binary = opened(good_files.glb_coloured())
    document["asset"]["extras"] = {"by": "asset", "kept": 1}
    document["scenes"][0]["extras"] = {"by": "scene"}
    assert open_model(glb_of(document, binary)).extras == {"by": "scene", "kept": 1}


def test_strips_and_fans_are_unrolled():
    """A tetrahedron as one strip, and its front as a fan, face as their order says."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    document = {
        "asset": {"version": "2.0"},
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "mode": 5}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 48}],
        "buffers": [{"byteLength": 48}],
    }
    assert open_model(glb_of(document, points.tobytes())).parts[0].faces.tolist() == [[0, 1, 2], [1, 3, 2]]
    document["meshes"][0]["primitives"][0]["mode"] = 6
    assert open_model(glb_of(document, points.tobytes())).parts[0].faces.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_quantized_positions_and_moved_textures_are_undone():
    """Normalized whole numbers become shares, and KHR_texture_transform is applied to the coordinates."""
    document, binary = opened(good_files.glb_textured())
    primitive = document["meshes"][0]["primitives"][0]
    position = document["accessors"][primitive["attributes"]["POSITION"]]
    stored = np.array([[-32767, 0, 32767]] * position["count"], "<i2")
    padded = np.zeros((len(stored), 4), "<i2")
    padded[:, :3] = stored
    document["bufferViews"].append(
        {"buffer": 0, "byteOffset": len(binary), "byteLength": padded.nbytes, "byteStride": 8}
    )
    position |= {"bufferView": len(document["bufferViews"]) - 1, "componentType": 5122, "normalized": True}
    position["byteOffset"] = 0
    document["buffers"][0]["byteLength"] = len(binary) + padded.nbytes
    texture = document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
    texture["extensions"] = {"KHR_texture_transform": {"offset": [0.5, 0.25], "scale": [2, 1]}}
    before = open_model(good_files.glb_textured()).parts[0].uv
    (part,) = open_model(glb_of(document, binary + padded.tobytes())).parts
    assert part.vertices.tolist() == [[-1, 0, 1]] * len(stored)
    assert np.allclose(part.uv, np.column_stack([2 * before[:, 0] + 0.5, before[:, 1] - 0.25]), atol=1e-6)


def test_a_picture_may_stand_in_the_json():
    """A data: URI is no reference to the outside."""
    document, binary = opened(good_files.glb_textured())
    document["images"] = [{"uri": "data:image/png;base64," + base64.b64encode(good_files.png()).decode()}]
    for texture in document["textures"]:
        texture["source"] = 0
    (part,) = open_model(glb_of(document, binary)).parts
    assert np.array_equal(np.asarray(part.material.baseColorTexture), np.asarray(good_files.PICTURE))


def test_stl_is_millimetres_with_z_up():
    """A box of 10 × 20 × 30 mm stands 30 mm high: along glTF's y."""
    for data in (good_files.stl_binary(), good_files.stl_ascii()):
        assert open_model(data).extents == pytest.approx([0.010, 0.030, 0.020])


def test_obj_polygons_negative_numbers_and_materials():
    """A quad becomes two triangles, negative numbers count back, the material's name is kept, its file is not read."""
    (part,) = open_model(good_files.obj()).parts
    assert (part.name, part.material.name, len(part.faces)) == ("pyramid", "silver", 6)
    assert volume(part) == pytest.approx(1 / 3)
    assert part.uv is not None


def test_obj_objects_and_colours():
    """Each object is a part; six numbers on a vertex line end in its colour."""
    lines = [f"v {x} {y} 0 1 0.5 0" for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    text = "\n".join([*lines, "o one", "f 1 2 3", "o two", "f 2//1 4//1 3//1"])
    one, two = open_model(text.encode()).parts
    assert (one.name, two.name) == ("one", "two")
    assert one.colours.tolist() == [[255, 128, 0, 255]] * 3
    assert two.vertices[two.faces[0]].tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 0]]


def test_unused_vertices_may_be_anything():
    """A vertex that no face uses is left out when it is no number; one that is used is refused, with the count."""
    text = b"v nan 0 0\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 2 3 4\n"
    assert len(open_model(text).parts[0].vertices) == 3
    with pytest.raises(InvalidInput, match="1 vertices have a coordinate that is not a number"):
        open_model(text.replace(b"f 2", b"f 1"))


def test_limits_are_named():
    """Too many bytes, and too many triangles, are refused with the limit, under the caller's name for the field."""
    with pytest.raises(InvalidInput, match=r"model_url: 104857601 bytes; at most 104857600 \(100 MiB\)"):
        open_model(bytes(MAX_BYTES + 1), field="model_url")
    document, binary = opened(good_files.glb_coloured())
    document["accessors"][document["meshes"][0]["primitives"][0]["indices"]]["count"] = 9_000_003
    with pytest.raises(InvalidInput, match="3000001 triangles; at most 3000000"):
        open_model(glb_of(document, binary))


def test_instances_are_counted_before_they_unfold():
    """A thousand nodes of one mesh are a bomb when their triangles exceed the limit."""
    ball = trimesh.Scene(trimesh.creation.icosphere(subdivisions=4)).export(file_type="glb")
    document, binary = opened(ball)
    mesh = next(node["mesh"] for node in document["nodes"] if "mesh" in node)
    document["nodes"] = [{"mesh": mesh} for _ in range(1000)]
    document["scenes"] = [{"nodes": list(range(1000))}]
    with pytest.raises(InvalidInput, match="5120000 triangles"):
        open_model(glb_of(document, binary))


def test_nothing_outside_is_read():
    """A GLB that names a file or a URL for a buffer or a picture is refused."""
    document, binary = opened(good_files.glb_textured())
    for uri in ("texture.png", "https://example.com/t.png", "file:///etc/passwd", "data:text/html;base64,AA=="):
        changed = json.loads(json.dumps(document))
        changed["images"][0] = {"uri": uri}
        with pytest.raises(InvalidInput, match="refers to other files"):
            open_model(glb_of(changed, binary))
