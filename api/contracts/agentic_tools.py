"""The tools of the agentic contract: each reads the caller's payload and says a result, in its own contract's words."""

from typing import Any, Protocol

from prefect.utilities.urls import url_for

from api.contracts.ring_jobs import RingJobs
from api.contracts.ring_models import GenerateRequest
from api.contracts.ring_results import GlbPathForm, generate_result
from flows.contracts import RingResult


class Tool(Protocol):
    """What a workflow's node may call."""

    async def request(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the deployment's request for `payload`, its bytes stored; raises InvalidInput, MissingKey."""

    async def check_queue(self) -> None:
        """Refuse work while as much waits as may."""

    async def item(self, result: dict[str, Any], run: str, base: str, glb_path: GlbPathForm) -> dict[str, Any]:
        """Say run `run`'s result document in the contract's words; links begin with `base`."""


class RingTool:
    """`ring-generate`: the ring contract's request and result."""

    def __init__(self, jobs: RingJobs) -> None:
        self._jobs = jobs

    async def request(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Read a ring request; a workflow's rings always get sessions of their own."""
        asked = GenerateRequest.model_validate(payload | {"request_id": None})
        return (await self._jobs.prepare(asked)).model_dump(mode="json")

    async def check_queue(self) -> None:
        """Hold workflows to the ring contract's own queue."""
        await self._jobs.check_queue()

    async def item(self, result: dict[str, Any], run: str, base: str, glb_path: GlbPathForm) -> dict[str, Any]:
        """Return the ring as the ring contract shows it, its links signed."""
        ring = RingResult.model_validate(result)
        return generate_result(
            ring,
            code=(await self._jobs.store.read(ring.script)).decode() if ring.script else "",
            glb_url=self._jobs.signed_url(ring.glb, base) if ring.glb else "",
            preview_url=lambda name: self._jobs.signed_url(ring.previews[name], base),
            run_url=url_for("flow-run", obj_id=run),
            glb_path=glb_path,
        ).model_dump(mode="json")
