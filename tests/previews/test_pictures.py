"""Previews: each view is taken from where its name says, and the hero is a picture one would print."""

import numpy as np
import pytest

from blocks.blender import Blender
from tasks.domain.errors import UpstreamError
from tests.domain.rings_proof import bodies

BALLS = {"red": np.array([14, 0, 0]), "green": np.array([0, 0, 14]), "blue": np.array([0, -10, 0])}  # Blender axes

# What lies to the right and up in each picture, Blender axes.
DIRECTIONS = {
    "front": ((1, 0, 0), (0, 0, 1)),
    "back": ((-1, 0, 0), (0, 0, 1)),
    "left": ((0, -1, 0), (0, 0, 1)),
    "right": ((0, 1, 0), (0, 0, 1)),
    "top": ((1, 0, 0), (0, 1, 0)),
    "bottom": ((1, 0, 0), (0, -1, 0)),
    "angle1": ((1, 1, 0), (-1, 1, 2)),
    "angle2": ((-1, -1, 0), (1, -1, 3)),
}


def coloured(picture: np.ndarray, colour: str) -> np.ndarray:
    """Where one channel is well above both others."""
    channel = ["red", "green", "blue"].index(colour)
    others = np.delete(picture, channel, axis=2).max(axis=2)
    return (picture[:, :, channel] > 0.12) & (picture[:, :, channel] > 1.6 * others)


def middle_of(mask: np.ndarray) -> np.ndarray:
    """Centre of a mask as (right, up) of the picture's middle, in half widths."""
    row, column = np.argwhere(mask).mean(axis=0)
    half = len(mask) / 2
    return np.array([column - half, half - row]) / half


@pytest.mark.parametrize("view", DIRECTIONS)
def test_each_view_is_taken_from_where_its_name_says(marked_views, view):
    """Front looks along +y, left from -x, top from above …: every ball lies on its expected side of the picture."""
    right, up = (np.array(way) / np.linalg.norm(way) for way in DIRECTIONS[view])
    picture = marked_views[view]
    centre = (np.array([16.5, 0, 0]) + np.array([-10.45, 0, 0])) / 2 + np.array(
        [0, -5.8, 3.0]
    )  # of the whole ring's box
    shown = 0
    for colour, place in BALLS.items():
        expected = np.array([(place - centre) @ right, (place - centre) @ up])
        mask = coloured(picture, colour)
        if mask.sum() < 20:
            continue  # behind another part
        shown += 1
        for found, wanted in zip(middle_of(mask), expected, strict=True):
            if abs(wanted) > 4:
                assert np.sign(found) == np.sign(wanted)
    assert shown >= 2


def test_front_shows_the_front_ball_nearer_than_the_back_does(marked_views):
    """What stands in front is larger in the front view than seen from the back, which also tells the two apart."""
    assert coloured(marked_views["front"], "blue").sum() > 1.3 * coloured(marked_views["back"], "blue").sum()


def test_all_views_show_the_whole_ring(marked_views):
    """No view cuts the ring off: the frame's border shows the backdrop only."""
    for picture in marked_views.values():
        border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert np.ptp(border, axis=0).max() < 0.06


def test_the_hero_is_gold_without_burnt_out_highlights(hero):
    """A file without materials is shown in yellow gold; hardly a pixel is white or black."""
    warm = (hero[:, :, 0] > 1.25 * hero[:, :, 2]) & (hero[:, :, 0] > hero[:, :, 1]) & (hero.max(axis=2) > 0.25)

    assert warm.mean() > 0.04
    assert (hero.min(axis=2) > 0.98).mean() < 0.02
    assert (hero.max(axis=2) < 0.02).mean() < 0.02


def test_the_hero_fills_its_frame_and_stands_in_the_middle(hero):
    """The ring takes two thirds to nine tenths of the frame, its middle near the picture's."""
    rows, columns = np.nonzero(np.ptp(hero, axis=2) > 0.22)
    spans = np.array([np.ptp(rows), np.ptp(columns)]) / len(hero)

    assert 0.6 < spans.max() < 0.92
    assert abs((rows.min() + rows.max()) / 2 / len(hero) - 0.5) < 0.08
    assert abs((columns.min() + columns.max()) / 2 / len(hero) - 0.5) < 0.08


async def test_an_unknown_view_is_refused():
    """A view that is not among the nine is an error that names it, not a picture of something else."""
    with pytest.raises(UpstreamError, match="sideways"):
        await Blender(socket=None).render(bodies.glb({"shank": bodies.torus()}), ["sideways"], size_px=32, samples=1)
