"""Make a ring.

    prompt ┐            ┌────────────── mend ◄── error, findings ┐
           ├─ design ─► script ─ build ─► GLB ─ prove ─► proof ──┴─ preview ─ publish
    photo  ┘

The loop spends money and changes its input every round, so it is flow logic and not a task's retries.
A build, a proof or a picture that any run made before comes from the cache.
"""

from prefect import State, flow
from prefect.states import Failed

from flows.contracts import RingRequest, RingResult
from flows.ring_rounds import Making, mended, preview, result_of, start, tried
from tasks.domain.errors import AtelierError, DesignFailed
from tasks.domain.rings import rounds
from tasks.naming import name_run
from tasks.progress import Progress
from tasks.ring_design import choose_designer, design
from tasks.ring_publishing import publish

FLOW_TIMEOUT_S = 3600


@flow(name="generate-ring", timeout_seconds=FLOW_TIMEOUT_S, persist_result=False)
async def generate_ring(request: RingRequest) -> RingResult | State:
    """Make a ring from words, a picture, or both; a failed run keeps its result for the client."""
    error = None
    await name_run(f"Ring: {' '.join(request.prompt.split()) or 'after a picture'}")
    async with Progress() as progress:
        making = start(request, progress)
        try:
            await make(making)
            await preview(making)
        except AtelierError as failure:
            error = str(failure)
        progress.report(rounds.PUBLISH_PERCENT, "publish", "writing the session")
        result = await result_of(making, error)
        await publish(request, result)
    return result if result.success else Failed(message=error)


async def make(making: Making) -> None:
    """Design, then build, prove and mend until the ring is sound or the attempts are used up."""
    making.llm = choose_designer(making.request.model)
    making.progress.report(rounds.START_PERCENT, "design", f"designing with {making.llm}")
    with making.timed("design"):
        making.draft = await design(making.llm, making.request)
    making.progress.report(rounds.DESIGNED_PERCENT, "design", f"script of {making.draft.code_length} characters")

    for attempt in range(1, making.request.max_builds + 1):
        problem = await tried(making, making.draft, attempt)
        last = attempt == making.request.max_builds
        if not problem or last or not await mended(making, making.draft, problem, attempt):
            break
    if making.best is None:
        raise DesignFailed(making.why_nothing())
