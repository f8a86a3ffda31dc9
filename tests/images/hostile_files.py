"""Files that are no pictures, are cut off, lie or explode: each must be refused. Run as a program, it decodes them all.

`python -m tests.images.hostile_files` prints one JSON object per file, decoded with 512 MB of memory to spare:
{"name", "refused" (what the InvalidInput says, null if the file was taken), "seconds" (of CPU)}. Another error ends it.
"""

import gzip
import io
import json
import resource
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

MEMORY_BYTES = 512 * 1024 * 1024
CONTROL = "more memory than there is"
PHOTO = Image.fromarray(np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8))


def encoded(image: Image.Image, format: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def texts() -> dict[str, bytes]:
    """What is sent where a picture should be."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'
    return {
        "nothing": b"",
        "one byte": b"\xff",
        "text": b"a gold ring",
        "SVG": svg,
        "SVG in gzip": gzip.compress(svg),
        "HTML": b"<!doctype html><title>404</title>",
        "JSON": b'{"image": null}',
        "PDF": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
        "zip": b"PK\x03\x04" + bytes(60),
        "GLB": b"glTF\x02\x00\x00\x00" + bytes(60),
        "random bytes": np.random.default_rng(2).bytes(4096),
        "zeros": bytes(4096),
        "base64 left in base64": b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    }


def other_formats() -> dict[str, bytes]:
    """Pictures, but of formats that we do not take."""
    formats = {"ICO": {}, "ICNS": {}, "PPM": {}, "TGA": {}, "PCX": {}, "SGI": {}, "JPEG2000": {}, "AVIF": {}, "DDS": {}}
    square = PHOTO.resize((64, 64))
    return {
        **{format: encoded(square, format) for format in formats},
        "BigTIFF": encoded(PHOTO, "TIFF", big_tiff=True),
        "Photoshop": b"8BPS\x00\x01" + bytes(6) + struct.pack(">HIIHH", 3, 90, 120, 8, 3) + bytes(20),
    }


def truncated() -> dict[str, bytes]:
    """Good files that end too soon."""
    whole = {
        "JPEG": encoded(PHOTO, "JPEG"),
        "progressive JPEG": encoded(PHOTO, "JPEG", progressive=True),
        "PNG": encoded(PHOTO, "PNG"),
        "interlaced TIFF": encoded(PHOTO, "TIFF", compression="tiff_lzw"),
        "TIFF": encoded(PHOTO, "TIFF"),
        "WebP": encoded(PHOTO, "WEBP"),
        "lossless WebP": encoded(PHOTO, "WEBP", lossless=True),
        "GIF": encoded(PHOTO, "GIF"),
        "BMP": encoded(PHOTO, "BMP"),
    }
    cuts = {
        f"{name} cut at {share:.0%}": data[: int(len(data) * share)]
        for name, data in whole.items()
        for share in (0.5, 0.9)
    }
    return {
        **cuts,
        **{f"{name} cut in its header": data[:20] for name, data in whole.items()},
        "PNG without its end": whole["PNG"][:-12],
        "PNG cut in its last checksum": whole["PNG"][:-2],
    }


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, extra: bytes = b"", rows: bytes | None = None, colour: int = 2) -> bytes:
    """A PNG with `extra` chunks before its pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    rows = bytes((1 + 3 * width) * height) if rows is None else rows
    pixels = png_chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + extra + pixels + png_chunk(b"IEND", b"")


def pngs() -> dict[str, bytes]:
    """PNGs that lie, are damaged, or explode."""
    good, bomb = encoded(PHOTO, "PNG"), zlib.compress(bytes(80_000_000))
    damaged = bytearray(good)
    damaged[len(good) // 2] ^= 0xFF
    broken_header = bytearray(good)
    broken_header[18] ^= 0x01
    stream = bytearray(zlib.compress(np.random.default_rng(3).bytes(10_000)))
    stream[500] ^= 0xFF
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0))
    return {
        "PNG with a wrong pixel checksum": bytes(damaged),
        "PNG with a wrong header checksum": bytes(broken_header),
        "PNG with damaged pixels": b"\x89PNG\r\n\x1a\n"
        + header
        + png_chunk(b"IDAT", bytes(stream))
        + png_chunk(b"IEND", b""),
        "PNG of 60000 × 60000": png(60_000, 60_000, rows=b""),
        "PNG of 2^31 × 1": png(2**31 - 1, 1, rows=b""),
        "PNG of no width": png(0, 10, rows=b""),
        "PNG that claims more rows than it has": png(40, 3000, rows=bytes(121 * 30)),
        "PNG without pixels": b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IEND", b""),
        "PNG without a header": b"\x89PNG\r\n\x1a\n" + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b""),
        "PNG of an unknown colour type": png(40, 30, colour=5),
        "PNG with a zTXt bomb": png(40, 30, png_chunk(b"zTXt", b"a\x00\x00" + bomb)),
        "PNG with an iTXt bomb": png(40, 30, png_chunk(b"iTXt", b"a\x00\x01\x00\x00\x00" + bomb)),
        "PNG with an iCCP bomb": png(40, 30, png_chunk(b"iCCP", b"a\x00\x00" + bomb)),
        "PNG with 90 text bombs": png(40, 30, png_chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(1_000_000))) * 90),
        "PNG with 300000 chunks": png(40, 30, png_chunk(b"tEXt", b"a\x00b") * 300_000),
        "PNG with 1 MB of EXIF": png(40, 30, png_chunk(b"eXIf", overlapping_exif(1_000_000))),
        "PNG chunk longer than the file": good[:33] + struct.pack(">I", 2**31 - 1) + good[37:],
    }


