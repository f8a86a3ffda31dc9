"""Advice about a Blender script, for its author: what will not work, and what to do instead. It stops nothing."""

import ast
from collections.abc import Iterator

MAX_NOTES = 20
MODULES = (
    "bpy bmesh mathutils ring_kit numpy math cmath random itertools functools collections dataclasses typing enum "
    "colorsys operator string re statistics copy time abc numbers fractions decimal bisect heapq textwrap contextlib "
    "sys warnings __future__"
)
BUILTINS = {
    "open": "scripts have no files; the runner exports the GLB itself",
    "input": "nobody is there to answer",
    "breakpoint": "nobody is there to debug",
    "eval": "write the expression out",
    "exec": "write the code out",
    "__import__": "use an import statement",
    "exit": "let build() return",
    "quit": "let build() return",
}
OPERATORS = {
    "wm": "files and windows are out of reach",
    "export_scene": "the runner exports the GLB itself",
    "import_scene": "there is nothing to import",
    "render": "pictures are made later, from the GLB",
    "preferences": "add-ons cannot be installed",
    "script": "nothing else can be run",
}
# Names that older Blenders had and 5.0 has not (release notes 4.1 and 5.0, checked against bpy 5.0.1).
GONE = {
    "calc_normals": "normals are kept up to date; bmesh.ops.recalc_face_normals turns them outward",
    "use_auto_smooth": "mark faces smooth, and edges sharp with edge.smooth = False",
    "auto_smooth_angle": "mark faces smooth, and edges sharp with edge.smooth = False",
    "shade_auto_smooth": "mark faces smooth, and edges sharp with edge.smooth = False",
    "calc_normals_split": "normals are kept up to date",
}
HEAVIEST = {"levels": 4, "render_levels": 4, "subdivisions": 6, "octree_depth": 8}


def advise(tree: ast.Module) -> list[str]:
    """Return advice about the script in `tree`, by line, at most MAX_NOTES pieces."""
    notes = {(node.lineno, text) for node in ast.walk(tree) for text in _notes(node) if hasattr(node, "lineno")}
    return [f"line {line}: {text}" for line, text in sorted(notes)[:MAX_NOTES]]


def _notes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (_module_note(alias.name) for alias in names if not _available(alias.name))
        case ast.ImportFrom(module=str(module)) if not _available(module):
            yield _module_note(module)
        case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
            yield f"{name}() is of no use here: {BUILTINS[name]}"
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="bpy"), attr="ops"), attr=group) if group in OPERATORS:
            yield f"bpy.ops.{group} is of no use here: {OPERATORS[group]}"
        case ast.Attribute(attr=name) if name in GONE:
            yield f"{name} is gone in Blender 5: {GONE[name]}"
        case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Constant(value=int(value))):
            if value > HEAVIEST.get(name, value):
                yield f"{name} = {value} is too heavy: at most {HEAVIEST[name]}"
        case ast.While(test=ast.Constant(value=value)) if value and not _leaves(node):
            yield "this loop never ends"


def _available(module: str) -> bool:
    return module.split(".")[0] in MODULES.split()


def _module_note(module: str) -> str:
    return f"module {module} is not for scripts: use bpy, bmesh, mathutils, ring_kit, math or numpy"


def _leaves(loop: ast.While) -> bool:
    return any(isinstance(node, ast.Break | ast.Return | ast.Raise) for node in ast.walk(loop))
