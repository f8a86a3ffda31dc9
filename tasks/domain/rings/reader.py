"""The offline designer's first half: a prompt becomes a `RingSpec`, by rules and without a language model.

prompt ─► phrases ─► order sheet ─► metal, size ─► head and row ─► shank ─► spec

Nothing is dropped in silence: what the prompt leaves open is chosen by the style words (`styles.py`) and the rules of
the trade (`proportions.py`) and listed in `assumptions`; what it asks and the ring has not is in `not_honoured`.
"""

from typing import cast as typed

from tasks.domain.errors import InvalidInput
from tasks.domain.rings.band import read_shank
from tasks.domain.rings.phrases import Phrase
from tasks.domain.rings.setting import Setting, read_setting
from tasks.domain.rings.sheet import Sheet
from tasks.domain.rings.sizes import System, diameter_mm_from
from tasks.domain.rings.spec import Metal, RingSpec, Style
from tasks.domain.rings.styles import Taste, taste_of

WOMENS_US, MENS_US = 7.0, 10.0
US_SIZES, EU_SIZES = (1.0, 16.0), (38.0, 80.0)
FINENESS = {"14k": 14.0, "18k": 18.0}


def read_prompt(prompt: str) -> RingSpec:
    """The ring that `prompt` asks for; an empty prompt is a solitaire. Never raises on words it does not know."""
    sheet = Sheet(prompt)
    styles = tuple(dict.fromkeys(typed(Style, phrase.value) for phrase in sheet.asked("style")))
    sheet.declined("style")
    taste = taste_of(styles)
    mens = bool([ring for ring in sheet.asked("ring") if ring.value == "mens"])
    metal = _metal(sheet, taste)
    inner_diameter_mm = _inner_diameter_mm(sheet, mens)
    setting = read_setting(sheet, taste, inner_diameter_mm)
    shank = read_shank(sheet, taste, setting, metal, mens=mens)
    sheet.list_leftovers()
    return RingSpec(
        title=_title(styles, setting),
        metal=metal,
        inner_diameter_mm=round(inner_diameter_mm, 2),
        shank=shank,
        head=setting.head,
        row=setting.row,
        styles=styles,
        assumptions=tuple(sheet.assumptions),
        not_honoured=tuple(sheet.not_honoured),
    )


def _metal(sheet: Sheet, taste: Taste) -> Metal:
    declined = sheet.declined("gold")
    color, other = _asked_color(sheet), sheet.asked("other metal")
    if color is None and other:
        nearest = typed(Metal, other[0].value)
        sheet.refuse(other[0].text, f"not among the alloys; {nearest} stands for it")
        return nearest
    fineness = _fineness(sheet, color)
    if color is None and fineness is None:
        return _usual_metal(sheet, taste, declined)
    if color in ("platinum", "silver"):
        return typed(Metal, color)
    if color in (None, "any gold"):
        sheet.assume("gold: yellow, since no colour is named")
        color = "yellow"
    if fineness is None:
        sheet.assume("gold: 18 karat, since no fineness is named")
    return typed(Metal, f"{fineness or '18k'} {color} gold")


def _asked_color(sheet: Sheet) -> str | None:
    """yellow, rose, white, 'any gold', platinum or silver; 'gold' beside a coloured gold says nothing more."""
    asked = sheet.asked("gold")
    golds = ("yellow", "rose", "white")
    colored = any(phrase.value in golds for phrase in asked)
    distinct = [phrase for phrase in asked if not (colored and phrase.value == "any gold")]
    for phrase in distinct[1:]:
        if phrase.value != distinct[0].value:
            sheet.refuse(phrase.text, f"one metal is used, and '{distinct[0].text}' was asked first")
    return str(distinct[0].value) if distinct else None


