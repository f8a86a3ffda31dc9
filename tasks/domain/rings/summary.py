"""A proof in words: the spatial report that the contract carries and the models read, and markdown for people."""

from tasks.domain.rings.report import PartProof, RingProof, StoneProof

_LISTED = 60  # parts or stones spelled out; a fix prompt and a web page have no use for hundreds


def spatial_report(proof: RingProof) -> str:
    """Where every part lies and what was measured, in Blender's axes: the finger goes along y, up is z; millimetres."""
    x, y, z = proof.bounding_box_mm
    lines = [
        "Measured from the exported GLB, in millimetres, Blender axes (x, y along the finger, z up).",
        f"Whole ring: {x:.2f} x {z:.2f} x {y:.2f}, {proof.triangles} triangles, {_finger(proof)}, {_metal(proof)}.",
        *(_part_line(part) for part in proof.parts[:_LISTED]),
        *_rest(len(proof.parts), "parts"),
        *(_stone_line(stone) for stone in proof.stones[:_LISTED]),
        *_rest(len(proof.stones), "stones"),
        *(f"To mend: {text}" for text in proof.findings),
        *(f"Note: {text}" for text in proof.warnings if text not in proof.findings),
    ]
    return "\n".join(lines)


def markdown_report(proof: RingProof) -> str:
    """The proof as markdown: a verdict, the figures of the ring, its stones and its warnings."""
    verdict = "Sound: nothing found that another build should mend." if proof.sound else "Not sound yet."
    blocks = [f"**{verdict}**", _table(("Measure", "Value"), _figures(proof))]
    if proof.stones:
        heading = ("Stone", "Kind", "Size in mm", "Carats", "Hidden")
        blocks.append(_table(heading, [_stone_row(stone) for stone in proof.stones[:_LISTED]]))
        blocks += _rest(len(proof.stones), "stones")
    if proof.warnings:
        blocks.append("\n".join(f"- {text}" for text in proof.warnings))
    return "\n\n".join(blocks)


def _figures(proof: RingProof) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    if proof.finger:
        finger = proof.finger
        rows.append(("Inner diameter", f"{finger.inner_diameter_mm:.2f} mm"))
        rows.append(("Size", f"US {finger.us:g} · UK {finger.uk} · EU {finger.iso:.1f} · JP {finger.jp}"))
    else:
        rows.append(("Inner diameter", "no finger hole found"))
    shown = {proof.alloy: proof.weights_g[proof.alloy]} if proof.alloy in proof.weights_g else proof.weights_g
    rows.append(("Metal", f"{proof.metal_volume_mm3:.1f} mm³ in {_bodies(proof)}"))
    rows.append(("Weight", " · ".join(f"{grams:.2f} g in {name}" for name, grams in shown.items())))
    if proof.shank_thickness_mm is not None:
        rows.append(("Thinnest shank", f"{proof.shank_thickness_mm:.2f} mm"))
    rows.append(("Stones", f"{len(proof.stones)}, {proof.total_carats:.2f} ct in all"))
    rows.append(("Model", f"{len(proof.parts)} parts, {proof.triangles:,} triangles"))
    return rows


def _table(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    ruled = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled)


def _stone_row(stone: StoneProof) -> tuple[str, ...]:
    seat = " floating" if stone.floating else " buried" if stone.buried else ""
    size = f"{stone.length_mm:.2f} × {stone.width_mm:.2f} × {stone.depth_mm:.2f}"
    return stone.name, stone.stone, size, f"{stone.carats:.3f}", f"{stone.covered_share:.0%}{seat}"


def _finger(proof: RingProof) -> str:
    if proof.finger is None:
        return "no finger hole found"
    open_inside = ", inside cut away in part" if proof.open_inside else ""
    return f"inner diameter {proof.finger.inner_diameter_mm:.2f} (US {proof.finger.us:g}{open_inside})"


def _metal(proof: RingProof) -> str:
    return f"metal {proof.metal_volume_mm3:.1f} mm3 in {_bodies(proof)}"


def _bodies(proof: RingProof) -> str:
    if proof.metal_bodies == 0:
        return "bodies that could not be united"
    return "one body" if proof.metal_bodies == 1 else f"{proof.metal_bodies} separate bodies"


def _part_line(part: PartProof) -> str:
    (low_x, low_y, low_z), (x, y, z) = part.low_mm, part.extents_mm
    box = [(low_x, low_x + x), (-low_z - z, -low_z), (low_y, low_y + y)]  # glTF (x, y, z) is Blender (x, -z, y)
    spans = ", ".join(f"{axis} {low:.2f}..{high:.2f}" for axis, (low, high) in zip("xyz", box, strict=True))
    faults = [
        fault
        for fault, present in (
            ("open", not part.watertight),
            ("inconsistent winding", not part.winding_consistent),
            ("inside out", part.inverted),
            (f"{part.degenerate_faces} degenerate faces", part.degenerate_faces > 0),
        )
        if present
    ]
    return f"{part.name} ({part.role}): {spans}; {part.triangles} triangles; {', '.join(faults) or 'closed'}"


def _stone_line(stone: StoneProof) -> str:
    seat = f"floating by {stone.gap_mm:.2f}" if stone.floating else "buried" if stone.buried else "seated"
    size = f"{stone.length_mm:.2f} x {stone.width_mm:.2f} x {stone.depth_mm:.2f}"
    return (
        f"{stone.name}: {stone.stone} {size}, {stone.carats:.3f} ct, {seat}, {stone.covered_share:.0%} hidden by metal"
    )


def _rest(count: int, what: str) -> list[str]:
    return [f"… and {count - _LISTED} more {what}"] if count > _LISTED else []
