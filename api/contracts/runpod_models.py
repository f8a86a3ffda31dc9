"""What RunPod's routes take: a job's request, with its limits. Other keys are ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

WEEK_MS = 7 * 24 * 3600 * 1000

Milliseconds = Annotated[int, Field(ge=1, le=WEEK_MS)]


class Policy(BaseModel):
    """How long a job may wait and run, and who goes first."""

    model_config = ConfigDict(extra="ignore")

    executionTimeout: Milliseconds | None = Field(None, description="A job that runs longer is TIMED_OUT")  # noqa: N815
    ttl: Milliseconds | None = Field(None, description="A job that has not begun after this is TIMED_OUT")
    lowPriority: bool | None = Field(None, description="Others go first")  # noqa: N815


class JobRequest(BaseModel):
    """A job."""

    model_config = ConfigDict(extra="ignore")

    input: dict[str, Any] = Field(description="For the worker's handler")
    webhook: Annotated[str, Field(min_length=1, max_length=2048)] | None = Field(
        None, description="Is sent the job once it has ended"
    )
    policy: Policy | None = None
