"""Good files, however unusual, decode to the right pixels."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from tasks.domain.errors import InvalidInput
from tasks.domain.images.decoding import decode, decode_mask, encode_jpeg, encode_mask, encode_png
from tests.images.hostile_files import encoded, png, png_chunk, segment

RED, GREEN, BLUE, WHITE = (230, 20, 30), (20, 180, 40), (30, 40, 220), (250, 250, 250)
ORIENTATION = 0x0112


def quarters(width: int = 48, height: int = 32) -> np.ndarray:
    """Red and green above blue and white: no turn or mirror image looks the same."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = RED, GREEN
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = BLUE, WHITE
    return pixels


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters, row by row."""
    height, width = pixels.shape[:2]
    return [tuple(pixels[y, x]) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]


def same_colours(found: list, expected: list, tolerance: int = 6) -> bool:
    return bool(np.abs(np.array(found, int) - np.array(expected, int)).max() <= tolerance)


QUARTERS = Image.fromarray(quarters())
UPRIGHT = [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, None),
        (2, Image.Transpose.FLIP_LEFT_RIGHT),
        (3, Image.Transpose.ROTATE_180),
        (4, Image.Transpose.FLIP_TOP_BOTTOM),
        (5, Image.Transpose.TRANSPOSE),
        (6, Image.Transpose.ROTATE_90),  # stored turned to the left, shown turned back
        (7, Image.Transpose.TRANSVERSE),
        (8, Image.Transpose.ROTATE_270),
    ],
)
def test_every_orientation_comes_out_upright(format: str, orientation: int, turn: Image.Transpose | None):
    """A photo stored turned or mirrored, as its EXIF says, decodes to what was photographed, with the upright size."""
    stored = QUARTERS if turn is None else QUARTERS.transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if format == "WEBP" else {"quality": 95} if format == "JPEG" else {}
    photo = decode(encoded(stored, format, exif=exif, **options))
    assert photo.pixels.shape == (32, 48, 3)
    assert (photo.width_px, photo.height_px) == (48, 32)
    assert same_colours(corners(photo.pixels), UPRIGHT, 12)


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        *(("TIFF", mode) for mode in ("RGB", "RGBA", "P", "CMYK", "YCbCr")),
        *(("JPEG", mode) for mode in ("RGB", "CMYK", "YCbCr")),
        *((format, mode) for format in ("PNG", "BMP", "WEBP") for mode in ("RGB", "RGBA", "P")),
        ("GIF", "P"),
        ("GIF", "RGB"),
    ],
)
def test_every_colour_mode_of_every_format(format: str, mode: str):
    """What a format can hold decodes to the colours that went in."""
    source = QUARTERS.quantize(4) if mode == "P" else QUARTERS.convert(mode)
    options = {"lossless": True} if format == "WEBP" else {"quality": 95} if format == "JPEG" else {}
    assert same_colours(corners(decode(encoded(source, format, **options)).pixels), UPRIGHT, 8)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(format: str):
    """A ramp over all 65536 values comes out as the ramp of its high bytes."""
    ramp = np.linspace(0, 65_535, 64 * 64).reshape(64, 64).astype(np.uint16)
    photo = decode(encoded(Image.fromarray(ramp), format))
    assert np.array_equal(photo.pixels, np.repeat((ramp >> 8).astype(np.uint8)[..., None], 3, 2))


def test_sixteen_bit_colour_is_scaled_and_not_clipped():
    """A PNG of 16 bits a channel keeps its high bytes."""
    values = np.linspace(0, 65_535, 30 * 40 * 3).reshape(30, 40, 3).astype(">u2")
    rows = b"".join(b"\x00" + row.tobytes() for row in values)
    data = png(40, 30, rows=rows)
    header = struct.pack(">IIBBBBB", 40, 30, 16, 2, 0, 0, 0)
    data = data[:8] + png_chunk(b"IHDR", header) + data[33:]
    assert np.array_equal(decode(data).pixels, (values >> 8).astype(np.uint8))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_kept_beside_the_colours(mode: str):
    """Alpha comes back as it was stored; the colours are not mixed with it."""
    alpha = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))
    source = QUARTERS.convert(mode)
    source.putalpha(Image.fromarray(alpha))
    photo = decode(encoded(source, "PNG"))
    assert photo.alpha is not None
    assert np.array_equal(photo.alpha, alpha)
    assert np.array_equal(photo.pixels, np.asarray(QUARTERS.convert(mode[:-1]).convert("RGB")))


def test_a_transparent_palette_colour():
    """The palette entry that is marked as transparent has alpha 0, all others 255."""
    source = QUARTERS.quantize(4)
    photo = decode(encoded(source, "PNG", transparency=source.getpixel((0, 0))))
    assert photo.alpha is not None
    assert (photo.alpha[:16, :24] == 0).all()
    assert (photo.alpha[16:] == 255).all()
    assert same_colours(corners(photo.pixels), UPRIGHT)


def test_a_transparent_key_colour():
    """An RGB PNG whose tRNS chunk names a colour is transparent where it has that colour."""
    photo = decode(encoded(QUARTERS, "PNG", transparency=BLUE))
    assert photo.alpha is not None
    assert [int(value) for value in photo.alpha[[8, 8, 24, 24], [12, 36, 12, 36]]] == [255, 255, 0, 255]


def test_an_opaque_alpha_channel_is_none():
    """A picture with an alpha channel in which everything is opaque counts as a picture without one."""
    assert decode(encoded(QUARTERS.convert("RGBA"), "PNG")).alpha is None


def test_one_bit_pictures():
    """Black and white are 0 and 255."""
    bits = Image.fromarray(np.indices((16, 16)).sum(0) % 2 == 0)
    assert np.array_equal(decode(encoded(bits, "PNG")).pixels[..., 0], np.asarray(bits) * 255)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_only_the_first_frame_counts(format: str):
    """Of an animation, a TIFF of many pages or a camera's MPO the first picture is taken."""
    others = [Image.new("RGB", QUARTERS.size, "black")] * 3
    lossless = {"lossless": True} if format == "WEBP" else {}
    data = encoded(QUARTERS, format, save_all=True, append_images=others, **lossless)
    assert same_colours(corners(decode(data).pixels), UPRIGHT, 12)


