"""What a picture's file says of itself, read by hand before a library decodes it.

Libraries allocate what a header claims and read what it points at. So the size, and the amount of everything beside
the pixels (metadata, segments, scans, tags), are bounded here first, from a few bytes and without an allocation.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_METADATA_BYTES = 128 * 1024  # EXIF and comments; a camera's EXIF fits one JPEG segment of 64 KiB
MAX_SEGMENTS = 4096
MAX_PNG_CHUNKS = 100_000
MAX_JPEG_SCANS = 64  # encoders write about ten; each further one costs a pass over the whole picture
MAX_JPEG_JUNK_BYTES = 4096
MAX_TIFF_TAGS = 1024
MAX_TIFF_NUMBERS = 200_000  # strips of one row each in a very tall picture
MAX_TIFF_FRACTIONS = 64

_TIFF_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TIFF_FRACTION_TYPES = (5, 10, 11, 12)
_TIFF_BYTE_TYPES = (1, 2, 6, 7)
_TIFF_COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)  # neither old-style JPEG nor formats inside the format
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE_BYTES = 1 << 20
_BMP_PLAIN = (0, 3, 6)  # uncompressed, with or without bit fields: run lengths are decoded in Python, pixel by pixel


@dataclass(frozen=True)
class Header:
    """The format, in Pillow's words, and the largest size that the file claims."""

    format: str
    width_px: int
    height_px: int


def read_header(data: bytes) -> Header:
    """Return the header of a JPEG, PNG, WebP, TIFF, BMP or GIF file.

    Raises ValueError with the reason when it is none of these, is cut off, contradicts itself, or carries more beside
    its pixels than a photograph has reason to.
    """
    try:
        header = _reader(data)(data)
    except (struct.error, IndexError) as error:
        raise ValueError("cut off within its header") from error
    if header.width_px < 1 or header.height_px < 1:
        raise ValueError("a picture without pixels")
    return header


def _reader(data: bytes) -> Callable[[bytes], Header]:
    for signature, reader in _READERS:
        if data.startswith(signature):
            return reader
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp
    raise ValueError("none of JPEG, PNG, WebP, TIFF, BMP and GIF")


def _bounded(size: int, what: str, limit: int = MAX_METADATA_BYTES) -> None:
    if size > limit:
        raise ValueError(f"{what}: {size}, at most {limit}")


def _jpeg(data: bytes) -> Header:
    width, height, exif_bytes = 0, 0, 0
    for marker, start, end in _jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            rows, columns = struct.unpack_from(">HH", data, start + 1)
            width, height = max(width, columns), max(height, rows)
        if marker == 0xE1 and data.startswith(b"Exif", start):
            exif_bytes += end - start
    _bounded(exif_bytes, "bytes of EXIF")
    _bounded(data.count(b"\xff\xda"), "scans", MAX_JPEG_SCANS)
    return Header("JPEG", width, height)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end) of each segment's body before the first scan."""
    at, junk = 2, 0
    for _ in range(MAX_SEGMENTS):
        following = data.index(0xFF, at) if 0xFF in data[at : at + MAX_JPEG_JUNK_BYTES] else len(data)
        while data[following + 1] in (0x00, 0xFF):
            following, junk = following + 1, junk + 1
            _bounded(junk, "stray bytes", MAX_JPEG_JUNK_BYTES)
        junk += following - at
        _bounded(junk, "stray bytes", MAX_JPEG_JUNK_BYTES)
        marker = data[following + 1]
        (length,) = struct.unpack_from(">H", data, following + 2)
        at = following + 2 + length
        if length < 2 or at > len(data):
            raise ValueError("cut off within its header")
        yield marker, following + 4, at
        if marker == 0xDA:
            return
    raise ValueError(f"more than {MAX_SEGMENTS} segments")


