"""Pictures on a canvas, and within a longest side."""

import numpy as np
import pytest

from tasks.domain.images.decoding import Photo
from tasks.domain.images.resizing import fit_canvas, fit_within


def photo_of(pixels: np.ndarray, alpha: np.ndarray | None = None) -> Photo:
    return Photo(pixels, alpha, pixels.shape[1], pixels.shape[0])


def plain(width: int, height: int, colour: tuple[int, int, int] = (10, 120, 200)) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize(
    ("size", "padding"),
    [
        ((200, 300), (49, 49, 0, 0)),  # top, bottom, left, right on a canvas of 300 × 548
        ((400, 100), (236, 237, 0, 0)),
        ((100, 400), (0, 0, 81, 82)),
        ((300, 548), (0, 0, 0, 0)),
        ((1, 5000), (0, 0, 149, 150)),
        ((5000, 1), (273, 274, 0, 0)),
    ],
)
def test_the_padding_and_the_picture_fill_the_canvas(size: tuple[int, int], padding: tuple[int, int, int, int]):
    """The photo is scaled whole, centred, and the four paddings say where it lies."""
    fitted = fit_canvas(photo_of(plain(*size)), 300, 548)
    assert fitted.pixels.shape == (548, 300, 3)
    assert (fitted.top, fitted.bottom, fitted.left, fitted.right) == padding


def test_a_point_of_the_photo_is_found_by_the_padding():
    """A mark at a fraction of the photo lies at padding + fraction × what the padding leaves."""
    pixels = plain(400, 200)
    pixels[96:104, 296:304] = 255
    fitted = fit_canvas(photo_of(pixels), 300, 400)
    x = fitted.left + 0.75 * (300 - fitted.left - fitted.right)
    y = fitted.top + 0.5 * (400 - fitted.top - fitted.bottom)
    rows, columns = np.nonzero(fitted.pixels[..., 0] > 200)
    assert abs(columns.mean() + 0.5 - x) < 1
    assert abs(rows.mean() + 0.5 - y) < 1


def test_the_canvas_is_filled_with_the_borders_median_colour():
    """The padding has the colour of the photo's backdrop, whatever its middle shows."""
    pixels = plain(200, 100, (240, 235, 220))
    pixels[30:70, 50:150] = 0
    pixels[0, :20] = 255
    fitted = fit_canvas(photo_of(pixels), 200, 300)
    assert (fitted.pixels[: fitted.top] == (240, 235, 220)).all()
    assert (fitted.pixels[300 - fitted.bottom :] == (240, 235, 220)).all()
    assert fitted.alpha is None


def test_a_cut_out_photo_is_opaque_on_the_canvas_and_its_alpha_is_kept():
    """What is transparent shows the fill colour; alpha tells what was cut out, the padding is no part of it."""
    pixels, alpha = plain(100, 100, (200, 0, 0)), np.zeros((100, 100), np.uint8)
    alpha[25:75, 25:75] = 255
    fitted = fit_canvas(photo_of(pixels, alpha), 100, 140)
    assert fitted.alpha is not None
    assert (fitted.pixels[70, 50] == (200, 0, 0)).all()
    assert (fitted.pixels[fitted.top + 5, 5] == 255).all()  # white: nothing of the border is opaque
    assert fitted.alpha[70, 50] == 255
    assert not fitted.alpha[: fitted.top].any()
    assert (fitted.pixels[fitted.alpha == 255] == (200, 0, 0)).all()


def test_the_colour_under_transparent_pixels_does_not_bleed():
    """Halved in size, an opaque half beside a transparent one of another colour keeps its colour to the edge."""
    pixels, alpha = plain(200, 200, (0, 0, 255)), np.zeros((200, 200), np.uint8)
    pixels[:, :99], alpha[:, :99] = (255, 255, 0), 255
    small = fit_within(photo_of(pixels, alpha), 100)
    assert small.alpha is not None
    assert (small.pixels[small.alpha > 250] == (255, 255, 0)).all()


def test_a_longest_side_is_kept_and_nothing_is_scaled_up():
    """The long side becomes the limit, the aspect stays, and a smaller photo is returned as it is."""
    small = fit_within(photo_of(plain(600, 300)), 200)
    assert small.pixels.shape == (100, 200, 3)
    assert (small.width_px, small.height_px) == (600, 300)
    tiny = photo_of(plain(60, 30))
    assert fit_within(tiny, 200) is tiny
    assert fit_within(photo_of(plain(5000, 1)), 100).pixels.shape == (1, 100, 3)
