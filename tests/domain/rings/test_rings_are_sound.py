"""From prompt to proof: the designer's rings, built by the real Blender behind its lockdown, would pass a jeweller."""

import pytest

from blocks.blender import Blender
from tasks.domain.rings.proof import prove
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script

# One for every head, row, shoulder and kind of cut.
PROMPTS = [
    "Six-prong solitaire, 1 carat round diamond, cathedral, size 6 US",
    "Heart shaped ruby, split shank, rose gold, UK N½",
    "Bezel-set oval opal with milgrain, EU 54",
    "1.5ct pear sapphire with a diamond halo and a pavé band, platinum, JP 12",
    "7.5 mm black pearl with a diamond halo, platinum, size 7",
    "Men's silver signet ring with an onyx cabochon, size 10",
    "Three stone ring with a round moonstone cabochon and pearl side stones, rose gold",
    "3 ct round ruby cabochon, three stone, platinum",
    "Emerald cut diamond flanked by baguettes, 18k white gold",
    "Tension set princess citrine, 2 ct",
    "Cushion signet ring with a flush ruby, 17.3 mm",
    "A vintage art deco ring with channel-set baguette diamonds",
    "Full eternity band with round diamonds, 2 ct total weight",
    "Knife-edge silver band, tapered",
]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_the_ring_keeps_every_promise(prompt):
    """All parts closed and facing outwards, one metal body, the asked size, no stone floating or buried."""
    spec = read_prompt(prompt)
    outcome = await Blender().build(write_script(spec))
    assert outcome.ok, outcome.error
    proof = prove(outcome.glb)
    assert proof.findings == []
    assert [part.name for part in proof.parts if not part.watertight or part.inverted] == []
    assert proof.metal_bodies == 1
    assert proof.finger.inner_diameter_mm == pytest.approx(spec.inner_diameter_mm, abs=0.05)
    assert [stone.name for stone in proof.stones if stone.floating or stone.buried] == []
    assert proof.alloy == spec.metal


@pytest.mark.parametrize("count", [5, 9, 12])
async def test_counted_stones_are_counted(count):
    """A channel band with so many stones has so many."""
    outcome = await Blender().build(write_script(read_prompt(f"channel band with {count} round sapphires")))
    assert len(prove(outcome.glb).stones) == count


async def test_the_centre_stone_weighs_what_was_asked():
    """A carat asked is a carat measured, within 6 %."""
    outcome = await Blender().build(write_script(read_prompt("2 carat oval diamond solitaire")))
    assert prove(outcome.glb).total_carats == pytest.approx(2.0, rel=0.06)
