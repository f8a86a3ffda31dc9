"""What a build depends on besides its script: the runtime's sources and the pinned Blender."""

import hashlib
from functools import lru_cache
from pathlib import Path

from blocks.settings import CHECKOUT

RUNTIME = Path(__file__).resolve().parent / "runtime"


@lru_cache(maxsize=1)
def engine_fingerprint() -> str:
    """Return a digest that changes with the ring kit, the runner, the studio or the pinned Blender."""
    digest = hashlib.sha256((CHECKOUT / "requirements-blender.lock").read_bytes())
    for path in sorted(RUNTIME.rglob("*.py")):
        digest.update(path.relative_to(RUNTIME).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
