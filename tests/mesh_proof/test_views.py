"""The four views: what is where, in which colour, and what is written beside it."""

import io

import numpy as np
import pytest
import trimesh
from PIL import Image
from trimesh.visual.material import PBRMaterial

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.lettering import millimetres, round_length
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.proving import prove
from tasks.domain.meshes.smooth_normals import corner_normals
from tasks.domain.meshes.views import PANEL_PX, four_views
from tests.mesh_sizes.models import box, gold, painted_box, part_of, ring_with_gem

PANELS = {"front": (0, 0), "side": (0, 1), "top": (1, 0), "three-quarter": (1, 1)}
RED = PBRMaterial(baseColorFactor=[1.0, 0.0, 0.0, 1.0], metallicFactor=0.0)
BLUE = PBRMaterial(baseColorFactor=[0.0, 0.0, 1.0, 1.0], metallicFactor=0.0)


def panels_of(data: bytes) -> dict[str, np.ndarray]:
    pixels = np.asarray(Image.open(io.BytesIO(data))).astype(int)
    assert pixels.shape == (2 * PANEL_PX, 2 * PANEL_PX, 3)
    return {
        name: pixels[row * PANEL_PX : (row + 1) * PANEL_PX, column * PANEL_PX : (column + 1) * PANEL_PX]
        for name, (row, column) in PANELS.items()
    }


def centre_of(panel: np.ndarray, channel: int) -> tuple[float, float]:
    """Mean x and y, from the middle, of the pixels in which one channel stands out."""
    others = np.delete(panel, channel, axis=2).max(axis=2)
    rows, columns = np.nonzero(panel[..., channel] > others + 60)
    return columns.mean() - PANEL_PX / 2, rows.mean() - PANEL_PX / 2


def test_each_side_is_seen_from_where_it_should_be():
    """A knob at the front, top and right of a block: in the side view on the left, in the top view below."""
    block, knob = box(2, 2, 2, material=RED), box(0.6, 0.6, 0.6, at=(0.6, 0.6, 0.9), name="knob", material=BLUE)
    panels = panels_of(four_views(Model((block, knob))))
    front, side, top = (centre_of(panels[name], 2) for name in ("front", "side", "top"))
    assert front[0] > 30
    assert front[1] < -30
    assert side[0] < -30
    assert side[1] < -30
    assert top[0] > 30
    assert top[1] > 30


def test_all_views_have_one_scale():
    """A ball looks equally large from everywhere, and round: its area is that of a circle."""
    panels = panels_of(four_views(Model((part_of(trimesh.creation.icosphere(4, 0.01), material=RED),))))
    areas = [(panel[..., 0] > panel[..., 1:].max(axis=2) + 40).sum() for panel in panels.values()]
    assert areas == pytest.approx([areas[0]] * 4, rel=0.01)
    width = np.flatnonzero((panels["front"][..., 0] > panels["front"][..., 2] + 40).any(axis=0))
    assert areas[0] == pytest.approx(np.pi / 4 * len(width) ** 2, rel=0.02)


def test_a_texture_is_the_right_way_up():
    """The texture's upper left is red and its lower left blue, and so is the face that shows it."""
    panel = panels_of(four_views(Model((painted_box(),))))["front"]
    red, blue = centre_of(panel, 0), centre_of(panel, 2)
    assert red[1] < 0 < blue[1]
    assert max(red[0], blue[0]) < 0


def test_vertex_colours_are_shown():
    """A part with green vertices is green."""
    mesh = trimesh.creation.icosphere(3, 0.01)
    colours = np.tile(np.array([10, 200, 20, 255], np.uint8), (len(mesh.vertices), 1))
    panel = panels_of(four_views(Model((part_of(mesh, colours=colours),))))["three-quarter"]
    middle = panel[PANEL_PX // 2, PANEL_PX // 2]
    assert middle[1] > 2 * max(middle[0], middle[2])


def test_metal_is_not_black():
    """Gold mirrors a bright studio: warm in colour, and nowhere near black in the mean."""
    torus = trimesh.creation.torus(0.02, 0.005, 64, 32)
    panel = panels_of(four_views(Model((part_of(torus, material=gold()),))))["front"]
    metal = panel[panel[..., 0] > panel[..., 2] + 20]
    assert len(metal) > 20_000
    assert metal.mean() > 100
    assert np.percentile(metal[:, 0], 5) > 60


def test_the_inside_of_an_open_surface_is_shown():
    """A sheet seen from behind is not black either."""
    square = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    panel = panels_of(four_views(Model((Part("sheet", square, np.array([[0, 2, 1], [0, 3, 2]])),))))["front"]
    assert panel[PANEL_PX // 2, PANEL_PX // 2].min() > 90


def test_the_proof_is_written_in_the_picture():
    """With a proof the picture says more, and only in the last panel."""
    model = ring_with_gem()
    without, with_proof = panels_of(four_views(model)), panels_of(four_views(model, prove(model)))
    assert [name for name in PANELS if (without[name] != with_proof[name]).any()] == ["three-quarter"]


def test_same_model_same_picture():
    """Pictures are content-addressed too."""
    assert four_views(ring_with_gem()) == four_views(ring_with_gem())


def test_nothing_to_look_at():
    """An empty model is the caller's mistake."""
    with pytest.raises(InvalidInput, match="no triangles"):
        four_views(Model(()))


@pytest.mark.parametrize(
    ("length", "text"),
    [(1000, "1000 mm"), (123.44, "123.4 mm"), (20.984, "20.98 mm"), (0.3, "0.30 mm"), (0.0456, "0.046 mm")],
)
def test_lengths_are_written_as_people_do(length, text):
    """No more digits than anybody can print."""
    assert millimetres(length) == text


@pytest.mark.parametrize(("longest", "bar"), [(9.99, 5), (10, 10), (0.3, 0.2), (199, 100), (2.0, 2)])
def test_scale_bars_are_round(longest, bar):
    """1, 2 or 5 of a power of ten, as long as there is room."""
    assert round_length(longest) == pytest.approx(bar)


def test_creases_stay_sharp_and_curves_become_smooth():
    """At a box's corners normals are those of the faces; on a ball they point away from the middle."""
    cube = trimesh.creation.box()
    flat = corner_normals(np.array(cube.vertices), np.array(cube.faces))
    assert flat == pytest.approx(np.repeat(cube.face_normals[:, None], 3, axis=1))
    ball = trimesh.creation.icosphere(3)
    smooth = corner_normals(np.array(ball.vertices), np.array(ball.faces))
    assert smooth == pytest.approx(np.array(ball.vertices)[ball.faces], abs=0.02)
