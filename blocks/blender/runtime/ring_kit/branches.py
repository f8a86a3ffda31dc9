"""Sections of a split shank: one branch of two, from a whole band's half through to a wire of its own."""

from .sections import INNER_POINTS, OUTER_POINTS, Line, blended, crown_line, inner_line, resampled

WALL_POINTS = 3  # down the inner side of a branch
LONE_MM = 0.5  # branches this far from the middle have taken a section of their own


def branch_outline(
    profile: str, half_mm: float, thickness_mm: float, parting_mm: float, slit_mm: float, flatness: float
) -> Line:
    """One branch's closed outline: inside from the slit to the edge, outside back, then down the slit's wall.

    `parting_mm` is half the distance between the branches, `slit_mm` what a bridge between them leaves of it.
    """
    squeeze = (half_mm - parting_mm) / half_mm
    whole = inner_line(profile, half_mm, thickness_mm) + crown_line(profile, half_mm, thickness_mm, flatness)
    outline = [(parting_mm + y * squeeze, height) for y, height in whole]
    if parting_mm:
        lone = _lone_branch(profile, half_mm, parting_mm, thickness_mm)
        outline = blended(outline, lone, min(1.0, parting_mm / LONE_MM))
        outline = _bridged(outline, (half_mm + parting_mm) / 2, parting_mm, slit_mm, thickness_mm)
    return outline + _wall(outline[-1], outline[0])


def _bridged(outline: Line, middle_mm: float, parting_mm: float, slit_mm: float, thickness_mm: float) -> Line:
    """The branch drawn out from its middle to the slit that is left, level with its crest and its inside."""
    stretch = (middle_mm - slit_mm) / (middle_mm - parting_mm)
    bridged = []
    for k, (y, height) in enumerate(outline):
        inwards = max(0.0, (middle_mm - y) / (middle_mm - parting_mm))
        level = 0.0 if k < INNER_POINTS else thickness_mm
        share = (1 - slit_mm / parting_mm) * min(1.0, 2 * inwards)
        bridged.append((middle_mm - (middle_mm - y) * stretch if inwards else y, height + (level - height) * share))
    return bridged


def _lone_branch(profile: str, half_mm: float, slit_mm: float, thickness_mm: float) -> Line:
    """A branch as a small section of its own, rounded on both edges."""
    reach, middle = (half_mm - slit_mm) / 2, (half_mm + slit_mm) / 2
    inside = inner_line(profile, reach, thickness_mm)
    crown = crown_line(profile, reach, thickness_mm, 0.0)
    floor = resampled([(-y, h) for y, h in reversed(inside)] + inside[1:], INNER_POINTS)
    top = resampled(crown + [(-y, h) for y, h in reversed(crown[:-1])], OUTER_POINTS)
    return [(y + middle, height) for y, height in floor + top]


def _wall(top: tuple[float, float], foot: tuple[float, float]) -> Line:
    """Points strictly between the slit's upper and lower edge."""
    return resampled([top, foot], WALL_POINTS + 2)[1:-1]
