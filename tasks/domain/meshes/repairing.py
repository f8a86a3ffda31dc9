"""From any triangles to closed solids: what is sound stays as it is, the rest goes through MeshLab.

Rules, so that nothing is lost by surprise:
- A closed component that encloses volume is kept, however small (a gem), unless small parts are not wanted.
- Debris is what can be no solid: fewer than four open faces; an open piece below DEBRIS of the diagonal with more than
  half of its surface missing; a closed piece without volume; a face that hangs on an edge of others (a fin).
- An open piece larger than that, with more than SHEET of its surface missing, is a sheet: kept open, and said so. To
  close it would be to invent most of a solid.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.domain.meshes import meshlab
from tasks.domain.meshes.meshlab import Traced
from tasks.domain.meshes.rims import count_rims, with_long_rims_closed
from tasks.domain.meshes.topology import (
    Components,
    area_vectors,
    compacted,
    diagonal,
    proper,
    welded,
)
from tasks.domain.meshes.touching import once, parted, twins_gone, walls_gone
from tasks.domain.meshes.winding import to_flip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DEBRIS = 0.05  # of the diagonal
HALF = 0.5
SHEET = 0.6  # a hemisphere without its flat side is 0.5, a box without two adjacent sides 0.35
ROUNDS = 4
MAX_FIN_ROUNDS = 20


@dataclass(frozen=True)
class Repaired:
    """The mesh with traces to the vertices and faces that were given, and what was done."""

    mesh: Traced
    removed: dict[str, int]
    closed_holes: int
    rounds: int
    was_sound: bool  # closed before, every component
    reason: str  # why it is not closed, empty when it is


def repaired(vertices: Floats, faces: Ints, *, least_m: float = 0.0) -> Repaired:
    """Close the surface of `faces` (m, 3) over `vertices` (n, 3) in metres; components below `least_m` go."""
    removed: Counter[str] = Counter()
    whole = _finite(vertices, faces, removed)
    if not len(whole.faces):
        return Repaired(whole, dict(removed), 0, 0, False, "no triangle is left")
    sound, rest = _sound_apart(_unit(whole), removed)
    work = _Work(rest, removed, alone=not any(len(piece.faces) for piece in sound))
    mesh = _together([twins_gone(_together(sound), removed), *work.run()])
    mesh = _small_gone(mesh, least_m / (diagonal(whole.vertices) or 1.0), removed)
    reason = _reason(mesh)
    mesh = _facing_outwards(mesh)
    mesh = mesh.with_faces(np.argsort(mesh.face_source.astype(np.uint64), kind="stable"))  # as given, then caps (-1)
    mesh = Traced(vertices[mesh.vertex_source], mesh.faces, mesh.vertex_source, mesh.face_source)
    told = {what: count for what, count in removed.items() if count}
    return Repaired(mesh, told, work.holes, work.rounds, not len(rest.faces), reason)


def _finite(vertices: Floats, faces: Ints, removed: Counter[str]) -> Traced:
    """The faces whose corners are numbers, over only the vertices that they use."""
    numbers = np.asarray(np.isfinite(vertices).all(axis=1))
    good = np.asarray(numbers[faces].all(axis=1))
    removed["faces with a coordinate that is not a number"] += int((~good).sum())
    used, compact = compacted(faces[good], len(vertices))
    removed["unused vertices"] += len(vertices) - len(used)
    return Traced(vertices[used], compact, used, np.flatnonzero(good))


def _unit(mesh: Traced) -> Traced:
    """Centred and with a diagonal of one, so that no tolerance depends on units, and no digit is lost to an offset."""
    low, size = mesh.vertices.min(axis=0), diagonal(mesh.vertices) or 1.0
    return Traced((mesh.vertices - low) / size - 0.5, mesh.faces, mesh.vertex_source, mesh.face_source)


def _sound_apart(mesh: Traced, removed: Counter[str]) -> tuple[list[Traced], Traced]:
    """Closed shells as they are stored, closed shells once equal positions are one, and the rest, welded.

    Welded solids that touch along whole faces count as closed too, without these.
    """
    soup = mesh.faces.size == len(mesh.vertices)  # no vertex is shared, so nothing can be closed as it is stored
    stored, mesh = _split(mesh) if not soup else (mesh.with_faces(slice(0)), mesh)
    kept, faces = welded(mesh.vertices, mesh.faces) if len(mesh.faces) else (np.arange(0), mesh.faces)
    mesh = Traced(mesh.vertices[kept], faces, mesh.vertex_source[kept], mesh.face_source)
    whole = np.flatnonzero(proper(faces))
    removed["faces that collapsed"] += len(faces) - len(whole)
    nearby = np.argsort(faces[whole].min(axis=1), kind="stable")  # neighbours in memory too: three times as fast
    closed, rest = _split(mesh.with_faces(whole[nearby]))
    fused, left = _split(walls_gone(rest))
    if len(left.faces) or not len(fused.faces):
        return [stored, closed], rest
    removed["faces between touching solids"] += len(rest.faces) - len(fused.faces)
    return [stored, closed, fused], left


def _split(mesh: Traced) -> tuple[Traced, Traced]:
    """The components that are sound, and those that are not."""
    good = np.asarray(mesh.meeting.sound.all(axis=1))
    if good.any():
        closed = np.bincount(mesh.label, ~good) == 0
        good = (closed & ~mesh.found.hollow)[mesh.label] if closed.any() else np.zeros(len(good), bool)
    return mesh.with_faces(good), mesh.with_faces(~good)


def _together(pieces: list[Traced]) -> Traced:
    """One mesh of all pieces, over only the vertices that they use; pieces share none."""
    starts = np.cumsum([0, *(len(piece.vertices) for piece in pieces)])
    faces = np.concatenate([piece.faces + start for piece, start in zip(pieces, starts[:-1], strict=True)])
    used, compact = compacted(faces, int(starts[-1]))
    return Traced(
        np.concatenate([piece.vertices for piece in pieces])[used],
        compact,
        np.concatenate([piece.vertex_source for piece in pieces])[used],
        np.concatenate([piece.face_source for piece in pieces]),
    )


def _small_gone(mesh: Traced, least: float, removed: Counter[str]) -> Traced:
    if least <= 0 or not len(mesh.faces):
        return mesh
    found = mesh.found
    large = found.diagonal >= least
    removed["small components"] += int((~large).sum())
    return _together([mesh.with_faces(large[found.label])])


def _facing_outwards(mesh: Traced) -> Traced:
    if not len(mesh.faces):
        return mesh
    flip = to_flip(mesh.vertices, mesh.faces, mesh.found)
    return _flipped(mesh, flip)


def _flipped(mesh: Traced, flip: Bools) -> Traced:
    faces = np.where(flip[:, None], mesh.faces[:, ::-1], mesh.faces)
    return Traced(mesh.vertices, faces, mesh.vertex_source, mesh.face_source)


def _reason(mesh: Traced) -> str:
    """Why `mesh` is not closed; empty when it is."""
    if not len(mesh.faces):
        return "no triangle is left"
    found = mesh.found
    sheets = ~found.closed & (found.missing > SHEET)
    torn = ~found.closed & ~sheets
    hollow = found.closed & found.hollow
    told = [
        f"{sheets.sum()} open sheet(s) of {found.faces[sheets].sum()} triangles, which enclose no volume",
        f"{found.unsound[torn].sum()} edge sides of {torn.sum()} component(s) could not be closed",
        f"{hollow.sum()} closed component(s) have no thickness",
    ]
    return "; ".join(text for text, there in zip(told, (sheets, torn, hollow), strict=True) if there.any())


class _Work:
    """The rounds of mending on what is not sound; counts what it does."""

    def __init__(self, mesh: Traced, removed: Counter[str], *, alone: bool) -> None:
        self.mesh, self.removed, self.alone = mesh, removed, alone
        self.holes = self.rounds = 0
        self.sheets: list[Traced] = []

    def run(self) -> list[Traced]:
        """Return the mended mesh, and the sheets that were left out of it."""
        original = self.mesh
        self.mesh = once(self.mesh, self.removed)
        self._peel_fins()
        touching, self.mesh = _split(parted(self.mesh))
        self._make_manifold(original)
        while not self.mesh.meeting.sound.all() and self.rounds < ROUNDS:
            self._close()
            if not self.mesh.meeting.sound.all():
                self._make_manifold(original)
        return [touching, self.mesh, *self.sheets]

    def _make_manifold(self, original: Traced) -> None:
        if len(self.mesh.faces):
            self.mesh = self._count(meshlab.manifold(self.mesh))
            self.mesh = _majority_wound(self.mesh, original)
            self._sift()

    def _close(self) -> None:
        self.rounds += 1
        holes = count_rims(self.mesh)
        self.mesh = with_long_rims_closed(self.mesh, meshlab.MAX_HOLE_EDGES)
        self.mesh = meshlab.closed(self.mesh, avoid_intersections=self.rounds == 1)
        self.holes += max(holes - count_rims(self.mesh), 0)

    def _count(self, done: tuple[Traced, dict[str, int]]) -> Traced:
        self.removed.update(done[1])
        return done[0]

    def _peel_fins(self) -> None:
        """Remove faces that hang with one side free on an edge that others share already."""
        for _ in range(MAX_FIN_ROUNDS):
            meeting = self.mesh.meeting
            fin = np.asarray(meeting.open.any(axis=1) & (meeting.uses > 2).any(axis=1))
            if not fin.any() or fin.all():
                return
            self.removed["fins"] += int(fin.sum())
            self.mesh = self.mesh.with_faces(~fin)

    def _sift(self) -> None:
        """Drop debris and lay sheets aside; when there is nothing else, the largest piece stays."""
        found = self.mesh.found
        debris = _debris(found)
        if debris.all() and self.alone and not any(len(piece.faces) for piece in self.sheets):
            debris[np.argmax(found.area)] = False
        sheet = ~debris & ~found.closed & (found.missing > SHEET)
        self.removed["debris components"] += int(debris.sum())
        self.sheets.append(self.mesh.with_faces(sheet[found.label]))
        self.mesh = self.mesh.with_faces(~(debris | sheet)[found.label])


def _debris(found: Components) -> Bools:
    shard = (found.faces < 4) | (found.diagonal < DEBRIS) & (found.missing > HALF)
    return ~found.closed & shard | found.closed & found.hollow


def _majority_wound(mesh: Traced, original: Traced) -> Traced:
    """Turn components back whose faces were mostly wound the other way: MeshLab follows whichever it meets first."""
    if not len(mesh.faces):
        return mesh
    before = area_vectors(original.vertices, original.faces)
    row = np.full(int(original.face_source.max()) + 1, -1, np.int64)
    row[original.face_source] = np.arange(len(original.faces))
    known = mesh.face_source >= 0
    agreement = np.zeros(len(mesh.faces))
    now = area_vectors(mesh.vertices, mesh.faces[known])
    agreement[known] = np.einsum("ij,ij->i", now, before[row[mesh.face_source[known]]])
    label = mesh.label
    return _flipped(mesh, (np.bincount(label, np.sign(agreement) * np.sqrt(np.abs(agreement))) < 0)[label])
