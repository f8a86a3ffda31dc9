"""Shader trees written as expressions: a node, and what goes into it."""

from typing import Any

import bpy


def tree_of(owner: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """The node tree of a material or world, which some versions of Blender make only when asked to."""
    if owner.node_tree is None:
        owner.use_nodes = True
    return owner.node_tree


def node(tree: bpy.types.NodeTree, kind: str, inputs: dict[str | int, Any], **settings: Any) -> bpy.types.Node:
    """A new node of `kind`: an input that is another node's output is linked, any other value is set."""
    made = tree.nodes.new(kind)
    for name, value in settings.items():
        setattr(made, name, value)
    feed(tree, made, inputs)
    return made


def feed(tree: bpy.types.NodeTree, target: bpy.types.Node, inputs: dict[str | int, Any]) -> None:
    """Link or set inputs of a node, by name, or by number where names repeat."""
    for name, value in inputs.items():
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, target.inputs[name])
        else:
            target.inputs[name].default_value = value
