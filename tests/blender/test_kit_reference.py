"""The kit's reference for a prompt is its docstrings, so that the two cannot drift."""

import ast

from blocks.blender import kit_reference
from blocks.blender.kit import KIT


def exported() -> list[str]:
    """Return the names in the kit's __all__."""
    for node in ast.parse((KIT / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return ast.literal_eval(node.value)
    raise AssertionError("the kit has no __all__")


def test_every_exported_name_is_in_the_reference():
    """The reference defines each public name of the kit, and each function or class has a docstring."""
    reference = kit_reference()
    names = exported()
    assert names
    for name in names:
        assert any(
            f"\n{word}{name}{after}" in reference for word, after in (("def ", "("), ("class ", ""), ("", " = "))
        ), name
    assert '"""..."""' not in reference
