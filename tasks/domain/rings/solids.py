"""Boolean work on closed shells through manifold3d: the metal as one solid, and stones that run into each other."""

from dataclasses import dataclass

import numpy as np
from manifold3d import Error, Manifold, Mesh, OpType

from tasks.domain.meshes.shells import Floats, Ints, Surface, cavities, outward

MIN_BODY_MM3 = 1e-3  # crumbs that a union leaves between touching faces are no bodies
MIN_OVERLAP_MM3 = 1e-3


@dataclass(frozen=True)
class Metal:
    """`volume_mm3` of the union; per body the indices of its parts, largest body first; parts left out."""

    volume_mm3: float
    bodies: list[set[int]]
    left_out: set[int]
    not_united: set[int]

    @property
    def complete(self) -> bool:
        """True when the union is that of all metal."""
        return not self.left_out and not self.not_united


def unite(parts: list[Surface]) -> Metal:
    """The union of the closed shells of `parts`, whatever their winding.

    Open and empty shells enclose nothing and are left out. Closed shells that meet themselves in an edge are no
    manifolds, so they add their own volume and stay out of the union.
    """
    solids: list[Manifold] = []
    owner_of: dict[int, int] = {}
    alone_mm3 = cavity_mm3 = 0.0
    left_out: set[int] = set()
    not_united: set[int] = set()
    for index, part in enumerate(parts):
        hollow = cavities(part)
        cavity_mm3 += float(-part.volumes[hollow].sum())
        if not (part.closed & ~part.empty).all():
            left_out.add(index)
        for vertices, faces in outward(part):
            solid = manifold(vertices, faces)
            if solid.status() != Error.NoError:
                not_united.add(index)
                alone_mm3 += volume_mm3(vertices, faces)
                continue
            owner_of[solid.original_id()] = index
            solids.append(solid)
    union = Manifold.batch_boolean(solids, OpType.Add) if solids else Manifold()
    volume = union.volume() + alone_mm3 - cavity_mm3
    return Metal(max(volume, 0.0), _bodies(union, owner_of), left_out, not_united)


def _bodies(union: Manifold, owner_of: dict[int, int]) -> list[set[int]]:
    """Which parts make up each body; inner walls of hollows come as bodies of negative volume and are none."""
    bodies = [body for body in union.decompose() if body.volume() > MIN_BODY_MM3]
    bodies.sort(key=lambda body: -body.volume())
    return [{owner_of[key] for key in _originals(body) if key in owner_of} for body in bodies]


def _originals(body: Manifold) -> list[int]:
    """The ids of the solids that have triangles in `body`; runs of other solids are kept, but empty."""
    mesh = body.to_mesh()
    filled = np.diff(mesh.run_index) > 0
    return [key for key, holds in zip(mesh.run_original_id, filled, strict=True) if holds]


def manifold(vertices: Floats, faces: Ints) -> Manifold:
    """The shell as a manifold, with its own original id; its status tells when it is none."""
    return Manifold(Mesh(vertices.astype(np.float32), faces.astype(np.uint32))).as_original()


def volume_mm3(vertices: Floats, faces: Ints) -> float:
    """Signed volume of a closed shell."""
    a, b, c = vertices[faces].swapaxes(0, 1)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def overlap_mm3(one: Surface, other: Surface) -> float:
    """Volume that the convex hulls of two stones share."""
    hulls = [Manifold.hull_points(stone.vertices.astype(np.float32)) for stone in (one, other)]
    return float((hulls[0] ^ hulls[1]).volume())
