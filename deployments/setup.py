"""Make Prefect ready for the flows: pools, blocks, deployments and automations. Run it as often as you like.

Pools, blocks and automations that exist stay as they are, since a person may have edited them; deployments follow
prefect.yaml.
"""

import argparse
import asyncio
import os
from datetime import UTC, datetime
from io import StringIO

import anyio
from prefect import get_client
from prefect.blocks.core import Block
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.cli.deploy._core import _run_single_deploy
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from rich.console import Console

from blocks.images.settings import image_settings
from blocks.models3d.settings import trellis_settings
from blocks.settings import CHECKOUT
from deployments import automations
from deployments.blocks import NAME, block_types, our_blocks
from deployments.catalog import (
    ANALYSES_AT_ONCE,
    ANALYSES_QUEUE,
    BLENDER,
    CONCEPTS_AT_ONCE,
    CONCEPTS_QUEUE,
    CPU,
    GPU,
    GPU_LIMIT,
    IMAGES_QUEUE,
    MODELS_AT_ONCE,
    MODELS_QUEUE,
    RING_QUEUE,
    TRY_ON_QUEUE,
    TRY_ONS_AT_ONCE,
)
from deployments.pools import pool_template, worker_class
from deployments.recovery import recover
from deployments.settings import StackSettings

PREFECT_FILE = CHECKOUT / "prefect.yaml"
RING_ENTRYPOINT = "flows.rings.generate_ring"
IMAGES_ENTRYPOINT = "flows.images.dual_generate"
POLL_S = 0.1


async def set_up(settings: StackSettings, *, recover_before: datetime | None = None) -> None:
    """Create what is missing and bring the deployments up to date, as soon as the server answers.

    `recover_before` says that every worker which held a run then is gone.
    """
    os.environ.setdefault("ATELIER_CHECKOUT", str(CHECKOUT))
    async with get_client() as client:
        await _wait_for_server(client)
        if recover_before is not None:
            await recover(client, recover_before)
        for name, worker_type in settings.pool_types.items():
            await _create_pool(client, name, worker_type)
        for block_type in block_types():
            await block_type.aregister_type_and_schema(client=client)
        for block in our_blocks():
            await _save_block(client, block)
        await _deploy(client, settings)
        await _limit_queue(client, BLENDER, RING_QUEUE, settings.max_concurrent_jobs)
        await _limit_queue(client, CPU, TRY_ON_QUEUE, TRY_ONS_AT_ONCE)
        await _limit_queue(client, CPU, CONCEPTS_QUEUE, CONCEPTS_AT_ONCE)
        await _limit_queue(client, GPU, MODELS_QUEUE, MODELS_AT_ONCE)
        await _limit_queue(client, CPU, IMAGES_QUEUE, image_settings().jobs_at_once)
        await _limit_queue(client, CPU, ANALYSES_QUEUE, ANALYSES_AT_ONCE)
        await _limit_gpus(client, trellis_settings().devices)
        await _limit_endpoints(client)
        await automations.apply(client)


async def _wait_for_server(client: PrefectClient) -> None:
    while await client.api_healthcheck() is not None:
        await anyio.sleep(POLL_S)


async def _create_pool(client: PrefectClient, name: str, worker_type: str) -> None:
    """Create the pool `name`, unless it exists.

    Raises:
        ValueError: no installed package has a worker of that type.
    """
    worker = worker_class(worker_type)
    if worker is None:
        raise ValueError(f"pool_types: {name}: no installed package has a worker of type {worker_type}")
    template = pool_template(worker_type, worker.get_default_base_job_template(), gpu=name == GPU)
    try:
        await client.create_work_pool(WorkPoolCreate(name=name, type=worker_type, base_job_template=template))
    except ObjectAlreadyExists:
        return


async def _save_block(client: PrefectClient, block: Block) -> None:
    """Save the block, unless there is one of its name."""
    try:
        await client.read_block_document_by_name(NAME, block.get_block_type_slug())
    except ObjectNotFound:
        await block.asave(NAME, client=client)


async def _deploy(client: PrefectClient, settings: StackSettings) -> None:
    """Apply prefect.yaml as `prefect deploy --all` does, without the seconds that a second process would take.

    Rings are made `max_concurrent_jobs` at once, and images' jobs as config.json says; the file cannot say so itself,
    since Prefect reads limits before it fills in variables. Schedules are known by their slugs: a second set-up
    changes them in place, and since the file does not say whether they are active, a person's pause stays.
    """
    said = Console(file=(text := StringIO()))
    configurations, actions = _load_deploy_configs_and_actions(PREFECT_FILE, console=said)
    if not configurations:
        raise ValueError(f"{PREFECT_FILE} describes no deployment: {text.getvalue()}")
    at_once = {RING_ENTRYPOINT: settings.max_concurrent_jobs, IMAGES_ENTRYPOINT: image_settings().jobs_at_once}
    for configuration in configurations:
        if limit := at_once.get(configuration["entrypoint"]):
            configuration["concurrency_limit"]["limit"] = limit
        if settings.schedules == "off":
            for schedule in configuration.get("schedules", []):
                schedule["active"] = False
        await _run_single_deploy(
            configuration, actions, client=client, prefect_file=PREFECT_FILE, console=said, is_interactive=lambda: False
        )


async def _limit_queue(client: PrefectClient, pool: str, name: str, limit: int) -> None:
    """Let workers see no more of a queue's runs than may be made at once.

    The deployment's limit alone would do, but only by putting each run off again and again, seconds at a time.
    """
    queue = await client.read_work_queue_by_name(name, work_pool_name=pool)
    await client.update_work_queue(queue.id, concurrency_limit=limit)


async def _limit_gpus(client: PrefectClient, devices: int) -> None:
    """Make as many slots as there are GPUs behind TRELLIS_URL; only the step that needs a GPU holds one."""
    await client.upsert_global_concurrency_limit_by_name(GPU_LIMIT, devices)


async def _limit_endpoints(client: PrefectClient) -> None:
    """Give each image endpoint a limit of its own, so that no two jobs are at it at once beyond what it takes."""
    for place in image_settings().places:
        await client.upsert_global_concurrency_limit_by_name(place.slot, place.at_once)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recover", action="store_true", help="no worker runs: take up what earlier ones left behind")
    options = parser.parse_args()
    asyncio.run(set_up(StackSettings(), recover_before=datetime.now(UTC) if options.recover else None))
