"""Rings over HTTP with a canned answer of the language model and a small script: one after another, and all at once.

No cache helps: each answer is another ring. The peer's figures are constants: the service that this one replaces,
an in-process queue with Blender 3.4, was measured so on a machine of the same kind (two cores).
"""

import asyncio
import time

import httpx

from bench.engine.house import size
from bench.engine.runs import STUCK_S, NotMeasured
from bench.figures import Figures, figure
from tests.language_models.provider import FakeProviders

JOBS, POLL_S = 12, 0.1
POLL_AT_ONCE_S = 1.0  # each of twelve clients; one that asks ten times a second measures its own questions
REPLACED_ALONE_S, REPLACED_AT_ONCE_S = 1.24, 1.48
ANSWER = """```python
import ring_kit as kit


def build():
    kit.shank(17.3, {width_mm:.2f}, 1.8, metal=kit.metal("18k yellow gold"))


if __name__ == "__main__":
    build()
```"""


async def figures(ring: httpx.AsyncClient, providers: FakeProviders) -> Figures:
    """Return seconds a job, both ways."""
    jobs = size(JOBS)
    for number in range(2 * jobs + 1):
        providers.answer(ANSWER.format(width_mm=2 + number / 100))
    await _made(ring)  # the first job of a stack imports everything
    began = time.monotonic()
    for _ in range(jobs):
        await _made(ring)
    alone_s = (time.monotonic() - began) / jobs
    began = time.monotonic()
    await asyncio.gather(*(_made(ring, POLL_AT_ONCE_S) for _ in range(jobs)))
    at_once_s = (time.monotonic() - began) / jobs
    return {
        "ring job, one after another / replaced": figure(alone_s, REPLACED_ALONE_S, "s", jobs),
        f"ring job, {jobs} at once, per job / replaced": figure(at_once_s, REPLACED_AT_ONCE_S, "s", jobs),
    }


async def _made(ring: httpx.AsyncClient, poll_s: float = POLL_S) -> None:
    """Submit a job and poll it to its end, as the contract's clients do."""
    submitted = await ring.post("/jobs", json={"prompt": "a plain band", "llm_name": "claude"})
    job = submitted.raise_for_status().json()["job_id"]
    deadline_s = time.monotonic() + STUCK_S
    while time.monotonic() < deadline_s:
        answer = (await ring.get(f"/jobs/{job}")).raise_for_status().json()
        if answer["status"] == "succeeded":
            return
        if answer["status"] in ("failed", "cancelled"):
            raise NotMeasured(f"ring job {job}: {answer}")
        await asyncio.sleep(poll_s)
    raise NotMeasured(f"ring job {job} has not ended after {STUCK_S} s")
