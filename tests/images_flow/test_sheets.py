"""Pictures made small: thumbnails for the gallery, and a sheet of them."""

import io

import pytest
from PIL import Image

from tasks.domain.errors import InvalidInput
from tasks.domain.images.contact_sheet import CAPTION_PX, GAP_PX, PAPER, Tile, contact_sheet
from tasks.domain.images.thumbnails import THUMBNAIL_PX, thumbnail
from tests.images_flow.generators import picture


@pytest.mark.parametrize("size", [(1216, 832), (832, 1216), (40, 30), (2000, 10)])
def test_a_thumbnail_is_small_and_knows_the_pictures_size(size):
    """The long side is at most the limit, nothing is scaled up, and the proportions stay."""
    small = thumbnail(picture(1, size))
    assert (small.width_px, small.height_px) == size
    shown = Image.open(io.BytesIO(small.data))
    assert shown.format == "WEBP"
    assert max(shown.size) == min(max(size), THUMBNAIL_PX)
    assert shown.width / shown.height == pytest.approx(size[0] / size[1], rel=0.6 if min(shown.size) < 4 else 0.02)


def test_what_is_no_picture_has_no_thumbnail():
    """The error names the field."""
    with pytest.raises(InvalidInput, match="picture"):
        thumbnail(b"no picture")


def test_a_row_that_is_too_long_becomes_several_lines():
    """Rows of two and six pictures, at most four in a line, are three lines, as wide as the widest."""
    square = Tile(picture(1, (300, 300)))
    sheet = contact_sheet([[square] * 2, [square] * 6], tile_px=150, columns=4)
    assert sheet.size == (4 * (150 + GAP_PX) + GAP_PX, 3 * (150 + GAP_PX) + GAP_PX)


def test_a_line_is_as_high_as_its_pictures_and_their_captions():
    """A flat picture takes no more room than it needs; captions take theirs, and a missing picture leaves its place."""
    tiles = [Tile(picture(1, (300, 100)), "an opal, née fire"), Tile(None, "offline")]
    sheet = contact_sheet([tiles], tile_px=150)
    assert sheet.size == (2 * (150 + GAP_PX) + GAP_PX, 50 + CAPTION_PX + 2 * GAP_PX)
    assert sheet.crop((150 + 2 * GAP_PX, 0, sheet.width, 50)).getcolors() == [(50 * (150 + GAP_PX), PAPER)]
