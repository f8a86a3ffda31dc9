"""A signet's face, from the order sheet."""

from typing import Literal
from typing import cast as typed

from tasks.domain.rings.cutting import Usual, cut_gem, dome_of
from tasks.domain.rings.sheet import Mention, Sheet
from tasks.domain.rings.spec import Gem, HeadSpec

_Face = Literal["oval", "round", "cushion", "rectangle"]


# Least side, longest side along the finger, and the share of the finger's diameter that a face may span.
STONE_SHARE = 0.74  # of the face each way; the kit allows 0.75
LEAST_MM, LONGEST_MM, WIDEST_SHARE = 6.0, 18.0, 0.78


def read_signet(sheet: Sheet, mention: Mention | None, inner_diameter_mm: float) -> HeadSpec:
    """A solid face, its long side along the finger, with a flush stone if one is named."""
    shape = _face_shape(sheet)
    across_mm, along_mm = _face_mm(sheet, shape, inner_diameter_mm)
    gem = None
    if mention and mention.named:
        usual = Usual("diamond", "round", carats=0.5 if dome_of(mention) else 0.05, limits_ct=(0.01, 0.6))
        gem = _fitted(sheet, mention, cut_gem(sheet, "signet", mention, usual), (across_mm, along_mm))
        _set_flush(sheet)
    return HeadSpec(kind="signet", gem=gem, face_length_mm=across_mm, face_width_mm=along_mm, face_shape=shape)


def _fitted(sheet: Sheet, mention: Mention, gem: Gem, face_mm: tuple[float, float]) -> Gem:
    """The stone itself, or as much smaller as its face needs; its long side lies across the finger."""
    share = min(STONE_SHARE * face_mm[0] / gem.length_mm, STONE_SHARE * face_mm[1] / gem.width_mm)
    if share >= 1.0:
        return gem
    length_mm, width_mm = round(share * gem.length_mm, 2), round(share * gem.width_mm, 2)
    if {"mm", "dims", "carats"} & mention.phrases.keys():
        sheet.refuse(f"a stone of {gem.length_mm:g} mm", f"this face holds one of {length_mm:g} × {width_mm:g} mm")
    else:
        sheet.assume(f"signet: {length_mm:g} × {width_mm:g} mm, to fit the face")
    return gem.model_copy(update={"length_mm": length_mm, "width_mm": width_mm})


def _set_flush(sheet: Sheet) -> None:
    """A signet's stone is set flush; here the word asks for what is made."""
    asked = [phrase for phrase in sheet.of("unmodelled") if phrase.text.startswith("flush")]
    sheet.use(*asked)
    if not asked:
        sheet.assume("signet: the stone is set flush")


def _face_shape(sheet: Sheet) -> _Face:
    asked = sheet.one("face", "face")
    if asked:
        return typed(_Face, asked)
    sheet.assume("signet: an oval face")
    return "oval"


def _face_mm(sheet: Sheet, shape: _Face, inner_diameter_mm: float) -> tuple[float, float]:
    """The face across the finger and along it."""
    widest_mm = round(WIDEST_SHARE * inner_diameter_mm, 1)
    for phrase in [*sheet.lengths("dims", "face"), *sheet.lengths("mm", "face"), *sheet.lengths("dims", "gem")]:
        sheet.use(phrase)
        sides = typed(tuple[float, float], phrase.value if isinstance(phrase.value, tuple) else (phrase.value,) * 2)
        across_mm, along_mm = _clamped(min(sides), widest_mm), _clamped(max(sides), LONGEST_MM)
        if (across_mm, along_mm) != (min(sides), max(sides)):
            sheet.refuse(phrase.text, f"this finger takes a face of {across_mm:g} × {along_mm:g} mm")
        return across_mm, along_mm
    even = shape == "round" or any(phrase.text == "square" for phrase in sheet.of("face"))
    across_mm, along_mm = (11.0, 11.0) if even else (10.5, 12.5)
    across_mm = min(across_mm, widest_mm)
    sheet.assume(f"signet: a face of {across_mm:g} mm across the finger, {along_mm:g} mm along it")
    return across_mm, along_mm


def _clamped(side_mm: float, most_mm: float) -> float:
    return min(max(side_mm, LEAST_MM), most_mm)
