"""Long JSON answers of the try-on contract: base64 is put in once made, and each piece is packed once."""

import asyncio
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
_LAST_BLOCK = b"\x03\x00"
MERGED_BYTES = 4096  # shorter pieces are packed together


@dataclass(frozen=True)
class Base64:
    """Bytes as base64 text. One object may stand in several places of an answer."""

    text: bytes

    @classmethod
    def of(cls, data: bytes) -> "Base64":
        """Encode `data`."""
        return cls(binascii.b2a_base64(data, newline=False))


async def json_answer(values: Mapping[str, Any], request: Request) -> Response:
    """Answer with `values` as JSON, packed if the client takes gzip; the work is done off the event loop."""
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    body = await asyncio.to_thread(_packed if takes_gzip else _joined, values)
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if takes_gzip else {})
    return Response(body, media_type="application/json", headers=headers)


def pieces(values: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the JSON of `values` in pieces; the same Base64 gives the same piece each time."""
    yield b"{"
    for number, (key, value) in enumerate(values.items()):
        yield (b"," if number else b"") + json.dumps(key).encode() + b":"
        if isinstance(value, Base64):
            yield b'"'
            yield value.text
            yield b'"'
        elif isinstance(value, Mapping):
            yield from pieces(value)
        else:
            yield json.dumps(value).encode()
    yield b"}"


def _joined(values: Mapping[str, Any]) -> bytes:
    return b"".join(pieces(values))


def _packed(values: Mapping[str, Any]) -> bytes:
    """Return the JSON as gzip. Base64 repeats nothing, so Huffman codes alone are as small as any, and much faster.

    Each piece is packed by itself, up to a byte's boundary, so that one which comes twice is packed once.
    """
    known: dict[int, bytes] = {}
    packed, checksum, size = [_GZIP_HEAD], 0, 0
    for piece in _merged(values):
        if id(piece) not in known:
            known[id(piece)] = _deflated(piece)
        packed.append(known[id(piece)])
        checksum, size = zlib.crc32(piece, checksum), size + len(piece)
    tail = checksum.to_bytes(4, "little") + (size % 2**32).to_bytes(4, "little")
    return b"".join([*packed, _LAST_BLOCK, tail])


def _merged(values: Mapping[str, Any]) -> list[bytes]:
    """Return the pieces, the short ones between two long ones as one; kept, since their identity is asked for."""
    merged: list[bytes] = []
    short: list[bytes] = []
    for piece in pieces(values):
        if len(piece) < MERGED_BYTES:
            short.append(piece)
        else:
            merged += [b"".join(short), piece]
            short = []
    return [*merged, b"".join(short)]


def _deflated(piece: bytes) -> bytes:
    coder = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_HUFFMAN_ONLY)
    return coder.compress(piece) + coder.flush(zlib.Z_FULL_FLUSH)
