"""What language models answer, freed of what they put around it: a prompt, or a scene as JSON."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from tasks.domain.scenes.scene import MAX_COLORS, Camera, Scene, Subject

MAX_CANDIDATES = 20  # opening braces of one answer from which JSON is looked for
_ENOUGH_DIGITS = 7  # of an ISO value

_THOUGHT = r"think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad"
_THINKING = re.compile(rf"<({_THOUGHT})\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_THINKING_BEGUN_BEFORE = re.compile(rf"\A.*</(?:{_THOUGHT})\s*>", re.IGNORECASE | re.DOTALL)
_THINKING_CUT_OFF = re.compile(rf"<(?:{_THOUGHT})\b[^>]*>.*\Z", re.IGNORECASE | re.DOTALL)
_CHANNELS = re.compile(r"\A.*<\|channel\|>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>", re.DOTALL)
_MARKERS = re.compile(r"<\|[a-z_]{1,40}\|>|◁/?think▷|</?(?:answer|output|final|response|s)>", re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*[\w-]*[ \t]*\r?\n?(.*?)(?:```|\Z)", re.DOTALL)

_PREAMBLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\A(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|great|got it|understood|no problem|gladly)"
        r"[!,.:;](?:\s+|\Z)",
        r"\A(?:here(?:'s|’s| is| are| you go| it is)|below is|the following is)\b"
        r"[^\n:]{0,160}\b(?:prompt|description|version|variation|idea|take|one|image|picture|scene|answer|result)s?\b"
        r"[^\n:]{0,160}:\s*",
        r"\A(?:this is|i(?:'ve|’ve| have))\b[^\n:]{0,160}\b(?:prompt|description|version|variation)\b[^\n:]{0,160}:\s*",
        r"\A[#>*_\s]*(?:(?:the|my|your|final|revised|new|full|enhanced|text[- ]to[- ]image|image|picture|positive)\s+)*"
        r"(?:prompt|answer|output|response)\s*(?:#?\d{1,4})?\s*[*_]*\s*[:：][*_]*\s*",
    )
)
_AFTERWORD = re.compile(
    r"\n[ \t*_(>]*(?:let me know|would you like|feel free|i hope|hope this|do you want|if you(?:'|’)?d like|"
    r"if you want|this prompt|note:|explanation:|negative prompt).*\Z",
    re.IGNORECASE | re.DOTALL,
)
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "„": "“", "`": "`", "*": "*", "_": "_"}
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


class SceneUnreadable(ValueError):
    """An answer is no scene; `problems` say why, each naming a field where one is to blame."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def cleaned_prompt(text: str) -> str:
    """Return the prompt in a model's answer, without its thoughts, courtesies, fences and quotes; may be empty."""
    text = _BOLD.sub(r"\2", _without_fence(_without_thoughts(text)))
    previous = None
    while text != previous:
        previous = text
        text = _unquoted(_without_preamble(_AFTERWORD.sub("", text)).strip())
    lines = (" ".join(line.split()).removeprefix("> ") for line in _prompt_of_json(text).splitlines())
    return "\n".join(line for line in lines if line)


def scene_from(text: str) -> Scene:
    """Return the scene in a model's answer; raises SceneUnreadable when there is none, or one with wrong fields."""
    found = _json_object(_without_thoughts(text))
    if found is None:
        raise SceneUnreadable(["the answer holds no JSON object"])
    try:
        return Scene.model_validate(_tidied(_unwrapped(found)))
    except ValidationError as error:
        raise SceneUnreadable(_problems(error)) from error


def scene_prompt(scene: Scene) -> str:
    """Return `scene` as an image generator gets it: JSON in lines, without what is empty and who described it."""
    fields = scene.model_dump(mode="json", exclude={"analysis"}, exclude_defaults=True)
    return json.dumps(fields, indent=2, ensure_ascii=False)


def as_scene(prompt: str) -> Scene | None:
    """Return the scene that `prompt` is, or None when it is anything else."""
    found = _loaded(prompt) if prompt.lstrip().startswith("{") else None
    if not isinstance(found, dict):
        return None
    try:
        return Scene.model_validate(_tidied(found))
    except ValidationError:
        return None


def _without_thoughts(text: str) -> str:
    """Drop what a reasoning model thought aloud, also where the opening or the closing tag is missing."""
    text = _CHANNELS.sub("", text).replace("◁think▷", "<think>").replace("◁/think▷", "</think>")
    for thoughts in (_THINKING, _THINKING_BEGUN_BEFORE, _THINKING_CUT_OFF, _MARKERS):
        text = thoughts.sub("", text)
    return text.strip()


