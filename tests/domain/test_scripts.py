"""Scripts as text: taken from answers, made ready line for line, and advised on."""

import ast

import pytest

from tasks.domain.scripts import ScriptError, excerpt, extract_code, module_names, prepare, said_in_comments

BUILD = "def build():\n    pass\n"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Here:\n```python\nx = 1\n```\nand\n```python\ny = 2\n```", "x = 1"),
        ("```\nplain\n```\n```python\nx = 1\n```", "x = 1"),
        ("Sure.\n```\nx = 1\n```", "x = 1"),
        ("```py\nx = 1\n```", "x = 1"),
        ("  x = 1\n", "x = 1"),
        ("```python\nx = '```'\ny = 2\n```", "x = '```'\ny = 2"),
        ("```python\nx = 1\n", "x = 1"),
    ],
)
def test_code_is_taken_from_an_answer(answer: str, code: str):
    """The first python fence, else the first fence, else everything; a fence starts its line."""
    assert extract_code(answer) == code


def test_modules_are_the_functions_less_the_small_tools():
    """Every function counts once, in order and at any depth; the contract's small tools do not."""
    script = (
        "def mk(): pass\nclass A:\n    def prongs(self): pass\n"
        "def band():\n    def inner(): pass\ndef build(): pass\ndef band(): pass\n"
    )
    assert module_names(script) == ["prongs", "band", "inner"]
    assert module_names("def (") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bm.faces.new([a, b, c])", "_safe_face(bm.faces.new, [a, b, c])"),
        ("self.bm.faces.new(vs)", "_safe_face(self.bm.faces.new, vs)"),
        ("get(1)[2].faces.new(vs, f)", "_safe_face(get(1)[2].faces.new, vs, f)"),
        ("x = bm.faces.new(v for v in vs)", "x = _safe_face(bm.faces.new, (v for v in vs))"),
        ("bm.faces.new([a,\n    b,\n    c])", "_safe_face(bm.faces.new, [a,\n    b,\n    c])"),
        ("bm.faces.new(*vs)", "_safe_face(bm.faces.new, *vs)"),
        ("é = 'ü'; bm.faces.new(é)", "é = 'ü'; _safe_face(bm.faces.new, é)"),
        ("a.faces.new(b.faces.new(v).verts)", "_safe_face(a.faces.new, _safe_face(b.faces.new, v).verts)"),
        ("'bm.faces.new(x)'  # bm.faces.new(y)", "'bm.faces.new(x)'  # bm.faces.new(y)"),
        ("bm.verts.new((0, 0, 0))", "bm.verts.new((0, 0, 0))"),
    ],
)
def test_faces_are_made_safely(before: str, after: str):
    """Any receiver, any number of lines and arguments; nothing in strings and comments."""
    assert prepare(before).script == after


@pytest.mark.parametrize(
    "imports",
    [
        "import bpy\ndef build():\n    import math\n    bm.faces.new([a, b, c])\n",
        "from math import (\n    sin,\n    cos,\n)\ndef build():\n    bm.faces.new([a, b, c])\n",
        '"""Docs."""\nfrom __future__ import annotations\ndef build():\n    bm.faces.new([a, b, c])\n',
    ],
)
def test_imports_of_any_shape_stay_valid(imports: str):
    """Nested, parenthesised and future imports come out as valid Python, each line on its line."""
    script = prepare(imports).script
    ast.parse(script)
    assert script.split("\n")[imports.split("\n").index("    bm.faces.new([a, b, c])")].endswith(
        "_safe_face(bm.faces.new, [a, b, c])"
    )


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "build()\n",
        "build()\nbuild()\n",
        'if __name__ == "__main__":\n    build()\n',
        'build()\nif __name__ == "__main__":\n    build()\n',
        "build(\n)\nbuild(\n)\n",
        "def main():\n    build()\nmain()\nbuild()\n",
        "def main():\n    build()\nif __name__ == '__main__':\n    main()\n",
        "result = build()\nbuild()\n",
        "try:\n    build()\nfinally:\n    pass\n",
    ],
)
def test_build_runs_exactly_once(ending: str):
    """Whatever a script does to call build(), it runs once."""
    calls: list[int] = []
    source = "def build():\n    calls.append(1)\n" + ending
    exec(compile(prepare(source).script, "script.py", "exec"), {"__name__": "__main__", "calls": calls})
    assert calls == [1]


