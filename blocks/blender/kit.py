"""The ring kit's reference for a prompt: signatures and docstrings, read from the sources without running them."""

import ast
import inspect
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

KIT = Path(__file__).parent / "runtime" / "ring_kit"


@lru_cache(maxsize=1)
def kit_reference() -> str:
    """Return every public name of the kit as Python stubs with docstrings, in the order that the kit exports them."""
    kit = ast.parse((KIT / "__init__.py").read_text())
    stubs = [_stub(module, name) for module, name in _exports(kit)]
    return "\n\n".join([inspect.cleandoc(ast.get_docstring(kit) or ""), *stubs])


def _exports(kit: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of what the kit's __init__ imports from its own modules."""
    for node in kit.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module.removeprefix("ring_kit.").lstrip("."), alias.name


def _stub(module: str, name: str) -> str:
    for node in ast.parse((KIT / f"{module}.py").read_text()).body:
        match node:
            case ast.FunctionDef() if node.name == name:
                return _function(node)
            case ast.ClassDef() if node.name == name:
                return _class(node)
            case ast.Assign(targets=[ast.Name(id=target)]) | ast.AnnAssign(target=ast.Name(id=target)) if (
                target == name
            ):
                return ast.unparse(node)
    raise LookupError(f"ring_kit exports {name}, which {module}.py does not define")


def _function(node: ast.FunctionDef, indent: str = "") -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    head = f"{indent}def {node.name}({ast.unparse(node.args)}){returns}:"
    decorators = [f"{indent}@{ast.unparse(item)}" for item in node.decorator_list]
    return "\n".join([*decorators, head, _docstring(node, indent + "    ")])


def _class(node: ast.ClassDef) -> str:
    bases = f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""
    decorators = [f"@{ast.unparse(item)}" for item in node.decorator_list]
    lines = [*decorators, f"class {node.name}{bases}:", _docstring(node, "    ")]
    for item in node.body:
        if isinstance(item, ast.AnnAssign):
            lines.append(f"    {ast.unparse(item)}")
        elif isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
            lines.append(_function(item, "    "))
    return "\n".join(lines)


def _docstring(node: ast.FunctionDef | ast.ClassDef, indent: str) -> str:
    lines = (ast.get_docstring(node) or "").splitlines() or ["..."]
    return "\n".join([f'{indent}"""{lines[0]}', *(f"{indent}{line}".rstrip() for line in lines[1:])]) + '"""'
