"""Metal or stone: names, materials, and neither."""

import pytest

from tasks.domain.meshes.gltf import Material
from tasks.domain.rings.metal_or_stone import alloy_named, role_of_material, role_of_name, stone_named


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("shank", "metal"),
        ("center_diamond", "stone"),
        ("halo_gem_01", "stone"),
        ("diamond_prong_3", "metal"),
        ("channel_baguette_07", "stone"),
        ("pave_bead_012", "metal"),
        ("StoneSetting", "metal"),
        ("CenterStone", "stone"),
        ("side_ruby_left", "stone"),
        ("Mesh.001", None),
        ("Cube", None),
    ],
)
def test_the_last_telling_word_of_a_name_decides(name, role):
    """As in English compounds the head comes last: a diamond prong is a prong."""
    assert role_of_name(name) == role


@pytest.mark.parametrize(
    ("material", "role"),
    [
        (None, None),
        (Material(name="18k yellow gold"), "metal"),
        (Material(name="pink sapphire"), "stone"),
        (Material.model_validate({"name": "Mat", "pbrMetallicRoughness": {"metallicFactor": 1}}), "metal"),
        (Material.model_validate({"name": "Mat", "pbrMetallicRoughness": {"metallicFactor": 0}}), None),
        (
            Material.model_validate({"extensions": {"KHR_materials_transmission": {"transmissionFactor": 1}}}),
            "stone",
        ),
    ],
)
def test_a_material_tells_by_name_then_by_numbers(material, role):
    """Names first; then transmission is stone and metallic is metal; else the material says nothing."""
    assert role_of_material(material) == role


@pytest.mark.parametrize(
    ("names", "alloy"),
    [
        (["18k yellow gold"], "18k yellow gold"),
        (["Gold_14k_Rose"], "14k rose gold"),
        (["WhiteGold"], "18k white gold"),
        (["", "Platinum 950"], "platinum"),
        (["Material.001"], None),
    ],
)
def test_the_alloy_is_read_from_material_names(names, alloy):
    """The first telling material names the alloy; gold without a fineness is taken for 18k."""
    assert alloy_named(names) == alloy


def test_a_stone_is_named_with_its_colour():
    """A colour word before the stone belongs to it; a position word does not."""
    assert stone_named("center_pink_sapphire") == "pink sapphire"
    assert stone_named("side_emeralds") == "emerald"
    assert stone_named("gem_04", "black diamond") == "black diamond"
    assert stone_named("gem_04") == "stone"
