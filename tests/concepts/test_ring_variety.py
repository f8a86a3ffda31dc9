"""Several rings for one prompt: different where it leaves room, and never against its words."""

import pytest

from tasks.domain.concepts.ring_variety import asks_for_a_ring, not_followed, ring_concepts
from tasks.domain.rings.reader import read_prompt

OPEN = "an emerald ring"
CLOSED = "1.5ct oval sapphire with a diamond halo, 18k yellow gold, vintage"


def looks(words: str) -> str:
    return read_prompt(words).model_dump_json(include={"metal", "shank", "head", "row"})


def test_an_open_prompt_gives_as_many_designs():
    """Four different rings, all with the emerald that was asked for."""
    concepts = ring_concepts(OPEN, "", n=4, seed=1)
    assert len({looks(concept.words) for concept in concepts}) == 4
    assert {read_prompt(concept.words).head.gem.stone for concept in concepts} == {"emerald"}
    assert {concept.view for concept in concepts} == {"angle1"}


def test_a_closed_prompt_is_shown_from_several_sides():
    """Where nothing is open the design is one, and what differs is the side."""
    concepts = ring_concepts(CLOSED, "", n=4, seed=1)
    assert {concept.words for concept in concepts} == {CLOSED}
    assert len({concept.view for concept in concepts}) == 4


def test_the_seed_decides():
    """The same seed gives the same rings, another one others."""
    assert ring_concepts(OPEN, "", n=2, seed=7) == ring_concepts(OPEN, "", n=2, seed=7)
    assert len({str(ring_concepts(OPEN, "", n=2, seed=seed)) for seed in range(5)}) >= 4


@pytest.mark.parametrize("prompt", [OPEN, CLOSED, "plain platinum band, 4 mm", "a signet ring", "a golden fox"])
def test_no_ring_follows_the_prompt_less_than_the_plain_reading(prompt: str):
    """What is added settles open points only."""
    refused = set(read_prompt(prompt).not_honoured)
    for concept in ring_concepts(prompt, "", n=4, seed=3):
        assert set(read_prompt(concept.words).not_honoured) <= refused
        assert concept.words.startswith(prompt)


def test_a_styles_words_are_followed():
    """The style is part of every ring."""
    concepts = ring_concepts(OPEN, "art deco", n=3, seed=1)
    assert {read_prompt(concept.words).styles for concept in concepts} == {("art deco",)}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("a gold ring", True),
        ("Wedding bands, platinum", True),
        ("a golden fox statue", False),
        ("pearl earrings", False),
        ("emerald", False),
    ],
)
def test_what_is_no_ring_is_noticed(prompt: str, answer: bool):
    """A prompt that does not speak of a ring asks for something that the offline illustrator does not draw."""
    assert asks_for_a_ring(prompt) is answer


def test_words_that_are_not_followed_are_told():
    """The designer's own list, word by word."""
    assert not_followed("a ring with a fox", "vintage") == ["'fox': not a word that the designer knows"]
