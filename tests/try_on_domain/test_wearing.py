"""Jewelry put on a person: its own pixels kept, a scene that is skin, and measures taken from the finished JPEG."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from tasks.domain.errors import InvalidInput
from tasks.domain.try_on.wearing import Generated, generate, restyle, wear

TYPES = ("necklace", "bracelet", "earring", "ring", "watch", "other")
SLATE, GOLD, SAPPHIRE = (70, 74, 84), (212, 168, 74), (40, 70, 190)
Photo = tuple[np.ndarray, np.ndarray]


def ring_photo(width: int = 300, height: int = 400) -> Photo:
    """A drawn gold ring with a blue stone on slate, and its soft-edged mask."""
    pixels = np.full((height, width, 3), SLATE, np.uint8)
    noise = np.random.default_rng(5).integers(-4, 5, pixels.shape)
    pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    mask = np.zeros((height, width), np.uint8)
    middle, stone = (width // 2, height // 2), (width // 2, height // 2 - 62)
    for canvas, gold, blue in ((pixels, GOLD, SAPPHIRE), (mask, (255,), (255,))):
        cv2.circle(canvas, middle, 55, gold, 12, cv2.LINE_AA)
        cv2.circle(canvas, stone, 20, blue, -1, cv2.LINE_AA)
    return pixels, mask


@pytest.fixture(scope="module")
def photo() -> Photo:
    return ring_photo()


@pytest.fixture(scope="module")
def small(photo: Photo) -> Photo:
    """The same at half the size, where the size does not matter."""
    pixels, mask = (cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for part in photo)
    return pixels, mask


@pytest.fixture(scope="module")
def generated(photo: Photo) -> Generated:
    pixels, mask = photo
    return generate(pixels, mask, jewelry_type="ring", gender="female", scaled_points=[(150.0, 138.0)])


def opened(jpeg: bytes) -> np.ndarray:
    picture = Image.open(io.BytesIO(jpeg))
    assert picture.format == "JPEG"
    return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize("jewelry_type", TYPES)
def test_the_jewelry_is_kept_exactly(small: Photo, jewelry_type: str) -> None:
    """Whatever it is worn on, where the mask is 255 every byte is the photo's; size and type are too."""
    pixels, mask = small
    worn = wear(pixels, mask, jewelry_type=jewelry_type, gender="neutral")
    assert worn.shape == pixels.shape
    assert worn.dtype == np.uint8
    assert np.array_equal(worn[mask == 255], pixels[mask == 255])


@pytest.mark.parametrize("jewelry_type", TYPES)
@pytest.mark.parametrize("gender", ["female", "male"])
def test_the_scene_is_skin_and_not_the_photos(photo: Photo, jewelry_type: str, gender: str) -> None:
    """Close around the piece it is skin in light and shade: red over green over blue nearly everywhere, not flat."""
    pixels, mask = photo
    worn = wear(pixels, mask, jewelry_type=jewelry_type, gender=gender).astype(int)
    around = (cv2.dilate(mask, np.ones((25, 25))) > 0) & (cv2.dilate(mask, np.ones((5, 5))) == 0)
    red, green, blue = worn[around].T
    assert ((red > green) & (green > blue)).mean() > 0.8
    assert 90 < red.mean() < 240
    assert worn[around].std(axis=0).min() > 5
    assert np.abs(worn - pixels)[around].mean() > 25


def test_the_same_seed_gives_the_same_picture(small: Photo) -> None:
    """Every byte; another seed gives other skin, another gender another tone."""
    pixels, mask = small
    first = wear(pixels, mask, jewelry_type="necklace", gender="female", seed=3)
    assert np.array_equal(first, wear(pixels, mask, jewelry_type="necklace", gender="female", seed=3))
    assert not np.array_equal(first, wear(pixels, mask, jewelry_type="necklace", gender="female", seed=4))
    male = wear(pixels, mask, jewelry_type="necklace", gender="male", seed=3)
    assert np.abs(first.astype(int) - male)[mask == 0].mean() > 3


def test_a_soft_edge_is_mixed_between_piece_and_scene(small: Photo) -> None:
    """A pixel half masked lies between the photo and the scene; one not masked has nothing of the photo."""
    pixels, mask = small
    half = np.where(mask == 255, 128, 0).astype(np.uint8)
    other = 255 - pixels
    first = wear(pixels, half, jewelry_type="ring", gender="female").astype(int)
    second = wear(other, half, jewelry_type="ring", gender="female").astype(int)
    expected = (pixels.astype(float) - other) * 128 / 255
    assert np.abs((first - second) - expected)[half > 0].max() <= 1
    assert np.array_equal(first[half == 0], second[half == 0])