def test_lines_keep_their_numbers():
    """Nothing is inserted before the end, so a line in an error is the author's line."""
    script = "import bpy\r\n\r\nbuild(\r\n)\r\nbm.faces.new([a])\r\n" + BUILD + "build()\n"
    prepared = prepare(script).script.split("\n")
    assert prepared[4] == "_safe_face(bm.faces.new, [a])"
    assert prepared[5] == "def build():"


@pytest.mark.parametrize(
    ("script", "kind", "line"),
    [
        ("", "Empty", None),
        (" \n\t\n", "Empty", None),
        ("x = (\n", "SyntaxError", 1),
        ("x = 1\n  y = 2\n", "SyntaxError", 2),
        ("x = 1\0", "SyntaxError", None),
        ("-" * 100_000 + "1", "TooComplex", None),
        ("(" * 5_000, "SyntaxError", 1),
        ("1+" * 50_000 + "1", "TooComplex", None),
        ("#" * 400_001, "TooLong", None),
        ("x = '\ud800'", "TooComplex", None),
    ],
)
def test_what_cannot_run_is_refused(script: str, kind: str, line: int | None):
    """Text that is no script, or that would break the reader, is an error with its line."""
    with pytest.raises(ScriptError) as caught:
        prepare(script)
    assert (caught.value.kind, caught.value.line) == (kind, line)


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("import os", "module os is not for scripts"),
        ("from urllib.request import urlopen", "module urllib.request is not for scripts"),
        ("open('x')", "open() is of no use here"),
        ("bpy.ops.export_scene.gltf(filepath='x')", "bpy.ops.export_scene is of no use here"),
        ("mesh.calc_normals()", "calc_normals is gone in Blender 5"),
        ("mesh.use_auto_smooth = True", "use_auto_smooth is gone in Blender 5"),
        ("modifier.levels = 7", "levels = 7 is too heavy: at most 4"),
        ("while True: pass", "this loop never ends"),
    ],
)
def test_advice_names_line_and_remedy(line: str, advice: str):
    """What will not work here is said with its line, and the script is still made ready."""
    (note,) = prepare(f"x = 1\n{line}\n").notes
    assert note.startswith(f"line 2: {advice}")


def test_good_scripts_get_no_advice():
    """What scripts are meant to use goes without a word."""
    script = (
        "import bpy, bmesh, math\nimport ring_kit as kit\nfrom mathutils import Vector\nwhile True:\n    break\n"
        + BUILD
    )
    assert prepare(script).notes == []


def test_an_excerpt_marks_the_line():
    """Three lines before and after, the failing one marked."""
    script = "\n".join(f"line_{number}" for number in range(1, 10))
    assert excerpt(script, 5).split("\n") == [
        "     2 line_2",
        "     3 line_3",
        "     4 line_4",
        ">    5 line_5",
        "     6 line_6",
        "     7 line_7",
        "     8 line_8",
    ]
    assert excerpt(script, None) == ""


def test_a_script_says_what_it_assumed_and_left_out():
    """Comments of the agreed form are read, in order, wherever they stand; other comments and strings are not."""
    script = "# assumed: US size 7\nimport bpy\n  # Assumed: 18k yellow gold \n# not honoured: engraving\n# a note\n"
    assert said_in_comments(script, "assumed") == ["US size 7", "18k yellow gold"]
    assert said_in_comments(script, "not honoured") == ["engraving"]
