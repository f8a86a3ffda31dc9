"""What a worker loads before it forks is all that an ask needs."""

import os
import subprocess
import sys

import pytest

from blocks.language_models import LanguageModelSettings, with_keys
from blocks.settings import CHECKOUT
from tests.language_models.provider import FakeProviders

ASK = """
import asyncio, sys
from blocks.language_models import Prompt, load
model = load(sys.argv[1])
model.warm_up()
before = set(sys.modules)
answer = asyncio.run(model.ask(Prompt(system="s", user="u")))
print(answer.text, [name for name in sorted(set(sys.modules) - before) if name.startswith(sys.argv[2])])
"""


@pytest.mark.parametrize(("name", "sdk"), [("claude", "anthropic"), ("gemini", "google.genai")])
def test_after_warming_up_an_ask_imports_nothing_of_its_sdk(name: str, sdk: str) -> None:
    """The SDK, whose import takes up to two seconds, is there whole before the first ask."""
    with FakeProviders() as providers:
        providers.answer("a ring")
        command = [sys.executable, "-c", ASK, name, sdk]
        environment = {**os.environ, **providers.environment, "PYTHONPATH": str(CHECKOUT)}
        asked = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert asked.stdout == "a ring []\n", asked.stdout + asked.stderr


@pytest.mark.parametrize("keys", [(), ("anthropic",), ("gemini",), ("anthropic", "gemini")])
def test_only_models_with_a_key_are_loaded_ahead(keys: tuple[str, ...]) -> None:
    """A machine without keys loads no SDK, and one with one key loads one."""
    settings = LanguageModelSettings(
        ANTHROPIC_API_KEY="a key" if "anthropic" in keys else "", GEMINI_API_KEY="a key" if "gemini" in keys else " "
    )
    services = {"anthropic": "claude", "gemini": "gemini"}
    assert [model.service for model in with_keys(settings)] == [services[key] for key in keys]
