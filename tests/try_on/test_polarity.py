"""Which side of a mask is the jewelry: told by the clicks on it, or by the operator."""

import numpy as np
import pytest

from tasks.domain.errors import InvalidInput
from tasks.domain.masks.polarity import canonical_mask

JEWELRY = np.zeros((200, 150), bool)
JEWELRY[50:120, 40:90] = True
ON, BESIDE = (60, 80), (5, 5)


def painted(jewelry: int, ground: int) -> np.ndarray:
    return np.where(JEWELRY, jewelry, ground).astype(np.uint8)


@pytest.mark.parametrize(("jewelry", "ground"), [(255, 0), (0, 255), (200, 90), (1, 254)])
def test_the_clicks_tell(jewelry, ground):
    """Whatever two tones a service uses, the side that was clicked on becomes 255 and the other 0."""
    mask = canonical_mask(painted(jewelry, ground), [ON])
    assert np.array_equal(mask == 255, JEWELRY)
    assert set(np.unique(mask)) == {0, 255}
    assert mask.dtype == np.uint8


@pytest.mark.parametrize(
    ("clicks", "white"),
    [([ON, ON, BESIDE], True), ([ON, BESIDE, BESIDE], False), ([ON, BESIDE], True), ([], True)],
    ids=["most on white", "most on black", "a tie", "no click"],
)
def test_most_clicks_decide(clicks, white):
    """A click that slipped does not turn the mask over; as many on either side leave it as it is."""
    mask = canonical_mask(painted(255, 0), clicks)
    assert np.array_equal(mask == 255, JEWELRY if white else ~JEWELRY)


def test_a_hole_under_a_click_does_not_count():
    """What counts is the small disc around a click, not its one pixel."""
    speckled = painted(255, 0)
    speckled[ON[1], ON[0]] = 0
    assert canonical_mask(speckled, [ON])[100, 60] == 255


def test_the_operator_may_know_better():
    """With a polarity that is set, the clicks have no say."""
    assert np.array_equal(canonical_mask(painted(255, 0), [BESIDE], "white") == 255, JEWELRY)
    assert np.array_equal(canonical_mask(painted(0, 255), [BESIDE], "black") == 255, JEWELRY)


@pytest.mark.parametrize("click", [(-10, -10), (150, 200), (1e9, 1e9)])
def test_a_click_on_the_edge_counts_as_the_edge(click):
    """A click at, or beyond, the border is taken at the border."""
    assert np.array_equal(canonical_mask(painted(0, 255), [click]) == 255, ~JEWELRY)


@pytest.mark.parametrize(("tone", "problem"), [(0, "is empty"), (255, "covers the whole picture")])
def test_all_or_nothing_is_no_mask(tone, problem):
    """A mask of one tone says nothing about where the jewelry is."""
    with pytest.raises(InvalidInput, match=f"mask_uri: {problem}"):
        canonical_mask(np.full((20, 10), tone, np.uint8), [(5, 5)], "white", field="mask_uri")
