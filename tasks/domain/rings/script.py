"""The offline designer's second half: a `RingSpec` becomes a Blender script that a person would be happy to edit."""

import textwrap
from collections.abc import Iterable

from tasks.domain.rings import proportions
from tasks.domain.rings.sizes import finger_sizes
from tasks.domain.rings.spec import Gem, HeadSpec, RingSpec, RowSpec

_WRAP = 100
WIDEST_GAP_SHARE = 1.19  # of the inner diameter: the kit leaves no more of the shank bare


def write_script(spec: RingSpec) -> str:
    """Source of a script that builds `spec` with the ring kit; the same spec always gives the same text."""
    body = "\n\n\n".join([_constants(spec), *_functions(spec), _build(spec), _MAIN])
    return f"{_header(spec)}\n\nimport ring_kit as kit\n\n{body}"


_MAIN = 'if __name__ == "__main__":\n    build()\n'


def _header(spec: RingSpec) -> str:
    finger = finger_sizes(spec.inner_diameter_mm)
    size = f"US {finger.us:g}, UK {finger.uk}, EU {finger.iso:g}, JP {finger.jp}"
    lines = [f"{spec.title}, in {spec.metal}.", "", f"Size: {size} ({spec.inner_diameter_mm:g} mm inside)."]
    for heading, entries in (("Assumed", spec.assumptions), ("Not honoured", spec.not_honoured)):
        if entries:
            lines += ["", f"{heading}:", *_items(entries)]
    return '"""' + "\n".join(line.replace("\\", "").replace('"""', "'''") for line in lines) + '\n"""'


def _items(entries: Iterable[str]) -> list[str]:
    wrapped = (textwrap.wrap(entry, _WRAP, initial_indent="- ", subsequent_indent="  ") for entry in entries)
    return [line for lines in wrapped for line in lines]


def _constants(spec: RingSpec) -> str:
    lines = [f'METAL = "{spec.metal}"', "", "# Millimetres", f"INNER_DIAMETER = {spec.inner_diameter_mm:g}"]
    lines += [f"SHANK_WIDTH = {spec.shank.width_mm:g}  # along the finger, at the bottom"]
    if spec.shank.top_width_mm:
        lines.append(f"SHANK_TOP_WIDTH = {spec.shank.top_width_mm:g}")
    lines.append(f"SHANK_THICKNESS = {spec.shank.thickness_mm:g}")
    for name, value, remark in _head_constants(spec):
        lines.append(f"{name} = {value:g}" + (f"  # {remark}" if remark else ""))
    gems = list(_gems(spec))
    if gems:
        lines += ["", "# Stones: cut, length and width in millimetres"]
        lines += [f"{name} = kit.Gem({_gem_arguments(gem)})" for name, gem in gems]
    return "\n".join(lines)


def _head_constants(spec: RingSpec) -> list[tuple[str, float, str]]:
    if spec.head is None:
        return []
    if spec.head.kind == "tension" and spec.head.gem:
        return [("OPENING", proportions.tension_opening_mm(spec.head.gem), "the stone is held between the ends")]
    if spec.head.kind == "signet":
        face_mm = spec.head.face_length_mm or 12.5, spec.head.face_width_mm or 10.5
        return [("FACE_LENGTH", face_mm[0], "across the finger"), ("FACE_WIDTH", face_mm[1], "along it")]
    gap_mm = min(proportions.head_gap_mm(spec.head), round(WIDEST_GAP_SHARE * spec.inner_diameter_mm, 2))
    return [("HEAD_GAP", gap_mm, "arc under the head")]


def _gems(spec: RingSpec) -> Iterable[tuple[str, Gem]]:
    if spec.head and spec.head.gem:
        yield "CENTER", spec.head.gem
    if spec.head and spec.head.side_gem:
        yield ("MELEE" if spec.head.kind == "halo" else "SIDE"), spec.head.side_gem
    if spec.row:
        yield "ROW_GEM", spec.row.gem


