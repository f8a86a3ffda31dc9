"""Where clicks and strokes lie in pixels: the contract's arithmetic, padding, and a shipped client's own scale."""

import pytest

from tasks.domain.try_on.points import Canvas, lenient, on_canvas, radius_px, scaled, whole_pixels


def test_the_contracts_arithmetic():
    """Fractions of the canvas become pixels of it, as the contract's examples say; strokes in whole ones."""
    assert scaled([(0.5, 0.3), (0.0, 1.0)], 2000, 2667) == [(1000, 800.1), (0, 2667)]
    assert scaled([(0.52, 0.51)], 2000, 2667) == [(1040, 1360.17)]
    assert whole_pixels([(0.52, 0.51)], 2000, 2667) == [(1040, 1360)]


def test_a_stroke_stays_on_the_picture():
    """The right and the lower edge are the last pixels, not the ones after them."""
    assert whole_pixels([(1.0, 1.0), (0.0, 0.0)], 2000, 2667) == [(1999, 2666), (0, 0)]


@pytest.mark.parametrize(
    ("point", "canvas", "place"),
    [
        ((0.5, 0.5), Canvas(2000, 2667, top=333, bottom=334), (0.5, 1333 / 2667)),
        ((0.0, 0.0), Canvas(2000, 2667, left=100, right=300), (0.05, 0.0)),
        ((1.0, 1.0), Canvas(2000, 2667, left=100, right=300), (0.85, 1.0)),
        ((0.25, 0.75), Canvas(2000, 2667), (0.25, 0.75)),
    ],
)
def test_a_place_in_the_photo_on_the_padded_canvas(point, canvas, place):
    """The photo lies between the padding: its corners are the padding's inner corners."""
    assert on_canvas(point, canvas) == pytest.approx(place)


def test_a_brush_scales_with_the_picture():
    """A size is a radius on 2000 pixels, so it is half of that on 1000."""
    assert (radius_px(20, 2000), radius_px(20, 1000)) == (20, 10)


def test_strokes_of_a_client_that_divides_by_its_own_size():
    """A coordinate above 1 tells that pixels of the canvas were divided by 400 × 533; others stay as they are."""
    assert lenient([(0.2, 1.0)]) == [(0.2, 1.0)]
    middle = [(1000 / 400, 1333.5 / 533), (0.5, 0.5)]
    assert lenient(middle) == [pytest.approx((0.5, 0.5)), pytest.approx((0.1, 0.5 * 533 / 2667))]
    assert lenient([(9.0, -1.0)]) == [(1.0, 0.0)]
