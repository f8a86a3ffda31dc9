"""Telling pictures and other bytes apart, and making pictures ready for a language model."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tasks.domain.errors import InvalidInput
from tasks.domain.pictures import MODEL_EDGE_PX, Picture, check_picture, sniff


def encoded(image: Image.Image, format: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


RED = Image.new("RGB", (40, 30), "red")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (encoded(RED, "PNG"), "image/png"),
        (encoded(RED, "JPEG"), "image/jpeg"),
        (encoded(RED, "WEBP"), "image/webp"),
        (encoded(RED, "GIF"), "image/gif"),
        (encoded(RED, "BMP"), "image/bmp"),
        (encoded(RED, "TIFF"), "image/tiff"),
        (b"glTF\x02\x00\x00\x00", "model/gltf-binary"),
        (b'{"a": 1}', "application/json"),
        (b"[1, 2", "text/plain"),
        ("Ring aus Weißgold".encode(), "text/plain"),
        (b"", "application/octet-stream"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"\xff\xfe\xfd" * 10, "application/octet-stream"),
    ],
)
def test_bytes_say_what_they_are(data: bytes, media_type: str):
    """sniff() goes by signatures and, without one, by whether the bytes are text."""
    assert sniff(data) == media_type


def test_a_head_that_ends_inside_a_character_is_still_text():
    """The first bytes of a long text may cut a UTF-8 character in two."""
    assert sniff("Weiß".encode()[:-1], complete=False) == "text/plain"
    assert sniff("Weiß".encode()[:-1], complete=True) == "application/octet-stream"


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"glTF....", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a"])
def test_what_is_no_picture_is_the_callers_mistake(data: bytes):
    """Text, other formats and bare signatures raise InvalidInput that names the field."""
    with pytest.raises(InvalidInput, match="image_b64"):
        check_picture(data, field="image_b64")
    with pytest.raises(InvalidInput, match="image"):
        Picture.from_bytes(data)


def test_a_cut_off_picture_is_refused_before_a_model_sees_it():
    """A PNG or JPEG that ends halfway raises InvalidInput instead of costing a call."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8))
    for format in ("PNG", "JPEG"):
        data = encoded(noise, format)
        with pytest.raises(InvalidInput, match="image"):
            Picture.from_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(("width", "height"), [(8_001, 8_000), (60_000, 60_000)])
def test_a_bomb_is_refused_from_its_header(width: int, height: int):
    """A file of a few bytes that claims more pixels than allowed is refused without decoding it."""
    small = encoded(RED, "PNG")
    header = b"IHDR" + struct.pack(">II", width, height) + small[24:29]
    bomb = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    with pytest.raises(InvalidInput, match=r"pixels|read"):
        check_picture(bomb)


def test_size_caps_name_the_limit():
    """More bytes than allowed raise InvalidInput with both numbers."""
    with pytest.raises(InvalidInput, match=r"image: \d+ bytes; at most 10 "):
        check_picture(encoded(RED, "PNG"), max_bytes=10)


def test_a_model_gets_an_upright_picture_of_bounded_size():
    """EXIF orientation is applied and the long side shrunk to the edge that models look at."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    picture = Picture.from_bytes(encoded(Image.new("RGB", (4000, 2000), "red"), "JPEG", exif=exif))
    assert (picture.width_px, picture.height_px) == (MODEL_EDGE_PX // 2, MODEL_EDGE_PX)
    assert sniff(picture.data) == picture.media_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_colour_mode_becomes_jpeg_or_png(mode: str):
    """Whatever the camera or program wrote, the models get JPEG, or PNG when it is transparent."""
    source = Image.new(mode, (20, 10))
    picture = Picture.from_bytes(encoded(source, "TIFF"))
    assert picture.media_type == ("image/png" if mode in ("LA", "RGBA") else "image/jpeg")
    assert Image.open(io.BytesIO(picture.data)).size == (20, 10)


def test_sixteen_bit_grey_keeps_its_tones():
    """A 16-bit grey ramp stays a ramp and is not clipped to white."""
    ramp = Image.fromarray(np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16))
    picture = Picture.from_bytes(encoded(ramp, "PNG"))
    tones = np.asarray(Image.open(io.BytesIO(picture.data)).convert("L")).astype(int)
    assert tones.min() < 8
    assert tones.max() > 247
    assert 100 < tones.mean() < 155
