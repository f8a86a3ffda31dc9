"""The three workflows of the try-on contract: what their ids begin with, and where they begin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from deployments.catalog import TRY_ON, TRY_ON_GENERATE, TRY_ON_PREPROCESS
from flows.contracts import TryOnPreprocessResult, TryOnResult
from tasks.domain.try_on.steps import GENERATE_PERCENT, PREPROCESS_PERCENT, TRY_ON_PERCENT, Step

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """A workflow of the contract."""

    prefix: str
    deployment: str
    title: str
    result: type[TryOnPreprocessResult]
    steps: tuple[Step, ...]

    def workflow_id(self, run: UUID) -> str:
        """Return the id that callers know the run by."""
        return f"{self.prefix}{run}"

    def first_step(self, parameters: Mapping[str, Any]) -> Step:
        """Return the step that a run with these parameters begins with; without strokes no mask is refined."""
        strokes = parameters.get("request", {}).get("strokes")
        return next(step for step in self.steps if strokes or step is not Step.REFINING_MASK)


START = Kind("jewelry-gen-", TRY_ON, "Try-on", TryOnResult, tuple(TRY_ON_PERCENT))
PREPROCESS = Kind("preprocess-", TRY_ON_PREPROCESS, "Try-on, mask", TryOnPreprocessResult, tuple(PREPROCESS_PERCENT))
GENERATE = Kind("generate-", TRY_ON_GENERATE, "Try-on, pictures", TryOnResult, tuple(GENERATE_PERCENT))
KINDS = (START, PREPROCESS, GENERATE)


def named(workflow: str) -> tuple[UUID | None, tuple[Kind, ...]]:
    """Return the run that a workflow's id names, None when it is no such id, and the kinds that it may be of.

    An id without a prefix may be of any kind.
    """
    kinds = tuple(kind for kind in KINDS if workflow.startswith(kind.prefix))
    bare = workflow.removeprefix(kinds[0].prefix) if kinds else workflow
    return (UUID(bare) if _UUID.fullmatch(bare) else None), kinds or KINDS
