"""Product pictures composed of a cut-out subject: square, light around, the subject whole and in the middle."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tasks.domain.concepts.composing import STAGINGS, composed, stagings
from tasks.domain.concepts.matting import Subject, cut_from_backdrop, cut_from_photo
from tasks.domain.concepts.styles import Grade
from tasks.domain.images.decoding import decode

BACKDROP, GOLD = (88, 84, 80), (212, 160, 40)


def ring_picture(size_px: int = 256) -> Image.Image:
    """A golden hoop before an even backdrop, with noise as a denoiser leaves it."""
    large = Image.new("RGB", (4 * size_px, 4 * size_px), BACKDROP)
    box = [0.6 * size_px, 0.6 * size_px, 3.4 * size_px, 3.4 * size_px]
    ImageDraw.Draw(large).ellipse(box, outline=GOLD, width=size_px // 3)
    noise = np.random.default_rng(1).integers(-2, 3, (size_px, size_px, 3))
    return Image.fromarray((np.asarray(large.resize((size_px, size_px))).astype(int) + noise).astype(np.uint8))


@pytest.fixture(scope="module")
def hoop() -> Subject:
    return cut_from_backdrop(np.asarray(ring_picture()))


def opened(png: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "RGB")
    return np.asarray(image).astype(int)


def test_a_rings_hole_is_seen_through(hoop: Subject):
    """The box is that of the ring; its middle is empty, its rim solid, and no colour of the backdrop is left."""
    height, width = hoop.alpha.shape
    assert abs(height - width) <= 2
    assert height == pytest.approx(0.7 * 256, abs=4)
    assert hoop.alpha[height // 2, width // 2] == 0
    assert hoop.alpha[height // 2, 6] > 0.99
    shown = hoop.colours[hoop.alpha > 0.05] * 255
    assert np.abs(shown - np.array(GOLD)).max(1).mean() < 25
    assert hoop.found


def test_a_picture_of_nothing_is_left_whole():
    """An even area has no subject; what comes is the picture itself, and it says so."""
    even = np.full((40, 60, 3), 120, np.uint8)
    for subject in (cut_from_backdrop(even), cut_from_photo(decode(png_of(Image.fromarray(even))))):
        assert not subject.found
        assert subject.alpha.min() == 1
        assert subject.alpha.shape == (40, 60)


def png_of(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_photos_own_transparency_is_its_subject():
    """A cut-out needs no guessing."""
    image = Image.new("RGBA", (100, 60), (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((20, 10, 69, 39), fill=(*GOLD, 255))
    subject = cut_from_photo(decode(png_of(image)))
    assert subject.alpha.shape == (30, 50)
    assert subject.alpha.min() > 0.99


def test_a_things_photo_is_cut_out():
    """Without transparency what stands out of the background is the subject."""
    subject = cut_from_photo(decode(png_of(ring_picture())))
    height, width = subject.alpha.shape
    assert subject.found
    assert height == pytest.approx(0.7 * 256, abs=8)
    assert subject.alpha[height // 2, width // 2] < 0.2


@pytest.mark.parametrize("staging", STAGINGS)
def test_a_concept_is_the_subject_before_something_light(hoop: Subject, staging):
    """Square, light and even around, the subject as large as staged, in the middle, its hole as light as the rest."""
    pixels = opened(composed(hoop, staging, Grade(), side_px=256))
    assert pixels.shape == (256, 256, 3)
    edge = np.concatenate([pixels[0], pixels[:, 0], pixels[:, -1]])
    assert edge.min() > 215
    golden = pixels[..., 0] - pixels[..., 2] > 80
    rows, columns = np.flatnonzero(golden.any(1)), np.flatnonzero(golden.any(0))
    assert columns[-1] - columns[0] == pytest.approx(staging.fill * 256, abs=5)
    assert (columns[-1] + columns[0]) / 2 == pytest.approx(128, abs=3)
    assert (rows[-1] + rows[0]) / 2 == pytest.approx(125, abs=4)
    assert pixels[125, 128].min() > 215


def test_the_shadow_is_below_and_soft(hoop: Subject):
    """The ground right below the subject is darker than beside it, and never so dark that it were a part of it."""
    staging = STAGINGS[0]
    pixels = opened(composed(hoop, staging, Grade(), side_px=256)).sum(2)
    below = round(256 * (0.48 + 0.52 * staging.fill)) + 3
    assert pixels[below, 128] < pixels[below, 8] - 60
    assert pixels[below, 128] > 3 * 120


def test_a_grade_changes_the_subject_only(hoop: Subject):
    """Without saturation gold is grey; the backdrop stays."""
    plain, grey = (opened(composed(hoop, STAGINGS[0], Grade(saturation=s), side_px=128)) for s in (1, 0))
    assert np.ptp(grey, axis=2).max() < 20
    assert np.ptp(plain, axis=2).max() > 120
    assert (plain[0] == grey[0]).all()


def test_a_seed_sets_the_pictures_up():
    """All different, and the same again."""
    assert len(set(stagings(4, 3))) == 4
    assert stagings(2, 3) == stagings(2, 3)
    assert stagings(4, 3)[:2] == stagings(2, 3)
