"""The shank: profile, width, thickness and shoulders, fitted to what it has to carry."""

from typing import cast as typed

from tasks.domain.rings import proportions
from tasks.domain.rings.phrases import Phrase
from tasks.domain.rings.setting import Setting
from tasks.domain.rings.sheet import Sheet
from tasks.domain.rings.spec import HeadSpec, Metal, Profile, ShankSpec, Shoulders
from tasks.domain.rings.stones import carats
from tasks.domain.rings.styles import Taste

PLAIN_WIDTH_MM, PLAIN_THICKNESS_MM, MENS_WIDTH_MM = 3.0, 1.7, 6.0
WIDTH_LIMITS_MM, THICKNESS_LIMITS_MM = (1.3, 12.0), (1.2, 3.5)
TAPER = 0.7
SPLIT_LIMIT_MM = 14.0  # a finger is no wider


def read_shank(sheet: Sheet, taste: Taste, setting: Setting, metal: Metal, *, mens: bool) -> ShankSpec:
    """The shank that the prompt asks for, wide and thick enough for head and row."""
    shoulders = _shoulders(sheet, setting)
    width_mm = _width_mm(sheet, taste, setting, mens)
    tapered = bool(sheet.asked("taper"))
    if tapered and setting.row:
        sheet.refuse("tapered", "a row of stones needs a shank of one width")
    split_mm = min(2.1 * width_mm, max(width_mm, SPLIT_LIMIT_MM))
    top_mm = split_mm if shoulders == "split" else TAPER * width_mm if tapered and not setting.row else None
    return ShankSpec(
        profile=_profile(sheet, taste, setting),
        width_mm=width_mm,
        top_width_mm=round(max(top_mm, 1.3), 2) if top_mm else None,
        thickness_mm=_thickness_mm(sheet, setting, metal),
        shoulders=shoulders,
        milgrain=_milgrain(sheet, taste, setting, shoulders),
    )


def _shoulders(sheet: Sheet, setting: Setting) -> Shoulders:
    phrases = sheet.asked("shoulders")
    sheet.declined("shoulders")
    kind = setting.head.kind if setting.head else None
    for phrase in phrases:
        if phrase.value == "cathedral" and setting.head and _low_halo(setting.head):
            sheet.refuse(phrase.text, "a halo round a low dome leaves no room for shoulders under it")
            return "plain"
        if not proportions.shoulders_allowed(typed(Shoulders, phrase.value), kind):
            sheet.refuse(phrase.text, "shoulders rise to a head that stands on the shank, and this ring has none")
            return "plain"
    return typed(Shoulders, sheet.one("shoulders", "kind of shoulders") or "plain")


def _low_halo(head: HeadSpec) -> bool:
    return head.kind == "halo" and head.gem is not None and head.gem.cut == "cabochon"


def _profile(sheet: Sheet, taste: Taste, setting: Setting) -> Profile:
    asked = typed(Profile | None, sheet.one("profile", "profile"))
    declined = sheet.declined("profile")
    usual: Profile = taste.profile or "comfort"
    if usual in declined:
        usual = "flat" if usual != "flat" else "comfort"
    if asked == "knife-edge" and (setting.row or _is(setting.head, "tension", "signet")):
        sheet.refuse("knife edge", "stones are set into a surface; the profile is comfort")
        return "comfort"
    if asked is None:
        sheet.assume(f"profile: {usual}" + (", as the style has it" if taste.profile == usual else ""))
    return asked or usual


def _is(head: HeadSpec | None, *kinds: str) -> bool:
    return head is not None and head.kind in kinds


