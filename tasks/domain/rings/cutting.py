"""One stone from what the prompt says of it; what it leaves open is chosen and listed."""

from dataclasses import dataclass, replace
from typing import cast as typed

from tasks.domain.rings.proportions import MAX_CENTER_CT, MIN_CENTER_CT
from tasks.domain.rings.sheet import Mention, Sheet
from tasks.domain.rings.spec import Cut, Gem, Stone
from tasks.domain.rings.stones import PROPORTIONS, size_mm
from tasks.domain.rings.vocabulary import DOMED, STONE_OF_COLOR


@dataclass(frozen=True)
class Usual:
    """What a stone is when the prompt does not say: `size_mm` is its (length, width), `reason` why this one."""

    stone: Stone
    cut: Cut
    carats: float = 0.0
    length_mm: float = 0.0
    reason: str = ""
    limits_ct: tuple[float, float] = (0.0, MAX_CENTER_CT)
    faceted: bool = False  # rows and halos hold no other stones


PEARL_FACTOR = 2.4  # a carat of pearl is 5.2 mm, and rings usually carry one of 7 mm
CENTER_LIMITS_CT = (MIN_CENTER_CT, MAX_CENTER_CT)


def cut_gem(sheet: Sheet, part: str, mention: Mention | None, usual: Usual) -> Gem:
    """The stone for `part` ('centre', 'halo', 'row' …) of the ring."""
    said = mention or Mention()
    stone, color = _stone(sheet, part, said, usual)
    cut = _domed_cut(sheet, part, said, usual, stone) or _cut(sheet, part, said, usual)
    ratio = 1.0 if cut == "cabochon" and said.value("cut") == "round" else PROPORTIONS[cut].length_to_width
    if cut == "pearl":
        usual = replace(usual, carats=PEARL_FACTOR * usual.carats)
    length_mm, width_mm = _size_mm(sheet, part, said, usual, _Blank(stone, cut, ratio))
    for kind in ("role", "color"):
        if kind in said.phrases:
            sheet.use(said.phrases[kind])
    return Gem(stone=stone, color=color, cut=cut, length_mm=length_mm, width_mm=width_mm)


def _stone(sheet: Sheet, part: str, said: Mention, usual: Usual) -> tuple[Stone, str]:
    color = str(said.value("color") or "")
    if "stone" in said.phrases:
        sheet.use(said.phrases["stone"])
        return typed(Stone, said.value("stone")), color
    if "other stone" in said.phrases:
        phrase = said.phrases["other stone"]
        sheet.use(phrase)
        stone, its_color = typed(tuple[Stone, str], phrase.value)
        sheet.refuse(phrase.text, f"the kit has no such stone; {its_color} {stone} stands for it".replace("  ", " "))
        return stone, color or its_color
    if color:
        sheet.assume(f"{part}: '{color}' without a stone's name is taken for {STONE_OF_COLOR[color]}")
        return STONE_OF_COLOR[color], color
    sheet.assume(f"{part}: {usual.stone}, since no stone is named")
    return usual.stone, ""


def _domed_cut(sheet: Sheet, part: str, said: Mention, usual: Usual, stone: Stone) -> Cut | None:
    """'pearl' or 'cabochon' where the prompt asks for it or the stone is usually so; None for a faceted stone."""
    asked, domed = said.phrases.get("dome"), _dome(said, stone)
    if domed is None:
        return None
    if asked:
        sheet.use(asked)
    if usual.faceted:
        sheet.refuse(asked.text if asked else stone, f"{part} stones are faceted; a domed one would not be held")
        return None
    shape = said.phrases.get("cut") or said.phrases.get("other cut")
    if shape:
        sheet.use(shape)
    allowed = ("round",) if domed == "pearl" else ("round", "oval")
    if shape and shape.value not in allowed:
        sheet.refuse(shape.text, f"a {domed} is {' or '.join(allowed)}")
    elif domed == "pearl" and asked:
        sheet.refuse(asked.text, "a pearl is a whole sphere")
    elif not (asked and shape):
        sheet.assume(f"{part}: {_dome_words(domed, bool(asked), shape.text if shape else '')}")
    return domed


def dome_of(mention: Mention | None) -> Cut | None:
    """'pearl' or 'cabochon' where a stone's words make it one; None for a faceted stone."""
    if mention is None:
        return None
    other = typed("tuple[Stone, str] | None", mention.value("other stone"))
    return _dome(mention, other[0] if other else typed("Stone | None", mention.value("stone")))


def _dome(said: Mention, stone: Stone | None) -> Cut | None:
    if "dome" in said.phrases:
        return "pearl" if stone == "pearl" else "cabochon"
    return None if stone is None or _asks_facets(said, stone) else DOMED.get(stone)


def _asks_facets(said: Mention, stone: Stone) -> bool:
    """A 'round' or 'oval' opal is a cabochon of that outline, a 'round cut' or a 'cushion' one is faceted."""
    cut = said.phrases.get("cut")
    outline = cut is not None and cut.value in ("round", "oval") and not ({"cut", "brilliant"} & set(cut.text.split()))
    return stone != "pearl" and not outline and bool({"cut", "other cut"} & said.phrases.keys())


