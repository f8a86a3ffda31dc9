"""Stones: sizes and carats, and whether they are held, hidden, or in each other's way."""

import numpy as np
import pytest
from trimesh import Trimesh

from tasks.domain.rings.proof import prove
from tests.domain.rings_proof import bodies


def test_a_seated_stone_is_measured_and_nothing_is_found():
    """Size, carats (volume × 3.52 g/cm³ × 5) and seat of a claw-set diamond."""
    proof = prove(bodies.glb(bodies.solitaire()))

    (stone,) = proof.stones
    exact_ct = bodies.brilliant().volume * 3.52e-3 * 5
    assert (stone.length_mm, stone.width_mm) == pytest.approx((6.5, 6.5), abs=0.02)
    assert stone.depth_mm == pytest.approx(1.2 * 3.25, abs=0.02)
    assert stone.carats == pytest.approx(exact_ct, rel=0.005)
    assert proof.total_carats == stone.carats
    assert not stone.floating
    assert not stone.buried
    assert proof.metal_bodies == 1
    assert proof.findings == []


@pytest.mark.parametrize(("gap_mm", "error_mm"), [(0.08, 0.01), (0.2, 0.01), (1.5, 0.05)])
def test_a_stone_that_no_metal_touches_floats(gap_mm, error_mm):
    """Over a flat seat, a small gap under the culet is measured to 0.01 mm; beyond 0.05 mm the stone floats."""
    top = 12.0
    culet = bodies.brilliant(girdle_mm=0).bounds[0][1]
    parts = {
        "shank": bodies.torus(),
        "head": bodies.block((-1, 9, -1), (1, top, 1)),
        "center_ruby": bodies.brilliant(girdle_mm=top + gap_mm - culet),
    }
    (stone,) = prove(bodies.glb(parts)).stones

    assert stone.floating
    assert stone.gap_mm == pytest.approx(gap_mm, abs=error_mm)


def test_a_gap_within_a_claws_tolerance_is_held():
    """0.03 mm between stone and metal is a touch."""
    culet = bodies.brilliant(girdle_mm=0).bounds[0][1]
    parts = {
        "shank": bodies.torus(),
        "head": bodies.block((-1, 9, -1), (1, 12, 1)),
        "center_ruby": bodies.brilliant(girdle_mm=12.03 - culet),
    }
    (stone,) = prove(bodies.glb(parts)).stones

    assert not stone.floating


def test_a_stone_inside_solid_metal_is_buried():
    """A block around the whole stone hides all of it."""
    parts = {**bodies.solitaire(), "head": bodies.block((-4, 9, -4), (4, 16, 4))}
    proof = prove(bodies.glb(parts))

    assert proof.stones[0].buried
    assert proof.stones[0].covered_share == pytest.approx(1, abs=0.01)
    assert any("buries center_diamond" in text for text in proof.findings)


def test_a_lid_over_the_table_buries_the_stone():
    """Metal over the table is a fault even when most of the crown shows."""
    parts = {**bodies.solitaire(), "plate": bodies.block((-1.2, 13.6, -1.2), (1.2, 15, 1.2))}
    (stone,) = prove(bodies.glb(parts)).stones

    assert stone.covered_share < 0.5
    assert stone.buried


def test_a_bezel_does_not_bury_its_stone():
    """A collar whose lip reaches 0.3 mm over the girdle hides about a sixth of the face."""
    wall = bodies.pipe(2.95, 3.9, 3.0)
    wall.apply_transform([[1, 0, 0, 0], [0, 0, 1, 12.3], [0, -1, 0, 0], [0, 0, 0, 1]])
    parts = {
        "shank": bodies.torus(),
        "post": bodies.block((-3.5, 9.0, -0.5), (3.5, 11.2, 0.5)),
        "bezel": wall,
        "center_diamond": bodies.brilliant(girdle_mm=13.2),
    }
    (stone,) = prove(bodies.glb(parts)).stones

    assert stone.covered_share == pytest.approx(1 - (2.95 / 3.25) ** 2, abs=0.03)
    assert not stone.buried