def _png(data: bytes) -> Header:
    width, height = struct.unpack_from(">II", data, 16)
    ended = False
    for count, (kind, start, end) in enumerate(_png_chunks(data)):
        _bounded(count, "chunks", MAX_PNG_CHUNKS)
        if count == 0 and kind != b"IHDR":
            raise ValueError("no IHDR")
        if kind == b"eXIf":
            _bounded(end - start, "bytes of EXIF")
        if kind[0] & 0x20 == 0 and zlib.crc32(data[start - 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise ValueError(f"the checksum of {kind.decode('latin-1')} is wrong")
        ended = kind == b"IEND"
    if not ended:
        raise ValueError("cut off before its end")
    return Header("PNG", width, height)


def png_is_whole(data: bytes) -> bool:
    """Whether the PNG in `data`, whose header was read, holds as many bytes of rows as it claims.

    Pillow shows missing rows as black. Costs the decompression, in pieces, so not much memory.
    """
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * {2: 3, 4: 2, 6: 4}.get(colour, 1)
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    sides = [(-(-(width - left) // across), -(-(height - top) // down)) for left, top, across, down in passes]
    missing = sum(rows * (1 + -(-columns * bits // 8)) for columns, rows in sides if columns > 0)
    stream = zlib.decompressobj()
    for kind, start, end in _png_chunks(data):
        packed = data[start:end] if kind == b"IDAT" else b""
        while packed and missing > 0 and not stream.eof:
            missing -= len(stream.decompress(packed, _PIECE_BYTES))
            packed = stream.unconsumed_tail
    return missing <= 0


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start, end) of each chunk's body, up to IEND."""
    at, kind = 8, b""
    while kind != b"IEND" and at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            raise ValueError("cut off before its end")
        yield kind, at + 8, end
        at = end + 4


def _webp(data: bytes) -> Header:
    (length,) = struct.unpack_from("<I", data, 4)
    if len(data) < length + 8:
        raise ValueError("cut off before its end")
    at, count, width, height = 12, 0, 0, 0
    while at < length:
        count += 1
        _bounded(count, "chunks", MAX_SEGMENTS)
        kind, size = struct.unpack_from("<4sI", data, at)
        if kind in _WEBP_SIZES:
            columns, rows = _WEBP_SIZES[kind](data, at + 8)
            width, height = max(width, columns), max(height, rows)
        if kind in (b"EXIF", b"XMP "):
            _bounded(size, "bytes of metadata")
        at += 8 + size + size % 2
    return Header("WEBP", width, height)


def _webp_canvas(data: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(data[at + 4 : at + 7], "little") + 1, int.from_bytes(data[at + 7 : at + 10], "little") + 1


def _webp_lossy(data: bytes, at: int) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, at + 6)
    return width & 0x3FFF, height & 0x3FFF


def _webp_lossless(data: bytes, at: int) -> tuple[int, int]:
    (bits,) = struct.unpack_from("<I", data, at + 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


_WEBP_SIZES: dict[bytes, Callable[[bytes, int], tuple[int, int]]] = {
    b"VP8X": _webp_canvas,
    b"VP8 ": _webp_lossy,
    b"VP8L": _webp_lossless,
}


def _gif(data: bytes) -> Header:
    """The canvas, or the first frame where that is larger; later frames are never read."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    start = at = 13 + _gif_palette_bytes(flags)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += 1 + data[at]
            _bounded(at - start, "bytes before the first frame")
        at += 1
    if data[at] != 0x2C:
        raise ValueError("no frame")
    left, top, columns, rows = struct.unpack_from("<HHHH", data, at + 1)
    return Header("GIF", max(width, left + columns), max(height, top + rows))


def _gif_palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _bmp(data: bytes) -> Header:
    (size,) = struct.unpack_from("<I", data, 14)
    if size == 12:
        width, height = struct.unpack_from("<HH", data, 18)
        return Header("BMP", width, height)
    width, height, _, _, compression = struct.unpack_from("<iiHHI", data, 18)
    if compression not in _BMP_PLAIN:
        raise ValueError(f"compression {compression} of BMP is not taken")
    return Header("BMP", width, abs(height))


def _tiff(data: bytes) -> Header:
    """The first directory only; later pages are never read."""
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    _bounded(count, "tags", MAX_TIFF_TAGS)
    entries = [struct.unpack_from(order + "HHI4s", data, at + 2 + 12 * index) for index in range(count)]
    _bounded(sum(_tiff_bytes(kind, amount) for _, kind, amount, _ in entries), "bytes of tags", len(data))
    numbers = {tag: _tiff_number(order, kind, value) for tag, kind, amount, value in entries if amount == 1}
    if numbers.get(259, 1) not in _TIFF_COMPRESSIONS:
        raise ValueError(f"compression {numbers[259]} of TIFF is not taken")
    tile = numbers.get(322, 0), numbers.get(323, 0)
    return Header("TIFF", max(numbers.get(256, 0), tile[0]), max(numbers.get(257, 0), tile[1]))


def _tiff_bytes(kind: int, count: int) -> int:
    if kind in _TIFF_FRACTION_TYPES:
        _bounded(count, "fractions in a tag", MAX_TIFF_FRACTIONS)
    elif kind not in _TIFF_BYTE_TYPES:
        _bounded(count, "numbers in a tag", MAX_TIFF_NUMBERS)
    return _TIFF_TYPE_BYTES.get(kind, 1) * count


def _tiff_number(order: str, kind: int, value: bytes) -> int:
    number: int = struct.unpack_from(order + {1: "B", 3: "H"}.get(kind, "I"), value)[0]
    return number


_READERS: tuple[tuple[bytes, Callable[[bytes], Header]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"GIF87a", _gif),
    (b"GIF89a", _gif),
    (b"BM", _bmp),
    (b"II*\x00", _tiff),
    (b"MM\x00*", _tiff),
)
