"""The mask shown over its picture."""

import numpy as np
import pytest

from tasks.domain.errors import InvalidInput
from tasks.domain.masks.overlay import overlay


def test_jewelry_is_half_green_and_the_rest_untouched() -> None:
    """From 128 on a pixel is the mean of itself and (50, 255, 100); below, it is what it was."""
    pixels = np.random.default_rng(1).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    mask = np.tile(np.array([0, 127, 128, 255, 200], np.uint8), (40, 6))
    shown = overlay(pixels, mask)
    mean = (pixels.astype(float) + np.array([50, 255, 100])) / 2
    assert np.abs(shown[mask >= 128] - mean[mask >= 128]).max() <= 0.5
    assert np.array_equal(shown[mask < 128], pixels[mask < 128])
    assert shown.dtype == np.uint8


def test_the_picture_is_left_alone() -> None:
    """The overlay is a new picture."""
    pixels = np.zeros((4, 4, 3), np.uint8)
    overlay(pixels, np.full((4, 4), 255, np.uint8))
    assert not pixels.any()


def test_another_size_is_refused() -> None:
    """A mask of another size is the caller's mistake, and named."""
    with pytest.raises(InvalidInput, match=r"^mask: 4 × 5 pixels, but the picture has 4 × 4"):
        overlay(np.zeros((4, 4, 3), np.uint8), np.zeros((5, 4), np.uint8))
