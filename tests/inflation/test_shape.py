"""What silhouettes become: closed solids of the right topology and thickness, the same each time."""

import math

import numpy as np
import pytest

from tasks.domain.errors import InvalidInput
from tests.inflation.drawn import SIDE, annulus, blob, box, disc, gold, inflated, necklace, solid


def test_a_disc_becomes_a_sphere() -> None:
    """Volume and roundness are those of a ball, but for the bound on the depth."""
    ball = solid(inflated(disc(90), relief=0, triangles=60_000))
    assert ball.euler_number == 2
    assert ball.volume == pytest.approx(math.pi / 6, rel=0.04)
    radii = np.linalg.norm(ball.vertices, axis=1)
    assert 0.47 < radii.min() < radii.max() < 0.505


@pytest.mark.parametrize(("outer", "inner"), [(100, 60), (100, 80), (100, 95)])
def test_a_ring_becomes_a_torus(outer: float, inner: float) -> None:
    """One hole stays one hole, however thin the ring; it is about as deep as its band is wide."""
    torus = solid(inflated(annulus(outer, inner), relief=0))
    assert (torus.euler_number, torus.body_count) == (0, 1)
    band = (outer - inner) / (2 * outer)
    assert band < torus.extents[2] < 1.6 * band


def test_a_necklace_is_one_loop() -> None:
    """A chain of four pixels' width holds together, and hangs with its pendant down and its loop open."""
    piece = solid(inflated(necklace()))
    assert (piece.euler_number, piece.body_count) == (0, 1)
    thick = piece.vertices[np.abs(piece.vertices[:, 2]) > 0.04]
    assert len(thick)
    assert thick[:, 1].max() < -0.25


def test_pieces_apart_stay_apart() -> None:
    """A pair of earrings is two solids, of which the smaller may be much smaller."""
    pair = solid(inflated(np.maximum(disc(50, x=60), disc(8, x=200)), triangles=40_000))
    assert (pair.euler_number, pair.body_count) == (4, 2)


@pytest.mark.parametrize("alpha", [box(120, 100), box(5, 6), box(150, 6), box(1, 60), *map(blob, range(6))])
def test_every_model_is_sound(alpha: np.ndarray) -> None:
    """Closed, wound outwards, centred, its longest side 1, no deeper than long, and within its triangles."""
    model = inflated(alpha)
    piece = solid(model)
    assert piece.is_watertight
    assert piece.is_winding_consistent
    assert piece.volume > 0
    assert piece.extents.max() == pytest.approx(1)
    assert np.abs(piece.bounds.sum(axis=0)).max() < 1e-9
    assert piece.extents[2] <= 1.02
    assert 500 < model.triangles <= 12_000
    assert piece.area_faces.min() > 0


def test_the_outline_is_the_pictures() -> None:
    """Seen from the front, the model has the silhouette's proportions, and its area."""
    alpha = np.maximum(disc(60, x=80), disc(30, x=170))
    piece = solid(inflated(alpha, triangles=60_000))
    assert piece.extents[1] / piece.extents[0] == pytest.approx(120 / 180, abs=0.01)
    front = piece.area_faces[piece.face_normals[:, 2] > 0] @ piece.face_normals[piece.face_normals[:, 2] > 0, 2]
    assert front * 180**2 == pytest.approx(alpha.sum(), rel=0.02)


def test_the_outline_is_smooth() -> None:
    """A disc's rim is round to a small part of a cell, of which there are about 90 across: no stairs, no scallops."""
    ball = solid(inflated(disc(90), relief=0, triangles=60_000))
    rim = ball.vertices[np.abs(ball.vertices[:, 2]) < 0.02]
    assert np.hypot(rim[:, 0], rim[:, 1]).std() < 0.1 / 90


def test_the_back_is_no_cut() -> None:
    """It bulges as the front does, and rims are round: nowhere is the solid cut flat."""
    piece = solid(inflated(annulus(100, 50)))
    low, high = piece.bounds[:, 2]
    assert low == pytest.approx(-high, rel=0.1)
    faces_back = piece.face_normals[:, 2] < -0.999
    assert piece.area_faces[faces_back].sum() < 0.2 * piece.area


def test_noise_in_the_mask_changes_nothing() -> None:
    """Specks beside the piece are dropped and pinholes in it closed, so that a disc stays a ball."""
    alpha = disc(80)
    alpha[100:102, 100:102] = 0
    alpha[10:12, 10:12] = 1
    assert solid(inflated(alpha)).euler_number == 2
    assert solid(inflated(alpha)).body_count == 1


def test_more_triangles_are_finer() -> None:
    """The budget is used, as far as the resolution allows."""
    counts = [inflated(disc(90), triangles=wanted).triangles for wanted in (2_000, 8_000, 32_000)]
    assert [count / wanted > 0.75 for count, wanted in zip(counts, (2_000, 8_000, 32_000), strict=True)] == [True] * 3
    assert inflated(disc(90), resolution=40, triangles=32_000).triangles < 16_000


def test_the_same_picture_gives_the_same_model() -> None:
    """Nothing is left to chance."""
    one, other = (inflated(blob(3)).parts[0] for _ in range(2))
    assert np.array_equal(one.vertices, other.vertices)
    assert np.array_equal(one.faces, other.faces)
    assert one.material.baseColorTexture.tobytes() == other.material.baseColorTexture.tobytes()


@pytest.mark.parametrize(
    ("alpha", "told"),
    [
        (np.zeros((SIDE, SIDE)), "no silhouette: fewer than 16"),
        (np.full((SIDE, SIDE), 0.4), "no silhouette: fewer than 16"),
        (box(3, 5), "no silhouette: fewer than 16"),
        (np.ones((SIDE, SIDE)), "no silhouette: nothing in it stands out"),
    ],
    ids=["empty", "faint", "dust", "everything"],
)
def test_nothing_to_see_is_said(alpha: np.ndarray, told: str) -> None:
    """A picture without a piece is the caller's mistake, and says so."""
    with pytest.raises(InvalidInput, match=told) as refused:
        inflated(alpha, gold(alpha))
    assert refused.value.field == "image"
