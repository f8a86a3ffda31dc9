"""What a run asked of language models and paid for it, written down before anything reads it.

One document per call under `runs/<run id>/calls/`. It serves three readers: a resumed run, which must
not pay twice; the cost cap; and the cost summary.
"""

from uuid import uuid4

from pydantic import BaseModel

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from flows.contracts import CallCost
from tasks.domain.errors import BudgetExceeded


class Reply(BaseModel):
    """A language model's answer with its cost; `stop` is complete, truncated, empty or refused."""

    text: str
    stop: str
    model_id: str
    cost: CallCost


class Ledger:
    """The calls of one run."""

    def __init__(self, store: ArtifactStore, run_id: str) -> None:
        self._store = store
        self._folder = f"runs/{run_id}/calls"

    async def reply_to(self, purpose: str) -> Reply | None:
        """The reply that this run already paid for, if any."""
        try:
            return Reply.model_validate_json(await self._store.read_named(f"{self._folder}/{purpose}.json"))
        except ArtifactNotFound:
            return None

    async def keep(self, purpose: str, reply: Reply) -> None:
        """Write a usable reply down."""
        await self._store.write_named(f"{self._folder}/{purpose}.json", reply.model_dump_json().encode())

    async def keep_failure(self, purpose: str, cost: CallCost) -> None:
        """Write down a call that was billed and gave nothing."""
        name = f"{self._folder}/failed/{purpose}-{uuid4().hex[:8]}.json"
        await self._store.write_named(name, cost.model_dump_json().encode())

    async def costs(self) -> list[CallCost]:
        """Every billed call so far: answered ones by purpose, then failed ones."""
        names = sorted(await self._store.list_named(self._folder))
        failed = [name for name in names if name.startswith(f"{self._folder}/failed/")]
        answered = [name for name in names if name not in failed]
        replies = [Reply.model_validate_json(await self._store.read_named(name)).cost for name in answered]
        return replies + [CallCost.model_validate_json(await self._store.read_named(name)) for name in failed]

    async def refuse_overshoot(self, cap_usd: float, worst_case_usd: float) -> None:
        """Raise BudgetExceeded when a call of at most `worst_case_usd` could take the run over `cap_usd`."""
        spent_usd = sum(cost.cost_usd for cost in await self.costs())
        if spent_usd + worst_case_usd > cap_usd:
            raise BudgetExceeded(cap_usd, spent_usd, worst_case_usd)
