"""The offline prompt writer: an idea, kept as it is, and what it leaves open chosen from `grammar.yaml`.

A prompt has slots: the medium, light, composition, colours, mood and so on. Those of which the idea speaks itself stay
empty. The others are dealt like cards: every slot goes through all its options, newly shuffled each time, before one
comes back, and no two numbers get the same hand.
"""

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import permutations
from math import prod
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tasks.domain.scenes.vocabulary import (
    JEWELRY,
    LEADS_TO_WHAT_IT_IS_ABOUT,
    NAMES_COLOUR,
    NAMES_COMPOSITION,
    NAMES_DRAWING,
    NAMES_LENS,
    NAMES_LIGHT,
    NAMES_MOOD,
    NAMES_PHOTOGRAPH,
    NAMES_SETTING,
    OTHER_RINGS,
    OUTDOORS,
    PEOPLE,
    WHAT_IS_ABOUT_ENDS,
)

FILE = Path(__file__).with_name("grammar.yaml")
ENOUGH = 4000  # prompts that every idea is good for; a job has a thousand rounds at most
MAX_CAPTION = 160  # characters of an idea that fits into a sentence of ours
_SENTENCES = re.compile(r"[.!?;:]\s|\n")
_REQUEST = re.compile(
    r"(please|make|draw|paint|create|generate|show|imagine|design|render|give|i|we|let)\b", re.IGNORECASE
)
_ENDS = ".!?…"
_ORDERS = ("lcpm", "clpm", "lpcm", "pclm", "mlcp", "cmlp")  # of light, composition, palette and mood


class _Photographs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    media: tuple[str, ...] = Field(min_length=1)
    details: tuple[str, ...] = Field(min_length=1)


