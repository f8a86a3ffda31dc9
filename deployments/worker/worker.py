"""The worker type `warm-process`. Prefect finds it by its entry point: `prefect worker start --pool POOL`."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import anyio
import anyio.abc
import httpx
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessVariables

from blocks.images.settings import image_settings
from deployments.worker.attempt import Attempt, Ending
from deployments.worker.claims import Claim
from deployments.worker.internals import (
    ControlChannel,
    OpenWorker,
    ProcessJobConfiguration,
    ProcessWorkerResult,
    entrypoint_of,
    explain_exit,
    folder_for,
    hooks_request,
    request_for,
)
from deployments.worker.recovery import cancelling, hand_back, recover, take_up_again
from deployments.worker.stopping import until_told_to_stop
from deployments.worker.wakeup import Wakeups
from deployments.worker.zygote import LOST, Nursery, RunProcess

CANCEL_CHECK_S = 5.0  # the net below the events
COMMIT_S = 0.2  # an event is sent before its transaction ends, so it may come before there is anything to see
DRAIN_S = 8.0
END_CHECK_S = 0.02
HOOKS_S = 30.0


class WarmProcessWorker(OpenWorker):
    """Runs each flow run in a process forked from one that has imported Prefect and the project already."""

    type = "warm-process"
    job_configuration = ProcessJobConfiguration
    job_configuration_variables = ProcessVariables
    _display_name = "Warm process"
    _description = "Fork flow runs from a process that has imported Prefect and the project already."

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.me = Claim.of_this_process(self.name)
        self.attempts: dict[UUID, Attempt] = {}
        self.nursery = Nursery()
        self.wakeups = Wakeups()
        self.channel = ControlChannel()
        self._freed = asyncio.Event()
        self._polling = asyncio.Lock()
        self._draining = False
        self._more_may_wait = False
        self._loops: list[asyncio.Task[None]] = []
        self._asides: set[asyncio.Task[None]] = set()

    async def start(self, *arguments: Any, **options: Any) -> None:
        """Work until SIGTERM or SIGINT; then let finish what may, and hand back what runs."""
        await until_told_to_stop(super().start(*arguments, **options))

    async def __aenter__(self) -> "WarmProcessWorker":
        await self.channel.__aenter__()
        await super().__aenter__()
        looks = (
            self._look_when_due(),
            self._look_when_ended(),
            self._look_when_freed(),
            self._look_for_cancelled(),
        )
        self._loops = [asyncio.create_task(loop) for loop in (self._keep_warm(), self._listen(), *looks)]
        return self

    async def __aexit__(self, *error: Any) -> None:
        try:
            await self._drain()
            await super().__aexit__(*error)
        finally:
            await self.nursery.stop()
            await self.channel.__aexit__(*error)

    # ---- what the server says

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take the runs that are due; one look at a time, and none while this worker stops."""
        for loop in self._loops:
            if loop.done():
                loop.result()  # a fault of ours: it ends the worker, loudly, and its supervisor starts another
        submitted: list[FlowRun] = []
        async with self._polling:
            if not self._draining:
                with self._outages():
                    submitted = await super().get_and_submit_flow_runs()
                self._more_may_wait |= self.is_full
        return submitted

    async def sync_with_backend(self) -> None:
        """Report to the server, learn of changes to the pool, and take up runs that have lost their process."""
        with self._outages():
            await super().sync_with_backend()
            await recover(self.client, self.pool_name, self.me, self.attempts)

    async def _keep_warm(self) -> None:
        await self.nursery.warm()

    async def _listen(self) -> None:
        while self.pool_id is None:
            await anyio.sleep(1)
        await self.wakeups.listen(self.pool_id)

    async def _look(self) -> bool:
        """Take what is due; tell whether anything was. With nothing found and nothing running, nothing waits either."""
        found = bool(await self.get_and_submit_flow_runs())
        if not found and not self.attempts:
            self._more_may_wait = False
        return found

    async def _look_when_due(self) -> None:
        while await self.wakeups.due.wait():
            self.wakeups.due.clear()
            self._more_may_wait = True  # besides what this finds: a limit may hide the rest
            if not await self._look():
                await anyio.sleep(COMMIT_S)
                await self._look()

    async def _look_when_ended(self) -> None:
        """A run has ended, of this worker or another: its limits let the next one go while its process still ends."""
        while await self.wakeups.ended.wait():
            self.wakeups.ended.clear()
            if not await self._look() and self._more_may_wait:
                await anyio.sleep(COMMIT_S)
                await self._look()

    async def _look_when_freed(self) -> None:
        while await self._freed.wait():
            self._freed.clear()
            if self._more_may_wait:
                await self._look()

    async def _look_for_cancelled(self) -> None:
        while True:
            told = await self._told_of_cancelled()
            if not await self._end_cancelled() and told:
                await anyio.sleep(COMMIT_S)
                await self._end_cancelled()

    async def _told_of_cancelled(self) -> bool:
        """Wait until an event tells of a run that is to be cancelled, or until the net's turn; tell which it was."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wakeups.cancelling.wait(), CANCEL_CHECK_S)
        told = self.wakeups.cancelling.is_set()
        self.wakeups.cancelling.clear()
        return told

    async def _end_cancelled(self) -> bool:
        """End the processes of those of this worker's runs that are to be cancelled; tell whether there were any."""
        found: list[FlowRun] = []
        if self.attempts:
            with self._outages():
                found = await cancelling(self.client, self.attempts)
        for run in found:
            if attempt := self.attempts.get(run.id):
                self._aside(attempt.end(Ending.CANCEL, self.channel))
        return bool(found)

    # ---- one run

    async def see_through(self, flow_run: FlowRun) -> None:
        """Take the run and stay with it until its process has ended and its state is right."""
        attempt = self.attempts[flow_run.id] = Attempt(flow_run)
        working = asyncio.create_task(self._work_on(attempt))
        try:
            await asyncio.wait({working})
        finally:
            working.cancel()
            del self.attempts[flow_run.id]
            if attempt.process is not None:
                # A run beyond this worker's limit, or one whose last process was still there, may start now. An
                # attempt that had no process itself has freed nothing, and would only ask again at once.
                self._freed.set()
        if error := working.exception():
            self._logger.error("run %s could not be run", flow_run.id, exc_info=error)
            await self.report_crashed(flow_run, f"Flow run could not start: {error!r}")

    async def _work_on(self, attempt: Attempt) -> None:
        configuring = asyncio.create_task(self.configure(attempt.flow_run))
        try:
            if not await self.claim(attempt.flow_run, self.me.signature):
                self._more_may_wait = True
                return
            configuration = await configuring
        except ObjectNotFound:
            await self.report_deleted(attempt.flow_run)
            return
        finally:
            configuring.cancel()
        if attempt.ending is None:
            await self.run(attempt.flow_run, configuration)
        await self._conclude(attempt, configuration)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Fork the run's process and wait for its end; its exit status is -9 when the zygote died with it."""
        attempt = self.attempts.get(flow_run.id) or Attempt(flow_run)
        with folder_for(configuration) as folder:
            request = request_for(flow_run, configuration, self.work_pool, self.channel) | {"directory": folder}
            process = attempt.process = await self.nursery.spawn(request)
            submitted = self.tell_submitted(configuration)
            self._aside(self._register(flow_run, process))
            if attempt.ending is not None:
                await process.stop(0)
            if task_status is not None:
                task_status.started(process.pid)
            status = await process.ended
        result = ProcessWorkerResult(identifier=str(process.pid), status_code=-9 if status is LOST else status)
        self.tell_executed(result, configuration, submitted)
        return result

    async def _register(self, flow_run: FlowRun, process: RunProcess) -> None:
        """Write where the run's process is, and whose; beside the run, which need not wait for it."""
        at = Claim(self.name, self.me.host, process.pid, process.since)
        await self.client.update_flow_run(flow_run.id, infrastructure_pid=str(at))
        await self.give_labels(flow_run)

    async def _conclude(self, attempt: Attempt, configuration: ProcessJobConfiguration) -> None:
        """Give the run its state, where its engine could not."""
        run = attempt.flow_run
        concluded = self.channel.unregister(run.id)
        if attempt.ending is Ending.CANCEL:
            await self._run_hooks(run, configuration, "cancellation")
            await self.report_cancelled(run)
        elif attempt.ending is Ending.HAND_BACK:
            await hand_back(self.client, run.id)
        elif attempt.status in (LOST, -signal.SIGKILL):  # killed from outside: the run itself has not failed
            await take_up_again(self.client, run.id)
        elif attempt.status != 0 and concluded is None:
            await self.report_crashed(run, explain_exit(attempt.status))
            await self._run_hooks(run, configuration, "crashed")

    async def _run_hooks(self, flow_run: FlowRun, configuration: ProcessJobConfiguration, kind: str) -> None:
        """Run the flow's hooks in a process of their own, if it may have any."""
        if self.nursery.has_no_hooks(entrypoint_of(configuration)):
            return
        request = hooks_request(flow_run, configuration, kind) | {"directory": os.getcwd()}
        process = await self.nursery.spawn(request)
        await asyncio.wait({process.ended}, timeout=HOOKS_S)
        await process.stop(0)

    # ---- plumbing

    @contextlib.contextmanager
    def _outages(self) -> Any:
        """Outlive a server that is away: what was not done now is done at the next look."""
        try:
            yield
        except httpx.HTTPError as error:
            self._logger.warning("Prefect's server does not answer as it should: %r", error)

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside everything else; if it fails, the log says so."""
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._end_of_aside)

    def _end_of_aside(self, task: asyncio.Task[None]) -> None:
        self._asides.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._logger.warning("%s failed: %r", task.get_coro(), error)

    async def _drain(self) -> None:
        """Stop taking runs, and hand back those that run; those that finish have their time first."""
        self._draining = True
        await self._hand_back([attempt for attempt in self.attempts.values() if not attempt.finishes])
        await self._let_finish(image_settings().finish_s)
        for loop in self._loops:
            loop.cancel()
        await self._hand_back(list(self.attempts.values()))

    async def _let_finish(self, limit_s: float) -> None:
        """Wait for the runs that are left, for `limit_s` at most; a cancelled one is ended meanwhile as ever."""
        if self.attempts:
            self._logger.info("%d run(s) may finish within %g s", len(self.attempts), limit_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self.attempts:
                    await anyio.sleep(END_CHECK_S)

    async def _hand_back(self, attempts: list[Attempt]) -> None:
        """End these runs' processes, and return when their states say that they wait again."""
        runs = {attempt.flow_run.id for attempt in attempts}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await asyncio.gather(*(attempt.end(Ending.HAND_BACK, self.channel) for attempt in attempts))
                while self._asides or runs & self.attempts.keys():
                    await anyio.sleep(END_CHECK_S)
