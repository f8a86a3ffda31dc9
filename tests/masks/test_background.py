"""Background removal and the zoom check, on small drawn pictures."""

from collections.abc import Callable

import numpy as np
import pytest

from bench.try_on.pictures import ClickedPicture, coffee, flat_lay_ring, necklace, ring
from bench.try_on.segmentation import iou_of
from tasks.domain.images.decoding import Photo
from tasks.domain.images.resizing import fit_canvas
from tasks.domain.masks.background import check_zoom, remove_background

LONG_SIDE_PX = 480


def product(
    share: float, backdrop: float = 225.0, noise: float = 2.0, width: int = 320, height: int = 400
) -> np.ndarray:
    """A dark disc of `share` of the width across, in the middle of an even backdrop."""
    rows, columns = np.mgrid[:height, :width]
    inside = np.hypot(columns - width / 2, rows - height / 2) < share * width / 2
    pixels = np.where(inside[..., None], (120.0, 60.0, 30.0), backdrop)
    return (pixels + np.random.default_rng(1).normal(0, noise, pixels.shape)).clip(0, 255).astype(np.uint8)


def cluttered(share: float) -> np.ndarray:
    """The same disc before a checked cloth."""
    pixels = product(share)
    disc = pixels[..., 2] < 128
    rows, columns = np.indices(disc.shape)
    cloth = np.where((rows // 8 + columns // 8) % 2, 235, 190)[..., None] * np.array([1.0, 0.98, 0.9])
    return np.where(disc[..., None], pixels, cloth).astype(np.uint8)


@pytest.mark.parametrize(("draw", "least_iou"), [(flat_lay_ring, 0.95), (necklace, 0.7), (ring, 0.75), (coffee, 0.9)])
def test_the_thing_stays_and_the_backdrop_goes(draw: Callable[[int], ClickedPicture], least_iou: float):
    """A product shot's alpha is the thing to the bound; a ring's finger hole goes with the backdrop."""
    picture = draw(LONG_SIDE_PX)
    alpha = remove_background(picture.pixels)
    assert alpha.shape == picture.pixels.shape[:2]
    assert alpha.dtype == np.float32
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert iou_of(alpha > 0.5, picture.truth) >= least_iou


def test_the_edge_is_soft_and_the_rest_is_not():
    """Alpha is between 0 and 1 only about the contour: most pixels are clearly in or out."""
    alpha = remove_background(product(0.5))
    soft = (alpha > 0.02) & (alpha < 0.98)
    assert 0 < soft.mean() < 0.05
    assert alpha[200, 160] > 0.98
    assert alpha[5, 5] < 0.02


def test_a_picture_without_a_thing_is_left_whole():
    """Where nothing stands out nothing is removed: alpha is 1 everywhere."""
    even = np.full((200, 160, 3), 200, np.uint8)
    assert (remove_background(even) == 1).all()


def test_a_letterboxed_photo_is_judged_without_its_padding():
    """On a canvas the same thing is found as in the photo itself, and the padding is background."""
    picture = flat_lay_ring(LONG_SIDE_PX)
    height, width = picture.pixels.shape[:2]
    fitted = fit_canvas(Photo(picture.pixels, None, width, height), width, 2 * height)
    alpha = remove_background(fitted.pixels)
    assert iou_of(alpha[fitted.top : fitted.top + height] > 0.5, picture.truth) > 0.95
    assert not alpha[: fitted.top].any()
    assert not alpha[fitted.top + height :].any()
    on_canvas, alone = check_zoom(fitted.pixels), check_zoom(picture.pixels)
    assert on_canvas.recommend_bg_removal == alone.recommend_bg_removal
    assert on_canvas.zoom_level == pytest.approx(alone.zoom_level, abs=0.03)


def test_removal_is_deterministic():
    """The same photo gives the same alpha, bit by bit."""
    pixels = cluttered(0.4)
    assert np.array_equal(remove_background(pixels), remove_background(pixels))
    assert check_zoom(pixels) == check_zoom(pixels)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8])
def test_the_zoom_level_is_the_box_of_the_thing(share: float):
    """It is the square root of the bounding box's share of the photo."""
    assert check_zoom(product(share)).zoom_level == pytest.approx(share * (320 / 400) ** 0.5, abs=0.03)


def test_a_small_thing_before_clutter_should_be_cut_out():
    """Removal is advised where the thing is small and its background has edges."""
    assert check_zoom(cluttered(0.4)).recommend_bg_removal


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8])
def test_before_a_plain_backdrop_nothing_needs_removing(share: float):
    """However small the thing is, an even backdrop with a camera's noise does no harm to segmentation."""
    assert not check_zoom(product(share)).recommend_bg_removal


def test_a_close_up_needs_no_removal():
    """A thing that fills the photo is segmented as it is, whatever is behind it."""
    assert not check_zoom(cluttered(0.9)).recommend_bg_removal


def test_what_is_cut_out_already_is_not_cut_out_again():
    """A photo with transparency is measured by its alpha, and no removal is advised."""
    alpha = np.zeros((400, 320), np.uint8)
    alpha[100:200, 80:160] = 255
    checked = check_zoom(cluttered(0.4), alpha)
    assert not checked.recommend_bg_removal
    assert checked.zoom_level == pytest.approx(0.25)
    assert checked.foreground_share == pytest.approx(1 / 16)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (400, 1), (40, 30)])
def test_tiny_pictures_are_answered(size: tuple[int, int]):
    """No picture is too small for an answer of its size."""
    pixels = np.random.default_rng(2).integers(0, 255, (size[1], size[0], 3), np.uint8)
    assert remove_background(pixels).shape == (size[1], size[0])
    assert 0 < check_zoom(pixels).zoom_level <= 1
