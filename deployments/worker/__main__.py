"""A worker for one pool, whatever its type: `python -m deployments.worker POOL [--name NAME]`.

Prefect's own `worker start` looks the pool up once and gives up; this one may start before the server does.
"""

import argparse
import asyncio

import anyio
import httpx
from prefect import get_client
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_WORKER_HEARTBEAT_SECONDS

from deployments.pools import worker_class
from deployments.worker.stopping import until_told_to_stop

POLL_S = 0.2


async def wait_for_pool(name: str) -> WorkPool:
    """Return the work pool `name` as soon as the server is up and has it."""
    async with get_client() as client:
        while True:
            try:
                return await client.read_work_pool(name)
            except (httpx.HTTPError, ObjectNotFound):
                await anyio.sleep(POLL_S)


async def work(pool_name: str, name: str) -> None:
    """Run the flows that come to the pool, until a signal says stop."""
    pool = await wait_for_pool(pool_name)
    worker_type = worker_class(pool.type)
    if worker_type is None:
        raise SystemExit(f"pool {pool_name} is of type {pool.type}, and no installed package has that worker")
    worker = worker_type(
        work_pool_name=pool_name,
        name=name,
        heartbeat_interval_seconds=int(PREFECT_WORKER_HEARTBEAT_SECONDS.value()),
    )
    await worker.start()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deployments.worker", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pool", help="the work pool")
    parser.add_argument("--name", help="the worker's name, the same at every start; atelier-POOL unless given")
    options = parser.parse_args()
    asyncio.run(until_told_to_stop(work(options.pool, options.name or f"atelier-{options.pool}")))
