"""Segmentation from clicks, on small drawn pictures whose truth is known."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bench.try_on.pictures import ClickedPicture, dark_necklace, flat_lay_ring, horse, necklace, ring
from bench.try_on.segmentation import iou_of
from tasks.domain.errors import InvalidInput
from tasks.domain.masks.segmentation import segment

LONG_SIDE_PX = 512


def discs(*centres: tuple[float, float], radius: float = 0.12, width: int = 300, height: int = 240) -> np.ndarray:
    """Red discs on a grey, slightly noisy ground; centres are fractions, the radius one of the width."""
    pixels = np.full((height, width, 3), 150.0)
    for centre in centres:
        pixels[disc(centre, radius, width, height)] = (190, 40, 40)
    noise = np.random.default_rng(1).normal(0, 3, pixels.shape)
    return (pixels + noise).clip(0, 255).astype(np.uint8)


def disc(centre: tuple[float, float], radius: float = 0.12, width: int = 300, height: int = 240) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return np.hypot(columns - centre[0] * width, rows - centre[1] * height) < radius * width


@pytest.mark.parametrize(
    ("picture", "least_iou"),
    [
        (necklace(LONG_SIDE_PX), 0.9),
        (ring(LONG_SIDE_PX), 0.93),
        (flat_lay_ring(LONG_SIDE_PX), 0.95),
        (dark_necklace(LONG_SIDE_PX), 0.85),
        (horse(LONG_SIDE_PX), 0.9),
    ],
    ids=lambda value: value.name if isinstance(value, ClickedPicture) else None,
)
def test_jewelry_is_found_with_its_holes_and_gaps(picture: ClickedPicture, least_iou: float):
    """A few clicks find a piece of known truth, chains and rings too, to the bound; no click is contradicted."""
    found = segment(picture.pixels, picture.foreground, picture.background)
    assert found.mask.shape == picture.pixels.shape[:2]
    assert found.mask.dtype == np.bool_
    assert iou_of(found.mask, picture.truth) >= least_iou
    assert all(_at(found.mask, point) for point in picture.foreground)
    assert not any(_at(found.mask, point) for point in picture.background)


def test_one_click_selects_the_clicked_thing():
    """Of two equal discs the clicked one is selected, and the other is not."""
    left, right = (0.28, 0.5), (0.72, 0.5)
    pixels = discs(left, right)
    for clicked in (left, right):
        assert iou_of(segment(pixels, [clicked]).mask, disc(clicked)) > 0.95


def test_clicks_on_two_things_select_both():
    """Foreground clicks on parts that do not touch select each of them, and not a third."""
    one, two, three = (0.2, 0.3), (0.5, 0.7), (0.8, 0.3)
    mask = segment(discs(one, two, three), [one, three], [two]).mask
    assert iou_of(mask, disc(one) | disc(three)) > 0.95


def test_a_background_click_takes_a_part_away():
    """A thing of two colours is whole when both are clicked, and loses the half on which a background click lies."""
    pixels = discs((0.5, 0.5))
    blue = disc((0.5, 0.5)) & (np.arange(300) >= 150)
    pixels[blue] = (40, 60, 190)
    whole = segment(pixels, [(0.44, 0.5), (0.56, 0.5)], [(0.1, 0.1)]).mask
    half = segment(pixels, [(0.44, 0.5)], [(0.1, 0.1), (0.56, 0.5)]).mask
    assert iou_of(whole, disc((0.5, 0.5))) > 0.95
    assert iou_of(half, disc((0.5, 0.5)) & ~blue) > 0.95


def test_the_method_follows_the_clicked_colours():
    """Colours decide where the thing's are its own, contours where a background click has the same colour."""
    one, two = (0.28, 0.5), (0.72, 0.5)
    pixels = discs(one, two)
    assert segment(pixels, [one], [(0.5, 0.1)]).method == "colour-geodesic"
    assert segment(pixels, [one], [(0.5, 0.1), two]).method == "geodesic"
    assert iou_of(segment(pixels, [one], [(0.5, 0.1), two]).mask, disc(one)) > 0.95


def test_the_same_clicks_give_the_same_mask_in_any_thread():
    """Nothing is left to chance: repeated and concurrent calls agree in every pixel."""
    picture = flat_lay_ring(300)

    def again(_: int) -> np.ndarray:
        return segment(picture.pixels, picture.foreground, picture.background).mask

    with ThreadPoolExecutor(4) as pool:
        masks = [again(0), *pool.map(again, range(4))]
    assert all(np.array_equal(masks[0], mask) for mask in masks)


def test_read_only_pixels_are_taken_and_left_as_they_are():
    """A decoded picture, which nobody may write into, can be segmented."""
    pixels = discs((0.5, 0.5))
    kept = pixels.copy()
    pixels.flags.writeable = False
    assert segment(pixels, [(0.5, 0.5)], [(0.1, 0.1)]).mask.any()
    assert np.array_equal(pixels, kept)


@pytest.mark.parametrize("point", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_clicks_on_the_edge_are_in_the_picture(point: tuple[float, float]):
    """The corners 0 and 1 are pixels of the picture, and belong to the mask when they are clicked."""
    mask = segment(discs((0.5, 0.5)), [point], [(0.5, 0.5)]).mask
    assert _at(mask, point)
    assert not _at(mask, (0.5, 0.5))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (1, 400), (64, 48)])
def test_tiny_and_flat_pictures_have_a_mask_too(size: tuple[int, int]):
    """However small or even a picture is, a mask of its size comes back with the clicked pixel in it."""
    width, height = size
    mask = segment(np.full((height, width, 3), 90, np.uint8), [(0.5, 0.5)]).mask
    assert mask.shape == (height, width)
    assert _at(mask, (0.5, 0.5))


def test_without_a_foreground_click_nothing_is_guessed():
    """No point on the thing is the caller's mistake, and the error says which field."""
    with pytest.raises(InvalidInput, match="foreground"):
        segment(discs((0.5, 0.5)), [], [(0.1, 0.1)])


def _at(mask: np.ndarray, point: tuple[float, float]) -> bool:
    height, width = mask.shape
    return bool(mask[round(point[1] * (height - 1)), round(point[0] * (width - 1))])
