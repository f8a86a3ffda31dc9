"""Serve the combined app, and the contracts that have ports of their own, from one process: `python -m api`."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from api.contracts.agentic import agentic_app
from api.contracts.create_json import create_json_app
from api.contracts.dual_gen import dual_gen_app
from api.contracts.json_from_image import json_from_image_app
from api.contracts.ring import ring_app
from api.contracts.runpod import image_worker_app, model_worker_app
from api.contracts.runpod_settings import runpod_settings
from api.contracts.tryon import tryon_app
from api.main import app
from api.settings import agentic_settings, api_settings, ring_settings, try_on_api_settings
from api.stopping import stop_taking_work
from blocks.images.settings import image_settings

GRACE_S = 5


class QuietServer(uvicorn.Server):
    """A server that leaves the process's signals to `main`, since several of them share one process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def server(served: FastAPI, host: str, port: int) -> QuietServer:
    """Return an unstarted server of `served`."""
    level = ring_settings().log_level.lower()
    return QuietServer(uvicorn.Config(served, host=host, port=port, log_level=level, timeout_graceful_shutdown=GRACE_S))


async def main() -> None:
    """Serve all of them until SIGINT or SIGTERM."""
    servers = [
        server(app, api_settings().host, api_settings().port),
        server(ring_app, ring_settings().host, ring_settings().port),
        server(agentic_app, agentic_settings().host, agentic_settings().port),
        server(tryon_app, try_on_api_settings().host, try_on_api_settings().port),
        server(image_worker_app, runpod_settings().image_host, runpod_settings().image_port),
        server(model_worker_app, runpod_settings().model_host, runpod_settings().model_port),
        server(dual_gen_app, image_settings().dual_gen_host, image_settings().dual_gen_port),
        server(json_from_image_app, image_settings().json_from_image_host, image_settings().json_from_image_port),
        server(create_json_app, image_settings().create_json_host, image_settings().create_json_port),
    ]

    def stop() -> None:
        stop_taking_work()
        for each in servers:
            each.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await asyncio.gather(*(each.serve() for each in servers))


if __name__ == "__main__":
    logging.basicConfig(level=ring_settings().log_level)
    if ring_settings().log_level != "DEBUG":
        logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for every call of Prefect says nothing new
    asyncio.run(main())
