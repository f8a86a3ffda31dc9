"""Make a model printable: every part a closed solid that faces outwards, or a reason why it is not.

Parts are cleaned one by one, so that a gem stays a gem. Parts that are open towards each other, as the primitives of
one solid with several materials are, are cleaned as one.
"""

import time
from dataclasses import replace

import manifold3d
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes import meshlab
from tasks.domain.meshes.carrying import dressed, gathered
from tasks.domain.meshes.meshlab import Traced
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.repairing import Repaired, repaired
from tasks.domain.meshes.report import CleaningReport, PartReport
from tasks.domain.meshes.topology import proper, sides, welded

Ints = NDArray[np.int64]

SMALL = 0.05  # of the model's diagonal
SHARED = 0.5  # of a part's open edges: parts that meet along as many are one solid


def clean(model: Model, *, keep_small_parts: bool = True) -> tuple[Model, CleaningReport]:
    """Return `model` repaired, with names, textures, colours and materials, and what was done.

    Without `keep_small_parts`, components below SMALL of the model's diagonal go, closed or not. A part that is closed
    stays as it is. Raises InvalidInput when no part has a triangle left, and UpstreamError when MeshLab is broken.
    """
    started = time.perf_counter()
    meshlab.check_filters()
    least_m = 0.0 if keep_small_parts else SMALL * _size(model)
    parts: dict[int, Part] = {}
    reports: dict[int, PartReport] = {}
    dropped: list[str] = []
    for group in _groups(model.parts):
        source = gathered([model.parts[index] for index in group])
        done = repaired(source.vertices, source.faces, least_m=least_m)
        reason = done.reason or _objection(done.mesh)
        for place, (index, part) in enumerate(zip(group, dressed(done.mesh, source), strict=True)):
            if not len(part.faces):
                dropped.append(f"{part.name}: {_why_gone(done)}")
                continue
            parts[index] = part
            reports[index] = _report(model.parts[index], part, done, reason, counts=place == 0)
    if not parts:
        raise InvalidInput("model", f"holds no solid: {'; '.join(dropped) or 'it has no parts'}"[:500])
    order = sorted(parts)
    report = CleaningReport(
        engine=f"pymeshlab {meshlab.version()}",
        parts=[reports[index] for index in order],
        dropped=dropped,
        seconds=time.perf_counter() - started,
    )
    return replace(model, parts=tuple(parts[index] for index in order)), report


def _size(model: Model) -> float:
    """The diagonal of all coordinates that are numbers."""
    used = [part.vertices[np.unique(part.faces)] for part in model.parts]
    points = np.concatenate([*used, np.zeros((0, 3))])
    points = points[np.isfinite(points).all(axis=1)]
    return float(np.linalg.norm(np.ptp(points, axis=0))) if len(points) else 0.0


def _why_gone(done: Repaired) -> str:
    removed = ", ".join(f"{count} {what}" for what, count in done.removed.items())
    return f"no triangle is left after removing {removed}" if removed else "it has no triangles"


def _report(before: Part, after: Part, done: Repaired, reason: str, *, counts: bool) -> PartReport:
    """The counts of parts cleaned as one go with the first of them."""
    return PartReport(
        name=before.name,
        triangles_before=len(before.faces),
        triangles_after=len(after.faces),
        watertight_before=done.was_sound,
        watertight_after=not reason,
        removed=done.removed if counts else {},
        closed_holes=done.closed_holes if counts else 0,
        rounds=done.rounds,
        reason=reason,
    )


def _objection(mesh: Traced) -> str:
    """What manifold3d, which takes only closed and coherent meshes, has against `mesh`; empty when nothing."""
    solid = manifold3d.Manifold(
        manifold3d.Mesh64(np.ascontiguousarray(mesh.vertices), np.ascontiguousarray(mesh.faces, np.uint64))
    )
    status = solid.status()
    return "" if status == manifold3d.Error.NoError else f"manifold3d finds it unsound: {status.name}"


def _groups(parts: tuple[Part, ...]) -> list[list[int]]:
    """The numbers of parts to be cleaned together: most are alone."""
    rims = _rims(parts)
    count = len(parts)
    links = np.zeros((2, 0), np.int64)
    if sum(len(rim) > 0 for rim in rims) > 1:
        links = np.array(_meeting(rims), np.int64).reshape(-1, 2).T
    graph = coo_matrix((np.ones(links.shape[1], bool), (links[0], links[1])), (count, count))
    label = connected_components(graph, directed=False)[1] if count else np.zeros(0, np.int64)
    return [list(map(int, np.flatnonzero(label == group))) for group in range(int(label.max(initial=-1)) + 1)]


def _rims(parts: tuple[Part, ...]) -> list[Ints]:
    """Per part the keys of its open edges, equal where two parts' edges lie in the same place."""
    if len(parts) < 2:
        return [np.zeros(0, np.int64) for _ in parts]
    source = gathered(parts)
    if not len(source.faces) or not np.isfinite(source.vertices).all():
        return [np.zeros(0, np.int64) for _ in parts]
    _, faces = welded(source.vertices, source.faces)
    ends = np.cumsum([len(part.faces) for part in parts])
    return [_open_edges(own[proper(own)], len(source.vertices)) for own in np.split(faces, ends[:-1])]


def _open_edges(faces: Ints, size: int) -> Ints:
    free = sides(faces).open
    ends = np.sort(np.stack([faces[free], np.roll(faces, -1, axis=1)[free]], axis=1), axis=1)
    return np.unique(ends[:, 0] * size + ends[:, 1])


def _meeting(rims: list[Ints]) -> list[tuple[int, int]]:
    """Pairs of parts of which one shares at least SHARED of its open edges with the other."""
    key = np.concatenate(rims)
    owner = np.repeat(np.arange(len(rims)), [len(rim) for rim in rims])
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    pairs = np.stack([owner[order][same], owner[order][same + 1]], axis=1)
    found, shared = np.unique(pairs, axis=0, return_counts=True)
    return [
        (int(a), int(b))
        for (a, b), count in zip(found, shared, strict=True)
        if count >= SHARED * min(len(rims[a]), len(rims[b]))
    ]
