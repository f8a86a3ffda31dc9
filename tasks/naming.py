"""What a run is called in Prefect's pages."""

from prefect import get_client

from tasks.current_run import current_run
from tasks.progress import PROGRESS

NAME_LENGTH = 72


async def name_run(name: str) -> None:
    """Name the current run, unless the API created it, which names its runs.

    A decorator's `flow_run_name` would cost every run two calls before it begins.
    """
    run = current_run()
    if PROGRESS in run.labels:
        return
    async with get_client() as client:
        await client.set_flow_run_name(run.id, name[:NAME_LENGTH])
