"""Progress of a run, kept in its labels: one status read returns state and progress together."""

import httpx
from prefect import get_client, get_run_logger

from tasks.current_run import current_run
from tasks.writing_beside import WritingBeside

PROGRESS, STEP, DETAIL = "atelier.progress", "atelier.step", "atelier.detail"
MILESTONE = "atelier.milestone"  # the start in which the run last got on; deployments/recovery.py counts from it


class Progress(WritingBeside):
    """Writes how far the current run is, beside the work and not in its way.

    SQLite often answers a write with "locked", which Prefect's client waits out for seconds. So the newest
    news is written in the background, and older news that was not written yet is dropped. News that is still
    unwritten when the run ends is dropped too: a terminal state says more than 100 % does.
    """

    def __init__(self) -> None:
        self._run = current_run()
        self._milestone: dict[str, str | int | float | bool] = {}
        self._newest: dict[str, str | int | float | bool] | None = None

    def report(self, percent: int, step: str, detail: str = "") -> None:
        """Say how far the run is: `percent` 0..100, the step's name, and a line for a person."""
        self._newest = {PROGRESS: percent, STEP: step, DETAIL: detail, **self._milestone}
        self._write_soon()

    def milestone(self) -> None:
        """Say, with the next report, that this start of the run got on: it is not what kills its process."""
        self._milestone = {MILESTONE: self._run.run_count}

    async def _keep_up(self) -> None:
        """Write until nothing newer is left; a server too busy to listen does not stop the work."""
        async with get_client() as client:
            while (news := self._newest) is not None:
                try:
                    await client.update_flow_run_labels(self._run.id, news)
                except httpx.HTTPError as error:
                    get_run_logger().warning("progress %s was not written: %s", news, error)
                if self._newest is news:
                    self._newest = None
