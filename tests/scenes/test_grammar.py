"""The offline prompt writer: the idea is kept, nothing contradicts it, and no two prompts of a job are alike."""

import re
from itertools import pairwise

import pytest

from tasks.domain.scenes.grammar import words, write_prompt

IDEAS = (
    "",
    "a gold ring with an emerald",
    "A cat sits on the mat.",
    "mountains",
    "ring, gold, bokeh",
    "Make me a picture of the sea.\nIt should be calm!",
    "un anillo {de} oro",
    "black and white macro photo of a signet ring on slate at night, f/2.8, from above, moody",
    "a long story " * 40,
    "?",
)


def prompts(idea: str, count: int = 40, seed: int = 5) -> list[str]:
    return [write_prompt(idea, seed=seed, number=number) for number in range(1, count + 1)]


@pytest.mark.parametrize("idea", IDEAS)
def test_the_idea_is_kept_word_for_word(idea: str):
    """Only blanks, the first letter and the last full stop may differ."""
    kept = " ".join(idea.split()).rstrip(".").lower()
    assert all(kept in prompt.lower() for prompt in prompts(idea))


@pytest.mark.parametrize("idea", IDEAS)
def test_no_two_prompts_of_a_job_are_alike(idea: str):
    """Not in a thousand rounds, however much the idea says itself; the same number gives the same prompt."""
    written = prompts(idea, count=1000)
    assert len(set(written)) == 1000
    assert written[:20] == prompts(idea, count=20)


def test_seeds_differ():
    """Another job gets other prompts."""
    assert not set(prompts("a ring", seed=1)) & set(prompts("a ring", seed=2))


def test_all_options_are_used_before_one_comes_back():
    """Seventeen prompts in a row have seventeen moods."""
    moods = [re.search(r"The mood is ([\w ]+)\.", prompt)[1] for prompt in prompts("a dragon", len(words().moods))]
    assert sorted(moods) == sorted(words().moods)


def test_neighbours_differ_in_most_of_what_they_say():
    """Two rounds in a row share few sentences beside the idea's."""
    for one, other in pairwise(prompts("a dragon", 60)):
        assert len(set(one.split(". ")) & set(other.split(". "))) <= 2


@pytest.mark.parametrize("idea", IDEAS)
def test_prompts_are_sentences(idea: str):
    """A capital first, a full stop last, no double blanks or stops, no placeholder left, no article before a vowel."""
    for prompt in prompts(idea):
        added = prompt.replace(" ".join(idea.split()), "IDEA") if idea else prompt
        assert prompt[0] == prompt[0].upper()
        assert prompt[-1] in ".!?"
        assert not re.search(r"  |\.\.|,\.| ,|[{}]", added)
        assert not re.search(r"\b[Aa] [aeioAEIO]|\b[Aa]n [^aeiouAEIOU8]", added.replace("IDEA", ""))
        assert all(sentence[0] == sentence[0].upper() for sentence in re.split(r"(?<=[.!?]) ", added) if sentence)


def test_without_an_idea_it_is_about_jewelry():
    """A piece, its metal, its stone, a medium and a place, and each prompt about another piece."""
    written = prompts("", 20)
    known = words()
    for prompt in written:
        for options in (known.metals, known.stones, known.settings):
            assert any(option in prompt for option in options), prompt
    assert len({re.split(r" of ", prompt, maxsplit=1)[1][:40] for prompt in written}) > 15


@pytest.mark.parametrize(
    ("idea", "open_lists", "closed_lists"),
    [
        ("a ring", ("settings", "lights", "palettes", "moods"), ("outdoor_lights", "gradings")),
        ("a ring on moss", ("lights",), ("settings",)),
        ("a ring at sunset", ("moods",), ("lights", "outdoor_lights")),
        ("a red ring", ("lights",), ("palettes", "gradings")),
        ("a ring, dramatic mood", ("lights",), ("moods",)),
        ("close-up of a ring", ("lights",), ("compositions", "views")),
        ("mountains", ("outdoor_lights", "gradings"), ("lights", "palettes", "settings", "views")),
        ("a woman wearing a ring", ("lights", "gradings"), ("settings", "palettes", "views")),
        ("a dragon guarding a hoard of jewels", ("lights",), ("settings", "palettes")),
    ],
)
def test_only_what_the_idea_leaves_open_is_added(idea: str, open_lists: tuple, closed_lists: tuple):
    """An idea that names its light, place, colours, mood or framing gets no other; places get the light of the open."""
    text, known = " ".join(prompts(idea)), words()
    for name in open_lists:
        assert any(option in text for option in getattr(known, name)), name
    for name in closed_lists:
        assert not any(option in text for option in getattr(known, name)), name


@pytest.mark.parametrize("idea", ["watercolour of a ring", "a ring, pencil sketch"])
def test_a_medium_is_not_overruled(idea: str):
    """An idea that is a drawing gets neither another medium nor a lens."""
    assert not any(re.search(r"\bphotograph|\boil painting|\blens\b", prompt) for prompt in prompts(idea))


def test_a_photograph_keeps_its_lens():
    """An idea with a lens gets no other; one that only says photograph gets one, but no other medium."""
    assert not any(re.search(r"\blens\b|focus", prompt) for prompt in prompts("photo of a ring, 85mm"))
    text = " ".join(prompts("photo of a ring"))
    assert "lens" in text
    assert not re.search(r"watercolour|painting|fine-art photograph", text)
