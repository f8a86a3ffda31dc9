"""The words that language models are asked with; the texts lie beside this file, in `prompts/`."""

import hashlib
import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("prompts")

_WORDS = "Make the ring that is described between the tags."
_WORDS_AND_PICTURE = (
    "Make the ring that is described between the tags. The picture is the reference: "
    "take from it what the words leave open; where the two differ, the words count."
)
_PICTURE = (
    "There are no words. Reproduce the ring in the picture: its metal, the number, cut, size and setting of its "
    "stones, the profile and width of its shank, and its ornament. Estimate sizes from the finger hole or the stones."
)


def master_prompt(kit_reference: str) -> str:
    """Return the system text, the same for every call, with the ring kit's reference in its place."""
    return _filled("ring_master", kit_reference=kit_reference)


def design_prompt(prompt: str, *, has_image: bool) -> str:
    """Return the first turn: the user's words, a picture to reproduce, or both."""
    return _filled("ring_design", task=_task(prompt, has_image), request=_request(prompt))


def fix_prompt(prompt: str, *, script: str, problem: str, history: list[str], has_image: bool | None = None) -> str:
    """Return the turn that mends `script`.

    `problem` is what the build or the proof said, `history` one line for each round so far. Without words there
    must have been a picture, so `has_image` is only needed beside words.
    """
    has_image = not prompt.strip() if has_image is None else has_image
    return _filled(
        "ring_fix",
        round=str(len(history) + 1),
        task=_task(prompt, has_image),
        request=_request(prompt),
        problem=delimited("problem", problem),
        history=_history(history),
        script=delimited("script", script),
    )


def prompt_version() -> str:
    """Return twelve hex digits that change when any of the texts does."""
    texts = (f"{path.name}\n{path.read_text()}" for path in sorted(FOLDER.glob("*.md")))
    return hashlib.sha256("\0".join([*texts, _WORDS, _WORDS_AND_PICTURE, _PICTURE]).encode()).hexdigest()[:12]


def _task(prompt: str, has_image: bool) -> str:
    if not prompt.strip():
        return _PICTURE
    return _WORDS_AND_PICTURE if has_image else _WORDS


def _request(prompt: str) -> str:
    return delimited("request", prompt) if prompt.strip() else "(no words)"


def _history(history: list[str]) -> str:
    if not history:
        return ""
    rounds = "\n".join(f"- {line}" for line in history)
    return f"The rounds so far; do not repeat what failed:\n\n{rounds}\n\n"


def delimited(tag: str, text: str) -> str:
    """Put `text` between tags named after its own digest, so that nothing inside it can close them."""
    name = f"{tag}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return f"<{name}>\n{text}\n</{name}>"


def _filled(name: str, **values: str) -> str:
    """Fill a text's {placeholders} in one pass: braces inside a value stay as they are."""
    pattern = re.compile(r"\{(" + "|".join(values) + r")\}")
    return pattern.sub(lambda match: values[match[1]], _text(name)).strip()


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text()
