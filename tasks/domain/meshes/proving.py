"""What a mesh is worth to a printer: closed, one solid, how thick, how steep, and whether it can be printed as it is.

Lengths are millimetres along the axes of the print (x, y, z are glTF's x, -z, y), about the file's own origin.
"""

import numpy as np

from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.normalising import measured_bounds
from tasks.domain.meshes.print_frame import filled_parts
from tasks.domain.meshes.proof import MeshProof, Xyz
from tasks.domain.meshes.shells import Surface, survey
from tasks.domain.meshes.sizes import MM_PER_M
from tasks.domain.meshes.solidity import Solidity, examined
from tasks.domain.meshes.thin_walls import LIMIT_MM, Walls, walls

BOTTOM_MM = 0.2  # what lies this near to the bed rests on it: a usual first layer
STEEPEST = np.cos(np.radians(45))  # beyond 45° a layer no longer rests on the one below, say most print guides
BED_MM = (220.0, 220.0, 250.0)  # what common filament printers take; resin printers take about half of it
SMALLEST_MM = 2.0
FEWEST_THIN_RAYS = 3  # one or two may be caught in a fold
MUCH = 0.01  # shares of the surface below this are not worth a remark


def prove(model: Model) -> MeshProof:
    """Measure `model`; parts are welded by position, each by itself.

    Walls are measured by rays (see `thin_walls`) where all shells are closed and wound one way. Only what keeps a
    printer from printing makes it unprintable; everything else is a remark. Raises InvalidInput for a model without
    triangles or with coordinates that are no numbers.
    """
    low, high = measured_bounds(model)
    width, height, depth = ((high - low) * MM_PER_M).tolist()
    extents: Xyz = (width, depth, height)
    solidity = examined([_surface(part) for part in filled_parts(model)])
    found = None if solidity.solids is None else walls(solidity.solids)
    overhang = _overhang_share(solidity.surface)
    reasons = _flaws(solidity) + _thin(found)
    return MeshProof(
        watertight=solidity.watertight,
        manifold=solidity.manifold,
        bodies=solidity.bodies,
        triangles=model.triangles,
        vertices=_used_vertices(solidity.surface),
        volume_mm3=solidity.volume if solidity.watertight else 0.0,
        area_mm2=float(solidity.surface.areas.sum()),
        extents_mm=extents,
        wall=None if found is None else found.wall,
        overhang_share=overhang,
        printable=not reasons,
        reasons=reasons,
        remarks=_remarks(solidity, found, overhang, extents),
    )


def _surface(part: Part) -> Surface:
    """The part in mm, welded; vertices that no face uses are left out."""
    used = np.zeros(len(part.vertices), bool)
    used[part.faces] = True
    return survey(part.vertices[used] * MM_PER_M, (np.cumsum(used) - 1)[part.faces])


def _used_vertices(surface: Surface) -> int:
    used = np.zeros(len(surface.vertices), bool)
    used[surface.faces] = True
    return int(used.sum())


def _overhang_share(surface: Surface) -> float:
    """Share of the area that faces down more steeply than 45°, but for what rests on the bed."""
    if not len(surface.faces):
        return 0.0
    a, b, c = surface.triangles.swapaxes(0, 1)
    doubled = np.cross(b - a, c - a)
    lengths = np.linalg.norm(doubled, axis=1)
    up = surface.triangles[:, :, 1]
    resting = up.max(axis=1) < up.min() + BOTTOM_MM
    hanging = (doubled[:, 1] < -(STEEPEST + 1e-6) * lengths) & ~resting
    return float(lengths[hanging].sum() / lengths.sum()) if lengths.any() else 0.0


def _flaws(solidity: Solidity) -> list[str]:
    """What keeps the shells from being solids, worst first."""
    reasons = []
    if solidity.open_shells:
        reasons.append(f"not watertight: {_shells(solidity.open_shells)} with holes, so that there is no inside")
    elif not solidity.watertight:
        reasons.append("not watertight: some edges have more than two faces")
    if solidity.twisted_shells:
        reasons.append(f"{_shells(solidity.twisted_shells)} with faces that look in where their neighbours look out")
    if solidity.inverted_shells:
        reasons.append(f"{_shells(solidity.inverted_shells)} inside out: slicers take that for a hole")
    if not solidity.manifold and not reasons:
        reasons.append("not manifold: faces meet in a way that no solid's surface does")
    if not solidity.bodies:
        reasons.append("encloses no material")
    return reasons


def _thin(found: Walls | None) -> list[str]:
    if found is None or found.wall is None or not _too_thin(found):
        return []
    wall = found.wall
    return [
        f"walls of {wall.thinnest_mm:.2f} mm: {wall.thin_share:.1%} of the surface is thinner than the "
        f"{LIMIT_MM} mm that prints and castings need"
    ]


def _too_thin(found: Walls) -> bool:
    """A patch as wide as the limit is a wall; anything smaller is an edge."""
    return found.thin_rays >= FEWEST_THIN_RAYS and found.thin_mm2 >= LIMIT_MM**2


def _remarks(solidity: Solidity, found: Walls | None, overhang: float, extents: Xyz) -> list[str]:
    remarks = []
    if solidity.bodies > 1:
        remarks.append(f"{solidity.bodies} separate bodies: where they only touch, they may come apart")
    if found is not None and found.buried_share > MUCH:
        remarks.append(
            f"bodies run into each other: {found.buried_share:.0%} of the surface lies inside another one, and what "
            "they share counts twice in the volume"
        )
    if found is not None and found.wall is None:
        remarks.append("no two surfaces face each other, so that there are no walls to measure")
    if found is not None and found.wall is not None and found.thin_rays and not _too_thin(found):
        remarks.append(f"an edge or spot of {found.wall.thinnest_mm:.2f} mm may not come out")
    if solidity.empty_shells:
        remarks.append(f"{_shells(solidity.empty_shells)} without thickness: nothing of it is printed")
    if overhang > MUCH:
        remarks.append(f"{overhang:.0%} of the surface overhangs by more than 45° and needs supports")
    return remarks + _size_remarks(extents)


def _size_remarks(extents: Xyz) -> list[str]:
    size = " × ".join(f"{length:.4g}" for length in extents)
    if any(length > bed for length, bed in zip(sorted(extents), sorted(BED_MM), strict=True)):
        return [f"{size} mm is larger than common printers take ({' × '.join(f'{bed:.0f}' for bed in BED_MM)} mm)"]
    if max(extents) < SMALLEST_MM:
        return [f"{size} mm is smaller than printers resolve well"]
    return []


def _shells(count: int) -> str:
    return f"{count} shell{'' if count == 1 else 's'}"
