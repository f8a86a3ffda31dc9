"""Serve the studio: `python -m api.studio`."""

import logging

import uvicorn

from api.studio.app import create_app
from api.studio.engines import choose
from api.studio.settings import studio_settings
from blocks.artifacts import ArtifactStore

GRACE_S = 5

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    settings = studio_settings()
    app = create_app(settings, choose(settings), ArtifactStore.from_settings())
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_S,
    )