def swapped_profile() -> bytes:
    """sRGB's profile with red's and blue's primaries exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_the_colour_profile_is_applied(format: str):
    """Pixels that a profile calls blue are blue in sRGB, whatever their numbers say."""
    options = {"lossless": True} if format == "WEBP" else {}
    source = Image.new("RGB", (16, 16), (255, 0, 0))
    photo = decode(encoded(source, format, icc_profile=swapped_profile(), **options))
    assert same_colours([photo.pixels[8, 8]], [(0, 0, 255)], 8)


@pytest.mark.parametrize("profile", [b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()])
@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
def test_a_broken_or_unfit_profile_is_left_aside(profile: bytes, mode: str):
    """A photo with a profile that is damaged, or of other colours than its own, is shown without it."""
    data = encoded(QUARTERS.convert(mode), "TIFF", icc_profile=profile)
    assert same_colours(corners(decode(data).pixels), UPRIGHT)


def test_broken_exif_does_not_spoil_a_photo():
    """A JPEG whose EXIF is garbage decodes as it is stored."""
    data = encoded(QUARTERS, "JPEG", quality=95)
    broken = data[:2] + segment(0xE1, b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 300) + data[2:]
    assert same_colours(corners(decode(broken).pixels), UPRIGHT, 12)


def test_a_full_set_of_metadata_is_no_attack():
    """A camera's EXIF with its thumbnail, XMP, and a hundred kilobytes of ICC and maker's notes are taken."""
    data = encoded(QUARTERS, "JPEG", quality=95)
    extra = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + b" " * 60_000) * 4 + segment(0xED, bytes(60_000))
    assert same_colours(corners(decode(data[:2] + extra + data[2:]).pixels), UPRIGHT, 12)


def test_interlaced_and_progressive_files():
    """Files that are stored in passes are whole at their last pass."""
    assert same_colours(corners(decode(encoded(QUARTERS, "JPEG", quality=95, progressive=True)).pixels), UPRIGHT, 12)
    gif = encoded(QUARTERS.quantize(4), "GIF", interlace=True)
    assert same_colours(corners(decode(gif).pixels), UPRIGHT)


def test_the_limit_counts_pixels():
    """One pixel more than allowed is refused, with both numbers; the limit itself is taken."""
    data = encoded(QUARTERS, "PNG")
    assert decode(data, max_px=48 * 32).width_px == 48
    with pytest.raises(InvalidInput, match=r"^photo: 48 × 32 pixels; at most 1535"):
        decode(data, field="photo", max_px=48 * 32 - 1)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_large_pictures_are_decoded_smaller_where_that_is_enough(format: str):
    """With `fit_px` the long side is between that and twice that; the original's size is still told."""
    photo = decode(encoded(Image.fromarray(quarters(900, 600)), format), fit_px=200)
    assert 200 <= max(photo.pixels.shape) < 400
    assert (photo.width_px, photo.height_px) == (900, 600)
    assert same_colours(corners(photo.pixels), UPRIGHT, 12)
    assert max(decode(encoded(QUARTERS, format), fit_px=200).pixels.shape) == 48


