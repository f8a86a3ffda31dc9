"""Workflows as graphs of tools: read from YAML, checked when read, and put in order.

    workflows:
      ring_variation:
        - { tool: ring-generate, name: original, payload: { previews: hero } }
        - { tool: ring-generate, name: variation, after: [original], map: { reference: original.previews.hero } }

A node runs as soon as every node that it names in `after` has succeeded. `payload` overrides what the caller sent;
`map` fills fields of the tool's request from the results of nodes in `after`, as paths of names joined by dots.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tasks.domain.errors import AtelierError, InvalidInput

MAX_NODES = 50
NodeName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
NodeState = Literal["running", "completed", "failed"]


class Step(BaseModel):
    """A node's place in the graph."""

    model_config = ConfigDict(extra="forbid")

    name: NodeName
    tool: str
    after: list[NodeName] = []
    map: dict[str, str] = Field({}, description="Field of the tool's request → path into an earlier node's result")


class ToolNode(Step):
    """A node as the file describes it."""

    payload: dict[str, Any] = Field({}, description="Overrides the caller's payload, in the tool's words")

    @model_validator(mode="before")
    @classmethod
    def _named_after_its_tool(cls, given: Any) -> Any:
        return {"name": given["tool"], **given} if isinstance(given, dict) and "tool" in given else given


class DagNode(Step):
    """A node that is ready to run: the deployment and its request, complete but for what `map` brings."""

    deployment: str
    request: dict[str, Any]


class DagRequest(BaseModel):
    """Which nodes to run. `return_nodes` are those whose results the caller wants, all when empty."""

    model_config = ConfigDict(extra="forbid")

    workflow: str = Field(max_length=200)
    nodes: list[DagNode] = Field(min_length=1, max_length=MAX_NODES)
    return_nodes: list[NodeName] = []

    @model_validator(mode="after")
    def _sound(self) -> "DagRequest":
        try:
            check_graph(self.nodes)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return self


class NodeOutcome(BaseModel):
    """What became of a node that was started; `results` holds the tool's result document, if it left one."""

    tool: str
    run_id: str | None = None
    state: NodeState = "running"
    error: str | None = None
    results: list[dict[str, Any]] = []


class DagResult(BaseModel):
    """What became of the nodes so far, in the order in which they were started."""

    workflow: str
    success: bool = False
    error: str | None = None
    nodes: dict[str, NodeOutcome] = {}


class Tool(BaseModel):
    """What a node can call."""

    model_config = ConfigDict(extra="forbid")

    deployment: str = Field(pattern=r"^[^/]+/[^/]+$")
    cost_per_call: int = Field(0, ge=0, description="Credits")


class Dags(BaseModel):
    """Every tool and every workflow of the file."""

    model_config = ConfigDict(extra="forbid")

    tools: dict[str, Tool]
    workflows: dict[str, list[ToolNode]]

    def nodes(self, workflow: str) -> list[ToolNode]:
        """Return the nodes of `workflow`: its name, or that of a single tool or its deployment.

        Raises UnknownWorkflow.
        """
        if workflow in self.workflows:
            return self.workflows[workflow]
        for name, tool in self.tools.items():
            if workflow in (name, tool.deployment):
                return [ToolNode(name=name, tool=name)]
        raise UnknownWorkflow(f"workflow {workflow} is not known; known are {', '.join(self.names())}")

    def names(self) -> list[str]:
        """Return what can be run by name, workflows first."""
        return [*self.workflows, *(name for name in self.tools if name not in self.workflows)]


class UnknownWorkflow(AtelierError):
    """No workflow, tool or deployment has that name."""


def read_dags(text: str) -> Dags:
    """Read the file's text; raises InvalidInput that names the place and what is wrong there."""
    try:
        dags = Dags.model_validate(yaml.load(text, Loader=_StrictLoader))
    except yaml.YAMLError as error:
        raise InvalidInput("dags", f"is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput("dags." + ".".join(map(str, first["loc"])), first["msg"]) from error
    for workflow, nodes in dags.workflows.items():
        if not 1 <= len(nodes) <= MAX_NODES:
            raise InvalidInput(workflow, f"has {len(nodes)} nodes; 1 to {MAX_NODES} are taken")
        if unknown := [node.tool for node in nodes if node.tool not in dags.tools]:
            raise InvalidInput(workflow, f"calls the tool {unknown[0]}; known are {', '.join(dags.tools)}")
        check_graph(nodes, workflow)
    return dags


def check_graph(nodes: Sequence[Step], field: str = "nodes") -> None:
    """Raise InvalidInput naming `field` for a name used twice, an unknown `after`, a bad `map` or a cycle."""
    names = [node.name for node in nodes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidInput(field, f"has two nodes called {twice[0]}")
    for node in nodes:
        if unknown := [name for name in node.after if name not in names]:
            raise InvalidInput(field, f"{node.name} comes after {unknown[0]}, which is no node")
        if foreign := [path for path in node.map.values() if path.split(".")[0] not in node.after]:
            raise InvalidInput(field, f"{node.name} maps {foreign[0]}, but does not come after that node")
    try:
        order(nodes)
    except CycleError as error:
        raise InvalidInput(field, f"goes round in a circle: {' → '.join(error.args[1])}") from error


def order(nodes: Iterable[Step]) -> TopologicalSorter[str]:
    """Return the sorter, prepared, that says which nodes may run; raises CycleError."""
    sorter = TopologicalSorter({node.name: node.after for node in nodes})
    sorter.prepare()
    return sorter


def mapped(node: DagNode, results: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the node's request with what `map` brings from `results`; raises InvalidInput for what is not there."""
    return node.request | {field: _found(path, results, field) for field, path in node.map.items()}


def _found(path: str, results: Mapping[str, Any], field: str) -> Any:
    value: Any = results
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
        if value is None:
            raise InvalidInput(field, f"is to come from {path}, and there is nothing")
    return value


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, and not the last one's secret victory."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)
