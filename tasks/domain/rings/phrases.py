"""A prompt's words, as phrases of the trade: normalised, respelled, longest match first, with units and negations.

kind        value                                kind        value
gold        yellow, rose, white, platinum …      size        (system, number or letters)
karat       14.0, 18.0 …                         mm          millimetres
stone, color, cut                                dims        (mm, mm)
head, row, coverage, shoulders, profile, face    carats      per stone
style, build, ring, plain, milgrain, taper       total       carats together
role        center, side, accent, around, row    prongs      how many
dimension   width, thickness, inner, shank …     count       how many stones
unmodelled  what the ring has instead            other …     nearest stone, cut or metal
not, break, join, harmless                       unknown     a word that is in no table
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from itertools import pairwise

from tasks.domain.rings.unmodelled import HARMLESS
from tasks.domain.rings.vocabulary import SYSTEMS, phrases

NUMBER_WORDS = {
    "half": "0.5", "quarter": "0.25", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
SIGNET_FACES = {"round": "round", "cushion": "cushion", "princess": "rectangle", "emerald": "rectangle"}
_UNIT = r"(?:ct|cts|carats?|ctw|tcw|cttw|prongs?|claws?|mm|millimet(?:er|re)s?|stones?|points?|karats?|k|kt)"
_NUMBER = r"(\d+(?:\.\d+)?)"
_SYSTEM = "|".join(sorted((name.strip() for names in SYSTEMS.values() for name in names.split(",")), key=len)[::-1])
_LETTER = r"([a-z](?: \+ [1-6])?(?: 0\.5)?)"
_STONES = r"(?=(?: [a-z]+){0,3}? (?:stones?|gems?|gemstones|diamonds|sapphires|rubies|emeralds|baguettes|pearls)\b)"
_GOLD = r"(?= (?:(?:yellow|white|rose|pink|red|solid) )?gold\b)"
_MM = r"(?:mm|mms|millimet(?:er|re)s?)"

# Tried at each word; the longest match wins. The value comes from the groups, by kind.
_MEASURES = tuple(
    (kind, re.compile(pattern + r"(?!\S)"))
    for kind, pattern in (
        ("size", rf"(?:ring |finger )?(?:size|sz) (?:{_SYSTEM}) {_NUMBER}(?! {_UNIT}\b)"),
        ("size", rf"(?:ring |finger )?(?:size|sz) {_NUMBER}(?: (?:{_SYSTEM}))?(?! {_UNIT}\b)"),
        ("size", rf"(?:{_SYSTEM})(?: ring)?(?: size)? {_NUMBER}(?! {_UNIT}\b)(?! x )"),
        ("size", rf"{_NUMBER} (?:{_SYSTEM})(?: size)?"),
        ("uk size", rf"(?:ring |finger )?(?:size )?(?:uk|british|australian|gb|au)(?: size)? {_LETTER}"),
        ("uk size", rf"(?:ring |finger )?size {_LETTER}(?: (?:uk|british|australian))?"),
        ("dims", rf"{_NUMBER}(?: {_MM})? (?:x|by) {_NUMBER}(?: {_MM})?"),
        ("mm", rf"{_NUMBER} {_MM}"),
        ("karat", rf"{_NUMBER} (?:k|kt|karats?|quilates|karaat)"),
        ("karat", rf"{_NUMBER} (?:ct|cts|carats?){_GOLD}"),
        ("total", rf"{_NUMBER} (?:ctw|tcw|cttw|ct tw|(?:ct|cts|carats?) (?:total weight|total|tw))"),
        ("carats", rf"{_NUMBER} (?:ct|cts|carats?|quilate|karater)(?: weight)?"),
        ("points", rf"{_NUMBER} (?:points?|pointer)"),
        ("prongs", rf"{_NUMBER} (?:prongs?|claws?)(?: set| setting| head)?"),
        ("count", rf"{_NUMBER}{_STONES}"),
    )
)


@dataclass(frozen=True)
class Phrase:
    """One recognised piece of a prompt; `group` counts the pieces between commas, 'with', 'and' …"""

    kind: str
    value: object
    text: str
    group: int = 0
    negated: bool = False
    plural: bool = False


@dataclass(frozen=True)
class Respelling:
    """A word that was read as another one."""

    written: str
    read: str


def read_phrases(prompt: str) -> tuple[list[Phrase], list[Respelling]]:
    """All phrases of `prompt` in order, nothing left out, and the words that were respelled."""
    words, respellings = _respelled(normal_form(prompt).split())
    text = " ".join(words)
    found: list[Phrase] = []
    position = 0
    while position < len(text):
        phrase = max(_candidates(text, position), key=lambda candidate: len(candidate.text))
        found.append(phrase)
        position += len(phrase.text) + 1
    return _with_negations(_with_groups(_in_context(found))), respellings


def normal_form(prompt: str) -> str:
    """Lower case without accents and apostrophes; numbers, words and punctuation apart; fractions as decimals."""
    text = prompt.lower().replace("½", " 1/2").replace("¼", " 1/4").replace("¾", " 3/4").replace("ß", "ss")
    text = re.sub(r"\s[-–—]+\s|[;:\n()\[\]!?\"“”]", " , ", text.replace("×", " x ").replace("&", " and "))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = re.sub(r"['’`´]", "", text).replace("w/o", "without").replace("w/", "with ")
    text = re.sub(r"(\d+)\s+(\d)\s*/\s*(\d)", _mixed_number, re.sub(r"(?<=\d),(?=\d)", ".", text))
    text = re.sub(r"(\d+)\s*/\s*(\d+)", lambda match: f" {int(match[1]) / max(int(match[2]), 1):g} ", text)
    words = " ".join(re.findall(r"\d+(?:\.\d+)?|(?<!\d)\.\d+|[^\W\d_]+|[,.+]", text))
    return _spelled_numbers(re.sub(r"(?<= )\.(?=\d)", "0.", words).replace(" . ", " , ").rstrip(" ."))


def _mixed_number(match: re.Match[str]) -> str:
    return f" {int(match[1]) + int(match[2]) / max(int(match[3]), 1):g} "


def _spelled_numbers(text: str) -> str:
    names = "|".join(NUMBER_WORDS)
    text = re.sub(rf"\b({names}) and a half\b", lambda match: f"{float(NUMBER_WORDS[match[1]]) + 0.5:g}", text)
    return re.sub(rf"\b({names})(?: a)?(?= {_UNIT}\b|{_STONES})", lambda match: NUMBER_WORDS[match[1]], text)


def _candidates(text: str, position: int) -> list[Phrase]:
    return [*_measures(text, position), *_listed(text, position), _single_word(text, position)]


def _measures(text: str, position: int) -> list[Phrase]:
    matches = ((kind, pattern.match(text, position)) for kind, pattern in _MEASURES)
    read = (_measure(kind, match) for kind, match in matches if match)
    return [phrase for phrase in read if phrase]


def _measure(kind: str, match: re.Match[str]) -> Phrase | None:
    text = match[0]
    if kind == "uk size":
        letters = match[1].replace(" 0.5", "½").replace(" ", "")
        article = letters in ("a", "i") and not re.search(r"\b(?:uk|british|australian|gb|au)\b", text)
        return None if article else Phrase("size", ("uk", letters.upper()), text)
    number = float(match[1])
    if kind == "size":
        return Phrase("size", (_system_named_in(text), number), text)
    if kind == "dims":
        return Phrase("dims", (number, float(match[2])), text)
    if kind == "points":
        return Phrase("carats", number / 100, text)
    if kind == "count" and not (number.is_integer() and number >= 2):
        return None
    return Phrase(kind, int(number) if kind in ("prongs", "count") else number, text)


def _system_named_in(text: str) -> str:
    for system, names in SYSTEMS.items():
        if re.search(rf"\b(?:{'|'.join(name.strip() for name in names.split(','))})\b", text):
            return system
    return ""


def _listed(text: str, position: int) -> list[Phrase]:
    words = text[position:].split(" ", _longest_phrase())[: _longest_phrase()]
    for length in range(len(words), 0, -1):
        entry = _lexicon().get(" ".join(words[:length]))
        if entry:
            kind, value, plural = entry
            return [Phrase(kind, value, " ".join(words[:length]), plural=plural)]
    return []


def _single_word(text: str, position: int) -> Phrase:
    word = text[position:].split(" ", 1)[0]
    if word in ",.+":
        return Phrase("break", True, word)
    return Phrase("harmless" if word in _harmless() else "unknown", word, word)


@cache
def _lexicon() -> dict[str, tuple[str, object, bool]]:
    entries: dict[str, tuple[str, object, bool]] = {}
    for phrase, kind, value in phrases():
        if kind not in ("break", "join", "not", "system"):
            entries[phrase + "s"] = (kind, value, True)
    for phrase, kind, value in phrases():
        entries[phrase] = (kind, value, phrase.endswith("ies") and kind == "stone")
    return entries


@cache
def _longest_phrase() -> int:
    return max(len(phrase.split()) for phrase in _lexicon())


@cache
def _harmless() -> frozenset[str]:
    return frozenset(HARMLESS.split())


@cache
def _words() -> frozenset[str]:
    return frozenset(word for phrase in _lexicon() for word in phrase.split()) | _harmless()


def _respelled(words: list[str]) -> tuple[list[str], list[Respelling]]:
    """Words of four letters and more that nearly are a known one are read as that one."""
    read = [_nearest_word(word) for word in words]
    return read, [Respelling(was, now) for was, now in zip(words, read, strict=True) if was != now]


def _nearest_word(word: str) -> str:
    if len(word) < 4 or not word.isalpha() or word in _words():
        return word
    targets = [known for known in _words() - _harmless() if len(known) >= 5]
    cutoff = 0.88 if len(word) == 4 else 0.84
    return next(iter(get_close_matches(word, targets, n=1, cutoff=cutoff)), word)


def _in_context(found: list[Phrase]) -> list[Phrase]:
    """'5 mm wide' names a dimension, where 'wide' alone asks for one; an 'oval signet' has an oval face."""
    read = list(found)
    for at, (phrase, following) in enumerate(pairwise(found)):
        if phrase.kind == "mm" and following.kind == "build" and isinstance(following.value, tuple):
            read[at + 1] = replace(following, kind="dimension", value=following.value[0])
        elif phrase.kind in ("cut", "other cut") and following.value == "signet":
            read[at] = replace(phrase, kind="face", value=SIGNET_FACES.get(str(phrase.value), "oval"))
    return read


def _with_groups(found: list[Phrase]) -> list[Phrase]:
    grouped, group = [], 0
    for phrase in found:
        group += phrase.kind in ("break", "join") or phrase.text.endswith((" by", " of", " with"))
        grouped.append(replace(phrase, group=group))
    return grouped


def _with_negations(found: list[Phrase]) -> list[Phrase]:
    """A negation holds until the next comma, 'with', 'and' …; 'or' and 'nor' carry it on."""
    read, negated = [], False
    for phrase in found:
        if phrase.kind == "not":
            negated = True
        elif phrase.kind == "break" or (phrase.kind == "join" and phrase.text not in ("or", "und", "y")):
            negated = False
        read.append(replace(phrase, negated=negated and phrase.kind != "not"))
    return read