def test_jewelry_throws_a_shadow(photo: Photo) -> None:
    """To its lower right, away from the light, the skin beside the piece is darker than to its upper left."""
    pixels, mask = photo
    worn = wear(pixels, mask, jewelry_type="other", gender="female").astype(int).sum(axis=2)
    free = cv2.dilate(mask, np.ones((3, 3))) == 0
    shift = lambda dx, dy: cv2.warpAffine(mask, np.float32([[1, 0, dx], [0, 1, dy]]), mask.shape[::-1]) > 128  # noqa: E731
    assert worn[shift(4, 5) & free].mean() < worn[shift(-4, -5) & free].mean() - 20


def test_the_second_variant_keeps_the_scene(photo: Photo) -> None:
    """The jewelry exactly, the rest the photo's own scene: near its colours, warmer, darker in the corners."""
    pixels, mask = photo
    styled = restyle(pixels, mask)
    assert np.array_equal(styled[mask == 255], pixels[mask == 255])
    corner, middle = styled[:30, :30].astype(int), styled[320:350, 135:165].astype(int)
    assert np.abs(middle.mean(axis=(0, 1)) - SLATE).max() < 30
    assert middle[..., 0].mean() - middle[..., 2].mean() > SLATE[0] - SLATE[2]
    assert corner.mean() < middle.mean() - 5


def test_the_pieces_place_is_empty_before_it_is_pasted(photo: Photo) -> None:
    """Right beside the piece nothing golden is left of it."""
    pixels, mask = photo
    styled = restyle(pixels, mask).astype(int)
    beside = (cv2.dilate(mask, np.ones((7, 7))) > 0) & (mask == 0)
    assert (styled[beside][:, 0] - styled[beside][:, 2]).max() < 60


def test_metrics_are_measured_on_the_finished_jpeg(photo: Photo, generated: Generated) -> None:
    """The ring is found again in both JPEGs, nearly but not exactly as it was; JPEG costs its pixels a few levels."""
    pixels, mask = photo
    for variant in (generated.first, generated.second):
        assert variant is not None
        assert variant.metrics is not None
        assert 0.75 < variant.metrics.iou <= 1
        assert variant.metrics.precision > 0.8
        assert variant.metrics.recall > 0.85
        assert 0.8 < variant.metrics.growth_ratio < 1.25
        assert variant.pixel_fidelity is not None
        shown = opened(variant.jpeg)[mask >= 128].astype(int)
        assert variant.pixel_fidelity == pytest.approx(np.abs(shown - pixels[mask >= 128]).mean(), abs=1e-6)
        assert 0 < variant.pixel_fidelity < 6


def test_the_fidelity_picture_shows_the_ring_green(photo: Photo, generated: Generated) -> None:
    """It has the picture's size, and where the jewelry was kept green prevails."""
    pixels, mask = photo
    assert generated.first.fidelity_jpeg is not None
    shown = opened(generated.first.fidelity_jpeg).astype(int)
    assert shown.shape == pixels.shape
    core = cv2.erode(mask, np.ones((5, 5))) == 255
    assert (shown[core][:, 1] > shown[core][:, [0, 2]].max(axis=1)).mean() > 0.9


def test_without_points_nothing_is_measured(small: Photo) -> None:
    """The contract's rule; and the second variant is made only when it is asked for."""
    pixels, mask = small
    made = generate(pixels, mask, jewelry_type="ring", gender="male", second=False)
    assert made.second is None
    assert (made.first.metrics, made.first.fidelity_jpeg, made.first.pixel_fidelity) == (None, None, None)
    assert opened(made.first.jpeg).shape == pixels.shape


@pytest.mark.parametrize("jewelry_type", TYPES)
@pytest.mark.parametrize("box", [(0, 0, 3, 2), (0, 0, 160, 120), (5, 100, 8, 12), (150, 0, 10, 120)])
def test_any_mask_is_worn(jewelry_type: str, box: tuple[int, int, int, int]) -> None:
    """A speck in the corner, a mask that fills the picture, one at the upper edge, one across: all give a picture."""
    top, left, height, width = box
    pixels = np.random.default_rng(6).integers(0, 256, (160, 120, 3), dtype=np.uint8)
    mask = np.zeros((160, 120), np.uint8)
    mask[top : top + height, left : left + width] = 255
    worn = wear(pixels, mask, jewelry_type=jewelry_type, gender="female")
    assert np.array_equal(worn[mask == 255], pixels[mask == 255])
    assert np.isfinite(worn).all()


def test_no_jewelry_and_other_sizes_are_refused(photo: Photo) -> None:
    """An empty mask, and one of another size, are the caller's mistakes, and named."""
    pixels, mask = photo
    for made in (lambda m: wear(pixels, m, jewelry_type="ring", gender="male"), lambda m: restyle(pixels, m)):
        with pytest.raises(InvalidInput, match=r"^mask: no pixel"):
            made(np.zeros_like(mask))
        with pytest.raises(InvalidInput, match=r"^mask: 299 × 400 pixels"):
            made(mask[:, 1:])