class Words(BaseModel):
    """The lists of `grammar.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pieces: tuple[str, ...]
    metals: tuple[str, ...]
    stones: tuple[str, ...]
    settings: tuple[str, ...]
    jewelry_photographs: _Photographs
    jewelry_drawings: dict[str, tuple[str, ...]]
    photographs: _Photographs
    drawings: dict[str, tuple[str, ...]]
    lights: tuple[str, ...]
    outdoor_lights: tuple[str, ...]
    compositions: tuple[str, ...]
    views: tuple[str, ...]
    palettes: tuple[str, ...]
    gradings: tuple[str, ...]
    moods: tuple[str, ...]
    finishes: tuple[str, ...]
    closings: tuple[str, ...]


class Look(NamedTuple):
    """A medium, and a sentence about its means; either may be empty."""

    medium: str
    detail: str


Slots = dict[str, tuple[str, ...]]


def write_prompt(concept: str, *, seed: int, number: int) -> str:
    """Return prompt `number` about `concept`, word for word in it; without one, about a piece of jewelry of our own.

    The same concept, seed and number give the same prompt, and different numbers different ones.
    """
    idea = " ".join(concept.split())
    slots = _slots(idea)
    hand = _dealt(slots, seed=seed, number=number - 1)
    subject = idea or hand["piece"].format(metal=hand["metal"], stone=hand["stone"])
    sentences = [*_opening(subject, hand, own=not idea), *_rest(hand)]
    return " ".join(_sentence(sentence) for sentence in sentences if sentence)


@cache
def words() -> Words:
    """Return the lists, checked when read."""
    return Words.model_validate(yaml.safe_load(FILE.read_text()))


def _slots(idea: str) -> Slots:
    """Return the options of each slot that `idea` leaves open."""
    known = words()
    piece = not idea or _is_piece(idea)
    outdoors = OUTDOORS.search(idea) is not None
    slots: Slots = {"finish": known.finishes, "closing": known.closings}
    if not idea:
        slots |= {"piece": known.pieces, "metal": known.metals, "stone": known.stones}
    if piece and not NAMES_SETTING.search(idea):
        slots["setting"] = known.settings
    if looks := _looks(idea, piece):
        slots["look"] = tuple("\n".join(look) for look in looks)
    if not NAMES_LIGHT.search(idea):
        slots["light"] = known.outdoor_lights if outdoors else known.lights
    if not NAMES_COMPOSITION.search(idea):
        slots["composition"] = (*known.compositions, *known.views) if piece else known.compositions
    if not NAMES_COLOUR.search(idea):
        slots["palette"] = known.palettes if piece else known.gradings
    if not NAMES_MOOD.search(idea):
        slots["mood"] = known.moods
    slots["order"] = _orders(slots)
    if prod(len(options) for options in slots.values()) < ENOUGH:
        slots |= {"finish": _pairs(known.finishes), "closing": _pairs(known.closings)}
    return slots


def _pairs(clauses: tuple[str, ...]) -> tuple[str, ...]:
    """Return all two sentences out of `clauses`, for an idea that leaves hardly anything else open."""
    return tuple(f"{first}. {second}" for first, second in permutations(clauses, 2))


def _is_piece(idea: str) -> bool:
    """Tell whether `idea` is about a piece of jewelry that nobody wears."""
    about = WHAT_IS_ABOUT_ENDS.split(LEADS_TO_WHAT_IT_IS_ABOUT.sub("", idea).strip(), maxsplit=1)[0]
    return JEWELRY.search(about) is not None and not PEOPLE.search(idea) and not OTHER_RINGS.search(idea)


def _orders(slots: Slots) -> tuple[str, ...]:
    """Return the orders in which the sentences of the open slots may come, each once."""
    spoken = {"l": "light", "c": "composition", "p": "palette", "m": "mood"}
    return tuple(dict.fromkeys("".join(part for part in order if spoken[part] in slots) for order in _ORDERS))


def _looks(idea: str, piece: bool) -> list[Look]:
    """Return the media with their means: none for an idea with a medium of its own, but lenses for its photograph."""
    known = words()
    photographs, drawings = (
        (known.jewelry_photographs, known.jewelry_drawings) if piece else (known.photographs, known.drawings)
    )
    lenses = ("",) if NAMES_LENS.search(idea) else photographs.details
    if NAMES_DRAWING.search(idea):
        return []
    if NAMES_PHOTOGRAPH.search(idea):
        return [Look("", lens) for lens in lenses]
    by_camera = [Look(medium, lens) for medium in photographs.media for lens in lenses]
    if NAMES_LENS.search(idea):
        return by_camera
    return [*by_camera, *(Look(medium, detail) for medium, details in drawings.items() for detail in details)]


def _dealt(slots: Slots, *, seed: int, number: int) -> dict[str, str]:
    """Return an option for each slot, so that `number`s below the product of all lengths get different hands.

    A slot's option is shifted by one whenever all the slots before it have been through all their combinations. What
    else it depends on is where in that round `number` is: there the deck decides.
    """
    hand, combinations = {}, 1
    for name, options in slots.items():
        shift, place = divmod(number, combinations)
        card = _card(f"{seed}/{name}", place, len(options))
        hand[name] = options[(shift + card) % len(options)]
        combinations *= len(options)
    return hand


def _card(deck: str, place: int, size: int) -> int:
    """Return the card at `place` of a deck that is shuffled anew whenever it is used up."""
    times, position = divmod(place, size)
    return random.Random(f"{deck}/{times}").sample(range(size), size)[position]


def _opening(subject: str, hand: dict[str, str], *, own: bool) -> Iterator[str]:
    """Return the sentences that say what is seen, in which medium and where."""
    medium, _, detail = hand.get("look", "\n").partition("\n")
    setting = hand.get("setting", "")
    if own:
        yield f"{medium} of {subject}, {setting}"
    elif _is_caption(subject):
        caption = f"{medium}: {subject}" if medium else subject
        yield f"{caption.rstrip(_ENDS)}, {setting}" if setting else caption
    else:
        yield subject
        yield f"The picture is {medium}" if medium else ""
        yield f"The jewelry is shown {setting}" if setting else ""
    yield detail


def _is_caption(idea: str) -> bool:
    """Tell whether `idea` fits into a sentence of ours: it is short, one sentence at most, and no request."""
    return len(idea) <= MAX_CAPTION and not _SENTENCES.search(idea) and not _REQUEST.match(idea)


def _rest(hand: dict[str, str]) -> Iterator[str]:
    mood = hand.get("mood")
    said = {"l": hand.get("light"), "c": hand.get("composition"), "p": hand.get("palette"), "m": f"The mood is {mood}"}
    yield from (said[part] or "" for part in hand["order"])
    yield hand["finish"]
    yield hand["closing"]


def _sentence(clause: str) -> str:
    """Return `clause` with a capital and a full stop, where it has none."""
    clause = clause[0].upper() + clause[1:]
    return clause if clause[-1] in _ENDS else f"{clause}."