def _without_fence(text: str) -> str:
    """Return what is in the first code fence, where there is one with something in it."""
    fenced = (match[1].strip() for match in _FENCE.finditer(text))
    return next((inner for inner in fenced if inner), text.replace("```", "")).strip()


def _without_preamble(text: str) -> str:
    for preamble in _PREAMBLES:
        text = preamble.sub("", text, count=1)
    return text


def _unquoted(text: str) -> str:
    """Take off a pair of quotes or emphasis marks around all of `text`, and leave those of its first and last words."""
    closing = _QUOTES.get(text[:1])
    if closing is None or len(text) < 2 or not text.endswith(closing):
        return text
    if text[0] in "*_":
        return text if text[0] in text[1:-1] else text[1:-1].strip()
    marks = re.escape(text[0] + closing)
    next_mark = re.search(rf"(?<!\w)[{marks}]|[{marks}](?!\w)", text[1:-1])
    closed_before_end = next_mark is not None and next_mark.start() > 0 and not text[next_mark.start()].isspace()
    return text if closed_before_end else text[1:-1].strip()


def _prompt_of_json(text: str) -> str:
    """Return the prompt of an answer like {"prompt": "…"}."""
    if not text.startswith("{"):
        return text
    found = _loaded(text)
    prompt = found.get("prompt") if isinstance(found, dict) else None
    return prompt.strip() if isinstance(prompt, str) else text


def _json_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object in `text`: all of it, a fence's, from the outermost brace to brace, or the longest."""
    for candidate in _candidates(text):
        found = _loaded(candidate)
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        if isinstance(found, dict) and found:
            return found
    return _longest_object(text)


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from (match[1].strip() for match in _FENCE.finditer(text))
    first, last = text.find("{"), text.rfind("}")
    if 0 <= first < last:
        yield text[first : last + 1]


def _loaded(text: str) -> Any:
    """Return what the JSON in `text` says, forgiving commas before a closing bracket; None when it is no JSON."""
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _longest_object(text: str) -> dict[str, Any] | None:
    text = _TRAILING_COMMA.sub(r"\1", text)
    decoder = json.JSONDecoder(strict=False)
    best: tuple[int, dict[str, Any] | None] = (0, None)
    end = 0
    for opening in [match.start() for match in re.finditer(r"\{", text)][:MAX_CANDIDATES]:
        if opening < end:
            continue
        try:
            found, end = decoder.raw_decode(text, opening)
        except (ValueError, RecursionError):
            continue
        best = max(best, (end - opening, found), key=lambda sized: sized[0])
    return best[1]


def _unwrapped(found: dict[str, Any]) -> dict[str, Any]:
    """Take the scene out of an object with a single key around it."""
    inner = next(iter(found.values())) if len(found) == 1 else None
    return inner if isinstance(inner, dict) else found


def _tidied(found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields in the schema's types where there is no doubt what is meant."""
    scene = _fields(Scene, found)
    scene.pop("analysis", None)  # whoever asked the model knows who it was
    if isinstance(subjects := scene.get("subjects"), list):
        scene["subjects"] = [_subject(subject) for subject in subjects]
    elif isinstance(subjects, str | dict):
        scene["subjects"] = [_subject(subjects)]
    if isinstance(camera := scene.get("camera"), dict):
        scene["camera"] = _camera(camera)
    return scene


def _subject(given: Any) -> Any:
    if isinstance(given, str):
        return {"description": given}
    return _fields(Subject, given) if isinstance(given, dict) else given


def _camera(given: dict[str, Any]) -> dict[str, Any]:
    """Take "ISO 400" for 400, and no number for none."""
    camera = _fields(Camera, given)
    if isinstance(iso := camera.get("iso"), str):
        digits = re.search(rf"\d{{1,{_ENOUGH_DIGITS}}}", iso.replace(",", ""))
        camera["iso"] = int(digits[0]) if digits and int(digits[0]) else None
    return camera


def _fields(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    """Return the model's own fields without nulls: lists of words joined where words are due, long palettes cut."""
    kept = {name: value for name, value in given.items() if name in model.model_fields and value is not None}
    return {
        name: _palette(value) if name == "color_palette" else _worded(model, name, value)
        for name, value in kept.items()
    }


def _palette(value: Any) -> Any:
    """Cut a palette, which begins with the main colours, to what the schema takes."""
    listed = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    return listed[:MAX_COLORS] if isinstance(listed, list) else listed


def _worded(model: type[BaseModel], name: str, value: Any) -> Any:
    due = model.model_fields[name].annotation
    listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return ", ".join(value) if listed and due is str else value


def _problems(error: ValidationError) -> list[str]:
    return [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
