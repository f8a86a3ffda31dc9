"""One worker's work on one run: its process, and how it is brought to an end before its time."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from prefect.client.schemas.objects import FlowRun

from deployments.worker.internals import ControlChannel, ControlSignalStatus
from deployments.worker.zygote import LOST, RunProcess

GRACE_S = 1.0  # for a flow's own tidying up; a cancelled run is to be gone within two seconds
FINISH_S = 5.0  # for a process whose engine has reported its end already
FINISHES = "finishes"  # the tag of runs that may go on for a while when their worker is told to stop


class Ending(StrEnum):
    """Why a run is ended; the words are those of Prefect's control channel."""

    CANCEL = "cancel"
    HAND_BACK = "reschedule"


@dataclass
class Attempt:
    """A run that this worker has, or is about to have, a process for."""

    flow_run: FlowRun
    process: RunProcess | None = None
    ending: Ending | None = None

    @property
    def status(self) -> int | None:
        """The process's exit status, LOST if its zygote died; only for a process that has ended."""
        return self.process.ended.result() if self.process else LOST

    @property
    def finishes(self) -> bool:
        """Whether the run is one that may go on for a while when its worker is told to stop."""
        return FINISHES in self.flow_run.tags

    async def end(self, ending: Ending, channel: ControlChannel) -> None:
        """End the process and return when it is gone; the first ending counts.

        An engine that heard the reason leaves the run's state to the worker and gets its grace; one that did not, or
        hangs, would call the run crashed, so it is killed at once.
        """
        if self.ending is None:
            self.ending = ending
            if self.process is not None:
                heard = await channel.signal(self.flow_run.id, ending.value)
                if heard is ControlSignalStatus.ALREADY_CONCLUDED:
                    await asyncio.wait({self.process.ended}, timeout=FINISH_S)
                await self.process.stop(GRACE_S if heard is ControlSignalStatus.ACKNOWLEDGED else 0)
