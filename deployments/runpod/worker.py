"""What both workers share: an input is read, its operation done in a folder that goes away, and links come back.

The files that a job makes go to the artifact store that the environment names, on RunPod an Azure account; nothing of
a job stays on the worker. An error that we know is told as it is, any other by the job's id, under which it is logged.
"""

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from blocks.artifacts import ArtifactStore
from flows.contracts.runpod.inputs import Operation, Request, Result, read_operation, read_request
from flows.contracts.runpod.outputs import output_of
from flows.contracts.runpod.stored import linked
from tasks.domain.errors import AtelierError, InvalidInput, UpstreamError

logger = logging.getLogger("atelier.runpod")

RETRY_DELAYS_S = (2.0, 10.0)  # as the flows' tasks have them
PUBLIC_URL = "RUNPOD_PUBLIC_URL"  # before links to a store that cannot make its own

Value = TypeVar("Value")
Work = Callable[[Any], Awaitable[Result]]
Handler = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]


def handler_of(offered: Mapping[Operation, Work]) -> Handler:
    """Return the handler that RunPod calls with each job: what it returns is the output, or has the key `error`."""

    async def handler(job: Mapping[str, Any]) -> dict[str, Any]:
        started_s = time.monotonic()
        with scratch_folder():
            working = asyncio.create_task(_output(job.get("input"), offered))
            await asyncio.wait([working])
        logger.info("job %s took %.1f s", job.get("id"), time.monotonic() - started_s)
        return _told(str(job.get("id")), working)

    return handler


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Let temporary files of the block, and of the processes that it starts, lie in a folder that is then removed."""
    before, named = tempfile.tempdir, os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="job-") as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        try:
            yield folder
        finally:
            tempfile.tempdir = before
            os.environ.pop("TMPDIR") if named is None else os.environ.update(TMPDIR=named)


async def again(call: Callable[[], Awaitable[Value]]) -> Value:
    """Return what `call` gives; a failure of others that may pass is waited out, as the flows' tasks do."""
    for delay_s in RETRY_DELAYS_S:
        try:
            return await call()
        except UpstreamError as error:
            if not error.retryable:
                raise
            logger.warning("%s; again in %g s", error, delay_s)
            await asyncio.sleep(delay_s)
    return await call()


async def _output(given: Any, offered: Mapping[Operation, Work]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidInput("input", "must be an object")
    operation = read_operation(given, tuple(offered))
    request: Request = read_request(given, operation)
    result = await offered[operation](request)
    return output_of(result, linked(ArtifactStore.from_settings(), os.environ.get(PUBLIC_URL, "")))


def _told(job: str, done: "asyncio.Task[dict[str, Any]]") -> dict[str, Any]:
    """Return a job's output, or its error without anything of the inside: RunPod would tell a traceback."""
    error = done.exception()
    if error is None:
        return done.result()
    if isinstance(error, InvalidInput) and error.field == "input":
        return {"error": error.problem}
    if isinstance(error, AtelierError):
        return {"error": str(error)}
    logger.error("job %s failed", job, exc_info=error)
    return {"error": f"the job failed unexpectedly, reported as {job}"}
