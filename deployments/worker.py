"""A worker for one pool: `python -m deployments.worker POOL`.

Prefect's own `worker start` looks the pool up once and gives up; this one may start before the server does.
"""

import asyncio
import contextlib
import signal
import sys

import anyio
import httpx
from prefect import get_client
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_WORKER_HEARTBEAT_SECONDS
from prefect.workers.base import BaseWorker

POLL_S = 0.2


async def wait_for_pool(name: str) -> WorkPool:
    """Return the work pool `name` as soon as the server is up and has it."""
    while True:
        try:
            async with get_client() as client:
                return await client.read_work_pool(name)
        except (httpx.TransportError, ObjectNotFound, PrefectHTTPStatusError):
            await anyio.sleep(POLL_S)


async def work(pool_name: str) -> None:
    """Run the flows that come to the pool, until a signal says stop."""
    pool = await wait_for_pool(pool_name)
    worker_type = BaseWorker.get_worker_class_from_type(pool.type)
    if worker_type is None:
        raise SystemExit(f"pool {pool_name} is of type {pool.type}, and no installed package has that worker")
    worker = worker_type(
        work_pool_name=pool_name,
        name=f"atelier-{pool_name}",
        heartbeat_interval_seconds=int(PREFECT_WORKER_HEARTBEAT_SECONDS.value()),
    )
    await worker.start()


async def until_told_to_stop(pool_name: str) -> None:
    """Work, and take SIGTERM for what Ctrl-C means: cancel, tear down, end."""
    working = asyncio.create_task(work(pool_name))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await working


if __name__ == "__main__":
    asyncio.run(until_told_to_stop(sys.argv[1]))
