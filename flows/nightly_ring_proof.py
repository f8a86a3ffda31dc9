"""Make the whole prompt list into rings every night, and say what changed since the last.

    prompts ─► generate-ring, one subflow each, a few at a time ─► rows ─► table, beside the last night
                                                                        └► nightly/ring-proof.json

The offline designer writes every script, so a night costs nothing. Caches are renewed: a ring that is only looked
up would prove nothing of tonight.
"""

import asyncio
import time

from prefect import flow
from prefect.settings import PREFECT_TASKS_REFRESH_CACHE, temporary_settings

from flows.contracts import ProofRow, RingProofReport, RingProofRequest, RingRequest
from flows.rings import generate_ring
from tasks.domain.rings.nights import chosen
from tasks.domain.rings.promises import prompts
from tasks.ring_proof_table import keep, last_rows, report_of, result_of, row_of

FLOW_TIMEOUT_S = 4 * 3600
WHOLE_LIST = RingProofRequest()


@flow(name="nightly-ring-proof", timeout_seconds=FLOW_TIMEOUT_S)
async def nightly_ring_proof(request: RingProofRequest = WHOLE_LIST) -> RingProofReport:
    """Make a ring of each prompt; a prompt that fails is a row that says why."""
    wanted = chosen(request.prompts or prompts(), request.limit)
    before, gate = await last_rows(), asyncio.Semaphore(request.at_once)
    with temporary_settings({PREFECT_TASKS_REFRESH_CACHE: True}):
        rows = await asyncio.gather(*(_made(number, prompt, gate) for number, prompt in enumerate(wanted, start=1)))
    report = report_of(rows, before)
    await keep(report, before, whole_list=not request.prompts and request.limit is None)
    return report


async def _made(number: int, prompt: str, gate: asyncio.Semaphore) -> ProofRow:
    """Make one ring; its session has the same name every night, so that nights do not pile up."""
    request = RingRequest(prompt=prompt, model="offline", session_id=f"nightly-{number:03}")
    async with gate:
        started_s = time.perf_counter()
        state = await generate_ring(request, return_state=True)
        return row_of(prompt, time.perf_counter() - started_s, state, await result_of(state))
