"""Base64 from clients, with or without a data URL's head; decoding a large one leaves others their turn."""

import asyncio
import binascii
import re
from collections.abc import AsyncIterator, Iterator

from tasks.domain.errors import InvalidInput

PIECE_CHARACTERS = 256 * 1024  # of base64, a multiple of 4
TURN_BYTES = 1024 * 1024  # digested at a time, then others have their turn

DATA_URL_HEAD = re.compile(r"\s*data:[^,]{0,200};base64,", re.IGNORECASE)


class TooManyBytes(ValueError):
    """It stands for more bytes than are taken."""


def read_base64(text: str, field: str, max_bytes: int) -> bytes:
    """Return the bytes that `text` stands for; raises InvalidInput naming `field` when too many, or when no base64."""
    try:
        return decoded(text, max_bytes)
    except TooManyBytes as error:
        raise InvalidInput(field, f"decodes to more than the {max_bytes} bytes that are taken") from error
    except ValueError as error:
        raise InvalidInput(field, "is not base64") from error


def decoded(text: str, max_bytes: int) -> bytes:
    """Return the bytes that `text` stands for; raises TooManyBytes, and ValueError when it is no base64."""
    head = DATA_URL_HEAD.match(text)
    payload = "".join(text[head.end() if head else 0 :].split()).rstrip("=")
    if len(payload) * 3 // 4 > max_bytes:
        raise TooManyBytes(f"more than {max_bytes} bytes")
    return b"".join(_pieces(payload + "=" * (-len(payload) % 4)))


def _pieces(payload: str) -> Iterator[bytes]:
    """Yield what `payload` stands for in pieces: one call for all of it would keep the interpreter for 0.3 s."""
    if "=" in payload[:-2]:
        raise ValueError("padding before the end")
    for start in range(0, len(payload), PIECE_CHARACTERS):
        yield binascii.a2b_base64(payload[start : start + PIECE_CHARACTERS], strict_mode=True)


async def in_turns(data: bytes) -> AsyncIterator[bytes]:
    """Yield `data` in pieces, with a turn for others after each: the store digests what it gets on the event loop."""
    for start in range(0, len(data), TURN_BYTES):
        yield data[start : start + TURN_BYTES]
        await asyncio.sleep(0)
