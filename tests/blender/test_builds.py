"""Good scripts become GLBs, bad ones become errors that help, on a warm server and without one."""

import io
from pathlib import Path

import pytest
import trimesh
from PIL import Image

from blocks.blender import Blender
from tasks.domain.errors import UpstreamError

GOOD = Path(__file__).parent / "good"


def meshes(glb: bytes) -> list[trimesh.Trimesh]:
    """Return the meshes of a GLB, each with equal positions merged."""
    scene = trimesh.load_scene(io.BytesIO(glb), file_type="glb")
    found = list(scene.geometry.values())
    for mesh in found:
        mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return found


@pytest.mark.parametrize("runner", ["warm", "cold"])
async def test_a_plain_script_becomes_one_closed_mesh(runner: str, request: pytest.FixtureRequest):
    """The form of old, with a repeated corner in one face, gives one closed band of its size in metres."""
    outcome = await request.getfixturevalue(runner).build((GOOD / "plain_bmesh.py").read_text())
    assert (outcome.ok, outcome.stage, outcome.mode, outcome.error) == (True, "done", runner, None)
    (band,) = meshes(outcome.glb)
    assert band.is_volume
    assert band.extents.max() == pytest.approx(2 * (0.0086 + 0.0017), abs=1e-5)
    assert outcome.landlock_abi >= 1
    assert "1 faces left out" in outcome.log_tail


async def test_warm_and_cold_agree(warm: Blender, cold: Blender):
    """The same script gives the same bytes on both runners."""
    script = (GOOD / "modifiers.py").read_text()
    assert (await warm.build(script)).glb == (await cold.build(script)).glb


async def test_a_script_of_the_kit(warm: Blender):
    """The ring kit can be imported, and its shank has the finger's diameter."""
    outcome = await warm.build((GOOD / "kit_ring.py").read_text())
    assert outcome.ok, outcome.error
    (shank,) = meshes(outcome.glb)
    assert shank.is_volume
    assert 2000 * min((shank.vertices[:, [0, 1]] ** 2).sum(axis=1)) ** 0.5 == pytest.approx(17.3, abs=0.05)


async def test_modifiers_are_applied_and_nothing_is_built_twice(warm: Blender):
    """Bevel and subdivision are in the mesh; a guard and a bare build() together make one object."""
    outcome = await warm.build((GOOD / "modifiers.py").read_text())
    (cube,) = meshes(outcome.glb)
    assert cube.is_volume
    assert len(cube.faces) > 1000


async def test_three_hundred_thousand_triangles(warm: Blender):
    """A script of the weight that language models really write passes the limits."""
    outcome = await warm.build((GOOD / "heavy.py").read_text())
    assert outcome.ok, outcome.error
    (band,) = meshes(outcome.glb)
    assert band.is_volume
    assert len(band.faces) == 600 * 250 * 2


async def test_a_build_that_fails_half_way_is_no_success(warm: Blender):
    """Geometry made before the failure is never a result, and the error names the line that the author wrote."""
    script = (
        (GOOD / "plain_bmesh.py").read_text().replace("    build_band()\n", "    build_band().data.calc_normals()\n")
    )
    outcome = await warm.build(script)
    assert (outcome.ok, outcome.stage, outcome.glb) == (False, "build", None)
    assert outcome.error.type == "AttributeError"
    assert script.splitlines()[outcome.error.line - 1].strip() == "build_band().data.calc_normals()"
    assert f">{outcome.error.line:5d}     build_band().data.calc_normals()" in outcome.error.excerpt


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("bpy.data.meshes.new('m').calc_normals()", "flip_normals"),
        ("bmesh.ops.create_cylinder(bm)", "create_cone"),
        ("bmesh.ops.create_circle(bm, diameter=1)", "radius=0.0"),
        ("bpy.ops.mesh.primitive_cube_add(sized=2)", "takes size"),
        ("bpy.data.objects['x']", "(none)"),
        ("bpy.data.objects.new('x')", "object_data"),
        ("math.sin(1)", "import math"),
        ("import scipy", "there are bpy"),
        ("kit.shank()", "inner_diameter_mm"),
        ("v = bm.verts.new((0, 0, 0)); bm.verts.remove(v); v.co", "read coordinates before"),
        ("buidl()", "there is build"),
    ],
)
async def test_facts_come_from_the_live_api(warm: Blender, line: str, fact: str):
    """A failed name comes with what Blender, the kit or the script offers in its place."""
    script = f"import bpy, bmesh\nimport ring_kit as kit\nbm = bmesh.new()\ndef build():\n    {line}\n"
    outcome = await warm.build(script)
    assert outcome.error.line == 5
    assert any(fact in told for told in outcome.error.facts), outcome.error.facts


async def test_a_script_without_geometry(warm: Blender):
    """A script that makes nothing is told what is missing."""
    outcome = await warm.build("def build():\n    pass\n")
    assert (outcome.ok, outcome.stage) == (False, "export")
    assert "no mesh object" in outcome.error.message


async def test_a_syntax_error_never_reaches_blender(warm: Blender):
    """A text that is no Python is refused with its line."""
    outcome = await warm.build("def build():\n    x = (1,\n")
    assert (outcome.stage, outcome.mode, outcome.error.type, outcome.error.line) == ("advice", "none", "SyntaxError", 2)


async def test_a_script_that_ends_the_process_is_no_success(warm: Blender):
    """sys.exit(0) is an end of the script, not of the work."""
    outcome = await warm.build("import sys\ndef build():\n    sys.exit(0)\n")
    assert (outcome.ok, outcome.error.type, outcome.error.line) == (False, "SystemExit", 3)


async def test_output_beyond_the_limit_is_refused(warm: Blender):
    """A ring heavier than the output limit ends as a failure, not as a cut file."""
    small = warm.model_copy(update={"output_mb": 2})
    outcome = await small.build((GOOD / "heavy.py").read_text())
    assert not outcome.ok
    assert outcome.glb is None
    assert "File too large" in outcome.error.message


async def test_a_picture_is_rendered_by_a_fresh_child(warm: Blender):
    """A GLB becomes a PNG of the asked size behind the same wall; an unknown view is an error."""
    glb = (await warm.build((GOOD / "modifiers.py").read_text())).glb
    pictures = await warm.render(glb, ["hero"], size_px=32, samples=1)
    assert [Image.open(io.BytesIO(png)).size for png in pictures.values()] == [(32, 32)]
    with pytest.raises(UpstreamError, match="unknown views"):
        await warm.render(glb, ["from below the table"], size_px=32, samples=1)


async def test_glbs_stay_out_of_dumps(warm: Blender):
    """What Prefect stores of an outcome holds no bytes."""
    outcome = await warm.build((GOOD / "modifiers.py").read_text())
    assert not {"glb", "partial_glb"} & set(outcome.model_dump())
