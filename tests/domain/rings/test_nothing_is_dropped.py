"""No wish is dropped in silence: every word of every prompt of the bench list has a consequence, or is listed."""

import pytest

from tasks.domain.rings.phrases import NUMBER_WORDS, Phrase, read_phrases
from tasks.domain.rings.promises import prompts
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.spec import RingSpec

PROMPTS = prompts()
STRUCTURE = {"break", "join", "not", "harmless", "system", "dimension"}
STRUCTURE_WORDS = {"stones", "center", "side", "accent", "around", "row"}


def without(phrases: list[Phrase], text: str) -> str:
    """The prompt in its normal form, with one phrase taken out wherever it stands."""
    return " ".join(phrase.text for phrase in phrases if phrase.text != text)


def listed(spec: RingSpec, phrase: Phrase) -> bool:
    """True when an entry of `not_honoured` quotes the phrase or one of its words."""
    quoted = " ".join(entry.split("': ")[0] for entry in spec.not_honoured)
    return any(word in quoted for word in phrase.text.split() if len(word) > 1 or word.isdigit())


def already_so(spec: RingSpec, phrase: Phrase) -> bool:
    """True when the ring follows the phrase also for another reason: 'gold' beside '14k', 'bold' beside 'statement'."""
    head, row = spec.head, spec.row
    return {
        "ring": phrase.value in ("band", "wedding") or (phrase.value == "engagement" and head is not None),
        "gold": phrase.value == "any gold" and "gold" in spec.metal,
        "head": head is not None and phrase.value == head.kind,
        "row": row is not None and phrase.value == row.kind,
        "style": phrase.value in spec.styles,
        "count": phrase.value == 2 and head is not None and head.kind == "three-stone",
    }.get(phrase.kind, False)


def test_the_list_is_long_enough():
    """At least sixty prompts, all different."""
    assert len(set(PROMPTS)) == len(PROMPTS) >= 64


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_word_belongs_to_a_phrase(prompt):
    """Reading loses no word: the phrases together are the whole prompt in its normal form."""
    phrases, respelled = read_phrases(prompt)
    read_words = " ".join(phrase.text for phrase in phrases).split()
    for was in respelled:
        assert was.read in read_words
    written = {word.strip(".,:;").lower() for word in prompt.replace("-", " ").split()}
    plain = {word for word in written if word.isascii() and word.isalpha()}
    assert plain - set(read_words) - {was.written for was in respelled} <= set(NUMBER_WORDS)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_wish_changes_the_ring_or_is_listed(prompt):
    """Taking any phrase out changes the ring or its assumptions, unless it is listed or the ring is so anyway.

    This is stronger than asking the reader which words it used: a word read and then ignored fails here.
    """
    phrases, _ = read_phrases(prompt)
    spec = read_prompt(prompt)
    ring = spec.model_dump(exclude={"not_honoured"})
    for phrase in phrases:
        structural = phrase.kind in STRUCTURE or phrase.negated or phrase.value in STRUCTURE_WORDS
        if structural or listed(spec, phrase) or already_so(spec, phrase):
            continue
        other = read_prompt(without(phrases, phrase.text))
        assert other.model_dump(exclude={"not_honoured"}) != ring, f"{phrase.text!r} asks for nothing"


@pytest.mark.parametrize("prompt", PROMPTS)
def test_what_is_declined_is_not_made(prompt):
    """A declined head, row or edge is not in the ring."""
    spec = read_prompt(prompt)
    made = {spec.head.kind if spec.head else None, spec.row.kind if spec.row else None}
    for phrase in read_phrases(prompt)[0]:
        if phrase.negated and phrase.kind in ("head", "row"):
            assert phrase.value not in made
        if phrase.negated and phrase.kind == "milgrain":
            assert not spec.shank.milgrain
