"""The dirty-mesh corpus: sound solids with one named thing wrong each, and what cleaning must make of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import trimesh

from tasks.domain.meshes.meshlab import MAX_HOLE_EDGES
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.reading import open_model

Arrays = tuple[np.ndarray, np.ndarray]
RANDOM = 11


@dataclass(frozen=True)
class Defect:
    """A model, and the outcome: `reason` is "" where it must become watertight, else words of the reason told.

    `volume` is the true volume in the model's units cubed, where cleaning should come near it, with `within` as share.
    """

    name: str
    build: Callable[[], Model]
    reason: str = ""
    volume: float | None = None
    within: float = 0.02


DEFECTS: dict[str, Defect] = {}


def defect(name: str, **expected):
    """Enter the decorated builder of a Model, or of (vertices, faces), into the corpus."""

    def enter(build):
        def model() -> Model:
            built = build()
            return built if isinstance(built, Model) else single(*built)

        DEFECTS[name] = Defect(name, model, **expected)
        return build

    return enter


def single(vertices: np.ndarray, faces: np.ndarray, **looks) -> Model:
    return Model((Part("piece", np.asarray(vertices, float), np.asarray(faces, np.int64).reshape(-1, 3), **looks),))


def ball(subdivisions: int = 3, radius: float = 1.0, at: tuple[float, ...] = (0, 0, 0)) -> Arrays:
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return np.array(mesh.vertices) + at, np.array(mesh.faces)


def cube(size: float = 1.0, at: tuple[float, ...] = (0, 0, 0)) -> Arrays:
    mesh = trimesh.creation.box((size,) * 3)
    return np.array(mesh.vertices) + at, np.array(mesh.faces)


def ring() -> Arrays:
    mesh = trimesh.creation.torus(major_radius=1.0, minor_radius=0.3, major_sections=48, minor_sections=24)
    return np.array(mesh.vertices), np.array(mesh.faces)


def sheet(cells: int = 8) -> Arrays:
    x, y = np.meshgrid(np.linspace(0, 1, cells + 1), np.linspace(0, 1, cells + 1), indexing="ij")
    i, j = (index.ravel() for index in np.meshgrid(np.arange(cells), np.arange(cells), indexing="ij"))
    a = i * (cells + 1) + j
    b, c, d = a + cells + 1, a + cells + 2, a + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], 1), faces


def joined(*pieces: Arrays) -> Arrays:
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces)])
    faces = [faces + start for (_, faces), start in zip(pieces, starts, strict=False)]
    return np.concatenate([vertices for vertices, _ in pieces]), np.concatenate(faces)


def soup(vertices: np.ndarray, faces: np.ndarray) -> Arrays:
    return vertices[faces].reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3)


def without(mesh: Arrays, gone) -> Arrays:
    return mesh[0], np.delete(mesh[1], gone, axis=0)


def near(mesh: Arrays, direction: tuple[float, ...], share: float) -> np.ndarray:
    """The faces that lie furthest in a direction: `share` of all."""
    along = mesh[0][mesh[1]].mean(axis=1) @ np.array(direction, float)
    return np.argsort(-along)[: int(share * len(along))]


BALL, CUBE, RING = (abs(trimesh.Trimesh(*mesh()).volume) for mesh in (ball, cube, ring))


# -- nothing wrong, or only the way it is stored --------------------------------------------------------------------


@defect("nothing wrong", volume=BALL, within=1e-9)
def _():
    return ball()


@defect("soup: every face with vertices of its own", volume=RING, within=1e-6)
def _():
    return soup(*ring())


@defect("unreferenced vertices", volume=BALL, within=1e-9)
def _():
    vertices, faces = ball()
    return np.concatenate([np.full((50, 3), 9.0), vertices]), faces + 50


@defect("an unreferenced vertex that is no number", volume=BALL, within=1e-9)
def _():
    vertices, faces = ball()
    return np.concatenate([[[np.nan, 0, np.inf]], vertices]), faces + 1


@defect("vertices nearly in the same place", volume=BALL)
def _():
    vertices, faces = soup(*ball())
    return vertices + np.random.default_rng(RANDOM).uniform(-4e-6, 4e-6, vertices.shape), faces


@defect("zero-thickness faces between equal vertices", volume=BALL, within=1e-6)
def _():
    vertices, faces = ball()
    return vertices, np.concatenate([faces, faces[:40][:, [0, 1, 1]], faces[:9][:, [2, 2, 2]]])


@defect("wrong units: metres that were millimetres", volume=RING * 1e9, within=1e-6)
def _():
    vertices, faces = ring()
    return vertices * 1000, faces


@defect("tiny: a micrometre, with a hole", volume=BALL * 1e-18)
def _():
    return without((ball()[0] * 1e-6, ball()[1]), slice(0, 6))


@defect("enormous: a million kilometres, with a hole", volume=BALL * 1e27)
def _():
    return without((ball()[0] * 1e9, ball()[1]), slice(0, 6))


@defect("far from the origin, in 32 bits", volume=BALL, within=0.05)
def _():
    vertices, faces = soup(*ball())
    return (vertices + np.array([5000, -3000, 800])).astype(np.float32).astype(float), np.delete(
        faces, slice(0, 4), axis=0
    )


@defect("very flat: one axis a thousandth of the others", volume=BALL / 1000)
def _():
    return without((ball()[0] * [1, 1, 1e-3], ball()[1]), slice(0, 3))


# -- holes ------------------------------------------------------------------------------------------------------------


@defect("one face missing", volume=BALL, within=1e-3)
def _():
    return without(ball(), [17])


@defect("many small holes", volume=BALL)
def _():
    return without(ball(), slice(None, None, 97))


@defect("a hole of a hundred faces", volume=BALL, within=0.05)
def _():
    mesh = ball()
    return without(mesh, near(mesh, (1, 2, 3), 0.08))


@defect("half of the ball missing", volume=BALL / 2, within=0.12)
def _():
    mesh = ball()
    return without(mesh, near(mesh, (0, 0, 1), 0.5))


@defect("a side of a cube missing", volume=CUBE, within=1e-6)
def _():
    mesh = cube()
    return without(mesh, near(mesh, (0, 0, 1), 1 / 6))


@defect("a slice cut out of a ring: two open ends", volume=RING * 0.75, within=0.05)
def _():
    vertices, faces = ring()
    centre = vertices[faces].mean(axis=1)
    return vertices, faces[(centre[:, 0] < 0) | (centre[:, 1] < 0)]


@defect("two holes that meet in one vertex", volume=BALL)
def _():
    vertices, faces = ball()
    fan = np.flatnonzero((faces == faces[0, 0]).any(axis=1))
    return without((vertices, faces), [fan[0], _opposite(faces, fan)])


def _opposite(faces: np.ndarray, fan: np.ndarray) -> int:
    """A face of the fan that shares only the middle with the first."""
    return next(int(face) for face in fan[1:] if len(np.intersect1d(faces[face], faces[fan[0]])) == 1)


@defect("a chain of holes that meet in vertices", volume=BALL, within=0.05)
def _():
    vertices, faces = ball()
    keep, used = np.ones(len(faces), bool), np.zeros(len(vertices), int)
    for face in near((vertices, faces), (0, 0, 1), 0.05):
        if (used[faces[face]] < 2).all() and face % 3 == 0:
            keep[face] = False
            used[faces[face]] += 1
    return vertices, faces[keep]


@defect("a T-junction: a vertex in the middle of a neighbour's side", volume=CUBE, within=1e-6)
def _():
    vertices, faces = cube()
    a, b, c = faces[0]
    middle = len(vertices)
    vertices = np.concatenate([vertices, [(vertices[a] + vertices[b]) / 2]])
    return vertices, np.concatenate([faces[1:], [[a, middle, c], [middle, b, c]]])


@defect("an open tube", volume=np.pi, within=0.02)
def _():
    mesh = trimesh.creation.cylinder(radius=1, height=1, sections=64)
    return np.array(mesh.vertices), np.array(mesh.faces)[np.abs(mesh.face_normals[:, 2]) < 0.5]


@defect("a tube with the longest rims for ear cutting", volume=np.pi, within=1e-3)
def _():
    mesh = trimesh.creation.cylinder(radius=1, height=1, sections=MAX_HOLE_EDGES)
    return np.array(mesh.vertices), np.array(mesh.faces)[np.abs(mesh.face_normals[:, 2]) < 0.5]


@defect("a tube with rims too long for ear cutting", volume=np.pi, within=1e-3)
def _():
    mesh = trimesh.creation.cylinder(radius=1, height=1, sections=3000)
    return np.array(mesh.vertices), np.array(mesh.faces)[np.abs(mesh.face_normals[:, 2]) < 0.5]


# -- winding ----------------------------------------------------------------------------------------------------------


@defect("inside out", volume=RING, within=1e-9)
def _():
    vertices, faces = ring()
    return vertices, faces[:, ::-1]


@defect("a tenth of the faces flipped", volume=RING, within=1e-6)
def _():
    vertices, faces = ring()
    turned = np.random.default_rng(RANDOM).random(len(faces)) < 0.1
    return vertices, np.where(turned[:, None], faces[:, ::-1], faces)


@defect("half of the faces flipped", volume=RING, within=1e-6)
def _():
    vertices, faces = ring()
    return vertices, np.where(np.arange(len(faces))[:, None] % 2, faces[:, ::-1], faces)


@defect("one of two balls inside out", volume=2 * BALL, within=1e-9)
def _():
    vertices, faces = ball(at=(5, 0, 0))
    return joined(ball(), (vertices, faces[:, ::-1]))


@defect("a cavity: a small ball inside, wound inwards", volume=BALL * (1 - 0.125), within=1e-6)
def _():
    vertices, faces = ball(radius=0.5)
    return joined(ball(), (vertices, faces[:, ::-1]))


@defect("a hollow ball inside out", volume=BALL * (1 - 0.125), within=1e-6)
def _():
    vertices, faces = ball()
    return joined((vertices, faces[:, ::-1]), ball(radius=0.5))


@defect("nested solids: a ball within a ball, both wound outwards", volume=BALL * 1.125, within=1e-6)
def _():
    return joined(ball(), ball(radius=0.5))


@defect("three shells: a solid in the cavity of another", volume=BALL * (1 - 0.512 + 0.064), within=1e-6)
def _():
    vertices, faces = ball(radius=0.8)
    return joined(ball(), (vertices, faces[:, ::-1]), ball(radius=0.4))


@defect("a cavity whose wall has a hole", volume=BALL * (1 - 0.125), within=0.01)
def _():
    vertices, faces = ball(radius=0.5)
    return joined(without(ball(), [3, 90]), (vertices, faces[5:, ::-1]))


# -- too much ---------------------------------------------------------------------------------------------------------


@defect("every face twice", volume=BALL, within=1e-6)
def _():
    vertices, faces = ball()
    return vertices, np.concatenate([faces, faces])


@defect("some faces twice, turned and flipped", volume=BALL, within=1e-6)
def _():
    vertices, faces = ball()
    return vertices, np.concatenate([faces, faces[:60][:, [1, 2, 0]], faces[200:260, ::-1]])


@defect("the same solid stored twice", volume=BALL, within=1e-6)
def _():
    return joined(ball(), ball())


@defect("fins", volume=RING, within=1e-3)
def _():
    vertices, faces = ring()
    edges = faces[::60, :2]
    tips = vertices[edges].mean(axis=1) * 1.2
    fins = np.concatenate([edges, (len(vertices) + np.arange(len(edges)))[:, None]], axis=1)
    return np.concatenate([vertices, tips]), np.concatenate([faces, fins])


@defect("fins of two faces each", volume=RING, within=1e-3)
def _():
    vertices, faces = ring()
    edges = faces[::60, :2]
    first = len(vertices) + np.arange(len(edges))
    tips = vertices[edges].mean(axis=1)
    one = np.column_stack([edges, first])
    two = np.column_stack([edges[:, 1], first + len(edges), first])
    return np.concatenate([vertices, tips * 1.2, tips * 1.3]), np.concatenate([faces, one, two])


@defect("islands: small open shards around it", volume=BALL, within=1e-6)
def _():
    shards = [(0.02 * ball(0)[0][:4] + [1.5, 0.2 * i, 0], np.array([[0, 1, 2], [0, 2, 3]])) for i in range(12)]
    return joined(ball(), *shards)


@defect("a crumb: a small piece of a curved surface", volume=BALL, within=1e-6)
def _():
    crumb = ball(2, radius=0.03, at=(1.4, 0, 0))
    return joined(ball(), without(crumb, near(crumb, (1, 0, 0), 0.7)))


@defect("a folded scrap: two faces back to back", volume=BALL, within=1e-6)
def _():
    scrap = (np.array([[2.0, 0, 0], [2.2, 0, 0], [2, 0.2, 0]]), np.array([[0, 1, 2], [2, 1, 0]]))
    return joined(ball(), scrap)


@defect("an inner wall that cuts a cube in two", volume=CUBE, within=0.51)
def _():
    vertices, faces = cube()
    corners = [np.flatnonzero((vertices == c).all(axis=1))[0] for c in 0.5 * np.array(_DIAGONAL_WALL)]
    a, b, c, d = corners
    return vertices, np.concatenate([faces, [[a, b, c], [a, c, d]]])


_DIAGONAL_WALL = [[-1, -1, -1], [1, 1, -1], [1, 1, 1], [-1, -1, 1]]


@defect("zero-area faces: three vertices in line", volume=CUBE, within=1e-6)
def _():
    vertices, faces = cube()
    a, b, _ = faces[0]
    middle = len(vertices)
    return np.concatenate([vertices, [(vertices[a] + vertices[b]) / 2]]), np.concatenate([faces, [[a, middle, b]]])


@defect("a face with a vertex that is no number", volume=BALL)
def _():
    vertices, faces = ball()
    vertices[5] = np.nan
    return vertices, faces


@defect("vertices at infinity", volume=BALL, within=0.05)
def _():
    vertices, faces = ball()
    vertices[[3, 200, 400]] = [np.inf, -np.inf, np.inf]
    return vertices, faces


@defect("every vertex no number", reason="holds no solid")
def _():
    vertices, faces = ball(1)
    return vertices * np.nan, faces


# -- touching itself --------------------------------------------------------------------------------------------------


@defect("two cubes that share a vertex", volume=2 * CUBE, within=1e-6)
def _():
    return _merged(joined(cube(), cube(at=(1, 1, 1))))


@defect("two cubes that share an edge", volume=2 * CUBE, within=0.01)
def _():
    return _merged(joined(cube(), cube(at=(1, 1, 0))))


@defect("two cubes that share a side", volume=2 * CUBE, within=0.01)
def _():
    return _merged(joined(cube(), cube(at=(1, 0, 0))))


@defect("two cubes that share an edge, as soup", volume=2 * CUBE, within=0.01)
def _():
    return soup(*joined(cube(), cube(at=(1, 1, 0))))


@defect("two cubes that share a side, as soup", volume=2 * CUBE, within=1e-6)
def _():
    return soup(*joined(cube(), cube(at=(1, 0, 0))))


@defect("cubes stacked, each on its own", volume=2 * CUBE, within=1e-9)
def _():
    return joined(cube(), cube(at=(1, 0, 0)))


@defect("two balls that pass through each other", volume=2 * BALL, within=1e-9)
def _():
    return joined(ball(), ball(at=(1, 0, 0)))


@defect("a surface pinched to one vertex", volume=2 * BALL, within=0.05)
def _():
    return _merged(joined(ball(), ball(at=(0, 0, 2))))


def _merged(mesh: Arrays) -> Arrays:
    kept, inverse = np.unique(mesh[0].round(9), axis=0, return_inverse=True)
    return kept, inverse[mesh[1]]


# -- small parts ------------------------------------------------------------------------------------------------------


@defect("a ring with closed gems", volume=RING + 3 * 0.04**3 * BALL, within=1e-4)
def _():
    return joined(ring(), *(ball(2, radius=0.04, at=(1.4, 0.2 * i, 0)) for i in range(3)))


@defect("a small gem with a face missing", volume=BALL, within=0.01)
def _():
    return joined(ball(), without(ball(1, radius=0.04, at=(1.2, 0, 0)), [0]))


# -- no solids --------------------------------------------------------------------------------------------------------


@defect("a single triangle", reason="open sheet")
def _():
    return np.eye(3), np.array([[0, 1, 2]])


@defect("a flat sheet", reason="open sheet")
def _():
    return sheet()


@defect("a sheet with two sides", reason="open sheet")
def _():
    vertices, faces = sheet()
    return joined((vertices, faces), (vertices, faces[:, ::-1]))


@defect("a wavy sheet", reason="open sheet")
def _():
    vertices, faces = sheet(16)
    vertices[:, 2] = 0.05 * np.sin(9 * vertices[:, 0])
    return vertices, faces


@defect("a solid with a large sheet beside it", reason="open sheet")
def _():
    vertices, faces = sheet()
    return joined(ball(), (vertices + np.array([2, 0, 0]), faces))


@defect("no triangles", reason="holds no solid")
def _():
    return np.zeros((3, 3)), np.zeros((0, 3), int)


@defect("no parts", reason="holds no solid")
def _():
    return Model(())


@defect("every vertex in one place", reason="holds no solid")
def _():
    vertices, faces = ball(1)
    return vertices * 0 + 3, faces


# -- what it looks like -----------------------------------------------------------------------------------------------


def sphere_with_seam(rows: int = 16, columns: int = 32) -> Part:
    """A ball unrolled onto a texture: the seam's vertices are stored twice, and the poles once per column."""
    v, u = np.meshgrid(np.linspace(0, 1, rows + 1), np.linspace(0, 1, columns + 1), indexing="ij")
    polar, round_ = np.pi * v.ravel(), 2 * np.pi * u.ravel()
    vertices = np.stack([np.sin(polar) * np.cos(round_), np.cos(polar), -np.sin(polar) * np.sin(round_)], 1)
    i, j = (index.ravel() for index in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    a = i * (columns + 1) + j
    b, c, d = a + columns + 1, a + columns + 2, a + 1
    faces = np.concatenate([np.stack([a, b, c], 1)[i < rows - 1], np.stack([a, c, d], 1)[i > 0]])
    return Part("globe", vertices, faces, uv=np.stack([u.ravel(), 1 - v.ravel()], 1))


@defect("a texture with a seam, and a hole across it", volume=BALL, within=0.05)
def _():
    part = sphere_with_seam()
    at_seam = np.flatnonzero((part.vertices[part.faces].mean(axis=1) @ [1, 0.2, 0]) > 0.97)
    return Model((replace(part, faces=np.delete(part.faces, at_seam, axis=0)),))


@defect("vertex colours, and holes", volume=BALL)
def _():
    vertices, faces = ball()
    colours = np.column_stack([(vertices + 1) * 127, np.full(len(vertices), 255)]).astype(np.uint8)
    return single(vertices, np.delete(faces, slice(None, None, 50), axis=0), colours=colours)


@defect("one solid in two materials: two open parts that meet", volume=BALL, within=1e-6)
def _():
    vertices, faces = ball()
    upper = vertices[faces].mean(axis=1)[:, 2] > 0
    return Model((Part("upper", vertices, faces[upper]), Part("lower", vertices, faces[~upper])))


@defect("several parts, one of them open", volume=BALL + CUBE, within=1e-3)
def _():
    return Model((Part("ball", *without(ball(), [7])), Part("cube", *cube(at=(3, 0, 0)))))


# -- from files -------------------------------------------------------------------------------------------------------


@defect("several nodes, turned, scaled and mirrored, each with a side missing", volume=8 + 1, within=1e-6)
def _():
    scene = trimesh.Scene()
    turn = 2 * trimesh.transformations.rotation_matrix(0.7, [1, 2, 3])
    turn[:3, 3], turn[3, 3] = [10, 0, 0], 1
    mesh = trimesh.Trimesh(*without(cube(), [0, 1]), process=False)
    scene.add_geometry(mesh, node_name="turned", geom_name="box", transform=turn)
    scene.graph.update("mirrored", geometry="box", matrix=np.diag([-1.0, 1, 1, 1]))
    return open_model(scene.export(file_type="glb"))


@defect("Draco, with a hole", volume=BALL, within=0.01)
def _():
    scene = trimesh.Scene(trimesh.Trimesh(*without(ball(), range(5)), process=False))
    return open_model(scene.export(file_type="glb", extension_draco=True))


@defect("an STL without three of its facets", volume=RING * 1e-9, within=1e-2)
def _():
    mesh = trimesh.Trimesh(*without(ring(), [5, 500, 900]), process=False)
    return open_model(mesh.export(file_type="stl"))
