"""MeshLab, behind arrays: the only module that imports pymeshlab, which is GPL-3.

The import takes about a second and 100 MB, so it happens on first use. Every vertex and face carries the number of the
one that it came from through MeshLab's scalar attributes, so that names, textures and colours can be brought back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version as installed_version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import UpstreamError
from tasks.domain.meshes.topology import Components, Sides, components, labels, sides

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEW = -1  # the source of a face that closes a hole
MAX_HOLE_EDGES = 1_000  # half a second; MeshLab's ear cutting takes ten at 5000
_FILTERS = (
    "meshing_remove_duplicate_faces",
    "meshing_remove_null_faces",
    "meshing_remove_folded_faces",
    "meshing_repair_non_manifold_edges",
    "meshing_repair_non_manifold_vertices",
    "meshing_re_orient_faces_coherently",
    "meshing_close_holes",
)


@dataclass(frozen=True)
class Traced:
    """A mesh whose elements know where they came from.

    vertices (n, 3), faces (m, 3), vertex_source (n,) and face_source (m,): numbers of the vertices and faces of the
    mesh before MeshLab; a face_source of NEW (-1) belongs to a face that closed a hole.
    """

    vertices: Floats
    faces: Ints
    vertex_source: Ints
    face_source: Ints

    @cached_property
    def meeting(self) -> Sides:
        """Return how its sides meet."""
        return sides(self.faces)

    @cached_property
    def label(self) -> Ints:
        """Return the component of each face, (m,)."""
        return labels(self.faces)

    @cached_property
    def found(self) -> Components:
        """Return the measures of its components; there must be a face."""
        return components(self.vertices, self.faces, self.meeting, self.label)

    def with_faces(self, chosen: NDArray[Any] | slice) -> "Traced":
        """Return the mesh with only the faces that `chosen` (mask, numbers or slice) picks; vertices stay."""
        return Traced(self.vertices, self.faces[chosen], self.vertex_source, self.face_source[chosen])


def version() -> str:
    """Return pymeshlab's version."""
    return installed_version("pymeshlab")


@cache
def check_filters() -> None:
    """Load MeshLab; raises UpstreamError when it is missing, or has lost its plugins.

    Without libopengl0 the import succeeds and the plugins that need it vanish silently.
    """
    remedy = "install the system packages libgl1 and libopengl0"
    try:
        import pymeshlab
    except ImportError as error:
        raise UpstreamError("MeshLab", f"cannot be loaded ({error}); {remedy}") from error
    missing = set(_FILTERS) - set(pymeshlab.filter_list())
    if missing:
        raise UpstreamError("MeshLab", f"lacks the filters {', '.join(sorted(missing))}; {remedy}")


def manifold(mesh: Traced) -> tuple[Traced, dict[str, int]]:
    """Make every edge one of two faces at most, wound alike, and every vertex one of a single fan.

    Duplicate, zero-area and folded faces go first. Also returns how many faces went, or vertices came, for each reason.
    """

    def wind_alike(run: Callable[..., Any]) -> None:
        run("meshing_repair_non_manifold_vertices", vertdispratio=0)
        run("meshing_re_orient_faces_coherently")

    return _filtered(
        mesh,
        {
            "duplicate faces": lambda run: run("meshing_remove_duplicate_faces"),
            "zero-area faces": lambda run: run("meshing_remove_null_faces"),
            "folded faces": lambda run: run("meshing_remove_folded_faces"),
            "faces on non-manifold edges": lambda run: run("meshing_repair_non_manifold_edges", method="Remove Faces"),
            "split vertices": wind_alike,
        },
    )


def closed(mesh: Traced, *, avoid_intersections: bool) -> Traced:
    """Close holes of up to MAX_HOLE_EDGES edges with faces between existing vertices.

    With `avoid_intersections` a hole stays open when its cap would cut through the mesh.
    """

    def close(run: Callable[..., Any]) -> None:
        run(
            "meshing_close_holes",
            maxholesize=MAX_HOLE_EDGES + 1,  # which MeshLab leaves out
            newfaceselected=False,
            selfintersection=avoid_intersections,
        )

    return _filtered(mesh, {"": close})[0]


def _filtered(mesh: Traced, steps: dict[str, Callable[[Callable[..., Any]], Any]]) -> tuple[Traced, dict[str, int]]:
    """Run `steps` in one MeshLab session; also return how many faces, or new vertices, each one accounts for."""
    if not len(mesh.faces):
        return mesh, {}
    check_filters()
    import pymeshlab

    session = pymeshlab.MeshSet(verbose=False)
    session.add_mesh(
        pymeshlab.Mesh(
            mesh.vertices,
            mesh.faces,
            v_scalar_array=np.arange(1.0, len(mesh.vertices) + 1),
            f_scalar_array=np.arange(1.0, len(mesh.faces) + 1),
        )
    )
    counts: dict[str, int] = {}
    for name, step in steps.items():
        before = session.current_mesh()
        faces, vertices = before.face_number(), before.vertex_number()
        step(session.apply_filter)
        after = session.current_mesh()
        counts[name] = max(faces - after.face_number(), after.vertex_number() - vertices)
    return _traced(mesh, session.current_mesh()), {name: count for name, count in counts.items() if count > 0}


def _traced(before: Traced, after: Any) -> Traced:
    vertex = np.rint(after.vertex_scalar_array()).astype(np.int64) - 1
    face = np.rint(after.face_scalar_array()).astype(np.int64) - 1
    face_source = np.where(face < 0, NEW, before.face_source[np.maximum(face, 0)])
    return Traced(
        before.vertices[vertex], after.face_matrix().astype(np.int64), before.vertex_source[vertex], face_source
    )
