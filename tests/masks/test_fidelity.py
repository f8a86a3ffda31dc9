"""The numbers and the picture that say how faithfully jewelry was kept."""

import numpy as np
import pytest

from tasks.domain.errors import InvalidInput
from tasks.domain.masks.fidelity import ADDED, KEPT, LOST, Fidelity, measure, picture, pixel_fidelity, prompts


def box(top: int, left: int, height: int, width: int) -> np.ndarray:
    mask = np.zeros((100, 80), bool)
    mask[top : top + height, left : left + width] = True
    return mask


def test_arithmetic() -> None:
    """20 × 20 before, 20 × 10 of it found again with 20 × 5 beside: the four shares by their formulas."""
    before, after = box(10, 10, 20, 20), box(10, 20, 20, 15)
    assert measure(before, after) == Fidelity(200 / 300, 200 / 400, 200 / 500, 300 / 400)


def test_equal_masks_are_perfect() -> None:
    """The same mask twice gives 1 throughout."""
    mask = box(3, 5, 40, 30)
    assert measure(mask, mask.copy()) == Fidelity(1.0, 1.0, 1.0, 1.0)


def test_nothing_in_common() -> None:
    """Masks apart give 0, but for the growth."""
    assert measure(box(0, 0, 10, 10), box(50, 50, 10, 20)) == Fidelity(0.0, 0.0, 0.0, 2.0)


def test_nothing_found() -> None:
    """When no jewelry is found again precision is 0, not a division by nothing."""
    assert measure(box(0, 0, 10, 10), np.zeros((100, 80), bool)) == Fidelity(0.0, 0.0, 0.0, 0.0)


def test_an_empty_mask_is_the_callers_mistake() -> None:
    """Without jewelry in the photo nothing can be measured, and the mask is named."""
    empty = np.zeros((100, 80), bool)
    with pytest.raises(InvalidInput, match=r"^mask: "):
        measure(empty, box(0, 0, 10, 10))
    with pytest.raises(InvalidInput, match=r"^mask: "):
        prompts(empty)
    with pytest.raises(InvalidInput, match=r"^mask: "):
        pixel_fidelity(np.zeros((100, 80, 3), np.uint8), np.zeros((100, 80, 3), np.uint8), empty)


def test_pixel_fidelity_is_the_mean_difference_on_the_jewelry() -> None:
    """Differences elsewhere do not count; the sign does not either."""
    mask = box(10, 10, 20, 20)
    photo = np.full((100, 80, 3), 100, np.uint8)
    changed = np.where(mask[..., None], np.array([103, 97, 100], np.uint8), np.uint8(0)).astype(np.uint8)
    assert pixel_fidelity(photo, changed, mask) == pytest.approx(2.0)
    assert pixel_fidelity(photo, photo, mask) == 0.0


def test_the_picture_tells_kept_added_and_lost() -> None:
    """Two thirds of each pixel of jewelry is its colour, everything else is gray."""
    output = np.random.default_rng(2).integers(0, 256, (100, 80, 3), dtype=np.uint8)
    before, after = box(10, 10, 20, 20), box(10, 20, 20, 15)
    shown = picture(output, before, after).astype(int)
    for where, colour in ((before & after, KEPT), (after & ~before, ADDED), (before & ~after, LOST)):
        rest = shown[where] - np.array(colour) * 2 / 3
        assert (rest > -1).all()
        assert (rest <= 85).all()
        assert np.ptp(rest, axis=1).max() <= 1.1
    untouched = shown[:80][~(before | after)[:80]]
    assert np.ptp(untouched, axis=1).max() == 0


def test_clicks_lie_where_they_should() -> None:
    """Twelve on the jewelry and far from each other; six near it but clear of it, four far; none twice."""
    rows, columns = np.mgrid[0:400, 0:300]
    away = np.hypot(columns - 150, rows - 200)
    ring = (away > 70) & (away < 84)
    foreground, background = prompts(ring)
    assert (len(foreground), len(background)) == (12, 10)
    on = np.array(foreground) * (300, 400)
    assert all(ring[int(y), int(x)] for x, y in on)
    turns = np.sort(np.degrees(np.arctan2(on[:, 1] - 200, on[:, 0] - 150)))
    assert np.diff(turns, append=turns[0] + 360).max() < 60
    outside = np.hypot(*(np.array(background) * (300, 400) - (150.5, 200.5)).T)
    clear = np.minimum(np.abs(outside - 70), np.abs(outside - 84))
    assert (clear[:6] > 8).all()
    assert (clear[:6] < 26).all()
    assert (clear[6:] > 22).all()
    assert len({*foreground, *background}) == 22


def test_clicks_on_a_speck() -> None:
    """A mask of one pixel is clicked on once."""
    foreground, background = prompts(box(50, 40, 1, 1))
    assert foreground == [(40.5 / 80, 50.5 / 100)]
    assert len(background) == 10


def test_no_background_to_click_on() -> None:
    """A mask that fills the picture has clicks on it and none beside."""
    foreground, background = prompts(np.ones((100, 80), bool))
    assert len(foreground) == 12
    assert background == []
