"""Links to stored bytes that expire and cannot be forged, for stores that cannot sign by themselves."""

import hashlib
import hmac
import os
import secrets
import time
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

KEY_FILE = "link-signing.key"


def signed_path(home: Path, sha256: str, *, expires_in_s: float) -> str:
    """Return `/artifacts/<sha256>?expires=…&signature=…`, valid for `expires_in_s` seconds from now."""
    expires = int(time.time() + expires_in_s)
    query = urlencode({"expires": expires, "signature": _signature(home, sha256, expires)})
    return f"/artifacts/{sha256}?{query}"


def is_valid(home: Path, sha256: str, *, expires: int, signature: str) -> bool:
    """Tell whether `signature` was made by this installation for `sha256` and has not expired."""
    return is_genuine(home, sha256, expires=expires, signature=signature) and time.time() < expires


def is_genuine(home: Path, sha256: str, *, expires: int, signature: str) -> bool:
    """Tell whether `signature` was made by this installation, expired or not."""
    return hmac.compare_digest(_signature(home, sha256, expires).encode(), signature.encode())


def _signature(home: Path, sha256: str, expires: int) -> str:
    return hmac.new(_key(home), f"{sha256}\n{expires}".encode(), hashlib.sha256).hexdigest()


@lru_cache
def _key(home: Path) -> bytes:
    """Read the installation's key, created once and readable by its owner only."""
    path = home / KEY_FILE
    if not path.exists():
        _create_key(path)
    return path.read_bytes()


def _create_key(path: Path) -> None:
    """Create `path` whole or not at all: of two processes that race, the first one's key stands for both."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process's key is as good
    finally:
        draft.unlink()
