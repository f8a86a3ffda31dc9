"""Blender scripts as text: out of an answer, into a form that runs, with advice for whoever wrote them.

Every change keeps each line on its line, so that the line an error names is the line its author wrote.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.domain.script_advice import advise

MAX_SCRIPT_BYTES = 400_000
CONTEXT_LINES = 3
# Small tools that nearly every script defines; a ring's modules are the other functions.
NOT_MODULES = (
    "nuke build mk quad_bridge make_circle_verts set_smooth add_subsurf add_bevel add_solidify ngon safe_set _safe_face"
)
_FENCES = (
    re.compile(r"^[ \t]*```python[ \t]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE),
    re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE),
)
_OPENING = re.compile(rb"(?:\s|\\\n)*\(")


class ScriptError(ValueError):
    """The text is no script that could run; `line` counts from 1."""

    def __init__(self, kind: str, problem: str, line: int | None = None) -> None:
        self.kind = kind
        self.problem = problem
        self.line = line
        super().__init__(f"{kind}: {problem}" + (f" (line {line})" if line else ""))


@dataclass(frozen=True)
class Prepared:
    """A script ready to run, line for line like the given one, and advice about it."""

    script: str
    notes: list[str] = field(default_factory=list)


def extract_code(answer: str) -> str:
    """Return the script in `answer`: its first python fence, else its first fence, else all of it."""
    for fence in _FENCES:
        found = fence.search(answer)
        if found:
            return found[1].strip()
    return answer.strip()


def module_names(script: str) -> list[str]:
    """Return the functions that `script` defines, in its order, less the small tools; none if it does not parse."""
    try:
        tree = _parse(script)
    except ScriptError:
        return []
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    names = (node.name for node in sorted(functions, key=lambda node: node.lineno))
    return [name for name in dict.fromkeys(names) if name not in NOT_MODULES.split()]


def said_in_comments(script: str, what: str) -> list[str]:
    """Return what a script says of itself in lines of the form `# <what>: …`, as the master prompt asks models to."""
    return re.findall(rf"^[ \t]*#[ \t]*{re.escape(what)}:[ \t]*(\S.*?)[ \t]*$", script, re.MULTILINE | re.IGNORECASE)


def prepare(script: str) -> Prepared:
    """Return `script` so that build() runs exactly once and a face that bmesh refuses is left out, not an error.

    `x.faces.new(…)` becomes `_safe_face(x.faces.new, …)`, which the runner provides. Raises ScriptError when the text
    cannot run at all.
    """
    script = script.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    tree = _parse(script)
    source = _Source(script)
    for call in _face_calls(tree):
        source.wrap_face(call)
    for statement in _surplus_builds(tree):
        source.replace(statement, b"pass")
    ending = "\nbuild()\n" if _defines_build(tree) and not _calls_of_build(tree) else ""
    return Prepared(source.text() + ending, advise(tree))


def excerpt(script: str, line: int | None) -> str:
    """Return the lines of `script` around `line`, that one marked; empty without a line."""
    if not line:
        return ""
    lines = script.split("\n")
    first, last = max(line - CONTEXT_LINES, 1), min(line + CONTEXT_LINES, len(lines))
    return "\n".join(f"{'>' if n == line else ' '} {n:4d} {lines[n - 1]}" for n in range(first, last + 1))


def _parse(script: str) -> ast.Module:
    if not script.strip():
        raise ScriptError("Empty", "there is no script")
    if len(script.encode(errors="replace")) > MAX_SCRIPT_BYTES:
        raise ScriptError("TooLong", f"the script has more than {MAX_SCRIPT_BYTES} bytes")
    try:
        return ast.parse(script)
    except SyntaxError as error:
        raise ScriptError("SyntaxError", error.msg, error.lineno) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise ScriptError("TooComplex", f"the script cannot be parsed: {error or type(error).__name__}") from error


class _Source:
    """Source text with edits by the positions that `ast` gives: lines, and columns in UTF-8 bytes."""

    def __init__(self, script: str) -> None:
        self.content = script.encode()
        self.starts = [0]
        for line in self.content.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.edits: list[tuple[int, int, bytes]] = []

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        return self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def wrap_face(self, call: ast.Call) -> None:
        """Make `f(…)` into `_safe_face(f, …)`."""
        opening = _OPENING.match(self.content, self.end(call.func))
        if not opening:
            return
        paren = opening.end() - 1
        self.edits.append((self.start(call), self.start(call), b"_safe_face("))
        if self.start(call.args[0]) == paren:  # a bare generator, whose parentheses are the call's
            self.edits += [(paren, paren, b", "), (self.end(call), self.end(call), b")")]
        else:
            self.edits.append((paren, paren + 1, b", "))

    def replace(self, statement: ast.stmt, text: bytes) -> None:
        """Put `text` in the place of `statement`, and keep the line breaks."""
        start, end = self.start(statement), self.end(statement)
        lines = self.content.count(b"\n", start, end)
        self.edits.append((start, end, text + b"\\\n" * lines if lines else text))

    def text(self) -> str:
        """Return the edited source."""
        content = self.content
        for start, end, text in sorted(self.edits, key=lambda edit: edit[0], reverse=True):
            content = content[:start] + text + content[end:]
        return content.decode()


def _face_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="new", value=ast.Attribute(attr="faces")), args=[_, *_]):
                yield node


def _defines_build(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "build" for node in tree.body)


def _calls_of_build(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_call_of(node, {"build"})]


def _is_call_of(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _is_plain_build(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _is_call_of(node, {"build"}) and not node.args


def _surplus_builds(tree: ast.Module) -> list[ast.stmt]:
    """Return the module-level statements `build()` that would build the same geometry again."""
    statements = list(_module_level(tree.body))
    bare: list[ast.stmt] = [node for node in statements if isinstance(node, ast.Expr) and _is_plain_build(node.value)]
    others = [node for node in statements if node not in bare and _reaches_build(tree, node)]
    return bare if others else bare[1:]


def _reaches_build(tree: ast.Module, statement: ast.stmt) -> bool:
    """Tell whether `statement` calls build(), or a function of the script whose body does."""
    if not isinstance(statement, ast.Expr | ast.Assign):
        return False
    callers = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _calls_of_build(node)}
    return any(_is_call_of(node, callers | {"build"}) for node in ast.walk(statement))


def _module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when the script does, those under `if` and `try` included."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With):
            yield from _module_level(statement.body)
            yield from _module_level(getattr(statement, "orelse", []))
