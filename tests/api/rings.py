"""Ring results for the tests: what the flow leaves, with real bytes in the store."""

from blocks.artifacts import ArtifactStore
from flows.contracts import BuildAttempt, CallCost, CostSummary, RingResult

GLB = b"glTF\x02\x00\x00\x00" + bytes(2000)
SCRIPT = b"import ring_kit as kit\n\n\ndef build():\n    pass\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def a_ring(store: ArtifactStore, session_id: str = "s_0123456789_1", llm_used: str = "claude") -> RingResult:
    """Return a success whose artifacts lie in `store`, and its session record."""
    call = CallCost(
        model="claude-opus-4-6",
        input_tokens=40_000,
        output_tokens=9_000,
        input_cost_per_mtok=5,
        output_cost_per_mtok=25,
        cost_usd=0.425,
    )
    return RingResult(
        success=True,
        session_id=session_id,
        llm_used=llm_used,
        needs_validation="opus" not in llm_used,
        glb=await store.write(GLB),
        script=await store.write(SCRIPT),
        previews={"hero": await store.write(PNG)},
        modules=["build_shank"],
        retry_log=[BuildAttempt(attempt=1, success=True, code_length=46, timestamp="2026-01-01T00:00:40+00:00")],
        cost_summary=CostSummary.of([call]),
        blender_elapsed_s=1.5,
        assumptions=["ring size: US 7"],
    )


def no_ring(error: str = "no ring after 3 builds", session_id: str = "s_1") -> RingResult:
    """Return a failure."""
    return RingResult(success=False, session_id=session_id, error=error, llm_used="claude", needs_validation=True)
