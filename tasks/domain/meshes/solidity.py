"""Whether the parts of a model are solids: closed, wound one way and outwards, taken by manifold3d; and its bodies."""

from dataclasses import dataclass, replace

import numpy as np
from manifold3d import Error, Manifold, Mesh

from tasks.domain.meshes.crossings import Solids, depths, solids
from tasks.domain.meshes.shells import Bools, Floats, Ints, Surface

# Models have edges along the axes, and a ray along an edge may miss both of its faces: so rays go askew, three times.
_ASKEW = np.array([[0.5773, 0.2113, 0.7887], [-0.8165, 0.5391, 0.2069], [0.1231, -0.9487, -0.2912]])


@dataclass(frozen=True)
class Solidity:
    """What is wrong, counted in shells, and what is left to measure."""

    surface: Surface  # all parts in one, those that were inside out turned
    volume: float  # signed, as the parts were
    watertight: bool
    manifold: bool
    open_shells: int
    twisted_shells: int  # closed, but with faces wound against their neighbours
    inverted_shells: int  # closed and wound inwards without being a cavity
    empty_shells: int  # closed, but enclosing nothing
    bodies: int
    solids: Solids | None  # every shell wound outwards, cavities inwards; None unless all have an inside


def examined(parts: list[Surface]) -> Solidity:
    """Examine the parts of a model, each welded by itself, since parts may touch without being one."""
    inside_out = [bool(part.closed.all()) and part.volumes.sum() < 0 for part in parts]
    whole = _joined([_turned(part) if turn else part for part, turn in zip(parts, inside_out, strict=True)])
    solid = whole.closed & whole.consistent & ~whole.empty
    measured, cavities, inverted = _solids_of(whole, solid)
    sound = bool(len(whole.faces)) and bool((solid | whole.empty & whole.consistent).all())
    enclosing = whole.closed & (~whole.empty | ~whole.consistent) & ~cavities
    return Solidity(
        surface=whole,
        volume=float(sum(part.volumes.sum() for part in parts)),
        watertight=_watertight(whole),
        manifold=_taken_as_solid(whole),
        open_shells=int((~whole.closed).sum()),
        twisted_shells=int((whole.closed & ~whole.consistent).sum()),
        inverted_shells=int(inverted.sum()) + sum(inside_out),
        empty_shells=int((whole.closed & whole.consistent & whole.empty).sum()),
        bodies=int(enclosing.sum()),
        solids=measured if sound else None,
    )


def _joined(parts: list[Surface]) -> Surface:
    vertices = np.cumsum([0, *(len(part.vertices) for part in parts)])
    shells = np.cumsum([0, *(part.count for part in parts)])
    return Surface(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + first for part, first in zip(parts, vertices, strict=False)]),
        np.concatenate([part.shell + first for part, first in zip(parts, shells, strict=False)]),
        sum(part.degenerate for part in parts),
    )


def _turned(part: Surface) -> Surface:
    return Surface(part.vertices, part.faces[:, ::-1], part.shell, part.degenerate)


def _watertight(whole: Surface) -> bool:
    """Every edge has exactly two faces: an even number each, and two on average."""
    return bool(len(whole.faces)) and bool(whole.closed.all()) and 3 * len(whole.faces) == 2 * len(whole.edges)


def _taken_as_solid(whole: Surface) -> bool:
    if not len(whole.faces):
        return False
    mesh = Mesh(whole.vertices.astype(np.float32), whole.faces.astype(np.uint32))
    return bool(Manifold(mesh).status() == Error.NoError)


def _solids_of(whole: Surface, solid: Bools) -> tuple[Solids | None, Bools, Bools]:
    """The solid shells ready for rays, and which of all shells are cavities, and which are inside out."""
    cavities, inverted = np.zeros(whole.count, bool), np.zeros(whole.count, bool)
    if not solid.any():
        return None, cavities, inverted
    shell = whole.shell[solid[whole.shell]]
    measured = solids(whole.vertices, whole.faces[solid[whole.shell]])
    inward = np.flatnonzero(solid & (whole.volumes < 0))
    if len(inward):
        enclosed = _enclosed(measured, shell, inward)
        cavities[inward[enclosed]] = True
        inverted[inward[~enclosed]] = True
        sign = np.where(inverted[shell], -1.0, 1.0)
        measured = replace(measured, normals=measured.normals * sign[:, None])
    return measured, cavities, inverted


def _enclosed(measured: Solids, shell: Ints, inward: Ints) -> Bools:
    """Which of the shells `inward` lie inside a body, as most of three rays from each say."""
    labels, first_faces = np.unique(shell, return_index=True)
    first = first_faces[np.searchsorted(labels, inward)]
    points: Floats = measured.vertices[measured.faces[first]].mean(axis=1)
    own = np.full(int(shell.max()) + 1, -1)
    own[inward] = np.arange(len(inward))
    directions = _ASKEW / np.linalg.norm(_ASKEW, axis=1, keepdims=True)
    votes = [depths(measured, points, np.tile(way, (len(points), 1)), own[shell]) > 0 for way in directions]
    return np.asarray(np.sum(votes, axis=0) >= 2)