def overlapping_exif(size: int) -> bytes:
    """EXIF whose every tag names the same bytes, so that reading it takes many times its size."""
    count = min(60_000, size // 24)
    tags = b"".join(struct.pack("<HHII", 1 + index, 7, size // 2, 8) for index in range(count))
    return (b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", count) + tags).ljust(size, b"\x00")


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpegs() -> dict[str, bytes]:
    """JPEGs that lie or explode."""
    good = encoded(PHOTO, "JPEG")
    start, rest = good[:2], good[2:]
    at = good.index(b"\xff\xc0")
    scan = good.index(b"\xff\xda")
    flat = encoded(Image.new("L", (2000, 2000)), "JPEG", progressive=True)
    last_scan = flat[flat.rindex(b"\xff\xda") : -2]
    exif = segment(0xE1, b"Exif\x00\x00" + overlapping_exif(60_000))

    def resized(width: int, height: int) -> bytes:
        return good[: at + 5] + struct.pack(">HH", height, width) + good[at + 9 :]

    return {
        "JPEG of 65535 × 65535": resized(65_535, 65_535),
        "JPEG of no height": resized(120, 0),
        "JPEG signature alone": b"\xff\xd8\xff",
        "JPEG of 12 bits": good[: at + 4] + b"\x0c" + good[at + 5 :],
        "lossless JPEG": good[: at + 1] + b"\xc3" + good[at + 2 :],
        "JPEG without a frame": start + good[scan:],
        "JPEG with a second, huge frame": good[:scan]
        + segment(0xC0, struct.pack(">BHHB", 8, 60_000, 60_000, 3) + b"\x01\x11\x00\x02\x11\x00\x03\x11\x00")
        + good[scan:],
        "JPEG with 2 MB of EXIF": start + exif * 34 + rest,
        "JPEG with 100000 segments": start + segment(0xFE, b"") * 100_000 + rest,
        "JPEG with 4 MB of fill bytes": start + b"\xff" * 4_000_000 + rest,
        "JPEG with 4 MB of zeros": start + bytes(4_000_000) + rest,
        "JPEG with 3000 scans": flat[:-2] + last_scan * 3000 + b"\xff\xd9",
        "JPEG with a segment longer than the file": start + b"\xff\xe2\xff\xff" + rest[:200],
    }


def tiff(tags: list[tuple[int, int, int, int]], pixels: bytes = b"") -> bytes:
    """A little-endian TIFF with (tag, type, count, value) entries; `pixels` begin after them."""
    entries = b"".join(
        struct.pack("<HHI", tag, kind, count)
        + (struct.pack("<HH", value, 0) if (kind, count) == (3, 1) else struct.pack("<I", value))
        for tag, kind, count, value in tags
    )
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + entries + bytes(4) + pixels


def grey_tiff(
    width: int, height: int, pixels: bytes, *, bits: int = 8, sample_format: int = 1, compression: int = 1, **more: int
) -> bytes:
    """One strip of grey pixels; `more` are tags by number: t322=…, long."""
    extra = [(int(name[1:]), 4, 1, value) for name, value in more.items()]
    count = 10 + len(extra)
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, bits), (259, 3, 1, compression), (262, 3, 1, 1),
        (273, 4, 1, 8 + 2 + 12 * count + 4), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, len(pixels)),
        (339, 3, 1, sample_format), *extra,
    ]  # fmt: skip
    return tiff(sorted(tags), pixels)


def tiffs() -> dict[str, bytes]:
    """TIFFs that lie, point anywhere, explode, or hold what is no picture's."""
    floats = np.linspace(0, 1, 1200, dtype=np.float32).tobytes()
    many = 60_000
    size = [(256, 3, 1, 40), (257, 3, 1, 30)]
    return {
        "TIFF of 100000 × 100000": grey_tiff(100_000, 100_000, b""),
        "TIFF of floating point": grey_tiff(40, 30, floats, bits=32, sample_format=3),
        "TIFF of 32-bit numbers": grey_tiff(40, 30, bytes(4800), bits=32, sample_format=2),
        "TIFF of 64 bits": grey_tiff(40, 30, bytes(9600), bits=64),
        "TIFF with a directory outside of the file": b"II*\x00" + struct.pack("<I", 2**31) + bytes(100),
        "TIFF with an empty directory": tiff([]),
        "TIFF with 60000 tags that overlap": tiff([*size, *((1000 + i, 7, 100_000, 8) for i in range(many))]),
        "TIFF with a million fractions": tiff([*size, (282, 5, 1_000_000, 8)], bytes(8_000_000)),
        "TIFF with two million strips": tiff([*size, (273, 4, 2_000_000, 8)], bytes(8_000_000)),
        "TIFF tag of 4 GB": tiff([*size, (273, 4, 2**30, 8)]),
        "TIFF with tiles of 2^30": grey_tiff(40, 30, bytes(1200), t322=2**30, t323=2**30),
        "TIFF of old-style JPEG": grey_tiff(40, 30, bytes(1200), compression=6),
        "TIFF of JPEG 2000": grey_tiff(40, 30, bytes(1200), compression=34712),
        "TIFF with damaged deflate": grey_tiff(40, 30, b"\x78\x9c" + bytes(500), compression=8),
        "TIFF with damaged JPEG": grey_tiff(40, 30, b"\xff\xd8" + bytes(500), compression=7),
        "TIFF with damaged LZW": grey_tiff(40, 30, b"\xff" * 500, compression=5),
        "TIFF with missing pixels": grey_tiff(400, 300, bytes(1200)),
    }


def gif(width: int, height: int, frame: tuple[int, int], extension: bytes = b"", pixels: bytes = b"\x02D\x01\x00"):
    """A GIF of two colours; `pixels` are LZW data with their sub-block lengths."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    return b"GIF89a" + screen + extension + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02" + pixels + b"\x00;"


def gifs() -> dict[str, bytes]:
    """GIFs that lie, explode, or show nothing."""
    comment = b"!\xfe" + (b"\xff" + b"a" * 255) * 20_000 + b"\x00"
    return {
        "GIF of 65535 × 65535": gif(65_535, 65_535, (1, 1)),
        "GIF with a frame of 65535 × 65535": gif(10, 10, (65_535, 65_535)),
        "GIF with 5 MB of comment": gif(10, 10, (10, 10), comment),
        "GIF with 5 MB of comment in tiny blocks": gif(10, 10, (10, 10), b"!\xfe" + b"\x01a" * 2_500_000 + b"\x00"),
        "GIF without a frame": b"GIF89a" + struct.pack("<HHBBB", 10, 10, 0, 0, 0) + b";",
        "GIF of no width": gif(0, 0, (0, 0)),
        "GIF without pixels": gif(100, 100, (100, 100), pixels=b""),
    }


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webps() -> dict[str, bytes]:
    """WebPs that lie or explode."""
    good = encoded(PHOTO, "WEBP")
    body = good[20:]
    huge = (2**24 - 1).to_bytes(3, "little")
    lossless = b"\x2f" + struct.pack("<I", 16_383 | 16_383 << 14) + bytes(60)
    canvas = (119).to_bytes(3, "little") + (89).to_bytes(3, "little")
    return {
        "WebP canvas of 2^24 × 2^24": riff((b"VP8X", bytes(4) + huge + huge), (b"VP8 ", body)),
        "lossless WebP of 16384 × 16384": riff((b"VP8L", lossless)),
        "WebP longer than the file": good[:4] + struct.pack("<I", 2**31) + good[8:],
        "WebP with 1 MB of EXIF": riff(
            (b"VP8X", b"\x08\x00\x00\x00" + canvas), (b"VP8 ", body), (b"EXIF", overlapping_exif(1_000_000))
        ),
        "WebP without a picture": riff((b"ALPH", bytes(100))),
        "WebP with damaged pixels": riff((b"VP8 ", body[:10] + b"\xff" * 40)),
        "WebP with 100000 chunks": riff((b"VP8 ", body), *((b"junk", b"") for _ in range(100_000))),
    }


def bmp(
    width: int, height: int, *, header: int = 40, bits: int = 24, compression: int = 0, pixels: bytes = b""
) -> bytes:
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + info + pixels


def bmps() -> dict[str, bytes]:
    """BMPs with absurd headers."""
    return {
        "BMP of 100000 × 100000": bmp(100_000, 100_000),
        "BMP of negative width": bmp(-40, 30, pixels=bytes(3600)),
        "BMP with a header of 2 GB": bmp(40, 30, header=2**31 - 1, pixels=bytes(3600)),
        "BMP with a header of 5 bytes": bmp(40, 30, header=5, pixels=bytes(3600)),
        "BMP of 7 bits": bmp(40, 30, bits=7, pixels=bytes(3600)),
        "BMP of run lengths": bmp(7000, 7000, bits=8, compression=1, pixels=b"\x01\x00" * 1_000_000),
        "BMP with a JPEG in it": bmp(40, 30, compression=4, pixels=encoded(PHOTO, "JPEG")),
        "BMP without pixels": bmp(40, 30),
    }


FAMILIES: tuple[Callable[[], dict[str, bytes]], ...] = (
    texts, other_formats, truncated, pngs, jpegs, tiffs, gifs, webps, bmps,
)  # fmt: skip


def main() -> None:
    """Decode every file, one after another, under the limit."""
    from tasks.domain.errors import InvalidInput
    from tasks.domain.images.decoding import decode
    from tasks.domain.pictures import check_picture

    decode(encoded(PHOTO, "TIFF"))  # Pillow loads its plugins at first use
    files = {name: data for family in FAMILIES for name, data in family().items()}
    status = Path("/proc/self/status").read_text().splitlines()
    in_use_kb = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
    limit = in_use_kb * 1024 + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    print(json.dumps({"name": CONTROL, "refused": _too_much(), "seconds": 0}))
    for name, data in files.items():
        start_s, refused = time.process_time(), None
        try:
            check_picture(data, field="photo", max_bytes=len(data))
            decode(data, field="photo")
        except InvalidInput as problem:
            refused = str(problem)
        print(json.dumps({"name": name, "refused": refused, "seconds": time.process_time() - start_s}), flush=True)


def _too_much() -> str | None:
    try:
        return str(len(bytearray(MEMORY_BYTES + 64 * 1024 * 1024)))
    except MemoryError:
        return CONTROL


if __name__ == "__main__":
    main()