def test_pixels_are_read_only():
    """A decoded picture may be shared by threads: nobody can write into it."""
    photo = decode(encoded(QUARTERS.convert("RGBA"), "PNG"))
    for plane in (photo.pixels, decode(encoded(QUARTERS, "PNG")).pixels):
        with pytest.raises(ValueError, match="read-only"):
            plane[0, 0] = 0


def test_a_png_comes_back_as_it_went():
    """Pixels and alpha survive a PNG exactly."""
    alpha = np.random.default_rng(4).integers(0, 255, (32, 48), np.uint8)
    photo = decode(encode_png(quarters(), alpha))
    assert np.array_equal(photo.pixels, quarters())
    assert np.array_equal(photo.alpha, alpha)


def test_a_jpeg_keeps_its_colour_resolution():
    """JPEGs are written at quality 95 without colour subsampling, so single-pixel stripes keep their hue."""
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2], stripes[:, 1::2] = RED, GREEN
    data = encode_jpeg(stripes)
    assert np.abs(decode(data).pixels.astype(int) - stripes).mean() < 12
    assert Image.open(io.BytesIO(data)).format == "JPEG"


def test_masks_are_grey_and_exact():
    """A bool mask becomes 0 and 255, and comes back so."""
    mask = np.random.default_rng(5).random((20, 30)) > 0.5
    data = encode_mask(mask)
    assert Image.open(io.BytesIO(data)).mode == "L"
    assert np.array_equal(decode_mask(data), mask * np.uint8(255))
    assert np.array_equal(
        decode_mask(encode_mask(np.arange(0, 250, 10, np.uint8).reshape(5, 5)))[0], [0, 10, 20, 30, 40]
    )


def test_masks_of_other_sizes_and_modes():
    """A mask is scaled to the wanted (width, height); what is transparent in it is no mask."""
    mask = np.zeros((20, 30), bool)
    mask[:10] = True
    scaled = decode_mask(encode_mask(mask), size=(60, 40))
    assert scaled.shape == (40, 60)
    assert (scaled[:18] == 255).all()
    assert (scaled[22:] == 0).all()
    layered = encode_png(np.full((20, 30, 3), 255, np.uint8), mask.astype(np.uint8) * 255)
    assert np.array_equal(decode_mask(layered), mask * np.uint8(255))
    with pytest.raises(InvalidInput, match=r"^final_mask: "):
        decode_mask(b"no mask", field="final_mask")
