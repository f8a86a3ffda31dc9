"""Looks: every metal and stone of the specification has one."""

from typing import get_args

import pytest
from ring_kit.materials import COLORS, METALS, STONES, metal_look, stone_look

from tasks.domain.rings.spec import Metal, Stone


def test_every_name_of_the_specification_has_a_look():
    """What a specification can name, the kit can show."""
    assert set(METALS) == set(get_args(Metal))
    assert set(STONES) == set(get_args(Stone))


def test_colour_tints_but_keeps_the_stone():
    """A named colour changes the body colour and nothing else of the optics; black is opaque."""
    own, pink = stone_look("sapphire"), stone_look("sapphire", "pink")
    assert pink.color == COLORS["pink"]
    assert pink.refractive_index == own.refractive_index
    assert stone_look("diamond", "black").transmission == 0


def test_a_black_pearl_keeps_a_pearls_gloss():
    """A pearl is soft under a glossy coat in every colour; cut stones need no coat."""
    white, black = stone_look("pearl"), stone_look("pearl", "black")
    assert (black.coat, black.roughness) == (white.coat, white.roughness)
    assert [name for name, look in STONES.items() if look.coat] == ["pearl"]


@pytest.mark.parametrize(
    "call", [lambda: metal_look("brass"), lambda: stone_look("jade"), lambda: stone_look("ruby", "x")]
)
def test_unknown_names_list_the_known(call):
    """An unknown name is an error that lists what is known."""
    with pytest.raises(ValueError, match="known are"):
        call()
