"""Workflows as graphs: what a file may say, what is refused with which words, and in which order nodes run."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from blocks.settings import CHECKOUT
from deployments import catalog
from tasks.domain.dags import DagNode, DagRequest, UnknownWorkflow, mapped, order, read_dags
from tasks.domain.errors import InvalidInput

TOOLS = "tools:\n  make: { deployment: generate-ring/default, cost_per_call: 50 }\n"
SHIPPED = CHECKOUT / "deployments" / "dags.yaml"


def file(*nodes: str, name: str = "w") -> str:
    """Return a file with one workflow of `nodes`, each in YAML's flow style."""
    return TOOLS + f"workflows:\n  {name}:\n" + "".join(f"    - {{ {node} }}\n" for node in nodes)


def test_the_shipped_file_is_sound_and_names_deployments_of_the_catalog() -> None:
    """ring_generate_only is there as the tool's manual writes it, at 50 credits, on the ring's deployment."""
    dags = read_dags(Path(SHIPPED).read_text())
    assert [(node.name, node.tool, node.after) for node in dags.nodes("ring_generate_only")] == [
        ("ring-generate", "ring-generate", [])
    ]
    assert dags.tools["ring-generate"].deployment == catalog.RING
    assert dags.tools["ring-generate"].cost_per_call == 50


@pytest.mark.parametrize("name", ["make", "generate-ring/default"])
def test_a_tool_is_a_workflow_of_its_own(name: str) -> None:
    """A tool's name and its deployment's name each stand for a workflow of that one tool."""
    nodes = read_dags(file("tool: make, name: a")).nodes(name)
    assert [(node.name, node.tool) for node in nodes] == [("make", "make")]


def test_an_unknown_workflow_is_told_what_there_is() -> None:
    """The refusal names what could be run."""
    with pytest.raises(UnknownWorkflow, match="nothing is not known; known are w, make"):
        read_dags(file("tool: make")).nodes("nothing")


REFUSED = {
    "an unknown tool": (file("tool: melt"), "w: calls the tool melt; known are make"),
    "two nodes of one name": (file("tool: make", "tool: make"), "w: has two nodes called make"),
    "an unknown predecessor": (file("tool: make, after: [b]"), "w: make comes after b, which is no node"),
    "a cycle": (
        file("tool: make, name: a, after: [b]", "tool: make, name: b, after: [a]"),
        r"w: goes round in a circle: a → b → a|w: goes round in a circle: b → a → b",
    ),
    "a node after itself": (file("tool: make, name: a, after: [a]"), "w: goes round in a circle: a → a"),
    "a map from elsewhere": (
        file("tool: make, name: a", "tool: make, name: b, map: { prompt: a.error }"),
        "w: b maps a.error, but does not come after that node",
    ),
    "no node": (TOOLS + "workflows: { w: [] }", "w: has 0 nodes"),
    "a misspelt key": (file("tool: make, befor: [a]"), "dags.workflows.w.0.befor: Extra inputs"),
    "a node that is no mapping": (TOOLS + "workflows: { w: [make] }", r"dags.workflows.w.0: "),
    "a missing tool": (file("name: a"), "dags.workflows.w.0.tool: Field required"),
    "a name for a path": (file("tool: make, name: a.b"), "dags.workflows.w.0.name: String should match"),
    "a workflow twice": (TOOLS + "workflows:\n  w: [{ tool: make }]\n  w: [{ tool: make }]\n", "w stands twice"),
    "no YAML": ("tools: {", "dags: is not YAML"),
    "an empty file": ("", "dags.: Input should be a valid"),
    "a tool without a deployment": ("tools: { make: { deployment: ring } }\nworkflows: {}", "tools.make.deployment"),
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_file_is_refused_by_name(text: str, problem: str) -> None:
    """What is wrong in a file is found when it is read, and the message names the place."""
    with pytest.raises(InvalidInput, match=problem):
        read_dags(text)


def node(name: str, *after: str, **fields: dict) -> DagNode:
    """Return a node that is ready to run."""
    return DagNode(name=name, tool="make", deployment="f/d", after=list(after), **{"request": {}, **fields})


def test_nodes_run_as_soon_as_all_before_them_are_done() -> None:
    """In a diamond the two in the middle may run side by side, the last only after both."""
    sorter = order([node("d", "b", "c"), node("b", "a"), node("c", "a"), node("a")])
    seen = []
    while sorter.is_active():
        seen.append(sorted(sorter.get_ready()))
        sorter.done(*seen[-1])
    assert seen == [["a"], ["b", "c"], ["d"]]


def test_what_is_mapped_replaces_what_was_asked() -> None:
    """Values come by path from earlier results, whole objects too; the rest of the request stays."""
    last = node(
        "b",
        "a",
        request={"prompt": "x", "model": "m"},
        map={"prompt": "a.report.title", "reference": "a.previews.hero"},
    )
    results = {"a": {"report": {"title": "y"}, "previews": {"hero": {"sha256": "0"}}}}
    assert mapped(last, results) == {"prompt": "y", "model": "m", "reference": {"sha256": "0"}}


@pytest.mark.parametrize("path", ["a.glb", "a.report.title.more", "a.report.none"])
def test_what_is_missing_is_named(path: str) -> None:
    """A path that leads nowhere, or to null, names the field and the path."""
    results = {"a": {"report": {"title": "y", "none": None}}}
    with pytest.raises(InvalidInput, match=f"glb: is to come from {path}, and there is nothing"):
        mapped(node("b", "a", map={"glb": path}), results)


def test_a_request_is_checked_like_the_file() -> None:
    """A graph that comes as parameters, from Prefect's page say, is held to the same rules."""
    with pytest.raises(ValidationError, match="goes round in a circle"):
        DagRequest(workflow="w", nodes=[node("a", "b"), node("b", "a")])
    with pytest.raises(ValidationError, match="has two nodes called a"):
        DagRequest(workflow="w", nodes=[node("a"), node("a")])
