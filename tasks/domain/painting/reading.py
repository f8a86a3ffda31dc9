"""Words into a brief: the longest phrases that the vocabulary knows, but for those that are ruled out."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tasks.domain.painting.arrays import Floats
from tasks.domain.painting.colours import NAMED, hexes_in, linear, named
from tasks.domain.painting.unnamed import jewelry_in_colours
from tasks.domain.painting.vocabulary import phrases
from tasks.domain.scenes.answers import as_scene
from tasks.domain.scenes.scene import Scene

MAX_READ = 20_000  # characters: nobody describes one picture with more
MAX_WORDS_OF_A_PHRASE = 6
MAX_COLOURS = 5
THINGS = {"jewel", "metal", "stone", "bead", "scene", "vessel", "time", "weather"}  # what a picture can be of
DENIALS = {"no", "not", "without", "never", "non"}
BEADS_ALSO_COLOURS = {"turquoise", "amber", "jade", "coral bead"}


@dataclass(frozen=True)
class Found:
    """A phrase of the prompt: what it says, and the number of its first word."""

    kind: str
    value: str
    place: int


@dataclass(frozen=True)
class Brief:
    """What a prompt asks for, each list in the prompt's order."""

    found: Sequence[Found]
    colours: Sequence[Floats]

    def all(self, kind: str) -> list[str]:
        """Return all values of that kind, each once."""
        return list(dict.fromkeys(each.value for each in self.found if each.kind == kind))

    def first(self, kind: str) -> str | None:
        """Return the first value of that kind."""
        return next(iter(self.all(kind)), None)

    def has(self, kind: str, *values: str) -> bool:
        """Tell whether one of the values of that kind was asked for."""
        return any(value in values for value in self.all(kind))

    @property
    def read(self) -> list[str]:
        """What was understood, for the caller."""
        return list(dict.fromkeys(each.value for each in self.found))


def brief_of(prompt: str) -> Brief:
    """Return what `prompt` asks for: words, or a scene as JSON."""
    scene = as_scene(prompt)
    if scene is None:
        return read(prompt[:MAX_READ])
    brief = read(_told(scene)[:MAX_READ])
    places = [each for each in read(scene.composition).found if each.kind == "place"]  # its words are of the frame
    found = [*brief.found, *places]
    if THINGS.isdisjoint(each.kind for each in found):
        found += [Found(kind, value, len(found)) for kind, value in jewelry_in_colours(scene)]
    palette = [colour for colour in map(named, scene.color_palette) if colour is not None]
    return Brief(found, [*palette, *brief.colours][:MAX_COLOURS])


def read(text: str) -> Brief:
    """Return what `text` asks for."""
    words = _words(text)
    found = list(_found(words))
    coloured = [linear(NAMED[each.value]) for each in found if each.kind == "colour"]
    return Brief(found, [*hexes_in(text), *coloured][:MAX_COLOURS])


def _told(scene: Scene) -> str:
    """The scene in words, what the picture is about first."""
    subjects = [f"{subject.description} {subject.position}" for subject in scene.subjects]
    rest = [scene.scene, *scene.props, scene.background, scene.time_weather, scene.lighting, scene.style, scene.mood]
    return ". ".join([*subjects, *rest, scene.film_stock, scene.era, scene.camera.distance])


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    plain = re.sub(r"#[0-9a-f]{3,6}\b", " ", plain)
    return re.findall(r"[a-z0-9]+(?:\.[0-9]+)?", plain)


def _found(words: list[str]) -> Iterator[Found]:
    at = 0
    while at < len(words):
        length, meanings = _longest(words, at)
        if meanings and not DENIALS & set(words[max(0, at - 2) : at]):
            yield from (Found(kind, value, at) for kind, value in meanings if kind != "nothing")
        at += max(length, 1)


def _longest(words: list[str], at: int) -> tuple[int, Sequence[tuple[str, str]]]:
    """The longest phrase that begins at that word, and what it means."""
    known = _known()
    for length in range(min(MAX_WORDS_OF_A_PHRASE, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        for form in (phrase, phrase.removesuffix("s"), phrase.removesuffix("es")):
            if form in known:
                return length, known[form]
    return 0, ()


@lru_cache(maxsize=1)
def _known() -> dict[str, list[tuple[str, str]]]:
    known: dict[str, list[tuple[str, str]]] = {}
    for phrase, kind, value in phrases():
        known.setdefault(phrase, []).append((kind, value))
    for name in NAMED:
        if name not in known or name in BEADS_ALSO_COLOURS:
            known.setdefault(name, []).append(("colour", name))
        for also in ("surroundings", "grey", "background", "backdrop"):
            known.setdefault(f"{name} {also}", [("colour", "grey" if also == "grey" else name)])
    return known
