"""Jobs that are sent off and asked for later: kept in memory, bounded, and forgotten in time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from uuid import uuid4

from api.errors import Refusal, retry_after
from api.studio.settings import StudioSettings
from api.studio.workbench import Workbench
from tasks.domain.errors import AtelierError

logger = logging.getLogger("atelier.studio")

Status = Literal["processing", "completed", "failed"]


class JobNotFound(Refusal):
    """No such job, or it was forgotten."""

    status: ClassVar[int] = 404
    code: ClassVar[str] = "job_not_found"


@dataclass
class Job:
    """One piece of work and what came of it. `answer` is what a finished job's status adds."""

    engine: str
    made: "asyncio.Future[bytes]"
    id: str = field(default_factory=lambda: uuid4().hex)
    status: Status = "processing"
    answer: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    retryable: bool | None = None
    finished_s: float = 0.0
    task: "asyncio.Task[None] | None" = None

    def fail(self, error: str, *, retryable: bool) -> None:
        """End with what went wrong, and whether the same request may succeed another time."""
        self._end("failed")
        self.error, self.retryable = error, retryable

    def complete(self, answer: dict[str, Any]) -> None:
        """End with what the job made."""
        self._end("completed")
        self.answer = answer

    def _end(self, status: Status) -> None:
        self.status, self.finished_s = status, time.monotonic()


class Jobs:
    """The jobs of one service. A job makes bytes on the workbench; `publish` stores them and names them."""

    def __init__(
        self,
        settings: StudioSettings,
        workbench: Workbench,
        publish: Callable[[bytes], Awaitable[dict[str, Any]]],
    ) -> None:
        self._settings = settings
        self._workbench = workbench
        self._publish = publish
        self._jobs: dict[str, Job] = {}  # those that finished lie in the order in which they did

    def submit(self, engine: str, work: Callable[[], bytes], *, held_bytes: int) -> Job:
        """Put `work` in line and return its job; raises Busy when the line is full."""
        self._forget_old()
        made = self._workbench.submit(work, held_bytes=held_bytes)
        job = Job(engine, made)
        self._jobs[job.id] = job
        job.task = asyncio.create_task(self._live(job), name=f"job {job.id}")
        job.task.add_done_callback(lambda task: self._note_end(job, task))
        return job

    def get(self, job_id: str) -> Job:
        """Return the job; raises JobNotFound."""
        self._forget_old()
        if job_id not in self._jobs:
            raise JobNotFound(f"job_id: there is no job {job_id[:64]!r}, or it was forgotten")
        return self._jobs[job_id]

    def remove(self, job_id: str) -> Job:
        """Forget the job; if it still waits it is never begun. Raises JobNotFound."""
        job = self.get(job_id)
        del self._jobs[job_id]
        job.made.cancel()
        if job.task is not None:
            job.task.cancel()
        return job

    def close(self) -> None:
        """Forget all of them."""
        for job_id in list(self._jobs):
            self.remove(job_id)

    async def _live(self, job: Job) -> None:
        try:
            job.complete(await self._publish(await job.made))
        except AtelierError as error:
            job.fail(str(error), retryable=retry_after(error) is not None)

    def _note_end(self, job: Job, task: "asyncio.Task[None]") -> None:
        """Keep the order of the finished, and tell of errors that nobody foresaw."""
        if job.id not in self._jobs or task.cancelled():
            return
        if error := task.exception():
            logger.error("job %s failed", job.id, exc_info=error)
            job.fail(f"internal error, reported as job {job.id}", retryable=True)
        self._jobs[job.id] = self._jobs.pop(job.id)

    def _forget_old(self) -> None:
        finished = [job for job in self._jobs.values() if job.status != "processing"]
        oldest_s = time.monotonic() - self._settings.job_ttl_s
        too_many = len(finished) - self._settings.max_jobs
        for place, job in enumerate(finished):
            if place < too_many or job.finished_s < oldest_s:
                del self._jobs[job.id]
