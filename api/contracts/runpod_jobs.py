"""RunPod jobs: a request becomes a flow run, and a flow run is read back as a job."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Self
from uuid import uuid4

from prefect.client.schemas.objects import FlowRun

from api.contracts.runpod_deadlines import Deadlines
from api.contracts.runpod_models import JobRequest, Policy
from api.contracts.runpod_runs import JobRuns
from api.contracts.runpod_settings import RunPodSettings
from api.contracts.runpod_workers import DEPLOYMENTS, TITLES, Endpoint, endpoints
from api.errors import Refusal, RunNotFound, WrongState
from api.parameters import check_parameters
from api.runs import Gone
from api.settings import ApiSettings
from blocks.artifacts import ArtifactStore
from blocks.fetching import Fetcher
from flows.contracts.runpod import jobs
from flows.contracts.runpod.inputs import Operation, read_operation, read_request
from flows.contracts.runpod.jobs import job_id, run_of, runpod_word, told
from flows.contracts.runpod.stored import linked, result_document, stored_result
from tasks.domain.errors import InvalidInput, UpstreamError

logger = logging.getLogger("atelier.api")

PROGRESS, WEBHOOK, DIGEST = "atelier.progress", "atelier.webhook", "atelier.request-sha256"
WEBHOOK_TAG, RETRIED_TAG = "webhook", "runpod-retried"
RETRIED_WORDS = {"FAILED", "TIMED_OUT"}


class QueueFull(Refusal):
    """As many jobs of the operation wait as may."""

    status = 429
    retry_after_s = 10

    def __init__(self) -> None:
        super().__init__("too many jobs wait, retry later")


class KeyReused(Refusal):
    """The idempotency key stands for another job."""

    status = 422

    def __init__(self) -> None:
        super().__init__("Idempotency-Key: was used for another job")


class NotRetried(Refusal):
    """Only a job that failed or took too long is run again."""

    status = 400

    def __init__(self, job: str, word: str) -> None:
        super().__init__(f"job {job} is {word}; only a job that is FAILED or TIMED_OUT is retried")


class RunPodJobs:
    """The jobs of both endpoints, or of those given. Open it with `async with`; it keeps no job of its own."""

    def __init__(
        self,
        settings: RunPodSettings,
        api: ApiSettings,
        store: ArtifactStore,
        served: Sequence[Endpoint] | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.endpoints = {endpoint.id: endpoint for endpoint in served or endpoints(settings)}
        self.runs = {
            operation: JobRuns(
                DEPLOYMENTS[operation],
                api_url=api.prefect_api_url,
                timeout_s=api.prefect_timeout_s,
                cache_s=api.run_cache_s,
            )
            for endpoint in self.endpoints.values()
            for operation in endpoint.operations
        }
        self.deadlines = Deadlines(self.runs)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for runs in self.runs.values():
            await self._opened.enter_async_context(runs)
        await self._opened.enter_async_context(self.deadlines)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    async def submit(self, endpoint: Endpoint, asked: JobRequest, *, sync: bool, base: str, key: str | None) -> FlowRun:
        """Start a job. An input that its handler would refuse becomes a job that has failed already.

        Raises InvalidInput for a webhook that nothing would be sent to, QueueFull, KeyReused.
        """
        if asked.webhook:
            await Fetcher().check(asked.webhook, field="webhook")
        digest = hashlib.sha256(asked.model_dump_json().encode(errors="surrogatepass")).hexdigest()
        labels = {jobs.SYNC: sync, jobs.BASE: base, DIGEST: digest, PROGRESS: 0}
        named = f"runpod:{endpoint.id}:{key or uuid4().hex}"
        run = await self._created(endpoint, asked, named, labels)
        if run.labels.get(DIGEST) != digest:
            raise KeyReused
        return run

    async def find(self, endpoint: Endpoint, job: str) -> tuple[JobRuns, FlowRun]:
        """Return the run that a job's id names, and the runs it is one of; raises RunNotFound."""
        run = run_of(job)
        prefect = self.runs[endpoint.operations[0]].prefect
        found = await prefect.read(run) if run else None
        operation = jobs.operation_of(found) if found else None
        if found is not None and operation in endpoint.operations:
            runs = self.runs[operation]
            if found.deployment_id == (await runs.deployment()).id:
                return runs, found
        raise RunNotFound(f"job {job} is not known")

    async def wait(self, endpoint: Endpoint, run: FlowRun, *, timeout_s: float, gone: Gone) -> FlowRun:
        """Return `run` once it has ended, or as it is after `timeout_s`; raises ClientGone."""
        runs, _ = await self.find(endpoint, str(run.id))
        ended = await runs.wait(str(run.id), timeout_s=timeout_s, gone=gone)
        return ended or await runs.read_anew(str(run.id))

    async def view(self, run: FlowRun, base: str) -> dict[str, Any]:
        """Return the job as its client reads it. While the store is away, a job that has ended is not told as such."""
        try:
            result = await stored_result(run, self.store)
            return told(run, result, linked(self.store, base))
        except UpstreamError as error:
            logger.warning("the result of job %s cannot be read yet: %s", run.id, error)
            return {"id": job_id(run), "status": "IN_PROGRESS"}

    async def stream(self, endpoint: Endpoint, job: str, base: str) -> dict[str, Any]:
        """Return what came out of a job since it was last asked: its output, once."""
        runs, run = await self.find(endpoint, job)
        document = await self.view(run, base)
        output = document.get("output")
        if output is None or run.labels.get(jobs.STREAMED):
            items = []
        else:
            await runs.note(run.id, {jobs.STREAMED: True})
            items = [{"output": output}]
        error = {"error": document["error"]} if "error" in document else {}
        return {"status": document["status"], "stream": items, **error}

    async def cancel(self, endpoint: Endpoint, job: str) -> dict[str, str]:
        """Ask for a job's end; one that has ended stays as it is, and the answer says how it ended."""
        runs, run = await self.find(endpoint, job)
        try:
            run = await runs.cancel(str(run.id), reason="cancelled by its client")
        except WrongState:
            run = await runs.read_anew(str(run.id))
        return {"id": job_id(run), "status": runpod_word(run.state, run.labels)}

    async def retry(self, endpoint: Endpoint, job: str) -> dict[str, str]:
        """Run a job again that failed or took too long; what it left is dropped. Raises NotRetried."""
        runs, run = await self.find(endpoint, job)
        run = await runs.read_anew(str(run.id))
        word = runpod_word(run.state, run.labels)
        if word not in RETRIED_WORDS or run.state is None or not run.state.is_final():
            raise NotRetried(job, word)
        await self.store.remove_named(result_document(run))
        await runs.note(run.id, {jobs.RETRIED: True, jobs.TIMED_OUT: "", jobs.STREAMED: False, **_renewed(run)})
        await runs.tag(run, RETRIED_TAG)
        if run.labels.get(jobs.REJECTED):
            await runs.fail_again(run)
        else:
            await self._again(runs, run, word)
        return {"id": job_id(run), "status": "IN_QUEUE"}

    async def _again(self, runs: JobRuns, run: FlowRun, word: str) -> None:
        try:
            await runs.retry(str(run.id))
        except WrongState as error:
            raise NotRetried(job_id(run), word) from error
        self.deadlines.look_soon()

    async def _created(self, endpoint: Endpoint, asked: JobRequest, key: str, labels: dict[str, Any]) -> FlowRun:
        operation = endpoint.operations[0]
        try:
            operation = read_operation(asked.input, endpoint.operations)
            request = (await asyncio.to_thread(read_request, asked.input, operation)).model_dump(mode="json")
            check_parameters(request)
        except InvalidInput as error:
            return await self._rejected(operation, asked, key, labels, error)
        runs, policy = self.runs[operation], asked.policy or Policy()
        if await runs.count_waiting() >= self.settings.max_queue_size:
            raise QueueFull
        create = runs.create_later if policy.lowPriority else runs.create
        run = await create(
            request,
            key=key,
            name=TITLES[operation],
            tags=_tags(operation, asked),
            labels={**labels, **_about(operation, asked), **_limits(policy)},
        )
        if jobs.LIMITED_TAG in run.tags:
            self.deadlines.look_soon()
        return run

    async def _rejected(
        self, operation: Operation, asked: JobRequest, key: str, labels: dict[str, Any], error: InvalidInput
    ) -> FlowRun:
        """Record the job that the worker's handler would have failed at once."""
        return await self.runs[operation].create_failed(
            error.problem if error.field == "input" else str(error),
            key=key,
            name=f"{TITLES[operation]}: input refused",
            tags=_tags(operation, asked),
            labels={**labels, **_about(operation, asked), jobs.REJECTED: True},
        )


def _tags(operation: Operation, asked: JobRequest) -> list[str]:
    limited = asked.policy is not None and (asked.policy.ttl or asked.policy.executionTimeout)
    return [
        jobs.TAG,
        operation.name,
        *([jobs.LIMITED_TAG] if limited else []),
        *([WEBHOOK_TAG] if asked.webhook else []),
    ]


def _about(operation: Operation, asked: JobRequest) -> dict[str, Any]:
    hook = {WEBHOOK: asked.webhook, jobs.SHAPE: jobs.TAG} if asked.webhook else {}
    return {jobs.OPERATION: operation.name, **hook}


def _limits(policy: Policy) -> dict[str, int | float]:
    queued = {jobs.TTL_MS: policy.ttl, jobs.EXPIRES: time.time() + policy.ttl / 1000} if policy.ttl else {}
    return {**queued, **({jobs.EXECUTION_MS: policy.executionTimeout} if policy.executionTimeout else {})}


def _renewed(run: FlowRun) -> dict[str, float]:
    ttl_ms = run.labels.get(jobs.TTL_MS)
    return {jobs.EXPIRES: time.time() + float(ttl_ms) / 1000} if ttl_ms else {}
