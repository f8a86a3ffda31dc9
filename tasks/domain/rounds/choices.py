"""What each endpoint is asked for in each round. Everything follows from the run and the round's number, so that a run
which is taken up again asks for the same.
"""

import hashlib
import random
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

GUIDANCES = (1.0, 2.0, 3.5, 5.0, 7.0, 10.0)
SEEDS = 2**53  # what JSON numbers carry everywhere
SHOWN = 8192  # characters of a prompt that a job's record repeats; the request has all of it
MAX_SLUG = 60
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}
_NO_SLUG = re.compile(r"[^A-Za-z0-9_-]+")


def prompts_for(
    labels: Sequence[str], mode: Literal["same", "different"], prompt: str, prompt2: str = ""
) -> dict[str, str]:
    """Return each endpoint's prompt: in the mode `different` the two take turns, and a blank second is the first."""
    turns = (prompt, prompt2 if mode == "different" and prompt2.strip() else prompt)
    return {label: turns[index % 2] for index, label in enumerate(labels)}


def guidance_for(wish: float | Literal["random"] | None, run: str, number: int) -> float | None:
    """Return the guidance scale of a round: as wished, or drawn for this run and round."""
    return random.Random(f"{run} {number}").choice(GUIDANCES) if wish == "random" else wish


def seed_for(seed: int | None, number: int, *, vary: bool) -> int | None:
    """Return the seed of a round: `vary` counts up from `seed`, which the first round has."""
    return seed if seed is None or not vary else (seed + number - 1) % SEEDS


def seed_of_run(run: str) -> int:
    """Return a seed that only this run has."""
    return int.from_bytes(hashlib.sha256(run.encode()).digest()[:6], "big")


def slug(label: str) -> str:
    """Return a name for an endpoint in paths and keys; two labels never share one."""
    return f"{_NO_SLUG.sub('-', label)[:MAX_SLUG]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def gallery_name(ip: str, filename: str, media_type: str) -> str:
    """Return the name of a picture in the gallery, with the suffix that its bytes deserve."""
    suffix = _SUFFIXES.get(media_type, "")
    same = {suffix, ".jpeg"} if suffix == ".jpg" else {suffix}
    named = filename if PurePosixPath(filename).suffix.lower() in same else f"{filename}{suffix}"
    return f"gen_{re.sub(r'[.:]', '_', ip.strip('[]'))}_{named}"


def shown(prompt: str) -> str:
    """Return as much of `prompt` as a job's record repeats."""
    return prompt if len(prompt) <= SHOWN else f"{prompt[: SHOWN - 1]}…"
