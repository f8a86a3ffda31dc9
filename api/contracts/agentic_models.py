"""What the agentic contract takes and answers: its bodies and its ids."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.states import AgenticWord

PREFIX = "wf-"
Results = dict[str, list[dict[str, Any]]]


class RunBody(BaseModel):
    """Body of `POST /run/{workflow}`. Keys that are not listed here are ignored."""

    model_config = ConfigDict(extra="ignore")

    payload: dict[str, Any] = Field({}, description="What the tools get, in the words of each tool's own contract")
    return_nodes: list[str] = Field([], description="The nodes whose results are wanted, all when empty")


class RunAccepted(BaseModel):
    """Answer of `POST /run/{workflow}`."""

    workflow_id: str
    status_url: str
    result_url: str
    projected_cost: int = Field(description="Credits, if every node runs once")


class WorkflowProgress(BaseModel):
    """How far a workflow is."""

    state: AgenticWord
    total_nodes: int
    completed_nodes: int
    visited: list[str] = Field(description="Nodes that have begun, in that order")


class StatusView(BaseModel):
    """Answer of `GET /status/{id}`; `error` is empty unless the workflow failed."""

    progress: WorkflowProgress
    results: Results = Field(description="Node → what it made, of the nodes that have ended")
    error: str | None = None


def workflow_id(run_id: UUID) -> str:
    """Return the id that the caller knows the run by."""
    return f"{PREFIX}{run_id}"


def run_id(workflow: str) -> UUID | None:
    """Return the run that a workflow's id names, None when it is no such id."""
    try:
        return UUID(workflow.removeprefix(PREFIX)) if workflow.startswith(PREFIX) else None
    except ValueError:
        return None