def _width_mm(sheet: Sheet, taste: Taste, setting: Setting, mens: bool) -> float:
    least_mm = _least_width_mm(setting)
    asked = _asked_mm(sheet, "width")
    factor = _factor(sheet, "width")
    if asked and factor != 1.0:
        sheet.assume(f"'{sheet.builds('width')[0].text}' is the {asked.text} that is named")
    if asked is None:
        usual_mm = _usual_width_mm(setting, mens) * taste.shank_factor * factor
        width_mm = round(min(max(usual_mm, least_mm), WIDTH_LIMITS_MM[1]), 2)
        sheet.assume(f"shank: {width_mm:g} mm wide")
        return width_mm
    width_mm = min(max(typed(float, asked.value), WIDTH_LIMITS_MM[0], least_mm), WIDTH_LIMITS_MM[1])
    if width_mm != asked.value:
        sheet.refuse(f"{asked.text} wide", f"this ring needs a shank of {width_mm:g} mm")
    return width_mm


def _usual_width_mm(setting: Setting, mens: bool) -> float:
    if mens:
        return MENS_WIDTH_MM if setting.head is None else 4.0
    if setting.head and setting.head.gem and setting.head.kind != "signet":
        return proportions.shank_width_mm(_center_ct(setting.head))
    return PLAIN_WIDTH_MM


def _least_width_mm(setting: Setting) -> float:
    """What the row's stones and walls, or a tension setting's grip, need."""
    row_mm = proportions.row_width_mm(setting.row.kind, setting.row.gem) if setting.row else 0.0
    gripped = setting.head.gem if setting.head and setting.head.kind == "tension" else None
    return max(row_mm, proportions.tension_shank_mm(gripped)[0] if gripped else 0.0)


def _center_ct(head: HeadSpec) -> float:
    gem = head.gem
    return carats(gem.cut, gem.stone, gem.length_mm, gem.width_mm) if gem else 0.0


def _thickness_mm(sheet: Sheet, setting: Setting, metal: Metal) -> float:
    least_mm = _least_thickness_mm(setting)
    asked = _asked_mm(sheet, "thickness")
    factor = _factor(sheet, "thickness")
    if asked is None:
        usual_mm = (
            proportions.shank_thickness_mm(_center_ct(setting.head), metal) if setting.head else PLAIN_THICKNESS_MM
        )
        thickness_mm = round(max(usual_mm * factor, least_mm), 2)
        sheet.assume(f"shank: {thickness_mm:g} mm thick")
        return thickness_mm
    thickness_mm = min(max(typed(float, asked.value), THICKNESS_LIMITS_MM[0], least_mm), THICKNESS_LIMITS_MM[1])
    if thickness_mm != asked.value:
        sheet.refuse(f"{asked.text} thick", f"this ring needs a shank of {thickness_mm:g} mm")
    return thickness_mm


def _least_thickness_mm(setting: Setting) -> float:
    least_mm = 1.4 if setting.head else 0.0
    if setting.row:
        least_mm = max(least_mm, proportions.row_thickness_mm(setting.row.gem))
    if setting.head and setting.head.kind == "tension" and setting.head.gem:
        least_mm = max(least_mm, proportions.tension_shank_mm(setting.head.gem)[1])
    return least_mm


def _asked_mm(sheet: Sheet, dimension: str) -> Phrase | None:
    """The first length said of `dimension`; its noun ('wide', 'band') is marked as honoured with it."""
    lengths = sheet.lengths("mm", dimension)
    sheet.use(*lengths[:1])
    return lengths[0] if lengths else None


def _factor(sheet: Sheet, dimension: str) -> float:
    factor = 1.0
    for phrase in sheet.builds(dimension):
        sheet.use(phrase)
        factor *= typed(tuple[str, float], phrase.value)[1]
    return factor


def _milgrain(sheet: Sheet, taste: Taste, setting: Setting, shoulders: Shoulders) -> bool:
    asked, declined = sheet.asked("milgrain"), sheet.declined("milgrain")
    if declined:
        return False
    wanted = bool(asked) or taste.milgrain
    if taste.milgrain and not asked:
        sheet.assume("milgrain, as the style has it")
    return wanted
