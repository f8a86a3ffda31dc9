"""One night's rings beside the last: what broke, what is mended, what has become slow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SLOWER_BY = 1.5
SLOWER_BY_S = 2.0  # a busy machine makes a short ring half as long again; that alone is no news


@dataclass(frozen=True)
class Made:
    """What came of one prompt."""

    valid: bool
    seconds: float


@dataclass(frozen=True)
class Changes:
    """Prompts by how their ring changed."""

    new_failures: list[str]
    fixed: list[str]
    slower: list[str]


def changes(now: Mapping[str, Made], before: Mapping[str, Made]) -> Changes:
    """Compare what both nights made; a prompt of one night only is no change, and neither is one that failed twice."""
    both = [(prompt, made, before[prompt]) for prompt, made in now.items() if prompt in before]
    return Changes(
        new_failures=[prompt for prompt, made, was in both if was.valid and not made.valid],
        fixed=[prompt for prompt, made, was in both if made.valid and not was.valid],
        slower=[prompt for prompt, made, was in both if made.valid and was.valid and _slower(made, was)],
    )


def _slower(made: Made, was: Made) -> bool:
    return made.seconds > was.seconds * SLOWER_BY and made.seconds - was.seconds > SLOWER_BY_S


def chosen(prompts: Iterable[str], limit: int | None) -> list[str]:
    """Return each prompt once, at most `limit` of them."""
    return list(dict.fromkeys(prompts))[:limit]
