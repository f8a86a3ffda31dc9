"""Cleaning of dirty meshes: ours beside what trimesh alone can do, on the same triangles."""

import time

import numpy as np
import trimesh

from bench.engine.house import size
from bench.figures import Figures, figure
from bench.models3d.dirty import dirty_soup
from tasks.domain.meshes.cleaning import clean
from tasks.domain.meshes.model import Model

FACES = (50_000, 500_000)


def figures() -> Figures:
    """Return CPU seconds for each size, and whether the outcome is closed; 1 stands for yes."""
    clean(dirty_soup(2000))  # loads MeshLab
    found: Figures = {}
    for faces in map(size, FACES):
        dirty = dirty_soup(faces)
        ours_s, ours_closed = _ours(dirty)
        peer_s, peer_closed = _trimesh_only(dirty)
        name = f"cleaning {faces // 1000} k dirty faces"
        found[f"{name}: CPU / trimesh alone"] = figure(ours_s, peer_s, "s", 1)
        found[f"{name}: watertight / trimesh alone"] = figure(ours_closed, peer_closed, "1 = yes", 1)
    return found


def _ours(model: Model) -> tuple[float, bool]:
    began_s = time.process_time()
    _, report = clean(model)
    return time.process_time() - began_s, report.watertight


def _trimesh_only(model: Model) -> tuple[float, bool]:
    """Every repair that trimesh offers, in the order that helps most."""
    (part,) = model.parts
    mesh = trimesh.Trimesh(part.vertices.copy(), part.faces.copy(), process=False)
    began_s = time.process_time()
    mesh.merge_vertices()
    mesh.update_faces(mesh.unique_faces())
    mesh.update_faces(mesh.nondegenerate_faces())
    body = trimesh.graph.connected_component_labels(mesh.face_adjacency, node_count=len(mesh.faces))
    mesh.update_faces(body == np.bincount(body).argmax())
    trimesh.repair.fix_winding(mesh)
    trimesh.repair.fill_holes(mesh)
    trimesh.repair.fix_normals(mesh)
    return time.process_time() - began_s, mesh.is_watertight
