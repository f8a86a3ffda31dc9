"""What a jeweller would say about a measured ring, in plain words, worst first."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tasks.domain.rings.finger_hole import MIN_DIAMETER_MM
from tasks.domain.rings.measures import Ring
from tasks.domain.rings.metal_or_stone import words
from tasks.domain.rings.seating import FLOATING_MM

THIN_SHANK_MM = 1.0
WEAK_SHANK_MM = 0.7
THIN_CLAW_MM = 0.35  # melee beads and claws are drawn from 0.4 mm wire
REACHES_IN_MM = -0.05
CULET_CLEARANCE_MM = 0.2
MANY_DEGENERATE = 0.01  # of all faces
_NAMED = 6


@dataclass(frozen=True)
class Remark:
    """One sentence; `mend` when another build should put it right."""

    text: str
    mend: bool = True


def remarks_on(ring: Ring, foreign_unit: str | None) -> list[Remark]:
    """All remarks, worst first: what makes it no ring, then broken bodies, then stones, then finish and notes."""
    return [
        *_on_the_whole(ring, foreign_unit),
        *_on_metal(ring),
        *_on_shells(ring),
        *_on_stones(ring),
        *_on_strength(ring),
        *_on_degenerate_faces(ring),
        *_on_what_was_guessed(ring),
    ]


def _on_the_whole(ring: Ring, foreign_unit: str | None) -> Iterator[Remark]:
    if foreign_unit:
        yield Remark(
            f"The file is in {foreign_unit}, but a GLB's unit is the metre; it was measured as {foreign_unit}."
        )
    if not ring.metal:
        yield Remark("There is no metal: every part is a stone.")
    elif ring.hole is None:
        yield Remark(f"No finger hole of at least {MIN_DIAMETER_MM:.0f} mm was found.")


def _on_metal(ring: Ring) -> Iterator[Remark]:
    loose = [_names([ring.metal[i].name for i in sorted(body)]) for body in ring.union.bodies[1:]]
    if loose:
        yield Remark(
            f"The metal is {len(loose) + 1} separate bodies; loose from the largest: {'; '.join(loose[:_NAMED])}."
        )


def _on_shells(ring: Ring) -> Iterator[Remark]:
    faults = {
        "not closed (open edges)": lambda part: not part.surface.closed.all(),
        "closed but without volume": lambda part: (part.surface.closed & part.surface.empty).any(),
        "inside out": lambda part: part.inverted,
        "wound inconsistently": lambda part: not part.surface.consistent.all(),
    }
    for fault, found in faults.items():
        names = [part.name for part in ring.parts if found(part)]
        if names:
            yield Remark(f"{_names(names)}: {fault}.")


def _on_stones(ring: Ring) -> Iterator[Remark]:
    seated = list(zip(ring.stones, ring.seats, strict=bool(ring.metal)))
    floating = [(stone.name, seat.gap_mm) for stone, seat in seated if seat.gap_mm > FLOATING_MM]
    if floating:
        worst = max(gap for _, gap in floating)
        yield Remark(f"No metal holds {_names([name for name, _ in floating])}: the gap is up to {worst:.2f} mm.")
    buried = [(stone.name, seat.covered_share) for stone, seat in seated if seat.buried]
    if buried:
        worst = max(share for _, share in buried)
        yield Remark(f"Metal buries {_names([name for name, _ in buried])}: up to {worst:.0%} of the face is hidden.")
    if ring.colliding_stones:
        pairs = [f"{one} and {other}" for one, other in ring.colliding_stones]
        yield Remark(f"Stones run into each other: {_names(pairs)}.")
    yield from _on_the_finger(ring)


def _on_the_finger(ring: Ring) -> Iterator[Remark]:
    clearances = [(stone.name, ring.clearance_mm(stone)) for stone in ring.stones]
    reaching = [name for name, clearance in clearances if clearance < REACHES_IN_MM]
    close = [name for name, clearance in clearances if REACHES_IN_MM <= clearance < CULET_CLEARANCE_MM]
    if reaching:
        yield Remark(f"{_names(reaching)}: reaches into the finger hole.")
    if close:
        yield Remark(f"{_names(close)}: less than {CULET_CLEARANCE_MM} mm from the finger.", mend=False)


def _on_strength(ring: Ring) -> Iterator[Remark]:
    thickness_mm = ring.shank_thickness_mm
    if thickness_mm is not None and thickness_mm < THIN_SHANK_MM:
        yield Remark(
            f"The shank is only {thickness_mm:.2f} mm thick at its thinnest.", mend=thickness_mm < WEAK_SHANK_MM
        )
    thin = [
        part.name for part in ring.metal if {"prong", "claw"} & set(words(part.name)) and part.wire_mm < THIN_CLAW_MM
    ]
    if thin:
        yield Remark(f"{_names(thin)}: wire thinner than {THIN_CLAW_MM} mm.", mend=False)
    if ring.hole is not None and ring.hole.open_inside:
        yield Remark(
            "The inside is open or cut away over part of the circle; the size is that of the arc that remains.",
            mend=False,
        )


def _on_degenerate_faces(ring: Ring) -> Iterator[Remark]:
    count, total = sum(part.surface.degenerate for part in ring.parts), sum(part.triangles for part in ring.parts)
    if count:
        yield Remark(f"{count} of {total} triangles have no area.", mend=count > MANY_DEGENERATE * total)


def _on_what_was_guessed(ring: Ring) -> Iterator[Remark]:
    if ring.union.left_out:
        names = _names([ring.metal[i].name for i in sorted(ring.union.left_out)])
        yield Remark(f"The weight leaves out shells of {names} that enclose no volume.", mend=False)
    if ring.union.not_united:
        names = _names([ring.metal[i].name for i in sorted(ring.union.not_united)])
        yield Remark(f"The weight counts {names} in full, overlaps included: no manifold.", mend=False)
    guessed = [part for part in ring.parts if part.told_by == "shape"]
    if guessed:
        yield Remark(f"Told by shape alone: {_names([f'{part.name} ({part.role})' for part in guessed])}.", mend=False)
    if not any(part.material for part in ring.parts):
        yield Remark("The file has no materials; metal and stone were told by name or shape.", mend=False)
    if ring.hole is not None and abs(ring.hole.axis[2]) < np.cos(np.radians(1)):
        yield Remark("The finger does not go along the glTF z axis (Blender's y axis).", mend=False)


def _names(names: list[str]) -> str:
    shown = ", ".join(name or "(unnamed)" for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
