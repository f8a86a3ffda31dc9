"""What each endpoint is asked for: prompts by turns, guidance and seeds that a second start finds again, names."""

from itertools import pairwise

import pytest

from tasks.domain.rounds.choices import (
    GUIDANCES,
    SHOWN,
    gallery_name,
    guidance_for,
    prompts_for,
    seed_for,
    seed_of_run,
    shown,
    slug,
)

LABELS = ["A", "B", "C", "D"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_all_endpoints_get_the_same_prompt(count):
    """In the mode `same` the second prompt is left aside."""
    assert prompts_for(LABELS[:count], "same", "a ring", "a boat") == dict.fromkeys(LABELS[:count], "a ring")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_two_prompts_take_turns(count):
    """In the mode `different` every second endpoint has the second prompt, whatever their number."""
    prompts = prompts_for(LABELS[:count], "different", "a ring", "a boat")
    assert list(prompts.values()) == ["a ring", "a boat", "a ring", "a boat"][:count]


def test_a_blank_second_prompt_is_the_first():
    """Nobody is asked for nothing."""
    assert set(prompts_for(LABELS, "different", "a ring", "  ").values()) == {"a ring"}


def test_guidance_is_drawn_from_the_six_and_drawn_alike_again():
    """Every scale comes up over the rounds; the same run and round always get the same; a wish is left as it is."""
    drawn = [guidance_for("random", "run-1", number) for number in range(1, 101)]
    assert set(drawn) == set(GUIDANCES)
    assert drawn == [guidance_for("random", "run-1", number) for number in range(1, 101)]
    assert drawn != [guidance_for("random", "run-2", number) for number in range(1, 101)]
    assert [guidance_for(wish, "run-1", 1) for wish in (None, 0, 4.5)] == [None, 0, 4.5]


def test_seeds_stay_or_count_up():
    """Without `vary` all rounds have the seed; with it the first has it and no two are alike, up to the last number."""
    assert [seed_for(7, number, vary=False) for number in (1, 2, 3)] == [7, 7, 7]
    assert [seed_for(7, number, vary=True) for number in (1, 2, 3)] == [7, 8, 9]
    assert [seed_for(2**53 - 1, number, vary=True) for number in (1, 2)] == [2**53 - 1, 0]
    assert seed_for(None, 3, vary=True) is None
    assert seed_of_run("a") != seed_of_run("b")


def test_names_of_endpoints_become_names_of_files():
    """Whatever an endpoint is called, its slug fits into a path and is its own."""
    labels = ["Endpoint 1", "Endpoint-1", "../etc", "10.0.0.1:7001", "Größe", "x" * 100, "x" * 99, "."]
    slugs = [slug(label) for label in labels]
    assert len(set(slugs)) == len(labels)
    assert all(name.replace("-", "").replace("_", "").isalnum() and name.isascii() for name in slugs)
    assert max(map(len, slugs)) < 80


def test_names_in_the_gallery_say_where_a_picture_is_from():
    """As the original names them; a suffix that does not fit the bytes gets one that does."""
    assert gallery_name("192.168.5.40", "a_1.png", "image/png") == "gen_192_168_5_40_a_1.png"
    assert gallery_name("[fe80::1]", "a.jpeg", "image/jpeg") == "gen_fe80__1_a.jpeg"
    assert gallery_name("host", "a.png", "image/webp") == "gen_host_a.png.webp"
    assert gallery_name("host", "a", "image/jpeg") == "gen_host_a.jpg"


def test_long_prompts_are_shortened_where_they_are_only_shown():
    """Up to the limit they are whole."""
    assert shown("x" * SHOWN) == "x" * SHOWN
    assert len(shown("x" * (SHOWN + 1))) == SHOWN
    assert shown("x" * (SHOWN + 1)).endswith("…")


def test_seeds_of_runs_fit_json():
    """They are whole numbers that any client can read."""
    seeds = [seed_of_run(str(number)) for number in range(50)]
    assert all(0 <= seed < 2**53 for seed in seeds)
    assert all(one != other for one, other in pairwise(seeds))
