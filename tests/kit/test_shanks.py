"""Shanks built by Blender, exported as GLB, and measured from the GLB alone."""

import json

import pytest

from tasks.domain.rings.proof import prove

CASES = {
    "comfort": "width_mm=2.4, milgrain=True",
    "knife-edge": "width_mm=3, profile='knife-edge', top_width_mm=1.8",
    "cathedral": "width_mm=2.2, profile='half-round', shoulders='cathedral'",
    "split": "width_mm=2.4, shoulders='split', top_width_mm=5.5, milgrain=True",
    "tension": "width_mm=3, thickness_mm=2, top_width_mm=4, top_thickness_mm=3.2, opening_mm=5, milgrain=True",
    "channel": "width_mm=3.6, row=kit.Row('channel', kit.Gem('baguette', 2.4, 1.6), 150), milgrain=True",
    "pave": "width_mm=5.4, row=kit.Row('pave', kit.Gem('round', 1.3, 1.3), 100), profile='flat'",
    "eternity": "width_mm=2.4, row=kit.Row('eternity', kit.Gem('round', 2.5, 2.5), 360)",
    "cathedral pave": (
        "width_mm=2.2, row=kit.Row('pave', kit.Gem('round', 1.4, 1.4), 130), shoulders='cathedral', head_gap_mm=6.5"
    ),
}
BUILD = """
gold, diamond = kit.metal("18k yellow gold"), kit.stone("diamond")
clear()
kit.shank(17.3, metal=gold, row_stone=diamond, {arguments})
export({path!r})
"""
REFUSED = {
    "profile='round'": "profile",
    "shoulders='bypass'": "shoulders",
    "width_mm=0.5": "width_mm",
    "opening_mm=4, shoulders='split'": "opening_mm",
    "opening_mm=16": "opening_mm",
    "head_gap_mm=25": "head_gap_mm",
    "shoulders='split', row=kit.Row('pave', kit.Gem('round', 1.3, 1.3))": "split",
    "row=kit.Row('channel', kit.Gem('round', 2, 2)), top_width_mm=2.2": "top_width_mm",
    "row=kit.Row('channel', kit.Gem('round', 2, 2)), top_thickness_mm=1.2": "top_thickness_mm",
}


@pytest.fixture(scope="module")
def proofs(run_in_blender, tmp_path_factory):
    """Every case's proof, built in one Blender process."""
    folder = tmp_path_factory.mktemp("shanks")
    script = "".join(
        BUILD.format(arguments=arguments, path=str(folder / f"{name}.glb")) for name, arguments in CASES.items()
    )
    run_in_blender(script)
    return {name: prove((folder / f"{name}.glb").read_bytes()) for name in CASES}


@pytest.mark.parametrize("name", list(CASES))
def test_shank_is_sound(proofs, name):
    """One metal body, every part closed and outward, stones seated, the hole exact: nothing a jeweller would mend."""
    proof = proofs[name]
    assert proof.findings == []
    assert proof.metal_bodies == 1
    assert proof.degenerate_faces == 0
    assert all(part.watertight and part.winding_consistent and part.volume_mm3 > 0 for part in proof.parts)
    assert proof.finger.inner_diameter_mm == pytest.approx(17.3, abs=0.02)


@pytest.mark.parametrize("name", ["channel", "pave", "eternity", "cathedral pave"])
def test_stones_are_seated(proofs, name):
    """Every stone of a row touches metal, and metal hides less than a tenth of it."""
    stones = proofs[name].stones
    assert len(stones) >= 8
    assert max(stone.gap_mm for stone in stones) <= 0.05
    assert max(stone.covered_share for stone in stones) < 0.1
    assert not any(stone.floating or stone.buried for stone in stones)


def test_parts_are_named(proofs):
    """Parts carry the names that the script's reader expects."""
    names = {name: {part.name for part in proof.parts} for name, proof in proofs.items()}
    assert {"shank", "milgrain_left", "milgrain_right", "channel_gem_01"} <= names["channel"]
    assert {"shank", "pave_gem_001", "pave_beads"} <= names["pave"]
    assert {"shank", "eternity_gem_01", "eternity_prongs"} <= names["eternity"]
    assert names["cathedral"] == {"shank", "shoulder_left", "shoulder_right"}


def test_what_cannot_be_honoured_is_refused(run_in_blender):
    """Arguments that cannot be honoured raise a ValueError that names the argument; no part is left behind."""
    script = f"""
import json
heard = {{}}
for arguments in {list(REFUSED)!r}:
    try:
        eval(f"kit.shank(17.3, metal=kit.metal('platinum'), row_stone=kit.stone('ruby'), {{arguments}})")
    except ValueError as problem:
        heard[arguments] = str(problem)
assert not bpy.data.objects, [thing.name for thing in bpy.data.objects]
print("HEARD " + json.dumps(heard))
"""
    line = next(line for line in run_in_blender(script).splitlines() if line.startswith("HEARD "))
    heard = json.loads(line.removeprefix("HEARD "))
    assert {arguments: word in heard.get(arguments, "") for arguments, word in REFUSED.items()} == dict.fromkeys(
        REFUSED, True
    )


def test_part_refuses_an_open_mesh(run_in_blender):
    """A part with a hole is an error that names the part and counts its open edges."""
    script = """
wire = kit.bead(1.0)
try:
    kit.part("gallery_rail", kit.Solid(wire.vertices, wire.faces[1:]), kit.metal("silver"))
except ValueError as problem:
    print("HEARD", problem)
"""
    assert "HEARD part 'gallery_rail' is not closed: 3 of its" in run_in_blender(script)


def test_every_material_is_known(run_in_blender):
    """Metals are metallic, clear stones transmit light, opaque ones do not, and each is named as asked."""
    script = """
def surface(material):
    return material.node_tree.nodes["Principled BSDF"].inputs

for name in kit.materials.METALS:
    assert kit.metal(name).name == name and surface(kit.metal(name))["Metallic"].default_value == 1.0
for name, look in kit.materials.STONES.items():
    assert kit.stone(name).name == name
    assert abs(surface(kit.stone(name))["Transmission Weight"].default_value - look.transmission) < 1e-6
assert kit.stone("sapphire", "pink").name == "pink sapphire"
assert surface(kit.stone("diamond", "black"))["Transmission Weight"].default_value == 0.0
assert kit.stone("ruby") == kit.stone("ruby")
"""
    run_in_blender("import ring_kit.materials\n" + script)