def _gem_arguments(gem: Gem) -> str:
    sides = f"{gem.length_mm:g}" if gem.cut == "round" else f"{gem.length_mm:g}, {gem.width_mm:g}"
    return f'"{gem.cut}", {sides}'


def _functions(spec: RingSpec) -> list[str]:
    functions = [_make_shank(spec)]
    if spec.head:
        functions.append(_set_head(spec, spec.head))
    return functions


def _make_shank(spec: RingSpec) -> str:
    arguments = ["INNER_DIAMETER", "SHANK_WIDTH", "SHANK_THICKNESS", "metal=metal", f'profile="{spec.shank.profile}"']
    if spec.shank.top_width_mm:
        arguments.append("top_width_mm=SHANK_TOP_WIDTH")
    if spec.shank.shoulders != "plain":
        arguments.append(f'shoulders="{spec.shank.shoulders}"')
    if spec.shank.milgrain:
        arguments.append("milgrain=True")
    if spec.head and spec.head.kind == "tension":
        arguments.append("opening_mm=OPENING")
    elif spec.head and spec.head.kind != "signet":
        arguments.append("head_gap_mm=HEAD_GAP")
    if spec.row:
        arguments += ["row=row", f"row_stone={_stone(spec.row.gem)}"]
    row = [f"    {_row(spec.row)}"] if spec.row else []
    lines = ["def make_shank(metal):", '    """The band round the finger."""', *row]
    return "\n".join([*lines, *_call("return kit.shank", arguments)])


def _row(row: RowSpec) -> str:
    return f'row = kit.Row("{row.kind}", ROW_GEM, coverage_deg={row.coverage_deg:g})'


def _stone(gem: Gem) -> str:
    color = f', "{gem.color}"' if gem.color else ""
    return f'kit.stone("{gem.stone}"{color})'


def _set_head(spec: RingSpec, head: HeadSpec) -> str:
    milgrain = ["milgrain=True"] if spec.shank.milgrain else []
    center = ["shank", "CENTER", "metal=metal", f"stone={_stone(head.gem)}"] if head.gem else []
    beside = [f"side_stone={_stone(head.side_gem)}"] if head.side_gem else []
    name, arguments = {
        "prong": ("prong_head", [*center, f"prongs={head.prongs}"]),
        "bezel": ("bezel_head", [*center, *milgrain]),
        "halo": ("halo_head", [*center, "side_gem=MELEE", *beside, *milgrain]),
        "three-stone": ("three_stone_head", [*center[:2], "SIDE", *center[2:], *beside, f"prongs={head.prongs}"]),
        "tension": ("tension_head", center),
        "signet": ("signet_head", _signet_arguments(head)),
    }[head.kind]
    purpose = {"signet": "The face on top."}.get(head.kind, "What holds the stone on top.")
    lines = ["def set_head(shank, metal):", f'    """{purpose}"""']
    return "\n".join([*lines, *_call(f"kit.{name}", arguments)])


def _signet_arguments(head: HeadSpec) -> list[str]:
    face = ["length_mm=FACE_LENGTH", "width_mm=FACE_WIDTH", f'shape="{head.face_shape}"']
    gem = ["gem=CENTER", f"stone={_stone(head.gem)}"] if head.gem else []
    return ["shank", "metal=metal", *face, *gem]


def _build(spec: RingSpec) -> str:
    lines = ["def build():", '    """The whole ring."""', "    metal = kit.metal(METAL)"]
    if spec.head is None:
        return "\n".join([*lines, "    make_shank(metal)"])
    return "\n".join([*lines, "    shank = make_shank(metal)", "    set_head(shank, metal)"])


def _call(function: str, arguments: list[str]) -> list[str]:
    """A call on one line if it fits, else one argument a line."""
    line = f"    {function}({', '.join(arguments)})"
    if len(line) <= _WRAP:
        return [line]
    return [f"    {function}(", *(f"        {argument}," for argument in arguments), "    )"]
