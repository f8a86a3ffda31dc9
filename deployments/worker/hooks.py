"""Run a flow's hooks in a process of their own: `python -m deployments.worker.hooks FLOW_RUN_ID cancellation|crashed`.

The worker itself never imports a flow, so that it is never slowed, changed or broken by one.
"""

import asyncio
import sys
from uuid import UUID

from prefect import get_client

from deployments.worker.internals import run_hooks


async def main(flow_run_id: UUID, kind: str) -> None:
    """Read the run and run the hooks of its flow."""
    async with get_client() as client:
        await run_hooks(await client.read_flow_run(flow_run_id), kind)


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1]), sys.argv[2]))
