"""The words that language models are asked with for prompts and for scenes; the long texts lie in `prompts/`."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tasks.domain.prompts import delimited

FOLDER = Path(__file__).with_name("prompts")
MAX_EARLIER, EARLIER_CHARACTERS = 8, 300  # of a job's earlier prompts, which the next one is not to repeat
MAX_ANSWER = 12_000  # characters of an answer that is to be repaired
MAX_PROBLEMS = 20

_IDEA = "The picture is to be about what stands between the tags."
_NO_IDEA = "Choose a subject of your own: a piece of fine jewelry, alone or worn."
_FROM_PICTURE = (
    "The picture that you are shown is what the generator starts from. Describe what is in it, and carry it further in "
    "the sense of the idea: what the generator is to keep has to be in the prompt."
)
_FROM_PICTURE_ALONE = (
    "The picture that you are shown is what the generator starts from. Write a prompt that keeps its subject and gives "
    "it a new setting, light or style."
)
_FOR_ENDPOINT = "It is for the generator {endpoint}; others get prompts of their own, so find your own approach."
_UNLIKE = "It must differ clearly from these, in setting, light, frame and style, and not only in its wording:"
_ANALYSE = "Describe this picture."
_STEERED = (
    "Follow this direction strongly: it says what matters most to whoever asked. Let it decide what you look at "
    "closely and how much you say about it, but describe only what is in the picture, in the same JSON form."
)
_REPAIR = "Your answer is not the JSON object that was asked for. What is wrong with it:"
_REPAIR_THIS = "This was your answer:"
_REPAIR_SO = "Look at the picture again and answer with the whole corrected JSON object alone."


def writer_system() -> str:
    """Return the system text of whoever writes prompts, the same for every call."""
    return _text("writer_system")


def writer_question(
    concept: str, number: int, endpoint: str = "", has_picture: bool = False, earlier: Sequence[str] = ()
) -> str:
    """Ask for the prompt of round `number`, unlike the `earlier` ones; `endpoint` is empty when all share it."""
    parts = [f"Write prompt number {number}."]
    if endpoint:
        parts.append(_FOR_ENDPOINT.format(endpoint=delimited("generator", endpoint)))
    if has_picture:
        parts.append(_FROM_PICTURE if concept.strip() else _FROM_PICTURE_ALONE)
    if concept.strip():
        parts += [_IDEA, delimited("idea", concept.strip())]
    elif not has_picture:
        parts.append(_NO_IDEA)
    if earlier:
        parts += [_UNLIKE, delimited("earlier", _listed(earlier))]
    return "\n\n".join(parts)


def analysis_system() -> str:
    """Return the system text of whoever describes a picture: the form of the answer and its rules."""
    return _text("analysis_system")


def analysis_question(steering: str = "") -> str:
    """Ask for the scene of a picture; `steering` says what the description is to stress."""
    if not steering.strip():
        return _ANALYSE
    return "\n\n".join([_ANALYSE, _STEERED, delimited("direction", steering.strip())])


def repair_question(answer: str, problems: Sequence[str]) -> str:
    """Ask again, with the answer that was no scene and the reasons why."""
    wrong = "\n".join(f"- {problem}" for problem in problems[:MAX_PROBLEMS])
    return "\n\n".join([_REPAIR, wrong, _REPAIR_THIS, delimited("answer", answer[:MAX_ANSWER]), _REPAIR_SO])


def _listed(earlier: Sequence[str]) -> str:
    """Return the latest of `earlier`, each on a line and shortened."""
    lines = (" ".join(prompt.split()) for prompt in earlier[-MAX_EARLIER:])
    return "\n".join(f"- {line[:EARLIER_CHARACTERS]}{'…' if len(line) > EARLIER_CHARACTERS else ''}" for line in lines)


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text().strip()
