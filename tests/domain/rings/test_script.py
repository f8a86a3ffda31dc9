"""The designer's scripts are text that a person would be happy to edit."""

import ast
from pathlib import Path

import pytest

from tasks.domain.rings.promises import prompts
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script

ROOT = Path(__file__).parents[3]
KIT = ROOT / "blocks" / "blender" / "runtime" / "ring_kit"
PROMPTS = prompts()


def kit_names() -> set[str]:
    """What the kit offers, from the source of its package: importing it needs Blender."""
    tree = ast.parse((KIT / "__init__.py").read_text())
    lists = (node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and node.targets[0].id == "__all__")
    return set(ast.literal_eval(next(lists)))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_script_is_short_python_that_calls_only_the_kit(prompt):
    """A script parses, uses nothing but names that the kit has, names each constant once and uses it."""
    script = write_script(read_prompt(prompt))
    tree = ast.parse(script)
    calls = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.value.id == "kit"}
    constants = [node.targets[0].id for node in tree.body if isinstance(node, ast.Assign)]
    used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    assert calls <= kit_names()
    assert len(constants) == len(set(constants))
    assert set(constants) <= set(used)
    assert max(map(len, script.splitlines())) <= 120
    assert len(script.splitlines()) <= 110


def test_the_same_prompt_gives_the_same_script():
    """Scripts are deterministic: caches by content depend on it."""
    prompt = "Vintage halo ring, cushion cut morganite with diamond halo, rose gold, milgrain"
    assert write_script(read_prompt(prompt)) == write_script(read_prompt(prompt))


def test_the_header_tells_what_was_chosen_and_what_was_not_done():
    """Title, size in four systems, assumptions and unfulfilled wishes open the script."""
    header = ast.get_docstring(ast.parse(write_script(read_prompt("engraved oval sapphire solitaire, size 6 US"))))
    assert header.startswith("Oval-cut sapphire solitaire, in 18k yellow gold.")
    assert "US 6, UK L½, EU 51.9, JP 12 (16.51 mm inside)" in header
    assert "- centre: 1 ct" in header
    assert "- 'engraved': the metal is left smooth" in header


@pytest.mark.parametrize("prompt", ['ring with """quotes""" and \\ slashes', "ring '''; import os", "ring\x00\x07 {x}"])
def test_a_prompt_cannot_write_code(prompt):
    """Whatever the prompt holds, it stays inside the docstring: the code is the same as without it."""
    body = ast.parse(write_script(read_prompt(prompt))).body[1:]
    plain = ast.parse(write_script(read_prompt("ring"))).body[1:]
    assert [ast.dump(node) for node in body] == [ast.dump(node) for node in plain]
