"""The offline designer reads prompts as a jeweller would."""

import pytest

from tasks.domain.rings.reader import read_prompt


def gem(part):
    """A stone in one line."""
    return f"{part.color} {part.stone} {part.cut}".strip()


@pytest.mark.parametrize(
    ("prompt", "metal"),
    [
        ("platinum ring", "platinum"),
        ("18ct yellow gold ring", "18k yellow gold"),
        ("14 karat rose gold", "14k rose gold"),
        ("a 585 white gold ring", "14k white gold"),
        ("sterling silver band", "silver"),
        ("pink gold ring", "18k rose gold"),
        ("ring in oro blanco", "18k white gold"),
        ("art deco ring", "platinum"),
        ("art deco ring, no platinum", "18k yellow gold"),
    ],
)
def test_metals(prompt, metal):
    """Every alloy is read, by its names here and abroad; a style's metal where none is named, unless declined."""
    assert read_prompt(prompt).metal == metal


@pytest.mark.parametrize(
    ("prompt", "diameter_mm"),
    [
        ("ring, size 6 US", 16.51),
        ("ring, US 6½", 16.92),
        ("ring size 7", 17.32),
        ("ring, EU 54", 17.19),
        ("ring size 54", 17.19),
        ("ring, UK N½", 17.31),
        ("ring size M 1/2", 16.91),
        ("ring, JP 12", 16.67),
        ("size 12 Japanese", 16.67),
        ("ring 17.3 mm", 17.3),
        ("band with an inner diameter of 18,5 mm, 2 mm wide", 18.5),
        ("men's band", 19.76),
        ("ring", 17.32),
    ],
)
def test_ring_sizes(prompt, diameter_mm):
    """Sizes in five systems; without one US 7, and US 10 for men."""
    assert read_prompt(prompt).inner_diameter_mm == pytest.approx(diameter_mm, abs=0.01)


@pytest.mark.parametrize(
    ("prompt", "center", "beside"),
    [
        ("oval sapphire with a diamond halo", "sapphire oval", "diamond round"),
        ("diamond halo ring with an oval sapphire", "sapphire oval", "diamond round"),
        ("sapphire halo ring", "sapphire round", "diamond round"),
        ("pear ruby surrounded by pink sapphires", "ruby pear", "pink sapphire round"),
        ("emerald cut emerald with baguette side stones", "emerald emerald", "diamond baguette"),
        ("ruby and diamond three-stone ring", "ruby round", "diamond round"),
        ("trilogy of oval sapphires", "sapphire oval", "sapphire oval"),
        ("1ct heart diamond flanked by two emeralds", "diamond heart", "emerald round"),
    ],
)
def test_which_stone_is_the_centre(prompt, center, beside):
    """The centre stone and what stands beside it are told apart by the words around them."""
    head = read_prompt(prompt).head
    assert (gem(head.gem), gem(head.side_gem)) == (center, beside)


@pytest.mark.parametrize(
    ("prompt", "kind", "stones", "coverage_deg"),
    [
        ("vintage art deco ring with channel-set baguette diamonds", "channel", "diamond baguette", 180),
        ("full eternity band with rubies", "eternity", "ruby round", 360),
        ("half eternity ring, emerald cut diamonds", "eternity", "diamond emerald", 180),
        ("pavé black diamond band", "pave", "black diamond round", 180),
        ("wedding band with princess diamonds", "channel", "diamond princess", 180),
        ("gold band with sapphires all around", "pave", "sapphire round", 360),
    ],
)
def test_rows_of_stones(prompt, kind, stones, coverage_deg):
    """A band of stones has no head, and its row is set as asked, or as its cut needs."""
    spec = read_prompt(prompt)
    assert spec.head is None
    assert (spec.row.kind, gem(spec.row.gem), spec.row.coverage_deg) == (kind, stones, coverage_deg)


def test_a_head_and_a_row_together():
    """'Pavé along the band' belongs to the shank, the pear to the head."""
    spec = read_prompt("rose gold ring with a 1ct pear morganite and pavé diamonds along the band")
    assert (spec.head.kind, gem(spec.head.gem)) == ("prong", "morganite pear")
    assert (spec.row.kind, gem(spec.row.gem)) == ("pave", "diamond round")


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("solitaire, six claws", "prong"),
        ("bezel set opal", "bezel"),
        ("tension set princess diamond", "tension"),
        ("oval signet ring", "signet"),
        ("no prongs: 1 ct diamond", "bezel"),
        ("minimal diamond ring", "bezel"),
        ("solitaire without halo", "prong"),
    ],
)
def test_heads(prompt, kind):
    """Each head by its names; declined ones are not made, and a style chooses where nobody does."""
    assert read_prompt(prompt).head.kind == kind


@pytest.mark.parametrize(
    ("prompt", "length_mm", "width_mm"),
    [
        ("6.5mm round diamond", 6.5, 6.5),
        ("5x7 mm oval ruby", 7, 5),
        ("peridot ring, round, 6 mm", 6, 6),
        ("one and a half carat round diamond", 7.4, 7.4),
        ("half-carat round diamond", 5.1, 5.1),
        ("50 point round diamond", 5.1, 5.1),
    ],
)
def test_stone_sizes(prompt, length_mm, width_mm):
    """Millimetres, carats and points, in figures and in words."""
    stone = read_prompt(prompt).head.gem
    assert stone.length_mm == pytest.approx(length_mm, abs=0.1)
    assert stone.width_mm == pytest.approx(width_mm, abs=0.1)


