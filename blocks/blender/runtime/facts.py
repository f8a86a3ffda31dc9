"""What the live API says about the name that failed: for whoever mends the script."""

import builtins
import difflib
import inspect
import linecache
import re
import sys
import traceback
import types
from collections.abc import Iterator
from typing import Any

SCRIPT = "script.py"
MAX_DOC_LINES = 6
MAX_NAMES = 60
_CALLED = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)\s*\(")
_INDEXED = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)\s*\[")
_NO_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_NO_BMESH_OPERATOR = re.compile(r'operator "(\w+)" doesn\'t exist')
_NO_OPERATOR = re.compile(r'"bpy\.ops\.(\w+)\.(\w+)" error, could not be found')
_HINTS = {
    "has been removed": "a bmesh operator or free() removed it: read coordinates before, or look elements up again",
    "outdated internal index table": "call bm.verts.ensure_lookup_table() first, or iterate",
    "poll() failed": "operators need a window's context: use bpy.data and bmesh instead",
    "invalid type for this operation": "turn both sides into mathutils.Vector",
}
_MODULES = "bpy, bmesh, mathutils, ring_kit, numpy and Python's own math, random, itertools …"


def describe(error: BaseException) -> dict[str, Any]:
    """Return the type, message and line of `error`, and facts about what it names."""
    facts = list(dict.fromkeys(_facts(error)))
    return {"type": type(error).__name__, "message": str(error)[:2000], "line": _line(error), "facts": facts[:8]}


def inside(error: BaseException, function: str) -> bool:
    """Tell whether `error` came up inside the script's `function`."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.filename == SCRIPT and frame.name == function for frame in frames)


def remember(source: str) -> None:
    """Let tracebacks show the lines of the script."""
    linecache.cache[SCRIPT] = (len(source), None, source.splitlines(keepends=True), SCRIPT)


def _script_frame(error: BaseException) -> tuple[types.FrameType, int] | None:
    """Return the innermost frame of the script that `error` passed, and the line in it."""
    steps = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return next((step for step in reversed(steps) if step[0].f_code.co_filename == SCRIPT), None)


def _line(error: BaseException) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == SCRIPT:
        return error.lineno
    step = _script_frame(error)
    return step[1] if step else None


def _facts(error: BaseException) -> Iterator[str]:
    message = str(error)
    match error:
        case ModuleNotFoundError():
            yield f"there are {_MODULES}"
        case AttributeError():
            yield from _about_attribute(error, message)
        case NameError(name=str(name)):
            yield from _about_name(error, name)
        case TypeError() | ValueError():
            yield from _about_calls(error)
        case KeyError() | IndexError():
            yield from _about_keys(error)
    yield from (hint for symptom, hint in _HINTS.items() if symptom in message)


def _about_attribute(error: AttributeError, message: str) -> Iterator[str]:
    if found := _NO_BMESH_OPERATOR.search(message):
        yield from _names("bmesh.ops", dir(sys.modules["bmesh"].ops), found[1])
    elif found := _NO_OPERATOR.search(message):
        group = getattr(sys.modules["bpy"].ops, found[1])
        yield from _names(f"bpy.ops.{found[1]}", dir(group), found[2])
    elif found := _NO_ATTRIBUTE.search(message):
        owner = error.obj if getattr(error, "obj", None) is not None else _api_class(found[1])
        yield from _names(found[1], dir(owner) if owner is not None else [], found[2])


def _api_class(name: str) -> Any:
    """Return the class `name` of Blender's API; its errors name it, and nothing else."""
    places = (sys.modules[place] for place in ("bpy.types", "bmesh.types", "mathutils") if place in sys.modules)
    return next((getattr(place, name) for place in places if hasattr(place, name)), None)


def _about_name(error: BaseException, name: str) -> Iterator[str]:
    step = _script_frame(error)
    if step:
        known = {*step[0].f_locals, *step[0].f_globals, *dir(builtins)}
        close = difflib.get_close_matches(name, known, 3)
        yield f"{name} is not defined here" + (f"; there is {', '.join(close)}" if close else "")
    if name in ("bpy", "bmesh", "mathutils", "math", "kit"):
        yield f"import it: import {'ring_kit as kit' if name == 'kit' else name}"


def _about_calls(error: BaseException) -> Iterator[str]:
    """Yield how the functions on the failing line are called."""
    for name, value in _on_the_line(error, _CALLED):
        usage = _usage(name, value)
        if usage:
            yield usage


def _about_keys(error: BaseException) -> Iterator[str]:
    for name, value in _on_the_line(error, _INDEXED):
        if hasattr(value, "keys"):
            yield f"{name} has the keys {', '.join(map(str, list(value.keys())[:MAX_NAMES])) or '(none)'}"
        elif hasattr(value, "__len__"):
            yield f"{name} has {len(value)} items"


def _on_the_line(error: BaseException, pattern: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
    """Yield the dotted names on the failing line that stand before a bracket, with what they stand for."""
    step = _script_frame(error)
    if not step:
        return
    frame, line = step
    for name in pattern.findall(linecache.getline(SCRIPT, line)):
        first, *rest = name.split(".")
        value = frame.f_locals.get(first, frame.f_globals.get(first))
        for part in rest:
            value = getattr(value, part, None)
        if value is not None:
            yield name, value


def _usage(name: str, value: Any) -> str:
    if hasattr(value, "get_rna_type"):  # an operator of bpy.ops
        properties = [key for key in value.get_rna_type().properties.keys() if key != "rna_type"]  # noqa: SIM118
        return f"{name} takes {', '.join(properties)}"
    if isinstance(value, type | types.FunctionType):
        try:
            return f"{name}{inspect.signature(value)}"
        except ValueError:  # a class written in C
            pass
    lines = (getattr(value, "__doc__", None) or "").strip().splitlines()[:MAX_DOC_LINES]
    return f"{name}: " + " ".join(line.strip() for line in lines if line.strip()) if lines else ""


def _names(owner: str, names: list[str], wanted: str) -> Iterator[str]:
    public = [name for name in names if not name.startswith("_")]
    close = difflib.get_close_matches(wanted, public, 5, 0.5)
    yield f"{owner} has no {wanted}" + (f"; the closest are {', '.join(close)}" if close else "")
    if public:
        yield f"{owner} has {', '.join(public[:MAX_NAMES])}" + (" …" if len(public) > MAX_NAMES else "")
