"""What travels between a client and a runner: one line of JSON, then the bytes of the files that it lists.

{"kind": "build", …, "files": {"script.py": 1200}}\n<1200 bytes>
"""

import json
import re
from typing import Any, BinaryIO

MAX_LINE_BYTES = 1 << 20
MAX_FILE_BYTES = 256 << 20
_NAME = re.compile(r"[a-z0-9_]{1,64}\.[a-z]{1,8}")

Message = dict[str, Any]
Files = dict[str, bytes]


class WireError(ValueError):
    """The other side sent something that is no message."""


def pack(message: Message, files: Files) -> bytes:
    """Return `message` with `files` as the bytes to send."""
    sizes = {name: len(content) for name, content in files.items()}
    return json.dumps({**message, "files": sizes}).encode() + b"\n" + b"".join(files.values())


def parse_line(line: bytes) -> tuple[Message, dict[str, int]]:
    """Return the message in `line`, and the size in bytes of each file that follows it."""
    if not line.endswith(b"\n"):
        raise WireError("the connection ended before a message did")
    try:
        message = json.loads(line)
    except ValueError as error:
        raise WireError(f"not JSON: {error}") from error
    sizes = message.pop("files", None) if isinstance(message, dict) else None
    if not isinstance(sizes, dict):
        raise WireError("a message is an object that lists its files")
    for name, size in sizes.items():
        check_name(name)
        if not isinstance(size, int) or not 0 <= size <= MAX_FILE_BYTES:
            raise WireError(f"file {name} has size {size!r}")
    return message, sizes


def check_name(name: str) -> str:
    """Return `name` when it is a plain file name; WireError otherwise."""
    if not _NAME.fullmatch(name):
        raise WireError(f"not a plain file name: {name!r}")
    return name


def read(stream: BinaryIO) -> tuple[Message, Files]:
    """Read one message and its files from `stream`."""
    message, sizes = parse_line(stream.readline(MAX_LINE_BYTES))
    return message, {name: _read_exactly(stream, size) for name, size in sizes.items()}


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise WireError("the connection ended inside a file")
    return content