def test_stones_that_share_volume_are_named():
    """Two stones half a millimetre into each other are a finding."""
    left, right = bodies.brilliant(), bodies.brilliant()
    left.apply_translation([-3, 0, 0])
    right.apply_translation([3, 0, 0])
    proof = prove(bodies.glb({"shank": bodies.torus(), "side_ruby_left": left, "side_ruby_right": right}))

    assert any("side_ruby_left and side_ruby_right" in text for text in proof.findings)


def test_stones_side_by_side_are_fine():
    """0.05 mm between two girdles is no collision."""
    left, right = bodies.brilliant(), bodies.brilliant()
    left.apply_translation([-3.275, 0, 0])
    right.apply_translation([3.275, 0, 0])
    proof = prove(bodies.glb({"shank": bodies.torus(), "side_ruby_left": left, "side_ruby_right": right}))

    assert not any("run into each other" in text for text in proof.warnings)


def test_a_culet_in_the_finger_hole_is_told():
    """A stone set so low that it would press on the finger is a finding."""
    parts = {**bodies.solitaire(), "center_diamond": bodies.brilliant(girdle_mm=11)}
    proof = prove(bodies.glb(parts))

    assert "center_diamond: reaches into the finger hole." in proof.findings


def test_an_inverted_stone_weighs_what_it_weighs():
    """Carats do not depend on the winding; the inverted shell is a finding."""
    parts = bodies.solitaire()
    parts["center_diamond"].invert()
    proof = prove(bodies.glb(parts))

    assert proof.stones[0].carats == pytest.approx(bodies.brilliant().volume * 3.52e-3 * 5, rel=0.005)
    assert proof.findings == ["center_diamond: inside out."]


@pytest.mark.parametrize(
    ("name", "stone", "density"),
    [("center_sapphire", "sapphire", 4.0), ("pinkSapphire", "pink sapphire", 4.0), ("gem", "stone", 3.52)],
)
def test_carats_follow_the_named_stone(name, stone, density):
    """The name tells the density; what nothing names is weighed as a diamond."""
    parts = {"shank": bodies.torus(), **bodies.claws(), name: bodies.brilliant()}
    (measured,) = prove(bodies.glb(parts)).stones

    assert measured.stone == stone
    assert measured.carats == pytest.approx(bodies.brilliant().volume * density * 5e-3, rel=0.005)


def test_stones_turned_along_the_shank_are_judged_from_outside():
    """A row of stones around the band is seen along each stone's own axis, underneath too."""
    parts = {"shank": bodies.pipe(8.65, 10.4, 3)}
    for number in range(12):
        stone = bodies.brilliant(1.5, 10.55)
        angle = np.radians(30 * number)
        stone.apply_transform(
            [[np.cos(angle), -np.sin(angle), 0, 0], [np.sin(angle), np.cos(angle), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
        )
        parts[f"pave_diamond_{number:02d}"] = stone
    proof = prove(bodies.glb(parts))

    assert [stone.buried for stone in proof.stones] == [False] * 12
    assert max(stone.covered_share for stone in proof.stones) < 0.02


def test_metal_and_stone_of_one_joined_mesh_are_told_by_shape():
    """A ring exported as a single mesh is split into shells; the cut stone is found, and the guess is told."""
    whole = bodies.solitaire()
    starts = np.cumsum([0] + [len(body.vertices) for body in whole.values()])
    faces = [body.faces + start for body, start in zip(whole.values(), starts[:-1], strict=True)]
    joined = Trimesh(np.vstack([body.vertices for body in whole.values()]), np.vstack(faces), process=False)
    proof = prove(bodies.glb({"Mesh": joined}))

    assert [part.role for part in proof.parts].count("stone") == 1
    assert proof.total_carats == pytest.approx(bodies.brilliant().volume * 3.52e-3 * 5, rel=0.005)
    assert any("Told by shape alone" in text for text in proof.warnings)
