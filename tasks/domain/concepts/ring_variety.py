"""Several rings for one prompt: what it leaves open is chosen otherwise, and nothing that it says is touched.

The offline designer lists what it had to assume. Words that settle such a point otherwise are added to the prompt, and
the ring counts when the designer follows the prompt no less than before.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.spec import RingSpec

METALS = ("", "18k yellow gold", "platinum", "18k rose gold")
HEADS = ("", "solitaire", "diamond halo", "bezel set", "three-stone")
CUTS = ("", "oval", "cushion cut", "pear shaped")
STYLES = ("", "vintage", "minimal", "delicate", "art deco")
VIEWS = (
    "angle1",
    "angle2",
    "front",
    "right",
)  # of Blender's; one ring may be shown from several sides

MAX_TRIES = 60  # reading a prompt takes a millisecond
_RING = re.compile(r"\b(ring|rings|band|bands|solitaire|signet|anillo|anello|bague|fede|alliance)\b")


@dataclass(frozen=True)
class RingConcept:
    """One ring to draw: the words for the offline designer, and the side that is shown."""

    words: str
    view: str


def asks_for_a_ring(prompt: str) -> bool:
    """Tell whether `prompt` speaks of a ring; the offline illustrator draws nothing else."""
    return _RING.search(prompt.lower()) is not None


def ring_concepts(prompt: str, style_words: str, *, n: int, seed: int) -> list[RingConcept]:
    """Return `n` rings for `prompt`, all different in design as far as it leaves room, else in the side shown.

    The same prompt and seed give the same rings.
    """
    base = ", ".join(part for part in (prompt.strip(), style_words) if part)
    designs = _designs(base, n, random.Random(f"{seed}/{base}"))
    return [RingConcept(designs[i % len(designs)], VIEWS[i // len(designs) % len(VIEWS)]) for i in range(n)]


def not_followed(prompt: str, style_words: str) -> list[str]:
    """Return what `prompt` asks and the rings have not, in words for its reader."""
    return list(read_prompt(", ".join(part for part in (prompt.strip(), style_words) if part)).not_honoured)


def _designs(base: str, n: int, dice: random.Random) -> list[str]:
    """Return up to `n` prompts, `base` itself at least, that make different rings."""
    plain = read_prompt(base)
    refused = set(plain.not_honoured)
    found: dict[str, str] = {}
    for words in _settled(base, plain, dice):
        spec = read_prompt(words)
        if set(spec.not_honoured) <= refused:
            found.setdefault(_looks_of(spec), words)
        if len(found) == n:
            break
    return list(found.values()) or [base]


def _settled(base: str, plain: RingSpec, dice: random.Random) -> Iterator[str]:
    """Yield `base` with its open points settled in different ways: first so that neighbours share as little as can be.

    The dice give the order.
    """
    decks = [dice.sample(choices, len(choices)) for choices in _open_points(plain)]
    dealt = [tuple(deck[i % len(deck)] for deck in decks) for i in range(max(map(len, decks), default=1))]
    ways = list(product(*decks))
    dice.shuffle(ways)
    for way in [*dealt, *ways][:MAX_TRIES]:
        yield ", ".join([base, *(word for word in way if word)])


def _open_points(plain: RingSpec) -> Iterator[tuple[str, ...]]:
    """Yield the choices for each point that the designer had to assume; a band without a head gets none."""
    assumed = plain.assumptions
    if not plain.styles:
        yield STYLES
    if any(entry.startswith("metal:") for entry in assumed):
        yield METALS
    if plain.head is not None and any(entry.startswith("head:") for entry in assumed):
        yield HEADS
    if any(re.match(r"centre: \S+ cut\b", entry) for entry in assumed):
        yield CUTS


def _looks_of(spec: RingSpec) -> str:
    """Return what tells one ring from another in a picture."""
    return spec.model_dump_json(include={"metal", "shank", "head", "row"})