def _fineness(sheet: Sheet, color: str | None) -> str | None:
    hallmark, karat = sheet.asked("hallmark"), sheet.one("karat", "fineness")
    if hallmark and karat is None:
        karat = FINENESS[str(hallmark[0].value)]
    if karat is None:
        return None
    if color in ("platinum", "silver"):
        sheet.refuse(f"{karat:g}k", f"karats are of gold, and the ring is {color}")
        return None
    nearest = min(FINENESS, key=lambda name: abs(FINENESS[name] - typed(float, karat)))
    if FINENESS[nearest] != karat:
        sheet.refuse(f"{karat:g}k", f"not among the alloys; {nearest} stands for it")
    return nearest


def _usual_metal(sheet: Sheet, taste: Taste, declined: set[object]) -> Metal:
    usual: list[Metal] = [taste.metal] if taste.metal else []
    usual += ["18k yellow gold", "platinum", "18k rose gold", "18k white gold", "silver"]
    metal = next(metal for metal in usual if not any(_is_of(metal, color) for color in declined))
    why = "as the style has it" if metal == taste.metal else "since none is named"
    sheet.assume(f"metal: {metal}, {why}")
    return metal


def _is_of(metal: Metal, color: object) -> bool:
    return str(color) in metal or (color == "any gold" and "gold" in metal)


def _inner_diameter_mm(sheet: Sheet, mens: bool) -> float:
    """Inner diameter from the first size that exists; US 7, or US 10 for men, when the prompt has none."""
    sizes = sheet.asked("size")
    inner = sheet.lengths("mm", "inner")
    sheet.use(*inner, *(phrase for phrase in sheet.asked("dimension") if phrase.value != "length"))
    found = [diameter for phrase in [*sizes, *inner] if (diameter := _diameter_mm(sheet, phrase)) is not None]
    for phrase, diameter in zip([*sizes, *inner][1:], found[1:], strict=False):
        if abs(diameter - found[0]) > 0.1:
            sheet.refuse(phrase.text, "another size was asked first")
    if found:
        return found[0]
    us = MENS_US if mens else WOMENS_US
    diameter_mm = diameter_mm_from("us", us)
    sheet.assume(f"size: US {us:g} ({diameter_mm:.1f} mm inside)")
    return diameter_mm


def _diameter_mm(sheet: Sheet, phrase: Phrase) -> float | None:
    system, value = phrase.value if isinstance(phrase.value, tuple) else ("mm", phrase.value)
    system = system or _system_of(typed(float, value))
    if not system:
        sheet.refuse(phrase.text, "no system has such a size: US 1 to 16, EU 38 to 80, UK letters, JP with its name")
        return None
    if not phrase.value or (isinstance(phrase.value, tuple) and not phrase.value[0]):
        sheet.assume(f"'{phrase.text}' is a size of the {system.upper()} system")
    try:
        return diameter_mm_from(typed(System, system), typed(float, value))
    except InvalidInput as problem:
        sheet.refuse(phrase.text, problem.problem)
        return None


def _system_of(value: float) -> str:
    """A bare number is a US size or an EU one; between them lies nothing."""
    if US_SIZES[0] <= value <= US_SIZES[1]:
        return "us"
    return "eu" if EU_SIZES[0] <= value <= EU_SIZES[1] else ""


def _title(styles: tuple[Style, ...], setting: Setting) -> str:
    words = [*styles, *_stone_words(setting), *_kind_words(setting)]
    title = " ".join(word for word in words if word)
    return title[:1].upper() + title[1:]


def _stone_words(setting: Setting) -> list[str]:
    gem = (setting.head and setting.head.gem) or (setting.row and setting.row.gem)
    if not gem:
        return []
    if gem.cut in ("cabochon", "pearl"):
        return [gem.color, gem.stone, "cabochon" if gem.cut == "cabochon" else ""]
    return [f"{gem.cut}-cut", gem.color, gem.stone]


def _kind_words(setting: Setting) -> list[str]:
    row = {"channel": "channel", "pave": "pavé", "eternity": "eternity"}.get(setting.row.kind) if setting.row else None
    if setting.head is None:
        return [f"{row} band" if row else "plain band"]
    kind = {"prong": "solitaire", "three-stone": "three-stone ring"}.get(setting.head.kind, f"{setting.head.kind} ring")
    return [kind, f"with a {row} shank" if row else ""]