def _dome_words(domed: Cut, named: bool, shape: str) -> str:
    """What is chosen where the prompt does not say both that the stone is domed and of what outline."""
    if domed == "pearl":
        return f"a whole {shape} pearl".replace("  ", " ")
    if named:
        return "an oval outline"
    return "a smooth dome (cabochon)" if shape else "a smooth oval dome (cabochon)"


@dataclass(frozen=True)
class _Blank:
    """What a stone is to be cut from, and its length over its width."""

    stone: Stone
    cut: Cut
    ratio: float

    def size_mm(self, weight_ct: float, ratio: float | None = None) -> tuple[float, float]:
        """(length, width) of so many carats."""
        return size_mm(self.cut, self.stone, weight_ct, ratio or self.ratio)


def _cut(sheet: Sheet, part: str, said: Mention, usual: Usual) -> Cut:
    if "cut" in said.phrases:
        sheet.use(said.phrases["cut"])
        return typed(Cut, said.value("cut"))
    if "other cut" in said.phrases:
        phrase = said.phrases["other cut"]
        sheet.use(phrase)
        sheet.refuse(phrase.text, f"the kit does not cut it; {phrase.value} is the nearest")
        return typed(Cut, phrase.value)
    sheet.assume(f"{part}: {usual.cut} cut{usual.reason}")
    return usual.cut


def _size_mm(sheet: Sheet, part: str, said: Mention, usual: Usual, blank: _Blank) -> tuple[float, float]:
    asked = _asked_size_mm(sheet, said, usual, blank)
    if asked:
        return _within_limits(sheet, part, asked, usual, blank)
    if "total" in said.phrases:
        return usual.length_mm, round(usual.length_mm / blank.ratio, 2)
    if usual.length_mm:
        length_mm, width_mm = usual.length_mm, usual.length_mm / blank.ratio
        sheet.assume(f"{part}: stones of {length_mm:g} mm")
        return length_mm, round(width_mm, 2)
    length_mm, width_mm = blank.size_mm(usual.carats)
    sheet.assume(f"{part}: {usual.carats:g} ct, {length_mm:g} × {width_mm:g} mm")
    return length_mm, width_mm


def _asked_size_mm(sheet: Sheet, said: Mention, usual: Usual, blank: _Blank) -> tuple[float, float] | None:
    kind: str | None = next((kind for kind in ("dims", "mm", "carats", "build") if kind in said.phrases), None)
    if kind != "build" and kind and "build" in said.phrases:
        sheet.use(said.phrases["build"])
        sheet.assume(f"'{said.phrases['build'].text}' is the {said.phrases[kind].text} that is named")
    if kind is None and "total" in said.phrases and not said.plural:
        kind = "total"
    if kind is None:
        return None
    sheet.use(said.phrases[kind])
    value = said.value(kind)
    if kind == "dims":
        sides = typed(tuple[float, float], value)
        return _squared(sheet, said.phrases[kind].text, sides, blank.cut)
    if kind == "mm":
        length_mm = typed(float, value)
        return length_mm, round(length_mm / blank.ratio, 2)
    if kind == "build":
        factor = typed(tuple[str, float], value)[1]
        if usual.length_mm:
            return usual.length_mm * factor ** (1 / 3), usual.length_mm / blank.ratio * factor ** (1 / 3)
        return blank.size_mm(usual.carats * factor)
    return blank.size_mm(typed(float, value))


def _squared(sheet: Sheet, text: str, sides: tuple[float, float], cut: Cut) -> tuple[float, float]:
    """(length, width), the long side first; cuts that are as long as wide take the mean when asked otherwise."""
    length_mm, width_mm = max(sides), min(sides)
    if cut in ("round", "princess", "asscher", "heart", "pearl") and length_mm > 1.1 * width_mm:
        mean_mm = round((length_mm + width_mm) / 2, 2)
        sheet.refuse(text, f"{cut} stones are as long as wide; {mean_mm:g} mm was made")
        return mean_mm, mean_mm
    return length_mm, width_mm


def _within_limits(
    sheet: Sheet, part: str, sides: tuple[float, float], usual: Usual, blank: _Blank
) -> tuple[float, float]:
    """Sizes that settings can hold; outside of them the nearest one, and the wish is listed."""
    sides = max(sides[0], 0.01), max(sides[1], 0.01)
    ratio = min(max(sides) / min(sides), 3.0)
    smallest, largest = (blank.size_mm(max(limit, 0.002), ratio) for limit in usual.limits_ct)
    nearest = smallest if sides[0] < smallest[0] else largest if sides[0] > largest[0] else sides
    if nearest is not sides:
        sheet.refuse(f"{part} of {sides[0]:.4g} mm", f"a setting holds {smallest[0]:g} to {largest[0]:g} mm")
    return round(nearest[0], 2), round(nearest[1], 2)