@pytest.mark.parametrize(
    ("prompt", "shank"),
    [
        ("flat band, 5 mm wide, 1.5 mm thick", {"profile": "flat", "width_mm": 5.0, "thickness_mm": 1.5}),
        ("D-shaped 3mm gold band", {"profile": "half-round", "width_mm": 3.0}),
        ("knife-edge solitaire", {"profile": "knife-edge"}),
        ("cathedral solitaire with milgrain", {"shoulders": "cathedral", "milgrain": True}),
        ("split shank halo", {"shoulders": "split"}),
        ("victorian ring, no milgrain", {"milgrain": False}),
        ("tapered comfort fit band, 4mm", {"profile": "comfort", "width_mm": 4.0, "top_width_mm": 2.8}),
    ],
)
def test_shanks(prompt, shank):
    """Profiles, widths, shoulders, tapers and milgrain."""
    made = read_prompt(prompt).shank.model_dump()
    assert {name: made[name] for name in shank} == shank


@pytest.mark.parametrize(
    ("prompt", "listed"),
    [
        ("engraved ring", "engraved"),
        ("a snake ring", "snake"),
        ("blue enamel ring", "enamel"),
        ("ring with kryptonite", "kryptonite"),
        ("split shank with pavé", "pave"),
        ("tension set heart", "tension"),
        ("plain band with a cathedral", "cathedral"),
        ("emerald cut diamond, six prongs", "6 prongs"),
        ("9k gold ring", "9k"),
        ("gold ring in platinum", "platinum"),
        ("ring size 45 US", "ring size 45 us"),
        ("size 6 ring, size 8", "size 8"),
        ("alexandrite ring", "alexandrite"),
        ("diamond ring with no stones", "no stones"),
        ("0.5 mm band", "0.5 mm wide"),
        ("bezel halo", "bezel"),
    ],
)
def test_what_cannot_be_is_listed(prompt, listed):
    """Every wish that the ring does not follow is named in `not_honoured`, with the reason."""
    assert any(entry.startswith(f"'{listed}': ") for entry in read_prompt(prompt).not_honoured)


def test_no_stones_means_none():
    """'Without stones or engraving' is a plain band, and nothing is missing from it."""
    spec = read_prompt("gold ring without stones or engraving")
    assert (spec.head, spec.row, spec.not_honoured) == (None, None, ())


def test_typos_are_read_and_told():
    """A misspelt word is read as the nearest one, and the reader says so."""
    spec = read_prompt("saphire solitare in platnum")
    assert (spec.metal, spec.head.gem.stone) == ("platinum", "sapphire")
    assert "'saphire' was read as 'sapphire'" in spec.assumptions


def test_an_empty_prompt_is_a_solitaire():
    """Nothing asked: every choice is made by the rules, and each one is listed."""
    spec = read_prompt("")
    assert (spec.head.kind, gem(spec.head.gem)) == ("prong", "diamond round")
    assert len(spec.assumptions) >= 7


@pytest.mark.parametrize(
    "prompt", ["💍" * 50, "1/0 carat", "size", "x" * 20_000, "0 mm band", "0 ct diamond", "-3 carat"]
)
def test_nonsense_never_raises(prompt):
    """Any text gives a valid ring; what it means is for `not_honoured`."""
    assert read_prompt(prompt).title


@pytest.mark.parametrize(
    ("prompt", "stone"),
    [
        ("pearl ring", "pearl pearl"),
        ("round black pearl, 8 mm", "black pearl pearl"),
        ("opal ring", "opal cabochon"),
        ("bezel set oval opal", "opal cabochon"),
        ("moonstone ring", "opal cabochon"),
        ("turquoise ring", "light blue onyx cabochon"),
        ("oval cut opal ring", "opal oval"),
        ("cushion onyx ring", "onyx cushion"),
        ("ruby cab ring", "ruby cabochon"),
        ("signet with an onyx cabochon", "onyx cabochon"),
    ],
)
def test_domed_stones(prompt, stone):
    """Pearls are spheres; opals, onyx and 'cabochon' are domes, unless a faceted cut is named."""
    assert gem(read_prompt(prompt).head.gem) == stone


def test_a_round_cabochon_is_as_long_as_wide():
    """The outline that is named is kept, and an oval one is chosen where none is."""
    sizes = [read_prompt(f"{shape} opal cabochon, 2 ct").head.gem for shape in ("round", "oval", "")]
    assert [size.length_mm == size.width_mm for size in sizes] == [True, False, False]


def test_domed_stones_where_none_can_be_held_are_listed():
    """Rows, halos and tension settings hold faceted stones: another stone or head is made, and the wish is listed."""
    spec = read_prompt("tension set pearl ring with pearl pavé")
    assert (spec.head.kind, gem(spec.row.gem)) == ("prong", "pearl round")
    assert len(spec.not_honoured) == 2


def test_a_stone_named_again_for_its_size_is_one_stone():
    """'a pearl solitaire, 8 mm pearl' has no row of pearls."""
    spec = read_prompt("pearl solitaire in gold, 8 mm pearl")
    assert (spec.row, spec.head.gem.length_mm, spec.not_honoured) == (None, 8.0, ())


def test_a_signets_stone_fits_its_face():
    """A stone that is asked larger than the face can hold is made smaller, and the wish is listed."""
    head = read_prompt("12x6 mm onyx cabochon signet ring").head
    assert head.gem.length_mm <= 0.75 * head.face_length_mm
    assert head.gem.width_mm <= 0.75 * head.face_width_mm
    assert any(
        "holds one of" in wish for wish in read_prompt("signet ring with a 0.6 ct marquise diamond").not_honoured
    )


def test_no_shoulders_rise_under_a_low_halo():
    """A halo round a cabochon lies close to the shank: cathedral shoulders would bury it, and are listed."""
    spec = read_prompt("opal cabochon halo ring, cathedral")
    assert spec.shank.shoulders == "plain"
    assert any("cathedral" in wish for wish in spec.not_honoured)
