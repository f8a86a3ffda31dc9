"""What the picture lends its model: colours the right way up, no background, no stripes, and a little relief."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.inflation.drawn import GOLD, SIDE, annulus, colours, disc, inflated, solid


def test_the_picture_lies_on_the_front() -> None:
    """Red is at the upper left of the picture: so on the model it is at -x and +y, with the front towards +z."""
    rgb = np.full((SIDE, SIDE, 3), 128, np.uint8)
    rgb[: SIDE // 2, : SIDE // 2] = (255, 0, 0)
    model = inflated(disc(90), rgb)
    seen, places = colours(model), model.parts[0].vertices
    red = (seen[:, 0] > 200) & (seen[:, 1] < 60)
    assert red.any()
    assert places[red, 0].max() < 0.03
    assert places[red, 1].min() > -0.03
    normals = solid(model).vertex_normals
    assert (normals[places[:, 2] > 0.2, 2] > 0).all()


def test_the_background_does_not_show() -> None:
    """Green shines around a golden ring, and through its soft edges; on the model all is gold, the rims too."""
    seen = colours(inflated(annulus(90, 60)))
    assert np.abs(seen - GOLD).max() < 16


def test_rims_have_no_stripes() -> None:
    """Fine rays over the edge would run down the sides as stripes: there the colours vary far less than in front."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    rays = np.sign(np.sin(60 * np.arctan2(rows, columns)))
    rgb = np.repeat((128 + 100 * rays)[..., None], 3, axis=2).astype(np.uint8)
    model = inflated(disc(90), rgb, relief=0, texture_px=512)
    facing = np.abs(solid(model).vertex_normals[:, 2])
    seen = colours(model)[:, 0]
    assert seen[facing < 0.12].std() < 0.35 * seen[(facing > 0.6) & (facing < 0.9)].std()


def test_light_places_stand_out() -> None:
    """A bright spot in the middle rises in front, and less so on the back; a disc of one colour has no relief."""
    rgb = np.full((SIDE, SIDE, 3), 60, np.uint8)
    rgb[disc(12) > 0.5] = 250
    plain, spotted = (solid(inflated(disc(90), picture)) for picture in (np.full_like(rgb, 60), rgb))
    rise = spotted.extents[2] - plain.extents[2]
    front, back = (np.abs(spotted.bounds[side, 2]) for side in (1, 0))
    assert front == pytest.approx(back)  # since it is centred
    assert 0.01 < rise < 0.1


def test_the_texture_is_as_small_as_wanted() -> None:
    """It is cut out around the piece, its longer side no longer than asked for, and never enlarged; kept as JPEG."""
    rgb = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3)).astype(np.uint8)
    texture = inflated(disc(90), rgb, texture_px=64).parts[0].material.baseColorTexture
    assert (max(texture.size), texture.format) == (64, "JPEG")
    assert max(inflated(disc(30), rgb, texture_px=512).parts[0].material.baseColorTexture.size) <= 68
    out = io.BytesIO()
    texture.save(out, "JPEG")
    assert Image.open(out).size == texture.size
